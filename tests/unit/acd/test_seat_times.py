"""What the journal says of a seat's time: each moment is one thing, wrap-ups as in the records."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from acd.effects import Effect, Note, Offer, WrapUpSet
from acd.events import SeatLoggedOn
from acd.presence import MISSED
from acd.types import CallId, Device, Failure, FloorError, Millis, SeatId
from tests.unit.acd.desk import CONSULT, Desk

BEGINS = {"answered": "talk", "adopted": "talk", "wrap_up": "wrap-up", "paused": "pause"}
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


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["on", "off", "pause", "tea", "ready", "call", "answer", "miss", "release", "end"]
        ),
        st.integers(0, 15_000),
    ),
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
                case _:
                    continue
        except FloorError:
            continue
        keep(desk.effects, desk.now)
    busy = ""
    wrapped: dict[str, Millis] = {}
    """call -> the end of its wrap-up as the rows tell it."""
    resting = ""
    for at, note in rows:
        kind = note.kind
        if busy and (
            kind in ENDS[busy] or kind == "logged_off" or (kind, busy) == ("paused", "wrap-up")
        ):
            if resting and kind in ("ready", "paused", "logged_off"):
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
