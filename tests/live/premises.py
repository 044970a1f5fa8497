"""One instance in a folder of its own: its Asterisk, its database and its server.

Everything of an instance lives in one state folder, whose hash gives it a loopback net of its own;
the installed Asterisk is shared with the checkout.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from hotseat.asterisk.sandbox import Sandbox
from hotseat.config import AsteriskSettings, Settings
from hotseat.control_client import NotRunning, ask
from hotseat.db.engine import open_engine, reading
from hotseat.db.queries import journal_rows, last_journal_id, recent_calls
from hotseat.db.snapshot import current_revision
from hotseat.history import CallRow, JournalRow

HOTSEAT = Path(sys.executable).with_name("hotseat")

START_SECONDS = 60.0
"""A start takes two; this is for a machine that is busy with something else."""
POLL_SECONDS = 0.02
MANY = 100_000

Found = TypeVar("Found")


def until(what: str, look: Callable[[], Found], timeout: float) -> Found:
    """Wait until `look` finds something, and return it. Raises AssertionError with `what`."""
    deadline = time.monotonic() + timeout
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(POLL_SECONDS)
    return found


class CommandFailed(Exception):
    """A `hotseat` command ended with an error; the text is what it printed."""


class Premises:
    """An instance, from `hotseat asterisk install` to its end."""

    def __init__(self, state: Path, root: Path, database: str = "") -> None:
        state.mkdir(parents=True)
        self._settings = Settings(
            state=state, database=database, asterisk=AsteriskSettings(root=root)
        )
        self._sandbox = Sandbox(self._settings)
        self._engine = open_engine(self._settings.database)
        self._stack = ExitStack()
        self._server: subprocess.Popen[bytes] | None = None
        self._site = ""
        self.server_log = state / "server.log"

    def install(self) -> None:
        """Have an Asterisk. Raises CommandFailed with the reason and the fix."""
        self.hotseat("asterisk", "install")

    def furnish(self, site: Path) -> None:
        """Put the site in force and start Asterisk, which runs to the end."""
        self.hotseat("db", "upgrade")
        self.apply(site)
        self._stack.callback(self.hotseat, "asterisk", "down")
        self.hotseat("asterisk", "up")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_server()
        self._engine.dispose()
        self._stack.close()

    def remove(self) -> None:
        """Leave nothing behind, once it is closed."""
        shutil.rmtree(self._sandbox.log().parents[1])
        shutil.rmtree(self.state)

    # Where things are

    @property
    def state(self) -> Path:
        """The instance's folder."""
        return self._settings.state

    def address(self, host: int) -> str:
        """An address of the instance's own net."""
        assert self._settings.asterisk.net is not None
        return str(self._settings.asterisk.net[host])

    @property
    def sip(self) -> str:
        """Where Asterisk listens for SIP."""
        return f"{self.address(1)}:{self._settings.asterisk.sip_port}"

    @property
    def settings(self) -> Settings:
        """Addresses and ports, for those who knock where they should not."""
        return self._settings

    # The command line

    def hotseat(self, *words: str) -> str:
        """Run one `hotseat` command; returns what it printed. Raises CommandFailed."""
        done = subprocess.run(
            [HOTSEAT, *words],
            cwd=self.state,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode != 0:
            raise CommandFailed(f"hotseat {' '.join(words)}: {done.stderr or done.stdout}")
        return done.stdout

    def json(self, *words: str) -> Any:
        """The answer of a command that was given --json."""
        return json.loads(self.hotseat(*words, "--json"))

    def apply(self, site: Path) -> None:
        """Put a site file in force, also in a server that runs."""
        self.hotseat("site", "apply", str(site), "--yes")
        self._site = site.read_text(encoding="utf-8")
        with reading(self._engine) as session:
            revision = current_revision(session)
        if self.alive:
            until(
                f"the server has revision {revision} of the site",
                lambda: self.status()["site"]["revision"] == revision,
                10,
            )

    def environment(self) -> dict[str, str]:
        """What the commands are run with."""
        mine = {key: value for key, value in os.environ.items() if not key.startswith("HOTSEAT_")}
        root = self._settings.asterisk.root
        return {
            **mine,
            "HOTSEAT_STATE": str(self.state),
            "HOTSEAT_DATABASE": self._settings.database,
            "HOTSEAT_ASTERISK__ROOT": str(root),
            "HOTSEAT_ASTERISK__CARRIER": f"{self.address(11)}:5060",
        }

    def server_environment(self) -> dict[str, str]:
        """What the server is run with."""
        return self.environment()

    # The server

    def start(self, clock_offset: int = 0, *, pages: bool = False) -> None:
        """Start the server, with its web pages or without, until it takes and offers calls."""
        self.launch(clock_offset, pages=pages)
        until(
            "the server has recovered and offers calls",
            lambda: (state := self.status()) and state["ami"]["up"] and not state["held"],
            START_SECONDS,
        )

    def launch(self, clock_offset: int = 0, *, pages: bool = False) -> None:
        """Start the server, that many seconds ahead, and wait until it answers at all."""
        also = "--guide" if pages else "--no-admin"
        with self.server_log.open("ab") as log:
            self._server = subprocess.Popen(
                [HOTSEAT, "serve", also, "--clock-offset", str(clock_offset)],
                cwd=self.state,
                env=self.server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until("the server answers", self._answers, START_SECONDS)

    def kill(self) -> None:
        """`kill -9`."""
        server = self._running()
        server.kill()
        server.wait()
        self._server = None

    def stop(self) -> float:
        """SIGTERM; returns the seconds that the server took to end."""
        begun = time.monotonic()
        server = self._running()
        server.terminate()
        server.wait(timeout=10)
        self._server = None
        return time.monotonic() - begun

    def ask(self, command: str, **args: object) -> dict[str, Any]:
        """One command over the control socket, as the CLI sends it, without its start-up time."""
        return ask(self._settings, command, **args)

    def status(self) -> dict[str, Any]:
        """The floor and the gauges."""
        return self.ask("status")

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._server is not None, "the server does not run"
        return self._server

    def _answers(self) -> bool:
        if self._running().poll() is not None:
            raise AssertionError("the server ended by itself at its start")
        try:
            self.status()
        except NotRunning:
            return False
        return True

    def _stop_server(self) -> None:
        if self._server is not None and self._server.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def alive(self) -> bool:
        """Does the server's process run?"""
        return self._server is not None and self._server.poll() is None

    # What is remembered

    def until_written(self) -> None:
        """Come back when all that happened before is in the database, unless that is away.

        The journal is written behind; a crash may cost its last moment. What a killed server's
        successor is to know is safely known after this.
        """
        begun = time.monotonic()

        def written() -> bool:
            asked = time.monotonic()  # the answer may take longer to come than the lag is long
            journal = self.status()["journal"]
            younger = journal["lag_ms"] < 1000 * (asked - begun)
            return younger or journal["trouble"] is not None

        # A server that is still starting, or has just been killed, has nothing to write.
        with suppress(NotRunning):
            if self.alive:
                until("the journal is written", written, 5)

    def journal(
        self, *kinds: str, call: str | None = None, since: int = 0, after: int = 0
    ) -> list[JournalRow]:
        """Rows of the journal, in order.

        `since` is an instant of the server's clock, which may be some milliseconds behind ours;
        what a test has just brought about is safely found `after` the last row before it.
        """
        self.until_written()
        with reading(self._engine) as session:
            rows = journal_rows(
                session, limit=MANY, since=since, after=after, call=call, kinds=kinds
            )
        return rows

    def last_row(self) -> int:
        """The id of the last row of the journal, once all that has happened is in it."""
        self.until_written()
        with reading(self._engine) as session:
            return last_journal_id(session)

    def call(self, call: str) -> CallRow:
        """The record of a call."""
        self.until_written()
        with reading(self._engine) as session:
            (row,) = recent_calls(session, call=call)
        return row

    def calls(self, since: int = 0) -> list[CallRow]:
        """Call records in the order of arrival."""
        self.until_written()
        with reading(self._engine) as session:
            return recent_calls(session, limit=MANY, since=since)[::-1]

    # Asterisk

    def rx(self, command: str) -> str:
        """The answer of Asterisk's own command line."""
        return self._sandbox.rx(command)

    def channels(self) -> int:
        """How many channels Asterisk has."""
        return int(self.rx("core show channels count").split()[0])

    @property
    def asterisk_log(self) -> Path:
        """Asterisk's notices, warnings and errors."""
        return self._sandbox.log()
