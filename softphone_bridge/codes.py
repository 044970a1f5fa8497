"""Star codes: what an agent dials at any phone to check in, pause and so on."""

from __future__ import annotations

import enum
import re
from typing import NamedTuple


class Code(enum.Enum):
    """What is asked for. The key does the same after a call to the check-in number."""

    CHECK_IN = "1"
    OUT = "2"
    PAUSE = "3"
    READY = "4"
    WHERE = "5"


class Dialled(NamedTuple):
    """A star code, with the agent number if it was dialled right behind."""

    code: Code
    agent: str


_CODES = re.compile(r"\*1([1-5])([0-9]{2,8})?")


def star_code(dialled: str) -> Dialled | None:
    """`*11`, or `*111001` with the agent number; None if it is something else."""
    found = _CODES.fullmatch(dialled)
    return Dialled(Code(found[1]), found[2] or "") if found else None
