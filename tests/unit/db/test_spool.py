"""The spool keeps whole batches, in order, through crashes of any kind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from acd.effects import SeatGone, SeatKept
from acd.types import SeatId
from hotseat.db.spool import Spool, SpoolFull
from hotseat.db.writes import Entry
from hotseat.history import CallChanged, JournalRow
from tests.unit.db.full_disk import most_bytes

STORY: list[Entry] = [
    JournalRow(1, 5, "queued", "C1", None, "consult", {"name": "王芳", "n": 3}),
    CallChanged("C1", 6, {"caller_name": "half \udce4 character", "seat": None}),
    SeatKept(SeatId("1001"), "p101", "lunch", 7, None),
    SeatGone(SeatId("1001")),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Its folder is not there yet."""
    return tmp_path / "state" / "journal.spool"


def test_entries_come_back_as_they_were(path: Path) -> None:
    """In pieces, after a new start, and then the file is gone."""
    Spool(path, 10_000).append(STORY[:3])
    spool = Spool(path, 10_000)
    spool.append(STORY[3:])
    first, place = spool.next(3)
    spool.done(place)
    assert not spool.empty
    rest, place = spool.next(3)
    spool.done(place)
    assert first + rest == STORY
    assert spool.empty
    assert not path.exists()


def test_it_can_be_used_again(path: Path) -> None:
    """The second trouble of the day."""
    spool = Spool(path, 10_000)
    for _ in range(2):
        spool.append(STORY)
        found, place = spool.next(10)
        spool.done(place)
        assert found == STORY


def test_what_is_not_done_is_there_after_a_crash(path: Path) -> None:
    """All of it, as the database may have missed any part."""
    spool = Spool(path, 10_000)
    spool.append(STORY)
    _, place = spool.next(2)
    spool.done(place)
    assert Spool(path, 10_000).next(10)[0] == STORY


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_was_cut_off_is_dropped(path: Path, cut: int) -> None:
    """The machine lost power while the last line was written."""
    Spool(path, 10_000).append(STORY)
    os.truncate(path, path.stat().st_size - cut)
    spool = Spool(path, 10_000)
    left = spool.next(10)[0]
    assert left == STORY[: len(left)]
    spool.append(STORY)
    assert spool.next(10)[0] == left + STORY


def test_junk_costs_one_line(path: Path) -> None:
    """Not the lines after it."""
    Spool(path, 10_000).append(STORY)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b'["unheard", {}]\n\xff\n[]\n' + b"".join(lines[1:]))
    spool = Spool(path, 10_000)
    entries, place = spool.next(10)
    assert entries == STORY
    spool.done(place)
    assert spool.empty


def test_it_is_bounded(path: Path) -> None:
    """A batch that does not fit is not taken at all; what is there stays."""
    Spool(path, 10_000).append(STORY)
    size = path.stat().st_size
    spool = Spool(path, size + 10)
    with pytest.raises(SpoolFull):
        spool.append(STORY)
    assert path.stat().st_size == size
    assert spool.next(10)[0] == STORY


@pytest.mark.parametrize("room", [0, 1, 40, 200])
def test_a_disk_that_gets_full_takes_nothing_of_a_batch(path: Path, room: int) -> None:
    """What was there stays, no half line is left, and the next batch follows on it."""
    spool = Spool(path, 10_000_000)
    spool.append(STORY)
    size = path.stat().st_size
    batch = STORY * 200  # more than any buffer between us and the disk
    with most_bytes(size + room), pytest.raises(OSError, match="File too large"):
        spool.append(batch)
    assert path.stat().st_size == size
    spool.append(STORY)
    assert Spool(path, 10_000_000).next(100)[0] == STORY * 2


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """And nothing is believed to be kept."""
    (tmp_path / "state").write_text("a file where the folder should be")
    spool = Spool(tmp_path / "state" / "journal.spool", 10_000)
    with pytest.raises(OSError, match="state"):
        spool.append(STORY)
    assert spool.empty


def test_it_is_for_our_eyes_only(path: Path) -> None:
    """Callers' numbers stand in it."""
    Spool(path, 10_000).append(STORY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
