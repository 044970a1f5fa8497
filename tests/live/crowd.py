"""More seats than the tests' site has, at phones of SIPp, and callers by the hundred."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from hotseat.phones import phone_logins
from tests.live.hotline import STRAIGHT, Hotline, SiteFile
from tests.live.premises import until
from tests.live.sipp import CALLER, PHONE, REGISTER, Sipp, login_row

PHONES_HOST = 20
_ports = count(5060)
"""A phone at an address that is known from before is looked for only after a while."""
FIRST_CALLERS_PORT = 6000


class Crowd:
    """Seats 2001 … at phones p201 …, whose one address answers for all of them."""

    def __init__(self, hotline: Hotline, seats: int, phones: Sipp, folder: Path) -> None:
        self.agents = [f"{2001 + number}" for number in range(seats)]
        self.phones = phones
        self._hotline = hotline
        self._folder = folder
        self._lines: list[Sipp] = []

    def log_on(self) -> None:
        """Everybody sits down."""
        for agent in self.agents:
            self._hotline.ask("seat-login", agent=agent, phone=_phone_of(agent))
        until("all phones are there", lambda: self.devices() == {"free"}, 10)

    def devices(self) -> set[str]:
        """How the seats' phones are."""
        seats: list[dict[str, Any]] = self._hotline.status()["seats"]
        return {seat["device"] for seat in seats if seat["seat"] in self.agents}

    def call(self, callers: Sequence[str], *, rate: float) -> Sipp:
        """These callers dial the number without a menu, one after the other, `rate` a second."""
        self._lines.append(
            Sipp(
                CALLER,
                address=self._hotline.address(10),
                port=FIRST_CALLERS_PORT + len(self._lines),
                server=self._hotline.sip,
                folder=self._folder,
                rows=[[caller] for caller in callers],
                number=STRAIGHT,
                rate=rate,
            )
        )
        return self._lines[-1]

    def close(self) -> None:
        """End SIPp, and the calls with it that are still up."""
        for line in self._lines:
            line.close()
        self.phones.close()
        self._hotline.rx("channel request hangup all")


@contextmanager
def crowd(hotline: Hotline, seats: int, folder: Path) -> Iterator[Crowd]:
    """The site with so many seats more; afterwards it is as it was."""
    folder.mkdir(parents=True, exist_ok=True)
    hotline.change(partial(_add_seats, seats))
    last = _phone_of(f"{2000 + seats}")
    until(
        "Asterisk knows the phones",
        lambda: "Unable to find" not in hotline.rx(f"pjsip show endpoint {last}"),
        10,
    )
    port = next(_ports)

    def at_the_phones(scenario: Path, *rows: Sequence[str]) -> Sipp:
        return Sipp(
            scenario,
            address=hotline.address(PHONES_HOST),
            port=port,
            server=hotline.sip,
            folder=folder,
            rows=rows,
            rate=100,
        )

    logins = [
        login_row(login) for login in phone_logins(hotline.settings) if login.name.startswith("p2")
    ]
    with at_the_phones(REGISTER, *logins) as registration:
        registration.wait()
    there = Crowd(hotline, seats, at_the_phones(PHONE), folder)
    try:
        yield there
    finally:
        there.close()
        hotline.clear()


def _add_seats(seats: int, site: SiteFile) -> None:
    for number in range(1, seats + 1):
        agent = f"{2000 + number}"
        site["agents"][agent] = {"name": f"群 {number}", "skills": {"consult": 1}}
        site["phones"][_phone_of(agent)] = {"place": "三楼"}


def _phone_of(agent: str) -> str:
    return f"p{int(agent) - 1800}"
