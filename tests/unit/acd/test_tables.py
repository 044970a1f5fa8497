"""The two state tables, written out."""

from __future__ import annotations

import pytest

from acd.calls import CALL_TABLE, Call, CallState, CallStep, need_of, place_of
from acd.events import CallQueued
from acd.presence import SEAT_TABLE, Seat, SeatState, SeatStep
from acd.types import CallId, Device, IllegalEvent, SeatId

SEAT_MOVES = {
    ("idle", "offer"): "offered",
    ("idle", "adopt"): "talking",
    ("offered", "answer"): "talking",
    ("offered", "offer over"): "idle",
    ("talking", "release"): "wrap-up",
    ("wrap-up", "rest over"): "idle",
    ("wrap-up", "adopt"): "talking",
}
CALL_MOVES = {
    ("waiting", "offer"): "offered",
    ("waiting", "end"): "waiting",
    ("offered", "answer"): "talking",
    ("offered", "offer over"): "waiting",
    ("offered", "end"): "offered",
    ("talking", "end"): "talking",
}
"""A call that ends keeps the state that it ended in: it is taken off the floor."""


@pytest.mark.parametrize("step", SeatStep)
@pytest.mark.parametrize("state", SeatState)
def test_a_seat_moves_by_the_table_or_not_at_all(state: SeatState, step: SeatStep) -> None:
    seat = Seat(SeatId("1001"), {}, "p101", Device.FREE, 0, state=state)
    after = SEAT_MOVES.get((state.value, step.value))
    if after is None:
        with pytest.raises(IllegalEvent, match=f"seat 1001 is {state.value}: no {step.value}"):
            seat.step(step)
        after = state.value
    else:
        seat.step(step)
    assert seat.state.value == after


@pytest.mark.parametrize("step", CallStep)
@pytest.mark.parametrize("state", CallState)
def test_a_call_moves_by_the_table_or_not_at_all(state: CallState, step: CallStep) -> None:
    terms = CallQueued(CallId("C1"), "consult", (), 0)
    call = Call(terms, place_of(terms), need_of(terms), state=state)
    after = CALL_MOVES.get((state.value, step.value))
    if after is None:
        with pytest.raises(IllegalEvent, match=f"call C1 is {state.value}: no {step.value}"):
            call.step(step)
        after = state.value
    else:
        call.step(step)
    assert call.state.value == after


def test_every_state_of_a_seat_can_be_left() -> None:
    assert SEAT_TABLE.keys() == set(SeatState)
    assert all(SEAT_TABLE.values())


def test_a_call_that_talks_can_only_end() -> None:
    assert CALL_TABLE[CallState.TALKING] == {CallStep.END: None}
    assert CALL_TABLE.keys() == set(CallState)
