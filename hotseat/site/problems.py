"""What is wrong with a site file, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from words import Message, told

LONGEST = 500
"""Characters of a path or a text; what is longer is cut in its middle."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right."""

    path: str
    """Inside the file, such as `menus.main.nodes.ask.keys.3`; "" is the file as a whole."""
    text: Message
    line: int | None = None

    def __str__(self) -> str:
        """`12: menus.main.start: is missing`."""
        return self.told("en")

    def told(self, language: str) -> str:
        """The same with its text in this language."""
        line = "" if self.line is None else f"{self.line}: "
        text = told(self.text, language)
        return f"{line}{self.path}: {text}" if self.path else f"{line}{text}"


def problem(path: str, text: Message, line: int | None = None) -> Problem:
    """A problem that quotes what stands in the file, made fit to be shown in a line of text."""
    return Problem(_shown(path), text.clean(_shown), line)


def _shown(text: str) -> str:
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    """No line break, no escape of a terminal, and nothing that UTF-8 cannot say."""
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"


class SiteInvalid(Exception):
    """The site cannot be used; `problems` are in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
