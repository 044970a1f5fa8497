"""What the journal says of a seat's time: each moment is one thing, wrap-ups as in the records."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from acd.effects import Effect, Note, Offer, SeatKept, WrapUpSet
from acd.events import SeatDials, SeatLoggedOn
from acd.presence import MISSED
from acd.types import CallId, Device, Failure, FloorError, Millis, SeatId
from tests.unit.acd.desk import CONSULT, Desk

BEGINS = {
    **dict.fromkeys(("answered", "adopted", "dials"), "talk"),
    "wrap_up": "wrap-up",
    "paused": "pause",
}
"""Rows behind which a seat is bound."""
ENDS = {"talk": {"talk_ended", "released"}, "wrap-up": {"ready"}, "pause": {"pause_over"}}


def kinds(desk: Desk) -> list[str]:
    """The rows of the last step that are about the seat's time."""
    return [note.kind for note in desk.notes("pause_asked", "paused", "pause_over", "ready")]


def set_to(effects: list[Effect]) -> list[tuple[str, Millis]]:
    """The wrap-ups that were set."""
    return [(one.call, one.until) for one in effects if isinstance(one, WrapUpSet)]


def test_a_pause_counts_from_the_end_of_talk_and_wrap_up(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.pause("1001")
    assert kinds(desk) == ["pause_asked"]
    desk.released("1001", "C1")
    assert kinds(desk) == []
    desk.wait(10_000)
    assert kinds(desk) == ["paused"]
    assert desk.notes("paused")[0].facts == {"reason": "lunch"}
    desk.ready("1001")
    assert kinds(desk) == ["pause_over", "ready"]


def test_log_on_with_a_pause_begins_with_it(desk: Desk) -> None:
    desk.tell(SeatLoggedOn(SeatId("1001"), CONSULT, "p1", Device.FREE, "not yet"))
    assert kinds(desk) == ["paused"]


def test_three_misses_are_a_pause(desk: Desk) -> None:
    desk.seat("1001")
    desk.call("C1")
    for attempt in (1, 2, 3):
        desk.failed(f"C1-{attempt}", Failure.NO_ANSWER)
        assert desk.notes("paused") == [] if attempt < 3 else desk.notes("paused")
        desk.wait(30_000) if attempt < 3 else None
    assert desk.seen_seat("1001").paused == MISSED


def test_a_wrap_up_is_told_with_its_call_and_again_if_cut_short(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.released("1001", "C1")
    until = desk.now + 10_000
    assert [(note.call, note.facts) for note in desk.notes("wrap_up")] == [("C1", {"until": until})]
    assert set_to(desk.effects) == [("C1", until)]
    desk.ready("1001")
    assert set_to(desk.effects) == [("C1", desk.now)]


def test_a_wrap_up_that_runs_out_is_told_once(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.released("1001", "C1")
    assert set_to(desk.wait(20_000)) == []
    desk.off("1001")
    assert set_to(desk.effects) == []


def test_a_log_off_cuts_a_wrap_up_short(desk: Desk) -> None:
    desk.seat("1001")
    desk.talk("C1", "1001")
    desk.released("1001", "C1")
    desk.off("1001")
    assert set_to(desk.effects) == [("C1", desk.now)]


def test_a_wrap_up_found_at_a_restart_is_still_its_call_s(desk: Desk) -> None:
    until = desk.now + 9_000
    kept = SeatLoggedOn(SeatId("1001"), CONSULT, "p1", Device.FREE, None, 0, until, CallId("C9"))
    desk.tell(kept)
    assert set_to(desk.effects) == [("C9", until)]
    desk.ready("1001")
    assert set_to(desk.effects) == [("C9", desk.now)]


def call_back(desk: Desk, call: str = "D1", wrap_up: Millis = 10_000) -> None:
    """The agent dials, and will have reached somebody."""
    desk.tell(SeatDials(SeatId("1001"), CallId(call), "callback", wrap_up))


def rests(desk: Desk) -> list[tuple[str | None, object]]:
    """The wrap-ups that the last step wrote into the journal."""
    return [(note.call, note.facts["until"]) for note in desk.notes("wrap_up")]


def test_the_wrap_up_after_a_call_back_is_no_part_of_the_call_s_record(desk: Desk) -> None:
    """Days may lie between; the journal has it, also if it is cut short."""
    desk.seat("1001")
    call_back(desk)
    desk.ended("D1")
    assert (set_to(desk.effects), rests(desk)) == ([], [("D1", desk.now + 10_000)])
    kept = desk.did(SeatKept)[-1]
    assert (kept.wrap_up_until, kept.rests_after) == (desk.now + 10_000, None)
    desk.ready("1001")
    assert (set_to(desk.effects), rests(desk)) == ([], [("D1", desk.now)])
    desk.talk("C1", "1001")
    desk.released("1001", "C1")
    assert set_to(desk.effects) == [("C1", desk.now + 10_000)]


def test_the_wrap_up_after_a_call_back_that_runs_out_is_told_once(desk: Desk) -> None:
    desk.seat("1001")
    call_back(desk)
    desk.ended("D1")
    desk.wait(20_000)
    assert rests(desk) == []
    call_back(desk, "D2")
    assert rests(desk) == []


def test_the_next_call_back_and_a_log_off_cut_the_wrap_up_short(desk: Desk) -> None:
    desk.seat("1001")
    call_back(desk)
    desk.ended("D1")
    desk.tell(SeatDials(SeatId("1001"), CallId("D2"), "callback", 10_000))
    assert rests(desk) == [("D1", desk.now)]
    desk.ended("D2")
    desk.off("1001")
    assert rests(desk) == [("D2", desk.now)]


def test_a_pause_asked_for_in_a_call_back_counts_from_the_end_of_its_wrap_up(desk: Desk) -> None:
    desk.seat("1001")
    call_back(desk)
    desk.pause("1001")
    assert kinds(desk) == ["pause_asked"]
    desk.ended("D1")
    assert kinds(desk) == []
    desk.wait(10_000)
    assert kinds(desk) == ["paused"]


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("on", "off", "pause", "tea", "ready", "call", "answer", "miss", "release", "end"),
                "dial",
            ]
        ),
        st.integers(0, 15_000),
    ),
    min_size=10,
    max_size=60,
)


@given(acts=ACTS)
def test_no_two_things_at_once_and_wrap_ups_as_the_records_have_them(
    acts: list[tuple[str, int]],
) -> None:
    """From the journal alone: a seat talks, wraps up, pauses or is free, one at a time."""
    desk = Desk()
    rows: list[tuple[Millis, Note]] = []
    recorded: dict[str, Millis] = {}
    offers: list[str] = []
    calls = 0

    def keep(effects: list[Effect], at: Millis) -> None:
        rows.extend((at, effect) for effect in effects if isinstance(effect, Note))
        recorded.update(set_to(effects))
        offers.extend(one.offer for one in effects if isinstance(one, Offer))

    for act, wait in acts:
        end = desk.now + wait
        while (due := desk.floor.next_deadline()) is not None and due <= end:
            keep(desk.wait(due - desk.now), due)
        desk.now = end
        call = next(iter(desk.calls()), "")
        try:
            match act:
                case "on":
                    desk.seat("1001")
                case "off":
                    desk.off("1001")
                case "pause" | "tea":
                    desk.pause("1001", act)
                case "ready":
                    desk.ready("1001")
                case "call":
                    calls += 1
                    desk.call(f"C{calls}")
                case "answer" if offers:
                    desk.answered(offers[-1])
                case "miss" if offers:
                    desk.failed(offers[-1], Failure.NO_ANSWER)
                case "release" if call:
                    desk.released("1001", call)
                case "end" if call:
                    desk.ended(call)
                case "dial":
                    calls += 1
                    call_back(desk, f"D{calls}", 7_000)
                case _:
                    continue
        except FloorError:
            continue
        keep(desk.effects, desk.now)
    busy = ""
    wrapped: dict[str, Millis] = {}
    """call -> the end of its wrap-up as the rows tell it."""
    resting = ""
    assert not any(call.startswith("D") for call in recorded)
    for at, note in rows:
        kind = note.kind
        if kind == "wrap_up" and note.call is not None and note.call.startswith("D"):
            again = note.call in recorded
            recorded[note.call] = int(note.facts["until"])
            if again:
                continue
        if busy and (
            kind in ENDS[busy]
            or kind in ("logged_off", "dials")
            or (kind, busy) == ("paused", "wrap-up")
        ):
            if resting and kind in ("ready", "paused", "logged_off", "dials"):
                wrapped[resting], resting = min(wrapped[resting], at), ""
            busy = ""
        if kind in BEGINS:
            same = kind == "paused" and busy == "pause"
            assert same or not busy, f"{kind} while {busy}"
            busy = BEGINS[kind]
        if kind == "wrap_up":
            assert note.call is not None
            resting = note.call
            wrapped[resting] = int(note.facts["until"])
    assert wrapped == recorded
