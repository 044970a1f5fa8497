"""The picture of `hotseat top`: a server's status, drawn into so many columns and rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from acd.presence import SEAT_WORDS
from hotseat.tables import cut, span, table, width

NAME_COLUMNS = 16
LATE_MS = 1_000
"""A lag from which on it is worth a second look."""


class Look(Enum):
    """How a line stands out."""

    PLAIN = ""
    TITLE = "1"
    HEAD = "2"
    ALARM = "1;31"


class ScreenLine(NamedTuple):
    """One line, no wider than the screen."""

    text: str
    look: Look = Look.PLAIN


def draw(state: Mapping[str, Any], columns: int, rows: int) -> list[ScreenLine]:
    """A screen for the result of `status`.

    What does not fit is named by its number: the queues come first, then calls and seats share
    what is left.
    """
    lines = [*_head(state, columns), ScreenLine(""), *_queues(state), ScreenLine("")]
    left = max(rows - len(lines) - 1, 6)  # two lines of each part are worth a scroll
    calls = _part(_calls(state["calls"]), left // 2)
    seats = _part(_seats(state["seats"]), left - len(calls) - bool(calls))
    lines += [*calls, *([ScreenLine("")] if calls else []), *seats]
    return [ScreenLine(cut(line.text, columns), line.look) for line in lines]


def _head(state: Mapping[str, Any], columns: int) -> list[ScreenLine]:
    site = state["site"]
    at = f"{datetime.fromtimestamp(state['now'] // 1000, ZoneInfo(site['time_zone'])):%H:%M:%S}"
    name = cut(f"{site['name']}  up {span(state['up_ms'])}", columns - len(at) - 1)
    ami, journal, today = state["ami"], state["journal"], state["today"]
    wait = span(today["mean_wait_ms"])
    lines = [
        ScreenLine(name + " " * (columns - width(name) - len(at)) + at, Look.TITLE),
        ScreenLine(
            f"{today['calls_a_minute']} calls a minute   {state['contacts']} now   "
            f"AMI {ami['lag_ms']} ms   journal {journal['lag_ms']} ms",
            Look.ALARM if max(ami["lag_ms"], journal["lag_ms"]) > LATE_MS else Look.PLAIN,
        ),
        ScreenLine(
            f"today {today['calls']}: {today['answered']} answered, "
            f"{today['abandoned']} abandoned, {today['lost']} lost, {today['menu']} in the menu, "
            f"mean wait {wait}"
        ),
    ]
    if state["duty"]["rostered"]:
        lines.append(_duty(state["duty"]["on_duty"]))
    if not ami["up"]:
        lines.append(ScreenLine("Asterisk OUT OF SIGHT: callers wait, no new offers", Look.ALARM))
    elif state["draining"] is not None:
        lines.append(ScreenLine(f"draining: {state['draining']} calls to be ended", Look.ALARM))
    elif state["held"]:
        lines.append(ScreenLine(f"no offers: {', '.join(state['held'])}", Look.ALARM))
    if journal["trouble"]:
        told = f"HISTORY IS NOT WRITTEN: {journal['trouble']}"
        lines.append(ScreenLine(cut(told, columns), Look.ALARM))
    return lines


def _duty(duties: Sequence[Mapping[str, Any]]) -> ScreenLine:
    """Who is on duty by the roster, and before them who is missing."""
    on_duty = ", ".join(f"{duty['agent']} {duty['shift']}" for duty in duties) or "nobody"
    missing = ", ".join(duty["agent"] for duty in duties if not duty["logged_on"])
    if missing:
        return ScreenLine(f"MISSING: {missing}   on duty: {on_duty}", Look.ALARM)
    return ScreenLine(f"on duty: {on_duty}")


def _queues(state: Mapping[str, Any]) -> list[ScreenLine]:
    today = state["today"]["queues"]
    nothing = {"answered": 0, "abandoned": 0, "mean_wait_ms": None, "service_level": None}
    rows = []
    for queue in state["queues"]:
        figures = today.get(queue["name"], nothing)
        rows.append(
            (
                cut(f"{queue['name']} {queue['title']}".strip(), NAME_COLUMNS),
                queue["waiting"],
                span(queue["longest_wait_ms"]),
                queue["talking"],
                queue["seats_ready"],
                figures["answered"],
                figures["abandoned"],
                span(figures["mean_wait_ms"]),
                _percent(figures["service_level"]),
            )
        )
    heads = (
        *("queue", "waiting", "longest", "talking", "ready"),
        *("answered", "abandoned", "wait", "SL"),
    )
    return _lines(heads, rows)


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def _calls(calls: Sequence[Mapping[str, Any]]) -> list[ScreenLine]:
    heads = ("waiting call", "queue", "since", "offers", "rings at")
    waiting = [call for call in calls if call["state"] != "talking"]
    rows = [
        (call["call"], call["queue"], span(call["waited_ms"]), call["offers"], call["seat"])
        for call in waiting
    ]
    return _lines(heads, rows)


def _seats(seats: Sequence[Mapping[str, Any]]) -> list[ScreenLine]:
    if not seats:
        return [ScreenLine("nobody is logged on: hotseat seat login --help", Look.HEAD)]
    counts = Counter(seat["state"] for seat in seats)
    said = ", ".join(f"{counts[state]} {state}" for state in SEAT_WORDS if counts[state])
    heads = ("seat", "agent", "phone", "state", "pause", "idle", "call")
    rows = [
        (
            seat["seat"],
            cut(seat["name"], NAME_COLUMNS),
            seat["phone"],
            seat["state"],
            cut(seat["paused"] or "", NAME_COLUMNS),
            span(seat["idle_ms"]),
            seat["call"],
        )
        for seat in sorted(seats, key=lambda seat: SEAT_WORDS.index(seat["state"]))
    ]
    return [ScreenLine(f"seats: {said}"), *_lines(heads, rows)]


def _lines(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> list[ScreenLine]:
    texts = table(heads, rows).splitlines()
    return [ScreenLine(text, Look.PLAIN if n else Look.HEAD) for n, text in enumerate(texts)]


def _part(lines: list[ScreenLine], room: int) -> list[ScreenLine]:
    if len(lines) <= room:
        return lines
    hidden = len(lines) - room + 1
    return [*lines[: room - 1], ScreenLine(f"… and {hidden} more", Look.HEAD)]
