"""The roster on the floor: who is rung on duty, off duty, and when a shift ends."""

from __future__ import annotations

import pytest

from acd.effects import Withdraw
from acd.events import (
    CallQueued,
    RosterTold,
    SeatLoggedOn,
    ShiftBegins,
    ShiftEnds,
    TermsChanged,
)
from acd.floor import Floor
from acd.presence import SeatState
from acd.routing import Verdict
from acd.types import CallId, Device, Failure, SeatId, requirement
from tests.unit.acd.desk import CONSULT, Desk

ANNE, BEN = SeatId("1001"), SeatId("1002")


def roster(desk: Desk, *on_duty: SeatId) -> None:
    desk.tell(RosterTold(frozenset(on_duty)))


def test_without_a_roster_whoever_is_logged_on_is_on_duty(desk: Desk) -> None:
    desk.seat("1001")
    for event in (ShiftEnds(ANNE), ShiftBegins(BEN)):
        desk.tell(event)
        assert desk.effects == []
    desk.call("C1")
    assert desk.rings("C1") == "1001"


def test_whoever_is_logged_on_but_not_rostered_is_not_rung(desk: Desk) -> None:
    roster(desk, BEN)
    desk.seat("1001")
    desk.call("C1")
    assert desk.rings("C1") is None
    assert dict(desk.floor.explain(CallId("C1")).verdicts) == {ANNE: Verdict.OFF_DUTY}
    desk.seat("1002")
    assert desk.offered() == [("C1", "1002")]


def test_a_queue_that_takes_volunteers_rings_them_too(desk: Desk) -> None:
    roster(desk)
    desk.seat("1001")
    desk.call("C1", volunteers=True)
    assert desk.rings("C1") == "1001"


def test_the_longest_idle_volunteer_is_an_equal_of_those_on_duty(desk: Desk) -> None:
    roster(desk, BEN)
    desk.seat("1001")
    desk.seat("1002")
    desk.call("C1", volunteers=True)
    desk.call("C2")
    assert (desk.rings("C1"), desk.rings("C2")) == ("1001", "1002")


def test_a_shift_that_begins_brings_the_waiting_callers(desk: Desk) -> None:
    roster(desk)
    desk.seat("1001")
    desk.call("C1")
    desk.tell(ShiftBegins(ANNE))
    assert desk.offered() == [("C1", "1001")]
    assert [note.kind for note in desk.notes("on_duty", "off_duty")] == ["on_duty"]
    assert desk.seen_seat("1001").on_duty


def test_a_shift_that_begins_before_the_log_on_counts(desk: Desk) -> None:
    roster(desk)
    desk.tell(ShiftBegins(ANNE))
    desk.seat("1001")
    desk.call("C1")
    assert desk.rings("C1") == "1001"


@pytest.mark.parametrize("volunteers", [False, True])
def test_a_shift_that_ends_while_it_rings_withdraws_the_ring(desk: Desk, volunteers: bool) -> None:
    roster(desk, ANNE)
    desk.seat("1001")
    desk.call("C1", volunteers=volunteers)
    desk.tell(ShiftEnds(ANNE))
    assert [effect.why for effect in desk.did(Withdraw)] == ([] if volunteers else ["off duty"])
    if not volunteers:
        desk.failed("C1-1", Failure.WITHDRAWN)
        assert desk.rings("C1") is None
        desk.tell(ShiftBegins(ANNE))
        assert desk.rings("C1") == "1001"


def test_a_queue_that_stops_taking_volunteers_lets_one_that_rings_ring_on(desk: Desk) -> None:
    """An offer that runs goes on as it began, whatever the phone says meanwhile."""
    roster(desk)
    desk.seat("1001")
    desk.call("C1", volunteers=True)
    terms = CallQueued(CallId("C1"), "consult", requirement(CONSULT), desk.now)
    desk.tell(TermsChanged(terms))
    assert desk.did(Withdraw) == []
    desk.phone("1001", Device.IN_USE)
    assert desk.did(Withdraw) == []
    desk.failed("C1-1", Failure.BUSY)
    desk.wait(60_000)
    assert desk.rings("C1") is None, "it is not begun again"


def test_a_shift_that_ends_in_a_talk_lets_it_go_on_and_brings_no_other(desk: Desk) -> None:
    roster(desk, ANNE)
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.call("C2")
    desk.tell(ShiftEnds(ANNE))
    assert desk.did(Withdraw) == []
    assert desk.seen_seat("1001").state is SeatState.TALKING
    desk.released("1001", "C1")
    desk.ended("C1")
    desk.wait(60_000)
    assert desk.rings("C2") is None


def test_a_new_roster_counts_at_once_and_the_end_of_rosters_too(desk: Desk) -> None:
    roster(desk, ANNE)
    desk.seat("1001")
    desk.seat("1002")
    desk.call("C1")
    roster(desk, BEN)
    assert [effect.why for effect in desk.did(Withdraw)] == ["off duty"]
    desk.failed("C1-1", Failure.WITHDRAWN)
    assert desk.rings("C1") == "1002"
    desk.call("C2")
    assert desk.rings("C2") is None
    desk.tell(RosterTold(None))
    assert desk.offered() == [("C2", "1001")]


def test_the_same_roster_again_is_nothing_new(desk: Desk) -> None:
    roster(desk, ANNE)
    desk.seat("1001")
    desk.seat("1002")
    for event in (RosterTold(frozenset({ANNE})), ShiftBegins(ANNE), ShiftEnds(BEN)):
        desk.tell(event)
        assert desk.effects == []


def test_duty_is_not_kept_with_the_seat(desk: Desk) -> None:
    """A restarted server hears it from the roster of that moment."""
    roster(desk, ANNE)
    desk.seat("1001")
    reborn = Floor()
    reborn.apply(RosterTold(frozenset()), desk.now)
    reborn.apply(SeatLoggedOn(ANNE, CONSULT, "p1001", Device.FREE), desk.now)
    assert not reborn.picture().seats[0].on_duty
