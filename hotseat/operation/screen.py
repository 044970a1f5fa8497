"""The picture of `hotseat top`: a server's status, drawn into so many columns and rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from acd.presence import SEAT_WORDS
from hotseat.operation.terms import term
from hotseat.tables import cut, span, table, width
from words import Message, enumerated, said, told

NAME_COLUMNS = 16
LATE_MS = 1_000
"""A lag from which on it is worth a second look."""

NOBODY = said("nobody is logged on: %(command)s", command="hotseat seat login --help")

Tell: TypeAlias = Callable[[str], str]
"""Gives a message in the language of the screen."""


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


def draw(state: Mapping[str, Any], columns: int, rows: int, language: str) -> list[ScreenLine]:
    """A screen for the result of `status`.

    What does not fit is named by its number: the queues come first, then calls and seats share
    what is left.
    """
    tell = partial(told, language=language)
    head = [ScreenLine(tell(line.text), line.look) for line in _head(state, columns, tell)]
    lines = [*head, ScreenLine(""), *_queues(state, tell), ScreenLine("")]
    left = max(rows - len(lines) - 1, 6)  # two lines of each part are worth a scroll
    calls = _part(_calls(state["calls"], tell), left // 2, tell)
    seats = _part(_seats(state["seats"], tell), left - len(calls) - bool(calls), tell)
    lines += [*calls, *([ScreenLine("")] if calls else []), *seats]
    return [ScreenLine(cut(line.text, columns), line.look) for line in lines]


def _head(state: Mapping[str, Any], columns: int, tell: Tell) -> list[ScreenLine]:
    site = state["site"]
    at = f"{datetime.fromtimestamp(state['now'] // 1000, ZoneInfo(site['time_zone'])):%H:%M:%S}"
    up = said("%(site)s  up %(span)s", site=site["name"], span=span(state["up_ms"]))
    name = cut(tell(up), columns - len(at) - 1)
    ami, journal, today = state["ami"], state["journal"], state["today"]
    lines = [
        ScreenLine(name + " " * (columns - width(name) - len(at)) + at, Look.TITLE),
        ScreenLine(
            said(
                "%(rate)s calls a minute   %(now)s now   AMI %(ami)s ms   journal %(journal)s ms",
                rate=today["calls_a_minute"],
                now=state["contacts"],
                ami=ami["lag_ms"],
                journal=journal["lag_ms"],
            ),
            Look.ALARM if max(ami["lag_ms"], journal["lag_ms"]) > LATE_MS else Look.PLAIN,
        ),
        ScreenLine(
            said(
                "today %(calls)s: %(answered)s answered, %(abandoned)s abandoned, %(lost)s lost,"
                " %(menu)s in the menu, mean wait %(wait)s",
                calls=today["calls"],
                answered=today["answered"],
                abandoned=today["abandoned"],
                lost=today["lost"],
                menu=today["menu"],
                wait=span(today["mean_wait_ms"]),
            )
        ),
    ]
    if state["duty"]["rostered"]:
        lines.append(_duty(state["duty"]["on_duty"]))
    lines += [ScreenLine(one, Look.ALARM) for one in _alarms(state)]
    return lines


def _alarms(state: Mapping[str, Any]) -> list[Message]:
    found = []
    if not state["ami"]["up"]:
        found.append(said("Asterisk OUT OF SIGHT: callers wait, no new offers"))
    elif state["draining"] is not None:
        found.append(said("draining: %(n)s calls to be ended", n=state["draining"]))
    elif state["held"]:
        found.append(said("no offers: %(why)s", why=enumerated(map(term, state["held"]))))
    if trouble := state["journal"]["trouble"]:
        found.append(said("HISTORY IS NOT WRITTEN: %(why)s", why=trouble))
    return found


def _duty(duties: Sequence[Mapping[str, Any]]) -> ScreenLine:
    """Who is on duty by the roster, and before them who is missing."""
    if not duties:
        return ScreenLine(said("on duty: nobody"))
    there = ", ".join(f"{duty['agent']} {duty['shift']}" for duty in duties)
    on_duty = said("on duty: %(agents)s", agents=there)
    missing = ", ".join(duty["agent"] for duty in duties if not duty["logged_on"])
    if missing:
        text = said("MISSING: %(agents)s   %(on_duty)s", agents=missing, on_duty=on_duty)
        return ScreenLine(text, Look.ALARM)
    return ScreenLine(on_duty)


def _queues(state: Mapping[str, Any], tell: Tell) -> list[ScreenLine]:
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
        *(said("queue"), said("waiting"), said("longest"), said("talking"), said("ready")),
        *(said("answered"), said("abandoned"), said("wait"), said("SL")),
    )
    return _lines(heads, rows, tell)


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def _calls(calls: Sequence[Mapping[str, Any]], tell: Tell) -> list[ScreenLine]:
    heads = (
        *(said("waiting call"), said("queue"), said("since"), said("offers")),
        said("rings at"),
    )
    waiting = [call for call in calls if call["state"] != "talking"]
    rows = [
        (call["call"], call["queue"], span(call["waited_ms"]), call["offers"], call["seat"])
        for call in waiting
    ]
    return _lines(heads, rows, tell)


def _seats(seats: Sequence[Mapping[str, Any]], tell: Tell) -> list[ScreenLine]:
    if not seats:
        return [ScreenLine(tell(NOBODY), Look.HEAD)]
    counts = Counter(seat["state"] for seat in seats)
    counted = enumerated(
        said("%(n)s %(state)s", n=counts[state], state=term(state))
        for state in SEAT_WORDS
        if counts[state]
    )
    heads = (
        *(said("seat"), said("agent"), said("phone"), said("state")),
        *(said("pause"), said("idle"), said("call")),
    )
    rows = [
        (
            seat["seat"],
            cut(seat["name"], NAME_COLUMNS),
            seat["phone"],
            tell(term(seat["state"])),
            cut(tell(term(seat["paused"] or "")), NAME_COLUMNS),
            span(seat["idle_ms"]),
            seat["call"],
        )
        for seat in sorted(seats, key=lambda seat: SEAT_WORDS.index(seat["state"]))
    ]
    summary = ScreenLine(tell(said("seats: %(counts)s", counts=counted)))
    return [summary, *_lines(heads, rows, tell)]


def _lines(
    heads: Sequence[Message], rows: Sequence[Sequence[object]], tell: Tell
) -> list[ScreenLine]:
    texts = table([tell(head) for head in heads], rows).splitlines()
    return [ScreenLine(text, Look.PLAIN if n else Look.HEAD) for n, text in enumerate(texts)]


def _part(lines: list[ScreenLine], room: int, tell: Tell) -> list[ScreenLine]:
    if len(lines) <= room:
        return lines
    more = said("… and %(n)s more", n=len(lines) - room + 1)
    return [*lines[: room - 1], ScreenLine(tell(more), Look.HEAD)]
