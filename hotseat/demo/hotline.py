"""The hotline that the demo calls: one that runs here already, or one of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotseat.config import Settings
from hotseat.control_client import NotRunning, Refused, ask
from words import said

HOTSEAT = Path(sys.executable).with_name("hotseat")
START_SECONDS = 30.0
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.2


class NoHotline(Exception):
    """The server did not start; the text has the place of its log."""


def runs(settings: Settings) -> bool:
    """Does a server run in this state folder?"""
    try:
        ask(settings, "status")
    except NotRunning:
        return False
    except Refused:
        return True
    return True


@contextmanager
def hotline(settings: Settings, log: Path, clock_offset: int = 0) -> Iterator[None]:
    """A server that offers calls, logging to a file; stopped at the end. Raises NoHotline."""
    with log.open("wb") as file:
        server = subprocess.Popen(
            [HOTSEAT, "serve", "--clock-offset", str(clock_offset)],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # Ctrl-C ends the callers first
        )
    try:
        _await(settings, server, log)
        yield
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _await(settings: Settings, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            state = ask(settings, "status")
        except NotRunning:
            pass
        else:
            if state["ami"]["up"] and not state["held"]:
                return
        time.sleep(LOOK_SECONDS)
    raise NoHotline(said("the hotline did not open; see %(log)s", log=str(log)))
