"""A house in service for a benchmark: Asterisk and server of its own, all phones registered."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.house import House, dialplan, queues_conf, site
from hotseat.asterisk.files import write_texts
from hotseat.asterisk.install import find
from hotseat.asterisk.instance import instance_of
from hotseat.phones import phone_logins
from tests.live.premises import Premises, until
from tests.live.sipp import REGISTER, Sipp, login_row

CHECKOUT = Path(__file__).parents[1]
REGISTRATIONS_A_SECOND = 100
SIP_PORT = 5060
CALLERS = 10
"""The trunk's host in the instance's net."""
PHONES = 20
"""The host of all phones."""


class Office(Premises):
    """Everything stays in the checkout's state folder and goes with the office."""

    def __init__(self, name: str, house: House) -> None:
        shared = CHECKOUT / ".hotseat"
        root = Path(os.environ.get("HOTSEAT_ASTERISK__ROOT", shared / "asterisk" / "root"))
        super().__init__(shared / f"bench-{os.getpid()}-{name}", root)
        # A phone is asked only whether it is still there; without that it counts as there for as
        # long as it is registered, and calls alone cost something here.
        self.settings.asterisk.qualify_seconds = 0
        self.house = house

    def open(self) -> None:
        """Asterisk with app_queue, phones registered, the server up, nobody seated."""
        self.install()
        plan = self.state / "site.yaml"
        plan.write_text(yaml.safe_dump(site(self.house), allow_unicode=True), encoding="utf-8")
        self.furnish(plan)
        self._add_app_queue()
        self._register()
        self.start()

    def environment(self) -> dict[str, str]:
        """The commands render Asterisk's files as well."""
        return super().environment() | {"HOTSEAT_ASTERISK__QUALIFY_SECONDS": "0"}

    def seat_everybody(self) -> None:
        """Log every agent on, at the phone of the same seat, and see all phones free."""
        for seat in range(self.house.seats):
            self.ask("seat-login", agent=self.house.agent(seat), phone=self.house.phone(seat))
        until("every phone is free", self._all_free, 30)

    @property
    def asterisk_pid(self) -> int:
        """Asterisk's process."""
        pid = self._sandbox.pid()
        assert pid is not None, "Asterisk does not run"
        return pid

    @property
    def server_pid(self) -> int:
        """The server's process."""
        return self._running().pid

    def _all_free(self) -> bool:
        return all(seat["device"] == "free" for seat in self.status()["seats"])

    def _add_app_queue(self) -> None:
        """For the benchmark only: hotseat's own Asterisk loads no app_queue and dials nothing."""
        root = self.settings.asterisk.root
        assert root is not None
        installation = find(root)
        assert installation is not None
        etc = instance_of(self.settings, installation).outside / "etc"
        write_texts(etc, {"queues.conf": queues_conf(self.house)}, installation.owner())
        self._sandbox.load("app_queue.so")
        for command in dialplan():
            self.rx(command)

    def _register(self) -> None:
        logins = phone_logins(self.settings)
        rows = [login_row(login) for login in logins]
        # SIPp has one part at a time: who registers makes room for those who are rung there.
        with self.crowd(REGISTER, PHONES, rows, REGISTRATIONS_A_SECOND) as sipp:
            sipp.wait(30 + len(rows) / REGISTRATIONS_A_SECOND)

    def crowd(
        self,
        scenario: Path,
        host: int,
        rows: Sequence[Sequence[str]] = (),
        rate: float = 0,
        number: str = "",
    ) -> Sipp:
        """SIPp at this address of the office's net."""
        return Sipp(
            scenario,
            address=self.address(host),
            port=SIP_PORT,
            server=self.sip,
            folder=self.state / "sipp",
            rows=rows,
            rate=rate,
            number=number,
        )
