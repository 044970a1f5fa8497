"""Duty mobiles on the floor: rung together, taken by one, and agents called in for one call."""

from __future__ import annotations

import pytest

from acd.effects import Offer, SeatKept
from acd.events import CallQueued, OfferAnswered, SeatLoggedOn
from acd.routing import Verdict
from acd.types import CallId, Device, Failure, Leg, OfferId, SeatId
from tests.unit.acd.desk import CONSULT, Desk


def on_duty(desk: Desk, seat: str, **how: object) -> None:
    desk.tell(
        SeatLoggedOn(SeatId(seat), CONSULT, f"mobile:{seat}", Device.FREE, mobile=True, **how)  # type: ignore[arg-type]
    )


def both_ring(desk: Desk) -> None:
    on_duty(desk, "1001")
    on_duty(desk, "1002")
    desk.call("C1", together=2, mobile_ring=30_000)


def test_two_mobiles_ring_at_once_and_longer_than_desks(desk: Desk) -> None:
    both_ring(desk)
    (offer,) = desk.did(Offer)
    assert offer.legs == (
        Leg(SeatId("1001"), "mobile:1001"),
        Leg(SeatId("1002"), "mobile:1002"),
    )
    assert offer.ring == 30_000


def test_whoever_takes_it_has_it_and_the_other_missed_nothing(desk: Desk) -> None:
    both_ring(desk)
    desk.tell(OfferAnswered(OfferId("C1-1"), desk.now, SeatId("1002")))
    assert desk.rings("C1") == "1002"
    assert desk.seen_seat("1001").state.value == "idle"
    (lost,) = desk.notes("failed")
    assert (lost.seat, lost.facts["cause"]) == ("1001", "answered elsewhere")
    desk.call("C2")
    assert desk.rings("C2") == "1001"


@pytest.mark.parametrize(
    "cause", [Failure.BUSY, Failure.UNREACHABLE, Failure.NO_ANSWER, Failure.DECLINED]
)
def test_a_mobile_that_is_not_reached_counts_as_missed(desk: Desk, cause: Failure) -> None:
    both_ring(desk)
    desk.failed("C1-1", cause)
    assert desk.rings("C1") is None
    verdicts = dict(desk.floor.explain(CallId("C1")).verdicts)
    assert not any(verdicts.values())
    assert desk.floor.takers(CallId("C1")) == frozenset()


def test_a_busy_desk_is_no_miss(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.failed("C1-1", Failure.BUSY)
    assert desk.floor.takers(CallId("C1")) == {"1001"}


def test_a_second_caller_gets_the_second_mobile(desk: Desk) -> None:
    on_duty(desk, "1001")
    on_duty(desk, "1002")
    desk.pause("1001")
    desk.pause("1002")
    desk.call("C1", together=2)
    desk.call("C2", together=2)
    desk.ready("1001")
    assert [offer.legs for offer in desk.did(Offer)] == [((SeatId("1001"), "mobile:1001"),)]
    desk.ready("1002")
    assert desk.offered() == [("C2", "1002")]


def test_a_mobile_never_rings_with_a_desk(desk: Desk) -> None:
    on_duty(desk, "1001")
    desk.seat("1002")
    desk.call("C1", together=3)
    assert [offer.also for offer in desk.did(Offer)] == [()]


def test_a_pause_takes_the_call_back_and_rings_the_others_again(desk: Desk) -> None:
    both_ring(desk)
    desk.pause("1002")
    desk.failed("C1-1", Failure.WITHDRAWN)
    assert desk.offered() == [("C1", "1001")]


def test_a_refused_number_is_no_miss_and_not_tried_again_at_once(desk: Desk) -> None:
    on_duty(desk, "1001")
    desk.call("C1", again=20_000)
    desk.failed("C1-1", Failure.REFUSED)
    assert desk.floor.takers(CallId("C1")) == frozenset()
    desk.wait(19_000)
    assert desk.rings("C1") is None
    desk.wait(2_000)
    assert desk.rings("C1") == "1001"
    assert desk.seen_seat("1001").paused is None


def test_an_agent_is_called_in_for_one_call_alone(desk: Desk) -> None:
    desk.call("C0", arrived=1)
    desk.call("C1")
    on_duty(desk, "1003", called_in=CallId("C1"))
    assert desk.offered() == [("C1", "1003")]
    verdicts = dict(desk.floor.explain(CallId("C0")).verdicts)
    assert verdicts == {"1003": Verdict.SEAT_OFFERED}
    desk.failed("C1-1", Failure.DECLINED)
    assert desk.offered() == []
    assert dict(desk.floor.explain(CallId("C0")).verdicts) == {"1003": Verdict.CALLED_IN}


def test_who_was_called_in_is_not_seated_again_after_a_restart(desk: Desk) -> None:
    desk.tell(CallQueued(CallId("C1"), "consult", (("consult", 1),), desk.now))
    on_duty(desk, "1003", called_in=CallId("C1"))
    assert desk.did(SeatKept) == []
    on_duty(desk, "1003")
    assert [kept.phone for kept in desk.did(SeatKept)] == ["mobile:1003"]
