"""What becomes of a caller whom none of those on duty will take: the order of who is asked next."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias

from acd.types import Requirement, SeatId

_OWN = "agent:"
"""No skill of a site has a colon in its name."""


def own_number(agent: str) -> str:
    """The skill that only this agent has; who calls an agent's own number asks for it."""
    return f"{_OWN}{agent}"


def is_own(skill: str) -> bool:
    """Is it the skill that only one agent has?"""
    return skill.startswith(_OWN)


def asks_for_agent(requires: Requirement) -> bool:
    """Does the call ask for one agent, by the agent's own number?"""
    return any(is_own(skill) for skill, _ in requires)


@dataclass(frozen=True, slots=True)
class KeepWaiting:
    """Somebody on duty may take it sooner or later, or the queue wants its callers to wait."""


@dataclass(frozen=True, slots=True)
class AskTheQueue:
    """The agent who was called does not answer: everybody of the queue may."""


@dataclass(frozen=True, slots=True)
class CallIn:
    """Ask this agent, who is not on duty."""

    agent: SeatId


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Nobody is left to ask: the queue's after-hours policy."""


NextStep: TypeAlias = KeepWaiting | AskTheQueue | CallIn | GiveUp


def next_step(
    *,
    takers: Set[SeatId],
    requires: Requirement,
    escalation: Sequence[SeatId],
    seated: Set[SeatId],
    asked: Set[SeatId],
    waits: bool,
) -> NextStep:
    """Whom to turn to for a waiting call.

    `takers` are the seats that may take it (`Floor.takers`), `escalation` the agents to be called
    in, in order, `seated` those who are on the floor already, `asked` those called in for this call
    before. `waits`: the queue has no policy but to wait.
    """
    if takers:
        return KeepWaiting()
    if asks_for_agent(requires):
        return AskTheQueue()
    for agent in escalation:
        if agent not in seated and agent not in asked:
            return CallIn(agent)
    return KeepWaiting() if waits else GiveUp()
