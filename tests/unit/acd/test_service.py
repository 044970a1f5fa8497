"""One floor behind one timer, with ports that answer back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
from structlog.testing import capture_logs
from twisted.internet.task import Clock

from acd.calls import CallState
from acd.effects import Note, Offer, SeatGone, SeatKept
from acd.events import (
    CallerGone,
    CallQueued,
    Event,
    OfferAnswered,
    OfferFailed,
    OffersHeld,
    OffersResumed,
    SeatLoggedOff,
    SeatLoggedOn,
    SeatPaused,
    SeatReady,
    SeatReleased,
)
from acd.floor import Floor, SeatRefused
from acd.service import Service
from acd.types import CallId, Device, Failure, Millis, OfferId, SeatId

SEAT = SeatLoggedOn(SeatId("1001"), {}, "p101", Device.FREE)
CALL = CallQueued(CallId("C1"), "consult", (), 0, ring=20_000)


class Outside:
    """Lines and journal in one: writes down what it is asked, and may answer at once."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.kinds: list[str] = []
        self.on_offer: Callable[[Offer], None] = lambda offer: None

    def offer(self, offer: Offer) -> None:
        self.asked.append(("offer", offer.offer))
        self.on_offer(offer)
        self.asked.append(("offer done", offer.offer))

    def withdraw(self, offer: OfferId, call: CallId) -> None:
        self.asked.append(("withdraw", offer, call))

    def check(self, offer: OfferId, call: CallId) -> None:
        self.asked.append(("check", offer, call))

    def note(self, at: Millis, note: Note) -> None:
        self.kinds.append(note.kind)

    def keep_seat(self, at: Millis, seat: SeatKept) -> None:
        self.asked.append(("keep", seat.seat, seat.paused))

    def drop_seat(self, at: Millis, seat: SeatGone) -> None:
        self.asked.append(("drop", seat.seat))

    def call_changed(self, at: Millis, call: CallId, fields: Mapping[str, object]) -> None:
        self.asked.append((call, *fields.items()))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def service(clock: Clock, outside: Outside) -> Iterator[Service]:
    service = Service(
        Floor(),
        lines=outside,
        journal=outside,
        clock=clock,
        now=lambda: 5_000_000 + round(clock.seconds() * 1000),
    )
    yield service
    service.stop()
    assert clock.getDelayedCalls() == [], "a timer was left behind"


def tell(service: Service, *events: Event) -> None:
    for event in events:
        service.tell(event)


def test_effects_reach_the_ports(service: Service, outside: Outside) -> None:
    tell(service, SEAT, CALL, SeatPaused(SeatId("1001"), "lunch"), SeatLoggedOff(SeatId("1001")))
    assert outside.asked == [
        ("keep", "1001", None),
        ("offer", "C1-1"),
        ("offer done", "C1-1"),
        ("withdraw", "C1-1", "C1"),
        ("keep", "1001", "lunch"),
        ("drop", "1001"),
    ]
    assert outside.kinds == [
        *("logged_on", "ready", "queued", "offered", "pause_asked", "withdrawn"),
    ]


def test_a_wrap_up_is_written_into_the_record_of_its_call(
    service: Service, outside: Outside, clock: Clock
) -> None:
    tell(service, SEAT, CALL, OfferAnswered(OfferId("C1-1"), 5_000_000))
    clock.advance(60)
    tell(service, SeatReleased(SeatId("1001"), CallId("C1")))
    assert outside.asked[-2:] == [
        ("C1", ("wrap_up_ended_at", 5_070_000)),
        ("keep", "1001", None),
    ]


def test_the_timer_ticks_at_the_deadline(service: Service, outside: Outside, clock: Clock) -> None:
    tell(service, SEAT, CALL)
    clock.advance(22.999)
    assert ("check", "C1-1", "C1") not in outside.asked
    clock.advance(0.001)
    assert outside.asked[-1] == ("check", "C1-1", "C1")
    clock.pump([1.0] * 10)
    assert outside.asked.count(("check", "C1-1", "C1")) == 3


def test_an_earlier_deadline_moves_the_timer(
    service: Service, outside: Outside, clock: Clock
) -> None:
    tell(service, SEAT, CALL, OfferFailed(OfferId("C1-1"), Failure.BUSY))
    assert len(clock.getDelayedCalls()) == 1
    clock.advance(3.0)
    assert outside.asked[-1] == ("offer done", "C1-2")


def test_an_empty_floor_has_no_timer(service: Service, clock: Clock) -> None:
    tell(service, SEAT, CALL)
    assert len(clock.getDelayedCalls()) == 1
    service.tell(CallerGone(CallId("C1")))
    assert clock.getDelayedCalls() == []


def test_an_answer_from_within_the_offer_waits_for_its_end(
    service: Service, outside: Outside
) -> None:
    """A line that is gone says so at once, while the floor's effects are still carried out."""
    outside.on_offer = lambda offer: service.tell(OfferFailed(offer.offer, Failure.CALLER_GONE))
    service.tell(CALL)
    service.tell(
        CallQueued(CallId("C2"), "consult", (), 1),
    )
    service.tell(SEAT)
    assert outside.asked[1:] == [
        ("offer", "C1-1"),
        ("offer done", "C1-1"),
        ("offer", "C2-1"),
        ("offer done", "C2-1"),
    ]
    assert service.floor.picture().calls == ()


def test_a_refusal_reaches_the_one_who_asked(service: Service) -> None:
    with pytest.raises(SeatRefused, match="seat 1001 is not logged on"):
        service.tell(SeatReady(SeatId("1001")))
    service.tell(SEAT)
    assert len(service.floor.picture().seats) == 1


def test_a_refusal_from_within_is_logged_and_costs_nobody_anything(
    service: Service, outside: Outside
) -> None:
    outside.on_offer = lambda offer: service.tell(SeatReady(SeatId("1009")))
    with capture_logs() as logs:
        tell(service, SEAT, CALL)
    assert [line["event"] for line in logs] == ["event_refused"]
    assert outside.asked[-1] == ("offer done", "C1-1")


def test_an_offer_that_a_port_cannot_make_failed_and_costs_the_others_nothing(
    service: Service, outside: Outside
) -> None:
    def fail(offer: Offer) -> None:
        if offer.call == "C1":
            raise OSError("no such line")

    outside.on_offer = fail
    second_seat = SeatLoggedOn(SeatId("1002"), {}, "p102", Device.FREE)
    second_call = CallQueued(CallId("C2"), "consult", (), 1)
    tell(service, OffersHeld("drain"), SEAT, second_seat, CALL, second_call)
    with capture_logs() as logs:
        service.tell(OffersResumed("drain"))
    assert [(line["event"], "C1-1" in line["effect"]) for line in logs] == [("effect_failed", True)]
    assert outside.asked[-1] == ("offer done", "C2-1")
    assert [call.state for call in service.floor.picture().calls] == [
        CallState.WAITING,
        CallState.OFFERED,
    ]


def test_after_stop_nothing_ticks(service: Service, clock: Clock) -> None:
    service.tell(SEAT)
    service.stop()
    service.tell(CALL)
    assert clock.getDelayedCalls() == []
