"""Log-on, pause, phones, wrap-up: when a seat can be rung."""

from __future__ import annotations

import pytest

from acd.effects import SeatGone, SeatKept, Withdraw
from acd.events import SeatLoggedOn, SeatReady, SeatReleased, SkillsChanged, Tick
from acd.floor import SeatRefused
from acd.presence import SeatState
from acd.types import CallId, Device, Failure, SeatId
from tests.unit.acd.desk import CONSULT, Desk


def test_log_on_makes_a_ready_seat_that_a_restart_will_find(desk: Desk) -> None:
    desk.seat("1001")
    assert [note.kind for note in desk.notes("logged_on", "ready")] == ["logged_on", "ready"]
    assert desk.did(SeatKept) == [SeatKept(SeatId("1001"), "p1001", None, desk.now, None)]


def test_log_on_again_moves_the_seat_and_keeps_its_place(desk: Desk) -> None:
    desk.seat("1001")
    since = desk.seen_seat("1001").idle_since
    desk.tell(SeatLoggedOn(SeatId("1001"), CONSULT, "p7", Device.FREE))
    assert len(desk.floor.picture().seats) == 1
    assert desk.seen_seat("1001").phone == "p7"
    assert desk.seen_seat("1001").idle_since == since
    assert desk.did(SeatKept) == [SeatKept(SeatId("1001"), "p7", None, since, None)]
    assert desk.notes("ready") == []
    desk.tell(SeatLoggedOn(SeatId("1002"), CONSULT, "p1001", Device.FREE))  # the old phone is free


def test_the_same_log_on_twice_is_nothing_new(desk: Desk) -> None:
    desk.seat("1001")
    desk.seat("1001")
    assert desk.effects == []


def test_log_on_again_does_not_end_a_pause(desk: Desk) -> None:
    desk.seat("1001")
    desk.pause("1001")
    desk.tell(SeatLoggedOn(SeatId("1001"), CONSULT, "p7", Device.FREE))
    assert desk.seen_seat("1001").paused == "lunch"


def test_a_phone_has_one_seat(desk: Desk) -> None:
    desk.seat("1001")
    before = desk.floor.picture()
    with pytest.raises(SeatRefused, match="phone p1001 is used by seat 1001; log off 1001 first"):
        desk.tell(SeatLoggedOn(SeatId("1002"), CONSULT, "p1001", Device.FREE))
    assert desk.floor.picture() == before


def test_moving_while_it_rings_withdraws_the_ring_at_the_old_phone(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.tell(SeatLoggedOn(SeatId("1001"), CONSULT, "p7", Device.FREE))
    assert [effect.why for effect in desk.did(Withdraw)] == ["seat moved"]
    desk.failed("C1-1", Failure.WITHDRAWN)
    assert desk.offered() == [("C1", "1001")]


@pytest.mark.parametrize("command", [Desk.pause, Desk.ready])
def test_a_seat_that_is_not_there_is_told_so(desk: Desk, command: object) -> None:
    with pytest.raises(SeatRefused, match="seat 1009 is not logged on"):
        command(desk, "1009")  # type: ignore[operator]


def test_news_of_a_seat_that_left_are_ignored(desk: Desk) -> None:
    desk.seat("1001")
    desk.off("1001")
    assert [note.kind for note in desk.notes("logged_off")] == ["logged_off"]
    assert desk.did(SeatGone) == [SeatGone(SeatId("1001"))]
    desk.off("1001")
    assert desk.effects == []
    desk.phone("1001", Device.AWAY)
    assert desk.effects == []
    desk.tell(SkillsChanged(SeatId("1001"), {}))
    assert desk.effects == []


@pytest.mark.parametrize("device", [Device.IN_USE, Device.AWAY])
def test_a_phone_that_cannot_be_rung_is_not_rung(desk: Desk, device: Device) -> None:
    desk.seat("1001", device=device)
    desk.call("C1")
    assert desk.offered() == []
    desk.phone("1001", Device.FREE)
    assert desk.offered() == [("C1", "1001")]


def test_ready_ends_a_pause_and_starts_the_idle_time_anew(desk: Desk) -> None:
    desk.seat("1001")
    desk.seat("1002")
    desk.pause("1001")
    desk.ready("1001")
    assert [note.seat for note in desk.notes("ready")] == ["1001"]
    desk.call("C1")
    assert desk.offered() == [("C1", "1002")]


def test_ready_while_ready_does_not_lose_the_place(desk: Desk) -> None:
    desk.seat("1001")
    desk.seat("1002")
    desk.ready("1001")
    assert desk.effects == []
    desk.call("C1")
    assert desk.offered() == [("C1", "1001")]


def test_a_pause_during_a_talk_begins_after_it(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.pause("1001")
    assert desk.seen_seat("1001").state is SeatState.TALKING
    desk.released("1001", "C1")
    desk.wait(10_000)
    assert desk.seen_seat("1001").state is SeatState.IDLE
    desk.call("C2")
    assert desk.offered() == []
    desk.ready("1001")
    assert desk.offered() == [("C2", "1001")]


def test_ready_during_a_talk_takes_the_coming_pause_back(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.pause("1001")
    desk.ready("1001")
    assert desk.notes("ready") == []
    desk.released("1001", "C1")
    desk.wait(10_000)
    assert [note.seat for note in desk.notes("ready")] == ["1001"]


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda desk: desk.pause("1001"), "paused"),
        (lambda desk: desk.off("1001"), "logged off"),
        (lambda desk: desk.phone("1001", Device.AWAY), "phone away"),
    ],
)
def test_a_seat_that_leaves_while_it_rings_lets_the_caller_keep_the_place(
    desk: Desk, act: object, why: str
) -> None:
    desk.seat("1001")
    desk.seat("1002", {})
    desk.call("C1")
    desk.call("C2")
    act(desk)  # type: ignore[operator]
    assert [(effect.offer, effect.why) for effect in desk.did(Withdraw)] == [("C1-1", why)]
    assert desk.offered() == []  # the line is busy until its Dial returns
    desk.tell(SkillsChanged(SeatId("1002"), CONSULT))
    desk.failed("C1-1", Failure.WITHDRAWN)
    assert desk.calls() == ["C1", "C2"]
    assert "1001" not in [seat for _, seat in desk.offered()]


def test_a_second_reason_does_not_withdraw_a_second_time(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.pause("1001")
    desk.phone("1001", Device.AWAY)
    assert desk.did(Withdraw) == []


def test_our_own_ringing_does_not_withdraw_it(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.phone("1001", Device.IN_USE)
    assert desk.did(Withdraw) == []
    desk.answered("C1-1")
    assert desk.seen_seat("1001").state is SeatState.TALKING


def test_answered_in_spite_of_the_pause_is_a_talk_and_then_the_pause(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.pause("1001")
    desk.answered("C1-1")
    assert desk.seen_seat("1001").state is SeatState.TALKING
    desk.released("1001", "C1")
    desk.wait(10_000)
    assert desk.seen_seat("1001").paused == "lunch"
    assert desk.notes("ready") == []


def test_log_off_in_a_talk_waits_for_its_end_but_not_for_a_restart(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.off("1001")
    assert desk.did(SeatGone) == [SeatGone(SeatId("1001"))]
    assert desk.notes("logged_off") == []
    desk.ended("C1")
    assert desk.floor.picture().seats == ()
    assert [note.seat for note in desk.notes("logged_off")] == ["1001"]


def test_a_leaving_seat_may_come_back(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.off("1001")
    with pytest.raises(SeatRefused):
        desk.pause("1001")
    desk.seat("1001")
    assert [kept.seat for kept in desk.did(SeatKept)] == ["1001"]
    desk.ended("C1")
    assert desk.seen_seat("1001").state is SeatState.WRAP_UP


def test_wrap_up_is_one_clock_over_all_queues(desk: Desk) -> None:
    desk.seat("1001", {"consult": 1, "complaint": 1})
    desk.talk("C1", "1001")
    desk.released("1001", "C1")
    assert desk.did(SeatKept)[0].wrap_up_until == desk.now + 10_000
    desk.call("C2", {"complaint": 1})
    assert desk.offered() == []
    desk.wait(8_999)
    assert desk.offered() == []
    desk.wait(1)
    assert desk.offered() == [("C2", "1001")]
    assert [note.seat for note in desk.notes("ready")] == ["1001"]


def test_ready_ends_wrap_up(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.released("1001", "C1")
    desk.call("C2")
    desk.tell(SeatReady(SeatId("1001")))
    assert desk.offered() == [("C2", "1001")]
    assert desk.wait(20_000) == []


def test_no_wrap_up_is_ready_at_once(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1", wrap_up=0)
    desk.answered("C1-1")
    desk.released("1001", "C1")
    assert [note.kind for note in desk.notes("released", "wrap_up", "ready")] == [
        "released",
        "ready",
    ]


def test_a_late_timer_does_not_cost_idle_time(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.released("1001", "C1")
    over = desk.now + 10_000
    desk.phone("1001", Device.IN_USE)
    desk.now += 60_000
    desk.phone("1001", Device.FREE)
    assert desk.seen_seat("1001").idle_since == over


def test_a_kept_seat_comes_back_as_it_was(desk: Desk) -> None:
    since = desk.now - 50_000
    desk.tell(SeatLoggedOn(SeatId("1001"), CONSULT, "p1", Device.FREE, "lunch", since))
    assert desk.notes("ready") == []
    assert desk.seen_seat("1001").idle_since == since
    until = desk.now + 5_000
    desk.tell(SeatLoggedOn(SeatId("1002"), CONSULT, "p2", Device.FREE, None, since, until))
    assert desk.seen_seat("1002").state is SeatState.WRAP_UP
    desk.wait(5_000)
    assert desk.seen_seat("1002").idle_since == until


def test_a_wrap_up_that_ended_while_the_server_was_down_is_over(desk: Desk) -> None:
    until = desk.now - 3_000
    desk.tell(SeatLoggedOn(SeatId("1001"), CONSULT, "p1", Device.FREE, None, until - 9_000, until))
    assert desk.seen_seat("1001").state is SeatState.IDLE
    assert desk.seen_seat("1001").idle_since == until


def test_two_seats_that_get_free_at_one_instant_serve_two_callers(desk: Desk) -> None:
    desk.seat("1001")
    desk.seat("1002")
    desk.talk("C1", "1001")
    desk.talk("C2", "1002")
    desk.call("C3")
    desk.call("C4")
    desk.tell(SeatReleased(SeatId("1001"), CallId("C1")))
    desk.tell(SeatReleased(SeatId("1002"), CallId("C2")), after=0)
    desk.tell(Tick(), after=10_000)
    assert desk.offered() == [("C3", "1001"), ("C4", "1002")]


def test_two_seats_free_at_once_for_two_queues_take_what_each_can(desk: Desk) -> None:
    """Both would take C3 first; the one that goes without has a second best."""
    desk.seat("1001", {"consult": 1})
    desk.seat("1002", {"consult": 1, "complaint": 1})
    desk.pause("1001")
    desk.talk("C1", "1002")
    desk.ready("1001")
    desk.talk("C2", "1001")
    desk.call("C3", {"consult": 1})
    desk.call("C4", {"complaint": 1})
    desk.tell(SeatReleased(SeatId("1001"), CallId("C2")))
    desk.tell(SeatReleased(SeatId("1002"), CallId("C1")), after=0)
    desk.tell(Tick(), after=10_000)
    assert desk.offered() == [("C3", "1001"), ("C4", "1002")]
