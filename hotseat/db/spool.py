"""A bounded file that holds what the database could not take, in order, until it can.

One JSON line an entry. A batch is on the disk (fsync) when `append` returns. A line that a crash
cut off is dropped when the file is opened again: its batch was never reported as kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Final

import structlog

from acd.effects import SeatGone, SeatKept
from hotseat.callbacks import CallbackTried
from hotseat.db.writes import Entry
from hotseat.history import CallbackAsked, CallChanged, JournalRow

log = structlog.get_logger(__name__)

_KINDS: Final[dict[str, type[Entry]]] = {
    "row": JournalRow,
    "call": CallChanged,
    "seat": SeatKept,
    "gone": SeatGone,
    "callback": CallbackAsked,
    "tried": CallbackTried,
}
_KIND_OF: Final = {kind: name for name, kind in _KINDS.items()}


def spool_file(state: Path) -> Path:
    """Where an instance's spool is."""
    return state / "journal.spool"


def left_over(path: Path) -> int:
    """How many entries lie there that no database has, as far as anybody knows."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(1 for _ in file)


class SpoolFull(OSError):
    """The file is at its bound, as if the disk were full; the batch was not taken."""


class Spool:
    """Not for two threads at once, nor for two processes."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._path = path
        self._most = most_bytes
        self._done = 0
        self._size = self._mend()

    @property
    def empty(self) -> bool:
        """Whether everything that was appended is done."""
        return self._size == 0

    def append(self, entries: Iterable[Entry]) -> None:
        """Keep a batch. Raises OSError, also as SpoolFull, and then has kept nothing of it."""
        lines = "".join(_encode(entry) for entry in entries).encode()
        if self._size + len(lines) > self._most:
            raise SpoolFull(f"{self._path} has {self._size} of at most {self._most} bytes")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Callers' numbers are nobody else's business.
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            try:
                _write_all(file, lines, self._size)
                os.fsync(file)
                if self._size == 0:
                    _sync_name(self._path)
            except OSError:
                # Half a batch would be read back after a crash; it takes room that is needed, too.
                os.ftruncate(file, self._size)
                raise
        finally:
            os.close(file)
        self._size += len(lines)

    def next(self, most: int) -> tuple[list[Entry], int]:
        """The first entries that are not done, and the place to call `done` with."""
        entries: list[Entry] = []
        with self._path.open("rb") as file:
            file.seek(self._done)
            while len(entries) < most and file.tell() < self._size:
                line = file.readline()
                try:
                    entries.append(_decode(line))
                except (ValueError, TypeError, KeyError) as error:
                    log.error("spool_line_unreadable", at=file.tell(), reason=str(error))
            return entries, file.tell()

    def done(self, place: int) -> None:
        """Everything before `place` is in the database. Raises OSError.

        The file goes when all of it is done: what is left of it would be replayed over newer
        rows after a restart, so nothing may be written past a spool that could not be removed.
        """
        self._done = place
        if place >= self._size:
            self._path.unlink()
            self._done = self._size = 0

    def _mend(self) -> int:
        """The size of the file up to its last whole line; the rest is cut off."""
        if not self._path.exists():
            return 0
        with self._path.open("rb+") as file:
            whole = 0
            for line in file:
                if line.endswith(b"\n"):
                    whole += len(line)
            file.truncate(whole)
        if whole == 0:
            self._path.unlink()
        return whole


def _write_all(file: int, data: bytes, place: int) -> None:
    """Without a buffer, whose rest would still be written when the file is closed."""
    left = memoryview(data)
    while left:
        done = os.pwrite(file, left, place)
        left, place = left[done:], place + done


def _sync_name(path: Path) -> None:
    """A new file is on the disk only when its folder is, too (fsync(2))."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _encode(entry: Entry) -> str:
    return json.dumps([_KIND_OF[type(entry)], asdict(entry)]) + "\n"


def _decode(line: bytes) -> Entry:
    kind, fields = json.loads(line)
    return _KINDS[kind](**fields)
