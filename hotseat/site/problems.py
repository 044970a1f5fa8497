"""What is wrong with a site file, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right."""

    path: str
    """Inside the file, such as `menus.main.nodes.ask.keys.3`; "" is the file as a whole."""
    text: str
    line: int | None = None

    def __str__(self) -> str:
        """`12: menus.main.start: is missing`."""
        line = "" if self.line is None else f"{self.line}: "
        return f"{line}{self.path}: {self.text}" if self.path else f"{line}{self.text}"


class SiteInvalid(Exception):
    """The site cannot be used; `problems` are in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
