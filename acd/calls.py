"""Calls on the floor: the table of their states, and their place in line."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from acd.effects import Offer
from acd.events import CallQueued
from acd.types import CallId, IllegalEvent, Millis, Requirement, SeatId

PRIORITY_HEAD_START: Millis = 60_000
"""One point of priority counts as so much waiting done before.

A head start, not a class of its own: a caller without priority is overtaken by those who come
within this time after him, and by nobody for ever.
"""

Place: TypeAlias = tuple[Millis, CallId]
"""A call's place in line: lower is served first. It never changes while the call waits."""


class Need(NamedTuple):
    """What a call asks of a seat; calls with the same need stand in one line."""

    requires: Requirement
    volunteers: bool
    """A seat that is not on duty will do."""


class CallState(enum.StrEnum):
    """What a call on the floor is doing."""

    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"


class CallStep(enum.StrEnum):
    """What moves a call from one state to the next."""

    OFFER = "offer"
    ANSWER = "answer"
    OFFER_OVER = "offer over"
    END = "end"


CALL_TABLE: Mapping[CallState, Mapping[CallStep, CallState | None]] = {
    CallState.WAITING: {
        CallStep.OFFER: CallState.OFFERED,
        CallStep.END: None,
    },
    CallState.OFFERED: {
        CallStep.ANSWER: CallState.TALKING,
        CallStep.OFFER_OVER: CallState.WAITING,
        CallStep.END: None,
    },
    CallState.TALKING: {
        CallStep.END: None,
    },
}
"""None: off the floor. No way leads from talking back to waiting."""


@dataclass(slots=True, eq=False)
class Ringing:
    """One running offer."""

    offer: Offer
    volunteers: bool
    """The call took seats off duty when it was offered; a change of its terms leaves this offer."""
    withdrawn: bool = False
    """We asked to stop it; the outcome is still to come."""


@dataclass(slots=True, eq=False)
class Call:
    """One call on the floor."""

    terms: CallQueued
    place: Place
    need: Need
    state: CallState = CallState.WAITING
    attempts: int = 0
    ringing: Ringing | None = None
    held_until: Millis | None = None
    """Its last offer failed on our side: not offered again before this."""
    barred: dict[SeatId, Millis] = field(default_factory=dict)
    """Seats that missed or declined it, and until when they are not asked again."""

    def step(self, step: CallStep) -> None:
        """Move by the table, END only asks whether it may. Raises IllegalEvent if not."""
        steps = CALL_TABLE[self.state]
        if step not in steps:
            raise IllegalEvent(
                f"call {self.terms.call} is {self.state.value}: no {step.value} from there"
            )
        self.state = steps[step] or self.state


def need_of(terms: CallQueued) -> Need:
    """What the call asks of a seat."""
    return Need(terms.requires, terms.volunteers)


def place_of(terms: CallQueued) -> Place:
    """The order of service: arrival less the head start of its priority, then the older id."""
    return terms.arrived - terms.priority * PRIORITY_HEAD_START, terms.call
