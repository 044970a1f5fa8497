"""A page of help, on which a Chinese character is two columns wide."""

from __future__ import annotations

import re
from collections.abc import Iterable
from gettext import gettext as _
from itertools import zip_longest

import click

from hotseat.tables import width
from words.manual import AS_IT_STANDS

_WIDE = "\u2e80-\u9fff\uff00-\uffef"
_OPENS, _CLOSES = "（《【“\u2018", "，。；：、！？）》】”\u2019"
_PIECE = re.compile(
    rf"\s+|[{_OPENS}]*(?:`[^`]+`|[^\s{_WIDE}{_OPENS}{_CLOSES}]+|[{_WIDE}])[{_CLOSES}]*|\S"
)
"""What stays on one line: a command, a word, or a Chinese character; with its punctuation."""


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most so many columns, at least one; a longer word has a line of its own."""
    return _filled(_PIECE.findall(text), columns)


def _filled(pieces: Iterable[str], columns: int) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and width(lines[-1] + piece.rstrip()) > columns:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]


class Page(click.HelpFormatter):
    """Lays out what a command says of itself; the arguments are those of click.HelpFormatter."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """`Usage: hotseat seat login [OPTIONS] AGENT`, further lines below the first argument."""
        prefix = prefix or _("Usage:")
        head = f"{prefix}{'' if _is_wide(prefix) else ' '}{prog} "
        first, *others = _filled(re.findall(r"\S+\s*", args), self.width - width(head))
        gap = " " * width(head)
        self.write("\n".join([f"{head}{first}".rstrip(), *(f"{gap}{line}" for line in others), ""]))

    def write_heading(self, heading: str) -> None:
        """With the colon of its language."""
        self.write(f"{'':{self.current_indent}}{heading}{'：' if _is_wide(heading) else ':'}\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, between empty lines; those that keep their lines, as they stand."""
        indent = " " * self.current_indent
        paragraphs = (self._lines(part) for part in text.split("\n\n"))
        self.write(
            "\n\n".join(
                "\n".join(f"{indent}{line}" for line in paragraph) for paragraph in paragraphs
            )
        )
        self.write("\n")

    def _lines(self, paragraph: str) -> list[str]:
        if paragraph.startswith(AS_IT_STANDS):
            return paragraph.removeprefix(AS_IT_STANDS).splitlines()
        return wrapped(paragraph, self.width - self.current_indent)

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Terms, and beside them what they mean; a term wider than `col_max` has its own line."""
        rows = list(rows)
        fitting = [width(term) for term, _meaning in rows if width(term) <= col_max]
        room = max(fitting, default=col_max) + col_spacing
        indent = " " * self.current_indent
        for term, meaning in rows:
            lines = wrapped(meaning, max(self.width - self.current_indent - room, 10))
            if width(term) > room - col_spacing:
                lines.insert(0, "")
            for left, line in zip_longest([term], lines, fillvalue=""):
                gap = " " * (room - width(left))
                self.write(f"{indent}{left}{gap}{line}".rstrip() + "\n")


def _is_wide(text: str) -> bool:
    return width(text[-1:]) == 2
