"""Only one server for one state folder: two would fight over socket, spool and FastAGI port."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from words import said


class AlreadyServed(Exception):
    """Another server runs in this state folder."""


@contextmanager
def only_server(state: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it even when we are killed.

    Raises AlreadyServed.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            already = said(
                "a server runs here already (%(state)s); see `%(command)s`",
                state=str(state),
                command="hotseat status",
            )
            raise AlreadyServed(already) from error
        yield
