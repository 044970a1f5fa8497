"""Who is offered to whom, and what becomes of an offer that fails."""

from __future__ import annotations

import pytest

from acd.effects import Check, Offer, SeatKept, Withdraw
from acd.events import CallQueued, OffersHeld, OffersResumed, SkillsChanged, Tick
from acd.routing import Verdict
from acd.types import CallId, Device, Failure, OfferId, SeatId
from tests.unit.acd.desk import CONSULT, Desk


def test_the_longest_idle_of_the_qualified_seats_is_rung(desk: Desk) -> None:
    desk.seat("1001", {"complaint": 2})
    desk.seat("1002", {"complaint": 5})
    desk.seat("1003", {"complaint": 5, "consult": 1})
    desk.call("C1", {"complaint": 3}, ring=15_000)
    assert desk.did(Offer) == [
        Offer(OfferId("C1-1"), CallId("C1"), SeatId("1002"), "p1002", 15_000)
    ]


def test_a_seat_that_gets_free_serves_the_longest_waiting_it_can(desk: Desk) -> None:
    desk.call("C1", {"complaint": 3})
    desk.call("C2", {"complaint": 1})
    desk.call("C3", {"complaint": 1, "consult": 1})
    desk.seat("1001", {"complaint": 2, "consult": 1})
    assert desk.offered() == [("C2", "1001")]


def test_a_call_that_requires_nothing_takes_any_seat(desk: Desk) -> None:
    desk.seat("1001", {})
    desk.call("C1", {})
    assert desk.offered() == [("C1", "1001")]


def test_two_calls_at_one_instant_for_one_seat_with_two_skills(desk: Desk) -> None:
    desk.seat("1001", {"consult": 1, "complaint": 1})
    desk.call("C1", {"consult": 1})
    desk.tell(CallQueued(CallId("C2"), "complaint", (("complaint", 1),), desk.now), after=0)
    assert desk.offered() == []
    assert desk.rings("C1") == "1001"


def test_a_point_of_priority_is_a_minute_of_waiting_and_no_more(desk: Desk) -> None:
    desk.call("C1")
    desk.call("C2", priority=1)
    desk.call("C3", priority=1, arrived=desk.now + 61_000)
    assert desk.calls() == ["C2", "C1", "C3"]


def test_new_skills_count_at_once(desk: Desk) -> None:
    desk.seat("1001", {})
    desk.call("C1")
    desk.tell(SkillsChanged(SeatId("1001"), CONSULT))
    assert desk.offered() == [("C1", "1001")]
    desk.failed("C1-1", Failure.WITHDRAWN)
    desk.gone("C1")
    desk.tell(SkillsChanged(SeatId("1001"), {"complaint": 9}))
    desk.call("C2")
    assert desk.offered() == []


@pytest.mark.parametrize("cause", [Failure.NO_ANSWER, Failure.DECLINED])
def test_a_miss_sends_the_call_to_the_next_seat_and_spares_this_one(
    desk: Desk, cause: Failure
) -> None:
    desk.seat("1001")
    desk.seat("1002")
    desk.call("C1", again=20_000)
    desk.failed("C1-1", cause)
    assert desk.offered() == [("C1", "1002")]
    desk.failed("C1-2", cause)
    assert desk.offered() == []
    desk.call("C2")
    assert desk.offered() == [("C2", "1001")]  # barred for one call only
    desk.failed("C2-1", Failure.CALLER_GONE)
    desk.wait(17_000)
    assert desk.offered() == [("C1", "1001")]


def test_the_call_that_was_missed_keeps_its_place(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.call("C2")
    desk.failed("C1-1", Failure.NO_ANSWER)
    assert desk.calls() == ["C1", "C2"]
    assert desk.offered() == [("C2", "1001")]
    desk.seat("1002")
    assert desk.offered() == [("C1", "1002")]


def test_a_miss_makes_the_seat_the_last_in_turn(desk: Desk) -> None:
    desk.seat("1001")
    desk.seat("1002")
    desk.call("C1")
    desk.failed("C1-1", Failure.NO_ANSWER)
    assert [(kept.seat, kept.idle_since) for kept in desk.did(SeatKept)] == [("1001", desk.now)]
    desk.gone("C1")
    desk.call("C2")
    assert desk.offered() == [("C2", "1002")]


@pytest.mark.parametrize(
    "cause",
    [Failure.BUSY, Failure.UNREACHABLE, Failure.WITHDRAWN, Failure.CALLER_GONE, Failure.ERROR],
)
def test_what_is_not_the_agents_fault_costs_no_turn_and_no_miss(desk: Desk, cause: Failure) -> None:
    desk.seat("1001")
    desk.seat("1002")
    since = desk.seen_seat("1001").idle_since
    for n in range(1, 6):
        desk.call(f"C{n}")
        assert desk.rings(f"C{n}") == "1001"
        desk.failed(f"C{n}-1", cause)
        desk.gone(f"C{n}")
        desk.wait(5_000)
    assert desk.seen_seat("1001").paused is None
    assert desk.seen_seat("1001").idle_since == since


def test_three_misses_in_a_row_pause_the_seat(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1", again=0)
    desk.failed("C1-1", Failure.NO_ANSWER)
    desk.failed("C1-2", Failure.DECLINED)
    assert desk.offered() == [("C1", "1001")]
    desk.failed("C1-3", Failure.NO_ANSWER)
    assert desk.offered() == []
    assert desk.seen_seat("1001").paused == "missed"
    assert [note.facts for note in desk.notes("paused")] == [{"reason": "missed"}]
    desk.ready("1001")
    assert desk.offered() == [("C1", "1001")]


def test_an_answer_makes_up_for_misses(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1", again=0, wrap_up=0)
    desk.failed("C1-1", Failure.NO_ANSWER)
    desk.failed("C1-2", Failure.NO_ANSWER)
    desk.answered("C1-3")
    desk.ended("C1")
    desk.call("C2")
    desk.failed("C2-1", Failure.NO_ANSWER)
    assert desk.seen_seat("1001").paused is None


@pytest.mark.parametrize(
    ("cause", "span"),
    [(Failure.BUSY, 3_000), (Failure.UNREACHABLE, 5_000), (Failure.ERROR, 5_000)],
)
def test_a_phone_that_answers_at_once_is_not_rung_in_a_circle(
    desk: Desk, cause: Failure, span: int
) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.failed("C1-1", cause)
    assert desk.offered() == []
    desk.wait(span - 1)
    assert desk.offered() == []
    desk.wait(1)
    assert desk.offered() == [("C1", "1001")]


def test_an_error_holds_the_call_too_for_a_second(desk: Desk) -> None:
    desk.seat("1001")
    desk.seat("1002")
    desk.call("C1")
    desk.failed("C1-1", Failure.ERROR)
    assert desk.offered() == []
    desk.wait(1_000)
    assert desk.offered() == [("C1", "1002")]


def test_who_missed_nothing_because_the_offer_was_withdrawn_is_not_marked(desk: Desk) -> None:
    desk.seat("1001")
    for n in range(1, 5):
        desk.call(f"C{n}")
        desk.pause("1001")
        desk.failed(f"C{n}-1", Failure.NO_ANSWER)
        assert [note.facts["cause"] for note in desk.notes("failed")] == ["withdrawn"]
        desk.gone(f"C{n}")
        desk.ready("1001")
    assert desk.seen_seat("1001").paused is None


def test_the_same_call_queued_again_changes_nothing(desk: Desk) -> None:
    desk.call("C1", arrived=500)
    desk.call("C2", arrived=600)
    before = desk.floor.picture()
    desk.call("C1", arrived=500)
    assert desk.effects == []
    assert desk.floor.picture() == before


def test_a_session_that_comes_back_during_the_offer_failed_it(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1", arrived=500)
    desk.call("C2", arrived=600)
    desk.call("C1", arrived=500)
    assert [note.facts["cause"] for note in desk.notes("failed")] == ["error"]
    assert desk.calls() == ["C1", "C2"]
    desk.answered("C1-1")  # too late, nobody is on that offer
    assert desk.effects == []
    desk.wait(5_000)
    assert [offer.offer for offer in desk.did(Offer)] == ["C1-2"]


def test_another_queue_takes_the_waiting_time_along(desk: Desk) -> None:
    desk.call("C1", {"complaint": 3}, arrived=500)
    desk.call("C2", arrived=600)
    desk.call("C1", CONSULT, arrived=500)
    assert [note.kind for note in desk.notes("queued")] == ["queued"]
    desk.seat("1001")
    assert desk.offered() == [("C1", "1001")]


def test_offers_made_before_a_restart_are_counted_on(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1", attempts=4)
    assert [offer.offer for offer in desk.did(Offer)] == ["C1-5"]


def test_an_overdue_offer_is_looked_into_and_never_cut(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1", ring=20_000)
    desk.wait(22_999)
    assert desk.effects == []
    desk.wait(1)
    assert desk.effects == [Check(OfferId("C1-1"), CallId("C1"), SeatId("1001"))]
    desk.wait(10_000)
    assert len(desk.did(Check)) == 2
    assert desk.rings("C1") == "1001"
    desk.answered("C1-1")
    assert desk.wait(60_000) == []


def test_a_caller_who_leaves_while_it_rings_frees_the_seat_and_stops_the_legs(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.call("C2")
    desk.gone("C1")
    assert [effect.offer for effect in desk.did(Withdraw)] == ["C1-1"]
    assert desk.offered() == [("C2", "1001")]
    assert [note.facts for note in desk.notes("gone")] == [{"state": "offered"}]
    desk.failed("C1-1", Failure.CALLER_GONE)
    assert desk.effects == []
    desk.gone("C1")
    assert desk.effects == []


def test_an_offer_that_failed_because_the_caller_left_ends_the_call(desk: Desk) -> None:
    desk.seat("1001")
    desk.seat("1002")
    desk.call("C1")
    desk.failed("C1-1", Failure.CALLER_GONE)
    assert desk.offered() == []
    assert desk.did(Withdraw) == []
    assert [note.facts for note in desk.notes("gone")] == [{"state": "offered"}]
    assert desk.calls() == []


def test_caller_gone_and_answer_at_one_instant_leave_no_talk_behind(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    desk.gone("C1")
    desk.answered("C1-1")
    desk.released("1001", "C1")
    desk.ended("C1")
    assert desk.effects == []
    assert desk.floor.picture().calls == ()


def test_outcomes_twice_or_after_the_answer_are_ignored(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    for cause in Failure:
        desk.failed("C1-1", cause)
        assert desk.effects == []
    desk.answered("C1-1")
    assert desk.effects == []


def test_nothing_is_offered_while_held_for_any_reason(desk: Desk) -> None:
    desk.tell(OffersHeld("recovery"))
    desk.tell(OffersHeld("switch away"))
    assert [note.facts for note in desk.notes("held")] == [{"reason": "switch away"}]
    desk.tell(OffersHeld("switch away"))
    assert desk.effects == []
    desk.seat("1001")
    desk.seat("1002")
    desk.call("C2", arrived=700)
    desk.call("C1", arrived=600)
    desk.call("C3", arrived=800)
    desk.tell(OffersResumed("recovery"))
    assert desk.offered() == []
    assert desk.floor.picture().held == {"switch away"}
    desk.tell(OffersResumed("switch away"))
    assert desk.offered() == [("C1", "1001"), ("C2", "1002")]
    desk.tell(OffersResumed("switch away"))
    assert desk.effects == []


def test_running_offers_and_talks_go_on_while_held(desk: Desk) -> None:
    desk.seat("1001")
    desk.seat("1002")
    desk.talk("C1", "1001")
    desk.call("C2")
    desk.tell(OffersHeld("switch away"))
    assert desk.did(Withdraw) == []
    desk.answered("C2-1")
    desk.released("1001", "C1")
    assert desk.rings("C2") == "1002"


def test_a_call_let_loose_does_not_overtake_the_one_before_it(desk: Desk) -> None:
    """A seat's wrap-up and a younger call's hold-off end in the same instant."""
    desk.seat("1001", {"consult": 1, "complaint": 1})
    desk.seat("1002", {"complaint": 1})
    desk.call("C0", wrap_up=1_000)
    desk.answered("C0-1")
    desk.call("C1", {"consult": 1})
    desk.call("C2", {"complaint": 1})
    assert desk.rings("C2") == "1002"
    desk.released("1001", "C0")
    desk.tell(CallQueued(CallId("C2"), "consult", (("complaint", 1),), desk.now), after=0)
    desk.tell(Tick(), after=1_000)
    assert desk.offered() == [("C1", "1001")]


def test_explain_says_for_every_seat_what_is_missing(desk: Desk) -> None:
    desk.seat("1001", {"complaint": 1})
    desk.seat("1002", device=Device.AWAY)
    desk.seat("1003", device=Device.IN_USE)
    desk.seat("1004")
    desk.pause("1004")
    desk.seat("1005")
    desk.talk("C1", "1005")
    desk.seat("1006")
    desk.call("C2")
    desk.failed("C2-1", Failure.NO_ANSWER)
    desk.seat("1007", {"consult": 5})
    desk.failed("C2-2", Failure.BUSY)
    explained = desk.floor.explain(CallId("C2"))
    assert explained.ahead == 0
    assert dict(explained.verdicts) == {
        "1001": Verdict.SKILLS,
        "1002": Verdict.PHONE_AWAY,
        "1003": Verdict.PHONE_IN_USE,
        "1004": Verdict.SEAT_PAUSED,
        "1005": Verdict.SEAT_TALKING,
        "1006": Verdict.BARRED,
        "1007": Verdict.SEAT_HELD_OFF,
    }
    desk.call("C3")
    assert desk.floor.explain(CallId("C2")).ahead == 0
    assert desk.floor.explain(CallId("C3")).ahead == 1
    with pytest.raises(KeyError):
        desk.floor.explain(CallId("C9"))
