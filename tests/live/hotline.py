"""A whole hotline for the tests: its own Asterisk instance, its own server, phones and callers.

Everything of a hotline lives in one state folder, whose hash gives it a loopback net of its own:

    .1 Asterisk      .2 FastAGI      .3 the relay before AMI      .10 callers (the trunk)
    .11 the carrier, who has the duty mobiles
    .101 … .110 phones p101 … p110      .200 strangers
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from hotseat.history import CallRow
from hotseat.softphones.callers import Callers
from hotseat.softphones.phone import Phone, PhoneCall
from tests.live.premises import Premises, until
from tests.live.relay import Relay
from tests.live.stalls import Stalls

SITE = Path(__file__).with_name("site.yaml")

NUMBER = "4008001000"
"""Answered by the menu."""
STRAIGHT = "4008002000"
"""Queued for consult at once, without a word."""
SLOW = "4008003000"
"""Like STRAIGHT, with a wrap-up longer than any test."""

NIGHT = "4008004000"
"""Like STRAIGHT, for a queue that keeps requests for callbacks when nobody is on duty."""

RELAY_PORT = 5039

SiteFile: TypeAlias = dict[str, Any]


def now_ms() -> int:
    """Epoch milliseconds, the clock of journal and phones."""
    return round(time.time() * 1000)


class Hotline(Premises):
    """An instance with a relay before AMI, phones and callers."""

    def __init__(
        self, state: Path, root: Path, database: str = "", recordings: Path | None = None
    ) -> None:
        super().__init__(state, root, database)
        self._recordings = recordings or state
        self._desks: dict[str, Phone] = {}
        self._carrier: Phone | None = None
        self.stalls = self._stack.enter_context(Stalls())
        self.started_at = now_ms()

    def open(self) -> None:
        """Bring everything up; the end takes it down again, also after a failure here."""
        self.furnish(SITE)
        self.relay = self._stack.enter_context(
            Relay(
                at=(self.address(1), RELAY_PORT),
                to=(self.address(1), self._settings.asterisk.ami_port),
                source=self.address(3),
            )
        )
        self.callers = Callers(
            address=self.address(10), server=self.sip, folder=self._recordings / "callers"
        )
        self._stack.callback(self.callers.close)
        self.start()

    def server_environment(self) -> dict[str, str]:
        """The server reaches AMI through the relay."""
        return super().server_environment() | {"HOTSEAT_ASTERISK__AMI_PORT": str(RELAY_PORT)}

    # The processes

    def waited_for_cpu(self) -> int:
        """Milliseconds in which the server wanted to run, but others did (proc(5), schedstat)."""
        told = Path(f"/proc/{self._running().pid}/schedstat").read_text(encoding="ascii")
        return int(told.split()[1]) // 1_000_000

    def kill_asterisk(self) -> None:
        """`kill -9`; nobody on the phone is told."""
        pid = self._sandbox.pid()
        assert pid is not None, "Asterisk does not run"
        os.kill(pid, signal.SIGKILL)
        until("Asterisk is gone", lambda: self._sandbox.pid() is None, 5)

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
                    folder=self._recordings / "phones",
                )
            )
            desk.register(self.secret(phone))
            self._desks[phone] = desk
        return self._desks[phone]

    @property
    def carrier(self) -> Phone:
        """The carrier's side of all duty mobiles; they ring and nobody comes until told so."""
        if self._carrier is None:
            self._carrier = self._stack.enter_context(
                Phone(
                    "carrier",
                    address=self.address(11),
                    port=5060,
                    server=self.sip,
                    folder=self.state / "phones",
                )
            )
        return self._carrier

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

    def record(self, caller: str) -> CallRow | None:
        """The call record of a caller; the tests give every caller a number of its own."""
        found = [row for row in self.calls(self.started_at) if row.caller == caller]
        assert len(found) < 2, f"caller {caller} has {len(found)} records: {found}"
        return found[0] if found else None

    def recorded(self, caller: str) -> CallRow:
        """The record of a caller, as soon as it is written."""
        found = until(f"caller {caller} is on record", lambda: self.record(caller), 5)
        assert found is not None
        return found

    def ended(self, caller: str, timeout: float = 5) -> CallRow:
        """The record of a caller, once it is closed."""

        def closed() -> CallRow | None:
            row = self.record(caller)
            return row if row is not None and row.outcome is not None else None

        found = until(f"the record of caller {caller} is closed", closed, timeout)
        assert found is not None
        return found

    # The site

    def change(self, edit: Callable[[SiteFile], None]) -> None:
        """Put the tests' site in force with an edit; the next test has it as it was."""
        site = yaml.safe_load(SITE.read_text(encoding="utf-8"))
        edit(site)
        changed = self.state / "changed.yaml"
        changed.write_text(yaml.safe_dump(site, allow_unicode=True), encoding="utf-8")
        self.apply(changed)

    # Between two tests

    def clear(self) -> None:
        """Nobody on the phone, nobody seated, the wire whole, the server up, the site as it was."""
        if not self.alive:
            self.start()
        self.relay.mend()
        self.callers.hang_up_all()
        if self._carrier is not None:
            self._carrier.rings()
            self._carrier.sends_tone(None)
            self._carrier.hang_up_all()
        for desk in self.desks:
            desk.rings()
            desk.sends_tone(None)
            desk.hang_up_all()
        for seat in self.status()["seats"]:
            self.ask("seat-logout", agent=seat["seat"])
        until("the floor is empty", self._empty, 15)
        if self._site != SITE.read_text(encoding="utf-8"):
            self.apply(SITE)

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """What is written meanwhile, ahead of time or against the rules, is gone afterwards."""
        kept = self.state / "kept.db"
        self.last_row()
        with (
            closing(sqlite3.connect(self._database)) as now,
            closing(sqlite3.connect(kept)) as copy,
        ):
            now.backup(copy)
        shutil.copymode(self._database, kept)
        site = self._site
        yield
        self._stop_server()
        self._engine.dispose()
        for left in self.state.glob(f"{self._database.name}-*"):
            left.unlink()
        kept.replace(self._database)
        self._site = site
        self.start()

    @property
    def _database(self) -> Path:
        """The file of a hotline on SQLite."""
        file = self._engine.url.database
        assert file is not None
        return Path(file)

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
