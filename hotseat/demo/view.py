"""What the audience sees: `hotseat top` with the latest happenings, or plain lines."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hotseat.operation.screen import Look, ScreenLine, draw
from hotseat.tables import cut, span

KEPT = 40
TOP_ROWS = 24
"""What `hotseat top` needs to show a demo's queues, calls and seats."""
LEAST_HAPPENINGS = 3


class Happenings:
    """The latest lines, each with its time; `heard` is called with every new one."""

    def __init__(self, heard: Callable[[str], None] = lambda line: None) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._heard = heard

    def tell(self, line: str) -> None:
        """One more."""
        timed = f"{time.strftime('%H:%M:%S')}  {line}"
        self._lines.append(timed)
        self._heard(timed)

    @property
    def lines(self) -> Sequence[str]:
        """In order."""
        return tuple(self._lines)


def screen(
    state: Mapping[str, Any], happenings: Sequence[str], foot: str, columns: int, rows: int
) -> list[ScreenLine]:
    """`hotseat top`, below it as many happenings as there is room for, and a line for the guest."""
    room = max(LEAST_HAPPENINGS, rows - TOP_ROWS - 2)
    latest = [ScreenLine(cut(line, columns)) for line in happenings[-room:]]
    top = draw(state, columns, rows - len(latest) - 2)
    return [*top, ScreenLine(""), *latest, ScreenLine(cut(foot, columns), Look.HEAD)]


def in_a_line(state: Mapping[str, Any]) -> str:
    """The hotline at a glance, for an output that is no terminal."""
    queues, today = state["queues"], state["today"]
    waiting = sum(queue["waiting"] for queue in queues)
    talking = sum(queue["talking"] for queue in queues)
    longest = max((queue["longest_wait_ms"] for queue in queues), default=0)
    menu = max(0, state["contacts"] - waiting - talking)
    ready = sum(seat["state"] == "ready" for seat in state["seats"])
    return (
        f"── {menu} in the menu, {waiting} waiting (longest {span(longest)}), {talking} talking, "
        f"{ready} of {len(state['seats'])} seats ready; today {today['calls']} calls, "
        f"{today['answered']} answered, {today['abandoned']} abandoned"
    )
