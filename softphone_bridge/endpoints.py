"""Where an agent's seat can be rung now: by roster, then own choice, then a supervisor's word."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from softphone_bridge.mobiles import mobile_of
from words import said


class Where(enum.Enum):
    """A kind of place."""

    DESK = "desk"
    MOBILE = "mobile"


_CALLED = {Where.DESK: said("desk"), Where.MOBILE: said("duty mobile")}


class Because(enum.Enum):
    """What decided; the later ones win."""

    LOG_ON = "logged on there"
    ROSTER = "the roster"
    CHOICE = "the agent's choice"
    OVERRIDE = "a supervisor"


WORDS = ("roster", "choice", "override")
"""Whose words there are; the later ones win."""


class NoPlace(Exception):
    """The agent cannot be rung where it was said; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Placing:
    """What is known about where an agent wants and has to be. None: nothing was said."""

    agent: str
    desk: str | None = None
    """The phone where the agent logged on last."""
    mobile: str = ""
    """The registered duty mobile, "" if there is none."""
    roster: Where | None = None
    choice: Where | None = None
    override: Where | None = None

    @property
    def words(self) -> dict[str, Where]:
        """What was said, by whose word it is."""
        spoken = {word: getattr(self, word) for word in WORDS}
        return {word: where for word, where in spoken.items() if where is not None}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the seat is rung: a phone's name or `mobile:1001`, and what decided it."""

    place: str
    because: Because


def chosen(placing: Placing, where: Where | None) -> Placing:
    """With the agent's own choice; None takes it back. Raises NoPlace.

    Against a supervisor's word nothing is chosen: it would only seem to be done.
    """
    if where is not None and placing.override not in (None, where):
        raise NoPlace(
            said(
                "a supervisor has said that agent %(agent)s is rung at the %(where)s; "
                "only a supervisor takes that back",
                agent=placing.agent,
                where=_CALLED[placing.override],
            )
        )
    return replace(placing, choice=where)


def endpoint(placing: Placing) -> Endpoint:
    """The one place that counts. Raises NoPlace.

    A word that cannot be followed is an error and no reason to ring somewhere else: an agent who
    is meant to be at home does not hear the desk.
    """
    for where, because in (
        (placing.override, Because.OVERRIDE),
        (placing.choice, Because.CHOICE),
        (placing.roster, Because.ROSTER),
    ):
        if where is not None:
            return Endpoint(_place(placing, where), because)
    where = Where.DESK if placing.desk is not None else Where.MOBILE
    return Endpoint(_place(placing, where), Because.LOG_ON)


def _place(placing: Placing, where: Where) -> str:
    if where is Where.MOBILE:
        if not placing.mobile:
            raise NoPlace(
                said(
                    "agent %(agent)s has no registered mobile; an administrator registers one",
                    agent=placing.agent,
                )
            )
        return mobile_of(placing.agent)
    if placing.desk is None:
        raise NoPlace(
            said("agent %(agent)s sits at no phone; log on at one first", agent=placing.agent)
        )
    return placing.desk
