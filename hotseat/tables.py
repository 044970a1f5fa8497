"""Tables for a terminal, in which a Chinese character is two columns wide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"[\d:]+(\.\d+)?%?")
"""A count, a span such as 1:02:03, or a share."""


def width(text: str) -> int:
    """Columns that a terminal needs for `text` (UAX #11: wide and full-width count twice)."""
    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def cut(text: str, columns: int) -> str:
    """The text, or as much of it as fits with an ellipsis at its end."""
    if width(text) <= columns:
        return text
    room, kept = columns - 1, ""
    for character in text:
        room -= width(character)
        if room < 0:
            break
        kept += character
    return kept + "…"


def padded(text: str, columns: int, *, to_right: bool = False) -> str:
    """The text with so many spaces that it fills its columns."""
    gap = " " * (columns - width(text))
    return gap + text if to_right else text + gap


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Aligned columns under their heads; numbers, spans and shares to the right, None as a dash."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        return ""
    right = [
        all(text == "–" or _NUMBER.fullmatch(text) for text in column)
        for column in zip(*cells, strict=True)
    ]
    widths = [max(width(text) for text in column) for column in zip(heads, *cells, strict=True)]
    lines = [heads, *cells]
    return "\n".join(
        "  ".join(
            padded(text, room, to_right=to_right)
            for text, room, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def span(milliseconds: int | None) -> str:
    """A span for people: `0:07`, `12:30`, `1:02:03`; a dash for None."""
    if milliseconds is None:
        return "–"
    seconds = milliseconds // 1000
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _cell(value: object) -> str:
    return "–" if value is None or value == "" else str(value)
