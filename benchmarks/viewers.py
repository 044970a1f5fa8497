"""What it costs the server that a hundred people watch the live floor while calls flow.

Callers come in over the trunk at 10 a second, through menu and floor to 100 seats, which is more
than the telephone of a hotline of that size rings on a bad day; SIPp plays both sides. In every
other turn 100 viewers hold the live feed open, each with a pass of its own for the whole floor, and
read all they are sent. Cost is the processor time of the server's process, all threads and the
kernel's part included, by the time that has passed; the difference of two turns, one after the
other, is what the viewers cost. The median of the pairs counts. Nobody's browser is in it.
"""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from statistics import median
from time import monotonic
from typing import Self

from benchmarks.calls import SCENARIOS
from benchmarks.house import House
from benchmarks.office import CALLERS, PHONES, Office
from benchmarks.process import processor_seconds
from benchmarks.report import Reach
from tests.live.premises import until

VIEWERS = 100
RATE = 10
SECONDS = 15
ROUNDS = 3
HOUSE = House(seats=100, queues=5, memberships=1)
PERCENT = 5.0
READ = 65_536


@dataclass(frozen=True, slots=True)
class Turn:
    """Processor time of the server in per cent of a core; what each viewer was told in a second."""

    percent: float
    frames: float = 0.0
    kilobytes: float = 0.0


class Audience(AbstractContextManager["Audience"]):
    """Viewers who read whatever comes, in a thread of this process."""

    def __init__(self, office: Office, viewers: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._told: dict[socket.socket, bytearray] = {}
        self._stack = ExitStack()
        where = (str(office.settings.web_host), office.settings.feed_port)
        for viewer in range(viewers):
            token = office.ask("feed-open", login=f"viewer-{viewer}", origin="http://wall")["pass"]
            line = self._stack.enter_context(socket.create_connection(where, timeout=10))
            line.sendall(f"GET /feed?pass={token} HTTP/1.1\r\nHost: wall\r\n\r\n".encode())
            self._told[line] = bytearray()
            self._selector.register(line, selectors.EVENT_READ)
        self._over = threading.Event()
        self._reading = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._reading.start()
        until("every viewer sees the floor", lambda: min(self.frames()) > 0, 20)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._reading.join()
        self._stack.close()

    def frames(self) -> list[int]:
        """How many each was told so far."""
        return [told.count(b"data: ") for told in self._told.values()]

    def bytes(self) -> int:
        """All that came so far."""
        return sum(len(told) for told in self._told.values())

    def _read(self) -> None:
        while not self._over.is_set():
            for key, _ in self._selector.select(timeout=0.5):
                line = key.fileobj
                assert isinstance(line, socket.socket)
                self._told[line] += line.recv(READ)


def run() -> list[Reach]:
    """Turns without and with viewers."""
    pairs = []
    with Office("viewers", HOUSE) as office:
        office.open()
        with office.crowd(SCENARIOS / "phones.xml", PHONES):
            office.seat_everybody()
            for _ in range(ROUNDS):
                alone = _turn(office, None)
                with Audience(office, VIEWERS) as audience:
                    watched = _turn(office, audience)
                until("every viewer has left", lambda: office.status()["viewers"] == 0, 20)
                pairs.append((alone, watched))
                print(
                    f"  server alone {alone.percent:5.2f} %, with {VIEWERS} viewers"
                    f" {watched.percent:5.2f} % of a core; each viewer is told"
                    f" {watched.frames:.1f} frames and {watched.kilobytes:.1f} kB a second",
                    flush=True,
                )
    office.remove()
    extra = median(watched.percent - alone.percent for alone, watched in pairs)
    return [Reach("viewers", extra, "% of a core", PERCENT, "lower")]


def _turn(office: Office, audience: Audience | None) -> Turn:
    """One span of calls, from before the first until all are over."""
    calls = RATE * SECONDS
    rows = [(HOUSE.number("hotseat", call), f"135{call:08}") for call in range(calls)]
    told = audience.bytes() if audience is not None else 0
    frames = sum(audience.frames()) if audience is not None else 0
    begun, before = monotonic(), processor_seconds(office.server_pid)
    with office.crowd(SCENARIOS / "callers.xml", CALLERS, rows, RATE) as callers:
        callers.wait(SECONDS + 30)
    spent, wall = processor_seconds(office.server_pid) - before, monotonic() - begun
    percent = 100 * spent / wall
    if audience is None:
        return Turn(percent)
    each = VIEWERS * wall
    return Turn(
        percent,
        (sum(audience.frames()) - frames) / each,
        (audience.bytes() - told) / 1e3 / each,
    )
