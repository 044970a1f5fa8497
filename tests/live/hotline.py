"""A whole hotline for the tests: its own Asterisk instance, its own server, phones and callers.

Everything of a hotline lives in one state folder, whose hash gives it a loopback net of its own:

    .1 Asterisk      .2 FastAGI      .3 the relay before AMI      .10 callers (the trunk)
    .101 … .110 phones p101 … p110      .200 strangers
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, TypeVar

from hotseat.asterisk.sandbox import Sandbox
from hotseat.config import AsteriskSettings, Settings
from hotseat.control_client import NotRunning, ask
from hotseat.db.engine import open_engine, reading
from hotseat.db.queries import journal_rows, recent_calls
from hotseat.db.snapshot import current_revision
from hotseat.history import CallRow, JournalRow
from hotseat.softphones.callers import Callers
from hotseat.softphones.phone import Phone, PhoneCall
from tests.live.relay import Relay
from tests.live.stalls import Stalls

SITE = Path(__file__).with_name("site.yaml")
HOTSEAT = Path(sys.executable).with_name("hotseat")

NUMBER = "4008001000"
"""Answered by the menu."""
STRAIGHT = "4008002000"
"""Queued for consult at once, without a word."""
SLOW = "4008003000"
"""Like STRAIGHT, with a wrap-up longer than any test."""

RELAY_PORT = 5039
START_SECONDS = 20.0
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


def now_ms() -> int:
    """Epoch milliseconds, the clock of journal and phones."""
    return round(time.time() * 1000)


class CommandFailed(Exception):
    """A `hotseat` command ended with an error; the text is what it printed."""


class Hotline(AbstractContextManager["Hotline"]):
    """One instance, from `hotseat asterisk install` to its end."""

    def __init__(self, state: Path, root: Path, database: str = "") -> None:
        state.mkdir(parents=True)
        self._settings = Settings(
            state=state, database=database, asterisk=AsteriskSettings(root=root)
        )
        self._sandbox = Sandbox(self._settings)
        self._engine = open_engine(self._settings.database)
        self._stack = ExitStack()
        self._server: subprocess.Popen[bytes] | None = None
        self._desks: dict[str, Phone] = {}
        self.stalls = self._stack.enter_context(Stalls())
        self.server_log = state / "server.log"
        self.started_at = now_ms()

    def install(self) -> None:
        """Have an Asterisk. Raises CommandFailed with the reason and the fix."""
        self.hotseat("asterisk", "install")

    def open(self) -> None:
        """Bring everything up; `close` takes it down again, also after a failure here."""
        self.hotseat("db", "upgrade")
        self.apply(SITE)
        self.hotseat("asterisk", "render")
        self._stack.callback(self.hotseat, "asterisk", "down")
        self.hotseat("asterisk", "up")
        self.relay = self._stack.enter_context(
            Relay(
                at=(self.address(1), RELAY_PORT),
                to=(self.address(1), self._settings.asterisk.ami_port),
                source=self.address(3),
            )
        )
        self.callers = Callers(
            address=self.address(10), server=self.sip, folder=self.state / "callers"
        )
        self._stack.callback(self.callers.close)
        self._stack.callback(self._stop_server)
        self.start()

    def __exit__(self, *_: object) -> None:
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
            env=self._environment(),
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
        with reading(self._engine) as session:
            revision = current_revision(session)
        if self.alive:
            until(
                f"the server has revision {revision} of the site",
                lambda: self.status()["site"]["revision"] == revision,
                10,
            )

    def _environment(self, **more: str) -> dict[str, str]:
        mine = {key: value for key, value in os.environ.items() if not key.startswith("HOTSEAT_")}
        root = self._settings.asterisk.root
        return {
            **mine,
            "HOTSEAT_STATE": str(self.state),
            "HOTSEAT_DATABASE": self._settings.database,
            "HOTSEAT_ASTERISK__ROOT": str(root),
        } | more

    # The server

    def start(self) -> None:
        """Start the server and wait until it takes and offers calls."""
        self.launch()
        until(
            "the server has recovered and offers calls",
            lambda: (state := self.status()) and state["ami"]["up"] and not state["held"],
            START_SECONDS,
        )

    def launch(self) -> None:
        """Start the server and wait until it answers at all."""
        with self.server_log.open("ab") as log:
            self._server = subprocess.Popen(
                [HOTSEAT, "serve"],
                cwd=self.state,
                env=self._environment(HOTSEAT_ASTERISK__AMI_PORT=str(RELAY_PORT)),
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

    # Seats and phones

    def desk(self, phone: str) -> Phone:
        """The registered phone of this name; it rings and nobody comes until told otherwise."""
        if phone not in self._desks:
            desk = self._stack.enter_context(
                Phone(
                    phone,
                    address=self.address(int(phone.removeprefix("p"))),
                    port=5060,
                    server=self.sip,
                    folder=self.state / "phones",
                )
            )
            desk.register(self.secret(phone))
            self._desks[phone] = desk
        return self._desks[phone]

    def secret(self, phone: str) -> str:
        """What the phone registers with."""
        secret: str = self.json("phone", "secret", phone, "--show")["secret"]
        return secret

    @property
    def desks(self) -> Iterable[Phone]:
        """Every phone that was used so far."""
        return tuple(self._desks.values())

    def log_on(self, agent: str, phone: str, paused: str | None = None) -> Phone:
        """Seat an agent at a registered phone and wait until the floor sees the phone free."""
        desk = self.desk(phone)
        self.ask("seat-login", agent=agent, phone=phone, paused=paused)
        until(f"phone {phone} is free", lambda: self.seat(agent)["device"] == "free", 5)
        return desk

    def seat(self, agent: str) -> dict[str, Any]:
        """One seat of the floor's picture."""
        seats: list[dict[str, Any]] = self.status()["seats"]
        return next(seat for seat in seats if seat["seat"] == agent)

    def waiting(self, queue: str = "consult") -> int:
        """How many wait in a queue, ringing ones too."""
        queues: list[dict[str, Any]] = self.status()["queues"]
        waiting: int = next(row["waiting"] for row in queues if row["name"] == queue)
        return waiting

    def rung_by(self, caller: str, *, since: float = 0, timeout: float = 10) -> PhoneCall:
        """The first call of this caller at any desk, awaited until it rings."""

        def first() -> PhoneCall | None:
            calls = [call for desk in self.desks if (call := desk.call_of(caller, since=since))]
            return min(calls, key=lambda call: call.wait("invite").at, default=None)

        call = until(f"caller {caller} rings somewhere", first, timeout)
        assert call is not None
        return call

    # What is remembered

    def journal(self, *kinds: str, call: str | None = None, since: int = 0) -> list[JournalRow]:
        """Rows of the journal, in order."""
        with reading(self._engine) as session:
            return journal_rows(session, limit=MANY, since=since, call=call, kinds=kinds)

    def calls(self, since: int = 0) -> list[CallRow]:
        """Call records in the order of arrival."""
        with reading(self._engine) as session:
            return recent_calls(session, limit=MANY, since=since)[::-1]

    def record(self, caller: str) -> CallRow | None:
        """The call record of a caller; the tests give every caller a number of its own."""
        found = [row for row in self.calls(self.started_at) if row.caller == caller]
        assert len(found) < 2, f"caller {caller} has {len(found)} records: {found}"
        return found[0] if found else None

    def ended(self, caller: str, timeout: float = 5) -> CallRow:
        """The record of a caller, once it is closed."""

        def closed() -> CallRow | None:
            row = self.record(caller)
            return row if row is not None and row.outcome is not None else None

        found = until(f"the record of caller {caller} is closed", closed, timeout)
        assert found is not None
        return found

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

    # Between two tests

    def clear(self) -> None:
        """Nobody on the phone, nobody seated, the wire whole, the server up."""
        if not self.alive:
            self.start()
        self.relay.mend()
        self.callers.hang_up_all()
        for desk in self.desks:
            desk.rings()
            desk.sends_tone(None)
            desk.hang_up_all()
        for seat in self.status()["seats"]:
            self.ask("seat-logout", agent=seat["seat"])
        until("the floor is empty", self._empty, 15)

    def _empty(self) -> bool:
        state = self.status()
        return not (state["seats"] or state["calls"] or state["contacts"])

    def quiet(self) -> dict[str, int]:
        """Everything that must be nothing once the last call is over."""
        state = self.status()
        return {
            "channels": self.channels(),
            "agi sessions": state["agi"]["sessions"],
            "contacts": state["contacts"],
            "calls on the floor": len(state["calls"]),
        }
