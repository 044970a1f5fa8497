"""Seats: the table of their states, and what else decides whether they can be rung."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from acd.effects import SeatKept
from acd.types import CallId, Device, IllegalEvent, Millis, SeatId, Skills

MISSES_TO_PAUSE = 3
"""So many offers not answered in a row pause the seat: nobody sits there."""

MISSED = "missed"
"""The reason of a pause that nobody asked for."""


class SeatState(enum.StrEnum):
    """What a seat is doing. A pause, a log-off and the phone's state lie across this."""

    IDLE = "idle"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap-up"


class SeatStep(enum.StrEnum):
    """What moves a seat from one state to the next."""

    OFFER = "offer"
    ANSWER = "answer"
    OFFER_OVER = "offer over"
    ADOPT = "adopt"
    RELEASE = "release"
    REST_OVER = "rest over"


SEAT_TABLE: Mapping[SeatState, Mapping[SeatStep, SeatState]] = {
    SeatState.IDLE: {
        SeatStep.OFFER: SeatState.OFFERED,
        SeatStep.ADOPT: SeatState.TALKING,
    },
    SeatState.OFFERED: {
        SeatStep.ANSWER: SeatState.TALKING,
        SeatStep.OFFER_OVER: SeatState.IDLE,
    },
    SeatState.TALKING: {
        SeatStep.RELEASE: SeatState.WRAP_UP,
    },
    SeatState.WRAP_UP: {
        SeatStep.REST_OVER: SeatState.IDLE,
        SeatStep.ADOPT: SeatState.TALKING,
    },
}


SEAT_WORDS = (
    *("talking", "offered", "wrap-up"),
    *("ready", "off duty", "paused", "phone in use", "phone away"),
)
"""Everything that `seat_word` says, the busiest first."""

_IDLE_AT = {
    Device.FREE: "ready",
    Device.IN_USE: "phone in use",
    Device.AWAY: "phone away",
}


@dataclass(slots=True, eq=False)
class Seat:
    """One logged-on agent as the floor sees it."""

    id: SeatId
    skills: Skills
    phone: str
    device: Device
    idle_since: Millis
    """When it became available; a pause, a talk or a wrap-up since then leave it as it was."""
    on_duty: bool = True
    """By the roster; without one everybody is."""
    paused: str | None = None
    """The reason; set during a talk it waits for the talk's end."""
    leaving: bool = False
    """Logged off during an offer or a talk: gone as soon as that is over."""
    state: SeatState = SeatState.IDLE
    call: CallId | None = None
    """The call that it is offered or talks with."""
    wrap_up: Millis = 0
    """How long to rest after the present call."""
    wrap_up_until: Millis | None = None
    rests_after: CallId | None = None
    """The call whose wrap-up this is."""
    dials: bool = False
    """The talk, or the wrap-up after it, is one that the agent dialled: no part of the call's
    record."""
    held_until: Millis | None = None
    """Busy or out of reach a moment ago: not tried again before this."""
    misses: int = 0
    mobile: bool = False
    called_in: CallId | None = None
    """The only call that it is there for."""
    word: str = ""
    """What it is doing, one of SEAT_WORDS."""
    since: Millis = 0
    """Since when it does."""

    def step(self, step: SeatStep) -> None:
        """Move by the table. Raises IllegalEvent if the table has no such step."""
        after = SEAT_TABLE[self.state].get(step)
        if after is None:
            raise IllegalEvent(f"seat {self.id} is {self.state.value}: no {step.value} from there")
        self.state = after

    def look(self, now: Millis) -> None:
        """Something happened to it: if it does something else now, it does so since now."""
        word = seat_word(self)
        if word != self.word:
            self.word, self.since = word, now

    def to_keep(self) -> SeatKept:
        """What a restart must find."""
        return SeatKept(
            self.id,
            self.phone,
            self.paused,
            self.idle_since,
            self.wrap_up_until,
            None if self.dials else self.rests_after,
        )


def seat_word(seat: Seat) -> str:
    """One word for what a seat is doing, the most telling first."""
    if seat.state is not SeatState.IDLE:
        return str(seat.state.value)
    if seat.paused is not None:
        return "paused"
    if seat.device is Device.FREE and not seat.on_duty:
        return "off duty"
    return _IDLE_AT[seat.device]
