"""What all fuzzers share: cases, how they are kept, made wild and made small."""

from __future__ import annotations

import ast
import gc
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeAlias

import structlog
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from zope.interface import provider

Case: TypeAlias = tuple[bytes, ...]
"""One input. The first piece says what is done with the others; an empty piece lets time pass."""


LONG = 100_000
"""Bytes that are put in at one place; the fuzzers know how to pass the limits of what they test."""

SMALLER_SECONDS = 30.0


class Broken(AssertionError):
    """A case did what no input may do."""


class Fuzzer(NamedTuple):
    """One thing to throw cases at."""

    make: Callable[[random.Random], Case]
    check: Callable[[Case], None]
    """Raises Broken, or whatever the code under test lets out."""
    shrinks: Callable[[Case], bool] = lambda case: True
    """May a case be made smaller without its becoming another one?"""


class Look(Protocol):
    """Raises Broken if an error was logged, or forgotten in a Deferred: that look takes time."""

    def __call__(self, *, forgotten: bool = False) -> None: ...


def number(name: str, seed: int, at: int) -> random.Random:
    """The dice of one case: it can be made again without those before it."""
    return random.Random(f"{name} {seed} {at}")


def keep(case: Case, path: Path) -> None:
    """Write a case as lines that people can read and edit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{piece!r}\n" for piece in case), encoding="ascii")


def kept(path: Path) -> Case:
    """The case of such a file."""
    return tuple(ast.literal_eval(line) for line in path.read_text("ascii").splitlines())


@contextmanager
def nothing_lost() -> Iterator[Look]:
    """Errors that code logs instead of raising them."""
    lost: list[str] = []

    def watch(_: object, __: str, entry: Any) -> Any:
        if entry.get("exc_info"):
            lost.append(f"{entry['event']}: {sys.exc_info()[1]!r}\n{traceback.format_exc()}")
        raise structlog.DropEvent

    @provider(ILogObserver)
    def observe(event: LogEvent) -> None:
        if "log_failure" in event:
            lost.append(event["log_failure"].getTraceback())

    def look(*, forgotten: bool = False) -> None:
        if forgotten:
            gc.collect()  # an error in a Deferred is told when nobody can ask for it any more
        if lost:
            told, lost[:] = lost[0], []
            raise Broken(f"an error that nobody handled: {told}")

    # In place, as structlog's own capture_logs does it: loggers may have been cached.
    processors = structlog.get_config()["processors"]
    before = processors.copy()
    processors[:] = [watch]
    globalLogPublisher.addObserver(observe)
    gc.collect()
    gc.freeze()  # what was there before needs no look each time
    gc.disable()  # otherwise it is told at any later case
    try:
        yield look
    finally:
        gc.enable()
        gc.unfreeze()
        globalLogPublisher.removeObserver(observe)
        processors[:] = before


def split(dice: random.Random, data: bytes) -> list[bytes]:
    """The same bytes as the network might bring them."""
    way = dice.random()
    if way < 0.4 or len(data) < 2:
        return [data]
    if way < 0.5 and len(data) < 2_000:
        return [data[at : at + 1] for at in range(len(data))]
    cuts = sorted(dice.sample(range(1, len(data)), min(len(data) - 1, dice.randint(1, 5))))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def mutated(dice: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    """Some bytes made wrong in one to four ways; `words` are worth putting in."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 4))):
        dice.choice(_WAYS)(dice, changed, words)
    return bytes(changed)


def _flip(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    for _i in range(dice.randint(1, 8)):
        if data:
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _random_bytes(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(dice, data)
    data[at : at + dice.randint(0, 4)] = dice.randbytes(dice.randint(1, 8))


def _truncate(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[_place(dice, data) :]


def _cut_out(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(dice, data)
    del data[at : at + dice.randint(1, 40)]


def _double(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(dice, data)
    data[at:at] = data[at : at + dice.randint(1, 200)] * dice.choice((1, 1, 2, 20))


def _double_lines(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    lines = data.split(b"\n")
    at = dice.randrange(len(lines))
    lines[at:at] = lines[at : at + dice.randint(1, 4)]
    data[:] = b"\n".join(lines)


def _swap_lines(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    lines = data.split(b"\n")
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    data[:] = b"\n".join(lines)


def _put_in(dice: random.Random, data: bytearray, words: Sequence[bytes]) -> None:
    at = _place(dice, data)
    data[at : at + dice.choice((0, 0, 1, 8))] = dice.choice(words)


def _put_long(dice: random.Random, data: bytearray, words: Sequence[bytes]) -> None:
    at = _place(dice, data)
    times = dice.choice((10, 100, 1_000, 5_000)) if dice.random() < 0.1 else 5
    word = dice.choice((b"A", b"\n", b"9", b"\xe7", dice.choice(words)))
    data[at:at] = (word * times)[:LONG]


_WAYS = (
    _flip,
    _random_bytes,
    _truncate,
    _cut_out,
    _double,
    _double_lines,
    _swap_lines,
    _put_in,
    _put_in,
    _put_in,
    _put_long,
)


def _place(dice: random.Random, data: bytearray) -> int:
    return dice.randint(0, len(data))


def smallest(case: Case, breaks: Callable[[Case], bool]) -> Case:
    """A case that still breaks, without what it does not need: pieces first, then bytes."""
    end = time.monotonic() + SMALLER_SECONDS

    def still(smaller: Case) -> bool:
        return time.monotonic() < end and breaks(smaller)

    head, pieces = case[0], list(case[1:])
    pieces = _without(pieces, lambda some: still((head, *some)))
    if still((head, b"".join(pieces))):
        pieces = [b"".join(pieces)]
    for at, piece in enumerate(pieces):

        def kept_there(some: list[int], at: int = at) -> bool:
            return still((head, *pieces[:at], bytes(some), *pieces[at + 1 :]))

        pieces[at] = bytes(_without(list(piece), kept_there))
    return (head, *pieces)


def _without(parts: list[Any], still: Callable[[list[Any]], bool]) -> list[Any]:
    """Leave out halves, quarters … as long as it still breaks."""
    size = len(parts) // 2
    while size:
        at = 0
        while at < len(parts):
            smaller = parts[:at] + parts[at + size :]
            if still(smaller):
                parts = smaller
            else:
                at += size
        size //= 2
    return parts
