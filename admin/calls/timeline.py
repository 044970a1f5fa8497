"""One call as a picture: who had it when, to scale, and every step. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from acd.types import Millis
from hotseat.history import CallRow, JournalRow

WIDTH: Final = 1000
LEAST: Final = 4
"""Even an instant can be seen."""

ENDS_OFFER: Final = frozenset({"failed", "withdrawn", "answered", "gone"})


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of one lane; `x` and `width` of WIDTH."""

    kind: str
    """`menu`, `waiting`, `talking`, `after`, `ringing`."""
    began: Millis
    ended: Millis
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Lane:
    """What one party did."""

    seat: str | None
    """None is the caller."""
    bars: tuple[Bar, ...]


def lanes(call: CallRow, steps: Sequence[JournalRow], now: Millis) -> list[Lane]:
    """The caller's lane, and one for each seat that was rung, in the order of ringing."""
    end = max(call.ended_at or now, call.arrived_at + 1)
    length = end - call.arrived_at

    def bar(kind: str, began: Millis | None, ended: Millis | None) -> Bar | None:
        if began is None:
            return None
        began, ended = max(began, call.arrived_at), min(ended if ended is not None else end, end)
        if ended < began:
            return None
        width = max(LEAST, WIDTH * (ended - began) / length)
        x = min(WIDTH * (began - call.arrived_at) / length, WIDTH - width)
        return Bar(kind, began, ended, round(x, 1), round(width, 1))

    caller = [
        bar("menu", call.arrived_at, call.queued_at),
        bar("waiting", call.queued_at, call.answered_at),
        bar("talking", call.answered_at, call.talk_ended_at),
        bar("after", call.talk_ended_at, call.ended_at),
    ]
    seats: dict[str, list[Bar | None]] = {}
    rung: dict[str, Millis] = {}
    for step in steps:
        if step.seat is None:
            continue
        if step.kind == "offered":
            rung[step.seat] = step.at
            seats.setdefault(step.seat, [])
        elif step.kind in ENDS_OFFER and step.seat in rung:
            seats[step.seat].append(bar("ringing", rung.pop(step.seat), step.at))
    for seat, at in rung.items():
        seats[seat].append(bar("ringing", at, call.answered_at))
    if call.seat is not None and call.answered_at is not None:
        talking = bar("talking", call.answered_at, call.talk_ended_at)
        seats.setdefault(call.seat, []).append(talking)
    return [
        Lane(seat, tuple(found for found in bars if found is not None))
        for seat, bars in [(None, caller), *seats.items()]
    ]
