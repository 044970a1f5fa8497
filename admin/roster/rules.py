"""What the roster's pages share: the rules in force, and whose duties the visitor may change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from admin.access import actor, can, require, visitor
from admin.instance import site
from admin.site_edit import section
from admin.teams import owned_by
from hotseat.db.rosters import AROUND, leaves
from hotseat.rights import Action, Owned, Scope, reach
from hotseat.roster.rules import Rules
from hotseat.roster.shifts import Assignment
from hotseat.site.roster_rules import rules_of

LONGEST: Final = 366
"""Days of a draft at most: the holidays of two years are known at once."""


def rules_for(session: Session, first: date, last: date) -> Rules:
    """The rules in force for a period, with the leaves around it."""
    away = leaves(session, first - AROUND, last + AROUND)
    return rules_of(site(), away, first - AROUND, last + AROUND)


def name_of(agent: str) -> str:
    """The agent's name; "" of one who is no longer on the site."""
    record = site().agents.get(agent)
    return "" if record is None else record.name


def agents_within(action: Action) -> list[str]:
    """The agents to whose things the visitor may do it, by number."""
    return sorted(
        number
        for number, agent in section("agents").items()
        if can(action, Owned(number, agent.get("team")))
    )


def require_all(assignments: Iterable[Assignment]) -> None:
    """Go on only if the visitor may edit the roster of every agent among them."""
    for agent in {one.agent for one in assignments}:
        require(Action.EDIT_ROSTER, owned_by(agent))


def is_own(agent: str) -> bool:
    """Is it the agent that the visitor is?"""
    return bool(agent) and agent == visitor().agent


def key_of(one: Assignment) -> str:
    """`1001/2026-11-23/A`: an assignment in a form."""
    return f"{one.agent}/{one.day}/{one.shift}"


def read_key(text: str) -> Assignment | None:
    """The assignment that a form names; None if it names none."""
    agent, _slash, rest = text.partition("/")
    day, _slash, shift = rest.partition("/")
    try:
        return Assignment(date.fromisoformat(day), shift, agent) if agent and shift else None
    except ValueError:
        return None


def reaches(action: Action) -> bool:
    """May the visitor do it to anything at all?"""
    return reach(actor(), action) is not Scope.NONE
