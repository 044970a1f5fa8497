"""What the audience sees: `hotseat top` with the latest happenings, or plain lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hotseat.operation.screen import Look, ScreenLine, draw
from hotseat.tables import cut, span
from words import Message, said, told

TOP_ROWS = 29
"""What `hotseat top` needs to show a demo's queues, calls and seats."""
HAPPENINGS = range(3, 11)
"""So many are shown, more on a higher screen."""


class Happenings:
    """The latest lines, each with its time in `zone`; `heard` is called with every new one."""

    def __init__(
        self,
        zone: ZoneInfo,
        language: str,
        heard: Callable[[str], None] = lambda line: None,
        ahead: timedelta = timedelta(0),
    ) -> None:
        self._zone = zone
        self._language = language
        self._ahead = ahead
        self._lines: deque[str] = deque(maxlen=HAPPENINGS.stop - 1)
        self._heard = heard

    def tell(self, happening: str) -> None:
        """One more."""
        line = told(happening, self._language)
        timed = f"{datetime.now(self._zone) + self._ahead:%H:%M:%S}  {line}"
        self._lines.append(timed)
        self._heard(timed)

    @property
    def lines(self) -> Sequence[str]:
        """In order."""
        return tuple(self._lines)


def screen(
    state: Mapping[str, Any],
    happenings: Sequence[str],
    foot: Sequence[str],
    columns: int,
    rows: int,
    language: str,
) -> list[ScreenLine]:
    """`hotseat top`, below it the latest happenings, and lines for the guest."""
    room = min(max(rows - TOP_ROWS - len(foot), HAPPENINGS.start), HAPPENINGS.stop - 1)
    below = [
        ScreenLine(""),
        *(ScreenLine(cut(line, columns)) for line in happenings[-room:]),
        *(ScreenLine(cut(line, columns), Look.HEAD) for line in foot),
    ]
    return [*draw(state, columns, rows - len(below), language), *below]


def in_a_line(state: Mapping[str, Any]) -> Message:
    """The hotline at a glance, for an output that is no terminal."""
    queues, today = state["queues"], state["today"]
    waiting = sum(queue["waiting"] for queue in queues)
    talking = sum(queue["talking"] for queue in queues)
    longest = max((queue["longest_wait_ms"] for queue in queues), default=0)
    return said(
        "── %(menu)s in the menu, %(waiting)s waiting (longest %(longest)s), %(talking)s talking,"
        " %(ready)s of %(seats)s seats ready; today %(calls)s calls, %(answered)s answered,"
        " %(abandoned)s abandoned",
        menu=max(0, state["contacts"] - waiting - talking),
        waiting=waiting,
        longest=span(longest),
        talking=talking,
        ready=sum(seat["state"] == "ready" for seat in state["seats"]),
        seats=len(state["seats"]),
        calls=today["calls"],
        answered=today["answered"],
        abandoned=today["abandoned"],
    )
