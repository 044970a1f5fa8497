"""From the answer to the end, told by two sources in any order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from acd.calls import CallState
from acd.effects import SeatKept
from acd.events import CallAdopted, OfferAnswered, SeatDials, SeatReleased, TalkEnded
from acd.floor import SeatRefused
from acd.presence import SeatState
from acd.types import CallId, Device, Failure, IllegalEvent, OfferId, SeatId
from tests.unit.acd.desk import Desk


def test_the_note_of_an_answer_carries_the_instant_that_was_seen(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.tell(OfferAnswered(OfferId("C1-1"), 4_711))
    assert [note.facts for note in desk.notes("answered")] == [{"offer": "C1-1", "at": 4_711}]


def test_the_seat_is_free_when_its_own_channel_leaves(desk: Desk) -> None:
    """An attended transfer: the caller's Dial still runs."""
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.released("1001", "C1")
    assert desk.seen_seat("1001").state is SeatState.WRAP_UP
    assert desk.seen_call("C1").state is CallState.TALKING
    assert desk.rings("C1") is None
    desk.ended("C1")
    assert desk.calls() == []
    assert desk.notes("wrap_up") == []


def test_the_end_of_the_talk_releases_a_seat_whose_leaving_nobody_saw(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.ended("C1")
    assert [note.kind for note in desk.notes("released", "wrap_up", "talk_ended")] == [
        "released",
        "wrap_up",
        "talk_ended",
    ]
    desk.released("1001", "C1")
    assert desk.effects == []


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_answer_release_and_end_in_any_order_come_to_the_same(
    desk: Desk, order: tuple[int, ...]
) -> None:
    desk.seat("1001")
    desk.call("C1")
    story = [
        OfferAnswered(OfferId("C1-1"), desk.now),
        SeatReleased(SeatId("1001"), CallId("C1")),
        TalkEnded(CallId("C1")),
    ]
    for n in order:
        desk.tell(story[n])
        desk.tell(story[n])
    assert desk.calls() == []
    assert desk.seen_seat("1001").state is SeatState.WRAP_UP


def test_an_end_without_an_answer_makes_no_instant_up(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.ended("C1")
    assert [note.facts for note in desk.notes("answered")] == [{"offer": "C1-1"}]


def test_a_caller_who_hangs_up_in_the_talk_leaves_the_seat_to_its_own_channel(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.gone("C1")
    assert desk.calls() == []
    assert desk.seen_seat("1001").state is SeatState.TALKING
    desk.released("1001", "C1")
    assert desk.seen_seat("1001").state is SeatState.WRAP_UP


def test_the_end_of_the_talk_releases_the_seat_of_a_caller_who_is_gone(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.gone("C1")
    desk.ended("C1")
    assert desk.seen_seat("1001").state is SeatState.WRAP_UP


def test_a_release_from_another_call_is_not_this_one(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.released("1001", "C0")
    desk.released("1002", "C1")
    assert desk.seen_seat("1001").state is SeatState.TALKING


@pytest.mark.parametrize("caller_left", [False, True])
def test_a_call_that_talked_never_returns_to_a_queue(desk: Desk, caller_left: bool) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    if caller_left:
        desk.gone("C1")
    before = desk.floor.picture()
    with pytest.raises(IllegalEvent, match="call C1 has talked"):
        desk.call("C1")
    assert desk.floor.picture() == before


def test_a_talk_of_a_released_seat_never_returns_either(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.released("1001", "C1")
    with pytest.raises(IllegalEvent, match="call C1 has talked"):
        desk.call("C1")


def adopted(call: str, seat: str) -> CallAdopted:
    return CallAdopted(CallId(call), SeatId(seat), "consult", 400, wrap_up=7_000)


def test_an_adopted_talk_keeps_its_seat_busy_and_then_rests_it(desk: Desk) -> None:
    desk.seat("1001")
    desk.tell(adopted("C1", "1001"))
    assert [note.facts for note in desk.notes("adopted")] == [{"at": 400}]
    desk.tell(adopted("C1", "1001"))
    assert desk.effects == []
    desk.call("C2")
    assert desk.offered() == []
    desk.released("1001", "C1")
    assert desk.seen_seat("1001").wrap_up_until == desk.now + 7_000


def test_a_talk_found_during_wrap_up_ends_the_wrap_up(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.ended("C1")
    desk.tell(adopted("C2", "1001"))
    assert desk.seen_seat("1001").state is SeatState.TALKING
    assert [kept.wrap_up_until for kept in desk.did(SeatKept)] == [None]
    desk.wait(60_000)
    assert desk.seen_seat("1001").state is SeatState.TALKING


def test_a_talk_with_a_seat_that_is_gone_is_a_talk_all_the_same(desk: Desk) -> None:
    desk.tell(adopted("C1", "1009"))
    assert desk.seen_call("C1").state is CallState.TALKING
    desk.ended("C1")
    assert desk.calls() == []


def test_a_seat_that_rings_for_another_call_keeps_that_offer(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.tell(adopted("C2", "1001"))
    assert desk.rings("C1") == "1001"
    assert desk.rings("C2") is None
    desk.failed("C1-1", Failure.BUSY)
    assert desk.calls() == ["C2", "C1"]


def test_a_talk_whose_caller_is_gone_is_not_found_again(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.gone("C1")
    desk.tell(adopted("C1", "1001"))
    assert desk.effects == []


def test_an_answer_may_be_seen_as_an_adoption(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.tell(adopted("C1", "1001"))
    assert [note.facts for note in desk.notes("answered")] == [{"offer": "C1-1", "at": 400}]


def test_a_waiting_call_is_not_in_a_talk(desk: Desk) -> None:
    desk.seat("1001")
    desk.pause("1001")
    desk.call("C1")
    before = desk.floor.picture()
    with pytest.raises(IllegalEvent, match="call C1 is waiting here"):
        desk.tell(adopted("C1", "1001"))
    assert desk.floor.picture() == before


def dials(call: str, seat: str, wrap_up: int = 0) -> SeatDials:
    return SeatDials(SeatId(seat), CallId(call), "callback", wrap_up)


def test_a_seat_that_dials_gets_no_calls_and_is_ready_at_once_if_nobody_was_reached(
    desk: Desk,
) -> None:
    desk.seat("1001")
    desk.tell(dials("D1", "1001"))
    assert [(note.call, note.seat, note.queue) for note in desk.notes("dials")] == [
        ("D1", "1001", "callback")
    ]
    desk.call("C1")
    assert desk.offered() == []
    desk.ended("D1")
    assert desk.rings("C1") == "1001"


def test_a_seat_that_reached_somebody_rests(desk: Desk) -> None:
    desk.seat("1001")
    desk.tell(dials("D1", "1001"))
    desk.tell(dials("D1", "1001", wrap_up=7_000))
    assert desk.effects == []
    desk.ended("D1")
    assert desk.seen_seat("1001").wrap_up_until == desk.now + 7_000
    assert desk.calls() == []


def test_an_agent_dials_in_a_pause_and_the_pause_goes_on(desk: Desk) -> None:
    desk.seat("1001")
    desk.pause("1001", "call-backs")
    desk.tell(dials("D1", "1001"))
    desk.ended("D1")
    assert desk.seen_seat("1001").paused == "call-backs"


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (lambda desk: desk.call("C1"), "seat 1001 is on a call"),
        (lambda desk: desk.phone("1001", Device.IN_USE), "phone p1001 is in use or out of reach"),
        (lambda desk: desk.off("1001"), "not logged on"),
        (lambda desk: desk.tell(adopted("D1", "1009")), "with somebody else"),
    ],
)
def test_a_seat_that_cannot_dial_is_told_why(
    desk: Desk, happens: Callable[[Desk], object], why: str
) -> None:
    desk.seat("1001")
    happens(desk)
    before = desk.floor.picture()
    with pytest.raises(SeatRefused, match=why):
        desk.tell(dials("D1", "1001"))
    assert desk.floor.picture() == before
