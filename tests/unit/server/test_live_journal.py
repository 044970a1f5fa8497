"""What the journal is told is written, whoever listens and whatever they do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from acd.effects import Note, SeatGone, SeatKept
from acd.listener import Listener
from acd.types import CallId, SeatId
from hotseat.live_journal import LiveJournal
from tests.unit.server.scene import KeptJournal

CALL, SEAT = CallId("C1"), SeatId("1001")
KEPT = SeatKept(SEAT, "p101", None, 0, None)
ENDED = {"outcome": "answered", "queue": "consult"}


class Room:
    """A journal, and what its listeners heard, in order."""

    def __init__(self) -> None:
        self.kept = KeptJournal()
        self.journal = LiveJournal(self.kept)
        self.heard: list[tuple[Any, ...]] = []

    def hear(self, who: str) -> Callable[[int, object], None]:
        return lambda at, what: self.heard.append((who, at, what))

    def all_is_told(self) -> None:
        self.journal.note(1, Note("arrived", call=CALL))
        self.journal.note(2, Note("answered", call=CALL, seat=SEAT))
        self.journal.call_changed(3, CALL, {"seat": SEAT})
        self.journal.call_changed(4, CALL, ENDED)
        self.journal.keep_seat(5, KEPT)

    def all_is_written(self) -> bool:
        return (self.kept.kinds(), self.kept.calls, self.kept.seats) == (
            ["arrived", "answered"],
            {CALL: {"seat": SEAT, **ENDED}},
            {SEAT: KEPT},
        )


@pytest.fixture
def room() -> Room:
    return Room()


def test_without_listeners_everything_is_written(room: Room) -> None:
    room.all_is_told()
    assert room.all_is_written()
    room.journal.drop_seat(6, SeatGone(SEAT))
    assert room.kept.seats == {}


def test_each_hears_what_it_asked_for_and_nothing_else(room: Room) -> None:
    room.journal.listen(Listener(notes={"answered": room.hear("answers")}))
    room.journal.listen(Listener(call_ended=room.hear("ends")))
    room.journal.listen(Listener(seat_changed=room.hear("seats")))
    room.all_is_told()
    room.journal.drop_seat(6, SeatGone(SEAT))
    assert room.heard == [
        ("answers", 2, Note("answered", call=CALL, seat=SEAT)),
        ("ends", 4, ENDED),
        ("seats", 5, SEAT),
        ("seats", 6, SEAT),
    ]


def test_who_hears_every_row_hears_also_those_that_others_asked_for(room: Room) -> None:
    room.journal.listen(Listener(notes={"answered": room.hear("first")}))
    room.journal.listen(
        Listener(notes={"paused": room.hear("pauses")}, every_note=room.hear("every"))
    )
    room.journal.listen(Listener(notes={"answered": room.hear("last")}))
    for kind in ("arrived", "answered", "paused"):
        room.journal.note(0, Note(kind))
    assert [(who, what.kind) for who, _, what in room.heard] == [
        ("every", "arrived"),
        ("first", "answered"),
        ("every", "answered"),
        ("last", "answered"),
        ("pauses", "paused"),
    ]


def test_who_left_hears_no_more(room: Room) -> None:
    watches = Listener(
        every_note=room.hear("gone"), call_ended=room.hear("gone"), seat_changed=room.hear("gone")
    )
    leave = room.journal.listen(watches)
    room.journal.listen(Listener(every_note=room.hear("stays")))
    leave()
    room.all_is_told()
    assert [who for who, *_ in room.heard] == ["stays", "stays"]
    room.journal.listen(watches)
    room.journal.note(7, Note("ready", seat=SEAT))
    assert [who for who, *_ in room.heard[2:]] == ["stays", "gone"]


def test_a_listener_may_leave_while_it_is_told(room: Room) -> None:
    def once(at: int, note: Note) -> None:
        room.heard.append(("once", at, note))
        leave()

    leave = room.journal.listen(Listener(every_note=once))
    room.journal.listen(Listener(every_note=room.hear("stays")))
    room.all_is_told()
    assert [who for who, *_ in room.heard] == ["once", "stays", "stays"]


def test_a_row_is_written_before_it_is_heard(room: Room) -> None:
    room.journal.listen(
        Listener(every_note=lambda at, note: room.heard.append((at, *room.kept.kinds())))
    )
    room.all_is_told()
    assert room.heard == [(1, "arrived"), (2, "arrived", "answered")]


def test_a_listener_that_fails_costs_no_row_and_no_other_listener(room: Room) -> None:
    def fails(at: int, what: object) -> None:
        raise KeyError("13800138000")

    room.journal.listen(Listener(every_note=fails, call_ended=fails, seat_changed=fails))
    room.journal.listen(
        Listener(
            every_note=room.hear("notes"), call_ended=room.hear("ends"), seat_changed=room.hear("s")
        )
    )
    with capture_logs() as logs:
        room.all_is_told()
    assert room.all_is_written()
    assert [who for who, *_ in room.heard] == ["notes", "notes", "ends", "s"]
    told = [{**line} for line in logs]
    for line in told:
        assert line.pop("event") == "journal_listener_failed"
        assert line.pop("exc_info") is True
        assert line.pop("log_level") == "error"
    assert told == [
        {"kind": "arrived", "call": CALL, "seat": None},
        {"kind": "answered", "call": CALL, "seat": SEAT},
        {"call": CALL},
        {"seat": SEAT},
    ]
