"""What callers cost who wait on music: processor time and memory of Asterisk and of the server.

No seat is logged on. The callers come in over the trunk, are silent, and wait in one queue with a
comfort message every 30 s; each size has a house of its own, since processes do not give back
memory. Processor time is counted over 20 s of steady waiting, memory at its end; both are
compared with those of the same processes just before the first caller, and divided by the callers.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic, sleep

from benchmarks.house import House
from benchmarks.office import CALLERS, Office
from benchmarks.process import processor_seconds, resident_bytes
from benchmarks.report import Reach
from tests.live.premises import until
from tests.live.sipp import CALLER

WAITING = (200, 500)
STEADY_SECONDS = 20.0
IDLE_SECONDS = 5.0
RATE = 50
HOUSE = House(seats=1, queues=1, memberships=1)

# Asterisk 22.10 alone took 0.24 % of a core for a silent caller on music that needs no transcoding,
# 0.38 % at worst, and 100 to 200 kB, with 200 callers on two cores.
ASTERISK_PERCENT = 0.4
ASTERISK_KILOBYTES = 200.0
# A waiting caller is one idle socket and one timer; 10,000 of them must fit one core and 1 GB.
SERVER_PERCENT = 0.01
SERVER_KILOBYTES = 100.0


@dataclass(frozen=True, slots=True)
class Use:
    """What one process takes: per cent of a core, and bytes in memory."""

    percent: float
    resident: float


def run() -> list[Reach]:
    """Measure both sizes; the larger one's figures are what is to be reached."""
    print(f"for each waiting caller, over {STEADY_SECONDS:.0f} s")
    print(f"  {'waiting':>7} {'Asterisk CPU':>13} {'memory':>9} {'hotseat CPU':>12} {'memory':>9}")
    for waiting in WAITING:
        asterisk, server = _measure(waiting)
        print(f"  {waiting:>7}", end="")
        print(f" {asterisk.percent:>11.3f} % {asterisk.resident / 1e3:>6.0f} kB", end="")
        print(f" {server.percent:>10.4f} % {server.resident / 1e3:>6.0f} kB", flush=True)
    core, memory = "% of a core", "kB"
    return [
        Reach("waiting_asterisk", asterisk.percent, core, ASTERISK_PERCENT, "lower"),
        Reach("waiting_asterisk_kb", asterisk.resident / 1e3, memory, ASTERISK_KILOBYTES, "lower"),
        Reach("waiting_hotseat", server.percent, core, SERVER_PERCENT, "lower"),
        Reach("waiting_hotseat_kb", server.resident / 1e3, memory, SERVER_KILOBYTES, "lower"),
    ]


def _measure(waiting: int) -> tuple[Use, Use]:
    """What one waiting caller adds to Asterisk and to the server."""
    with Office(f"waiting-{waiting}", HOUSE) as office:
        office.open()
        pids = (office.asterisk_pid, office.server_pid)
        idle = _use(pids, IDLE_SECONDS)
        rows = [(f"13{call:09}",) for call in range(waiting)]
        number = HOUSE.number("hotseat", 0)
        with office.crowd(CALLER, CALLERS, rows, RATE, number):
            until(
                f"{waiting} callers wait",
                lambda: office.status()["queues"][0]["waiting"] == waiting,
                10 + waiting / RATE,
            )
            steady = _use(pids, STEADY_SECONDS)
    office.remove()
    asterisk, server = (
        Use(
            (during.percent - before.percent) / waiting,
            (during.resident - before.resident) / waiting,
        )
        for before, during in zip(idle, steady, strict=True)
    )
    return asterisk, server


def _use(pids: tuple[int, ...], seconds: float) -> list[Use]:
    """Of each process, over so many seconds from now."""
    begun = monotonic()
    before = [processor_seconds(pid) for pid in pids]
    sleep(seconds)
    spent = [processor_seconds(pid) - start for pid, start in zip(pids, before, strict=True)]
    wall = monotonic() - begun
    return [
        Use(100 * busy / wall, resident_bytes(pid)) for pid, busy in zip(pids, spent, strict=True)
    ]
