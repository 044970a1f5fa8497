"""What the roster holds for the agent at a desk: the shifts of two weeks, leave and swaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from sqlalchemy.orm import Session

from acd.types import Millis
from admin.days import today
from admin.instance import site
from admin.roster.requesting import steps_of
from admin.roster.rules import key_of
from hotseat.db.rosters import published, requests
from hotseat.roster.requests import OPEN, Request, Step
from hotseat.roster.shifts import Duty

AHEAD: Final = timedelta(days=14)
DECIDED_MS: Final[Millis] = 14 * 86_400_000
"""So long a request that is decided stays on the desk."""
MOST: Final = 50

Asked: TypeAlias = tuple[Request, tuple[Step, ...]]
"""A request, and what the visitor can say to it now."""


@dataclass(frozen=True, slots=True)
class MyShift:
    """One duty of the agent."""

    duty: Duty
    title: str
    runs: bool
    handed_over: bool
    """Somebody was asked to do it instead."""

    @property
    def key(self) -> str:
        """It in the form that asks for a swap."""
        return key_of(self.duty.assignment)


def my_shifts(db: Session, agent: str, now: Millis) -> list[MyShift]:
    """Those that run, and those of the next two weeks."""
    given = {one.gives for one in requests(db, states=OPEN, agent=agent) if one.asker == agent}
    known = site().shifts
    return [
        MyShift(
            duty,
            known[duty.shift].title if duty.shift in known else duty.shift,
            duty.covers(now),
            duty.assignment in given,
        )
        for duty in published(db, today() - timedelta(days=1), today() + AHEAD, agents=[agent])
        if duty.ends > now
    ]


def my_requests(db: Session, agent: str, now: Millis) -> list[Asked]:
    """Those that wait for the agent's word first, then the open ones, then what was decided."""
    found = [
        (one, steps_of(one))
        for one in requests(db, agent=agent, limit=MOST)
        if one.state in OPEN or now - one.signed[-1].at < DECIDED_MS
    ]
    return sorted(found, key=lambda asked: (Step.AGREE not in asked[1], asked[0].state not in OPEN))
