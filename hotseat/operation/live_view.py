"""Keeps one screen on the terminal until somebody presses q."""

from __future__ import annotations

import os
import select
import shutil
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hotseat.operation.screen import ScreenLine

ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
"""xterm: the alternate screen without a cursor, and back (ctlseqs, DECSET 1049 and 25)."""

HOME, REST_OF_LINE, REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
QUIT = frozenset("qQ\x04")


def painted(lines: Sequence[ScreenLine]) -> str:
    """One frame: every line drawn over its predecessor, so that nothing flickers."""
    shown = (
        f"\x1b[{line.look.value}m{line.text}\x1b[0m" if line.look.value else line.text
        for line in lines
    )
    return HOME + f"{REST_OF_LINE}\r\n".join(shown) + REST_OF_LINE + REST_OF_SCREEN


def watch(look: Callable[[int, int], Sequence[ScreenLine]], every: float) -> None:
    """Show `look(columns, rows)` anew after so many seconds, or at once when a key is pressed."""
    with _keys() as pressed:
        while True:
            columns, rows = shutil.get_terminal_size()
            sys.stdout.write(painted(look(columns, rows)[:rows]))
            sys.stdout.flush()
            if pressed(every) & QUIT:
                return


@contextmanager
def _keys() -> Iterator[Callable[[float], frozenset[str]]]:
    """A terminal that hands over keys as they are pressed; as it was before at the end."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def pressed(seconds: float) -> frozenset[str]:
        ready, _, _ = select.select([terminal], [], [], seconds)
        if not ready:
            return frozenset()
        # A terminal that was closed is readable and empty: as good as a q.
        return frozenset(os.read(terminal, 64).decode("ascii", "replace") or "q")

    try:
        tty.setcbreak(terminal)
        sys.stdout.write(ENTER)
        yield pressed
    finally:
        sys.stdout.write(LEAVE)
        sys.stdout.flush()
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
