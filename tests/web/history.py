"""A day of calls, for pages that look back."""

from __future__ import annotations

from sqlalchemy import Engine

from acd.effects import SeatKept
from acd.types import SeatId
from hotseat.db.engine import writing
from hotseat.db.writes import write
from hotseat.history import CallbackAsked, CallChanged, JournalRow

DAY = 1_799_971_200_000
"""08:00 in Shanghai on the day of `tests.web.conftest.T`."""
MINUTE = 60_000
SEATS = ("1001", "1002", "1003", "1004", "1005")
QUEUES = ("consult", "consult", "complaint", "callback")


def call_id(number: int) -> str:
    """Of the call of this number."""
    return f"01JCXW5T0Q3N5D1B8A0K2{number:05d}"


def caller_of(number: int) -> str:
    """Its caller."""
    return f"1380013{number:04d}"


def write_history(engine: Engine, calls: int = 120, name: str = "李先生") -> None:
    """One call every four minutes: four in five answered, the rest gave up, left or were lost."""
    entries: list[JournalRow | CallChanged] = []
    for number in range(calls):
        entries += _call(number, name)
    with writing(engine) as session:
        write(session, entries)


def leave_message(engine: Engine, number: int) -> None:
    """The caller of this call, who gave up, has left a message."""
    call, at = call_id(number), DAY + number * 4 * MINUTE
    asked = CallbackAsked(call, at, QUEUES[number % 4], caller_of(number), "zh", f"message-{call}")
    with writing(engine) as session:
        write(session, [asked])


def keep_times(engine: Engine) -> None:
    """1001 comes at 09:12 and is still there at 16:00, with a meal and a pause for misses.

    And calls two customers back, of whom one answers; the wrap-up of a minute is cut short.
    """
    nine, minute = DAY + 3_600_000, 60_000
    steps: tuple[tuple[int, str, dict[str, str | int]], ...] = (
        (nine + 12 * minute, "logged_on", {"phone": "p101"}),
        (nine + 180 * minute, "paused", {"reason": "meal"}),
        (nine + 210 * minute, "pause_over", {}),
        (nine + 220 * minute, "called_back", {"result": "busy", "on_line_ms": minute}),
        (nine + 230 * minute, "called_back", {"result": "reached", "on_line_ms": 6 * minute}),
        (nine + 230 * minute, "wrap_up", {"until": nine + 231 * minute}),
        (nine + 230 * minute + 45_000, "wrap_up", {"until": nine + 230 * minute + 45_000}),
        (nine + 230 * minute + 45_000, "ready", {}),
        (nine + 300 * minute, "paused", {"reason": "missed"}),
        (nine + 305 * minute, "pause_over", {}),
    )
    rows = [
        JournalRow(
            10**15 + number,
            at,
            kind,
            call_id(4) if kind in ("called_back", "wrap_up") else None,
            "1001",
            "consult" if kind == "called_back" else None,
            facts,
        )
        for number, (at, kind, facts) in enumerate(steps)
    ]
    with writing(engine) as session:
        write(session, [*rows, SeatKept(SeatId("1001"), "p101", None, nine, None)])


def _call(number: int, name: str) -> list[JournalRow | CallChanged]:
    call, at = call_id(number), DAY + number * 4 * MINUTE
    queue, seat = QUEUES[number % 4], SEATS[number * 7 % 5]
    wait, talk = 1_000 * (5 + number * 13 % 50), 1_000 * (40 + number * 37 % 300)
    queued = at + 9_000
    row = (at << 8) + number * 16
    fields: dict[str, str | int | None] = {
        "number": "4008001000",
        "caller": caller_of(number),
        "caller_name": name,
        "came_from": "trunk",
        "language": "zh",
        "menu": "main",
        "menu_revision": 1,
        "ended_by": "caller",
    }
    steps = [JournalRow(row, at, "arrived", call, None, None, {"number": "4008001000"})]
    if number % 15 == 7:
        fields |= {"outcome": "menu", "ended_at": at + 8_000}
        return [*steps, CallChanged(call, at, fields)]
    fields |= {"queue": queue, "queued_at": queued, "offers": 1, "wait_ms": wait}
    steps.append(JournalRow(row + 1, queued, "queued", call, None, queue, {}))
    rings = queued + wait - 4_000
    if number % 10 == 3:
        missed = SEATS[(number * 7 + 1) % 5]
        steps += [
            JournalRow(row + 2, queued, "offered", call, missed, queue, {"phone": "p104"}),
            JournalRow(row + 3, rings - 500, "failed", call, missed, queue, {"cause": "no answer"}),
        ]
        fields["offers"] = 2
    if number % 9 == 4:
        fields |= {"outcome": "abandoned", "ended_at": queued + wait, "in_time": wait < 20_000}
        steps.append(JournalRow(row + 6, queued + wait, "gone", call, None, queue, {}))
        return [*steps, CallChanged(call, at, fields)]
    answered, ended = queued + wait, queued + wait + talk
    steps += [
        JournalRow(row + 4, rings, "offered", call, seat, queue, {"phone": "p101"}),
        JournalRow(row + 5, answered, "answered", call, seat, queue, {}),
        JournalRow(row + 6, ended, "talk_ended", call, seat, queue, {}),
    ]
    fields |= {
        "seat": seat,
        "answered_at": answered,
        "talk_ended_at": ended,
        "wrap_up_ended_at": ended + 10_000,
        "ended_at": ended + 2_000,
        "talk_ms": talk,
        "in_time": wait < 20_000,
        "outcome": "answered",
    }
    return [*steps, CallChanged(call, at, fields)]
