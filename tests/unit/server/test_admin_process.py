"""The pages as a child: started again with patience, and never longer alive than the server."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from hotseat.admin_process import COMMAND, FIRST_WAIT, LONGEST_WAIT, SOUND_SECONDS, AdminProcess
from hotseat.config import Settings
from tests.databases import SQLiteDatabases


class Reactor(Clock):
    """Spawns nothing, and remembers what it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.children: list[Any] = []
        self.closed = 0

    def spawnProcess(self, protocol: Any, program: str, args: tuple[str, ...], **more: Any) -> Any:
        """Note it."""
        assert (program, tuple(args)) == (COMMAND[0], COMMAND)
        self.children.append(protocol)
        return self

    def loseConnection(self) -> None:
        """The pipe to the last child is closed."""
        self.closed += 1

    def end_child(self, reason: Exception) -> None:
        """The last child has ended."""
        self.children[-1].processEnded(Failure(reason))


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    """A timer that is left over fails the test."""
    reactor = Reactor()
    yield reactor
    assert reactor.getDelayedCalls() == []


def test_a_child_that_ends_is_started_again_with_patience(reactor: Reactor) -> None:
    """Twice the wait each time, up to a minute."""
    pages = AdminProcess(reactor)
    pages.start()
    wait = FIRST_WAIT
    for count in range(2, 12):
        reactor.end_child(ProcessTerminated(exitCode=1))
        reactor.advance(wait - 0.001)
        assert len(reactor.children) == count - 1
        reactor.advance(0.001)
        assert len(reactor.children) == count
        wait = min(LONGEST_WAIT, wait * 2)
    assert wait == LONGEST_WAIT
    pages.stop()
    assert reactor.closed == 1


def test_who_ran_for_long_is_started_again_soon(reactor: Reactor) -> None:
    """What killed it was no fault of its start."""
    pages = AdminProcess(reactor)
    pages.start()
    for _ in range(5):
        reactor.end_child(ProcessTerminated(signal=9))
        reactor.advance(LONGEST_WAIT)
    reactor.advance(SOUND_SECONDS)
    reactor.end_child(ProcessTerminated(signal=9))
    reactor.advance(FIRST_WAIT)
    assert len(reactor.children) == 7
    pages.stop()


def test_after_the_stop_nothing_is_started(reactor: Reactor) -> None:
    """Neither when the child ends, nor when the stop comes between two children."""
    pages = AdminProcess(reactor)
    pages.start()
    pages.stop()
    reactor.end_child(ProcessDone(0))
    assert len(reactor.children) == 1
    pages = AdminProcess(reactor)
    pages.start()
    reactor.end_child(ProcessTerminated(exitCode=1))
    pages.stop()


def test_the_real_child_ends_with_its_pipe(sqlite: SQLiteDatabases, tmp_path: Path) -> None:
    """However the server ends, the pipe is closed."""
    settings = Settings(state=tmp_path / "state", database=sqlite.tables())
    child = subprocess.Popen(
        [*COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={
            **os.environ,
            "HOTSEAT_STATE": str(settings.state),
            "HOTSEAT_DATABASE": settings.database,
        },
        cwd=tmp_path,
    )
    try:
        assert child.stdin is not None
        assert child.stderr is not None
        deadline = time.monotonic() + 30
        while not listens(settings):
            assert child.poll() is None, child.stderr.read().decode()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        child.stdin.close()
        assert child.wait(timeout=10) == 0
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            child.wait()
        child.stderr.close()
        sqlite.drop()
    assert COMMAND[0] == sys.executable


def listens(settings: Settings) -> bool:
    """Does the log-in answer?"""
    connection = http.client.HTTPConnection(settings.admin_host, settings.admin_port, timeout=2)
    try:
        connection.request("GET", "/login")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
