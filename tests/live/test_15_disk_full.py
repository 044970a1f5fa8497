"""The disk on which database, spool and log are gets full under a running hotline."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hotseat.history import Outcome
from tests.live.conftest import opened
from tests.live.hotline import Hotline
from tests.live.premises import CommandFailed, until
from tests.live.talk import call_through

pytestmark = pytest.mark.live

DISK_BYTES = 24 * 1024 * 1024
CALLS = 4


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"needs the right to mount: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_calls_go_on_while_the_disk_is_full(
    request: pytest.FixtureRequest, disk: Path, tmp_path: Path
) -> None:
    """What the disk does not take waits in memory, and is there once when there is room."""
    ballast = disk / "ballast"
    with opened(request.session, disk / "state", recordings=tmp_path) as hotline:
        for agent, phone in (("1001", "p101"), ("1005", "p105")):
            hotline.log_on(agent, phone).answers(after_ms=50, hang_up_after_ms=300)
        like = kinds(hotline, call_through(hotline, "13800131000"))

        fill(ballast)
        callers = [call_through(hotline, f"13800132{number:03}") for number in range(CALLS)]
        hotline.ask("seat-pause", agent="1005", reason="lunch")
        until("it is late", lambda: hotline.status()["journal"]["lag_ms"] > 5_000, 10)
        with pytest.raises(CommandFailed, match=r"entries only in memory: .*No space left"):
            hotline.hotseat("doctor")
        callers.append(call_through(hotline, "13800132900"))
        assert hotline.status()["journal"]["lost"] == 0

        ballast.unlink()
        until("all is written", lambda: hotline.status()["journal"]["lag_ms"] == 0, 10)
        for caller in callers:
            assert hotline.ended(caller).outcome is Outcome.ANSWERED, caller
            assert kinds(hotline, caller) == like, caller
        rows = hotline.journal()
        assert len({row.id for row in rows}) == len(rows)
        journal = hotline.status()["journal"]
        assert (journal["lost"], journal["trouble"]) == (0, None)
        log = hotline.server_log.read_text(encoding="utf-8")
        assert "journal_in_order_again" in log
        assert "Traceback" not in log

        # A server also starts on a full disk. What its predecessor had in memory is gone.
        fill(ballast)
        hotline.kill()
        hotline.start()
        assert hotline.seat("1005")["paused"] == "lunch"
        caller = call_through(hotline, "13800133000")
        ballast.unlink()
        assert kinds(hotline, caller) == like


def fill(ballast: Path) -> None:
    """Leave not a byte."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    assert shutil.disk_usage(ballast).free == 0


def kinds(hotline: Hotline, caller: str) -> list[str]:
    """The steps of a caller's way in the journal."""
    call = hotline.ended(caller).id
    until("the end is told", lambda: hotline.journal("ended", call=call), 5)
    return [row.kind for row in hotline.journal(call=call)]
