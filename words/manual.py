"""The help of the commands, told in another language: its prose, never what is typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

from words.catalog import read_catalog

Tell: TypeAlias = Callable[[str], str]
"""A sentence of the manual in the language of its reader."""

AS_IT_STANDS = "\b\n"
"""A paragraph that begins so keeps its lines, as click has it."""

_TYPED = re.compile(r"(\s*(?:hotseat|--|HOTSEAT_)(?:.(?!\s{2}\S))*.\s{2,})(\S.*)")
"""A line to be typed, the gap behind it, and what it does."""

_ONLY_TYPED = re.compile(r"\s*(hotseat\s|--|HOTSEAT_)")

_SENTENCE = re.compile(r".+?(?:[。？！]|[.?!](?=\s|$))")


_FOLDER = Path(__file__).parent


@cache
def manual(language: str) -> Mapping[str, str]:
    """English -> this language: sentences of the help, places for arguments, click's own texts.

    Raises ValueError as `catalog` does.
    """
    return read_catalog(_FOLDER / language / "manual")


def told_page(text: str, tell: Tell) -> str:
    """A help text, told paragraph by paragraph; in examples, what stands beside the commands."""
    return "\n\n".join(_told_paragraph(part, tell) for part in text.split("\n\n"))


def first_sentence(text: str) -> str:
    """By which a list of commands presents one of them."""
    opening = text.partition("\n\n")[0]
    found = _SENTENCE.match(opening)
    return found[0] if found else opening


def _told_paragraph(text: str, tell: Tell) -> str:
    if text.startswith(AS_IT_STANDS):
        lines = text.removeprefix(AS_IT_STANDS).splitlines()
        return AS_IT_STANDS + "\n".join(_told_line(line, tell) for line in lines)
    return tell(" ".join(text.split()))


def _told_line(line: str, tell: Tell) -> str:
    if typed := _TYPED.fullmatch(line):
        return typed[1] + tell(typed[2])
    if _ONLY_TYPED.match(line):
        return line
    said = line.lstrip()
    return line.removesuffix(said) + tell(said)
