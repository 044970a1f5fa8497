"""AMI events and FastAGI commands a second, hotseat's beside panoramisk's.

Both do the same work in processes of their own, in turns, against the same imitation of Asterisk:
every header of every event is read, repeated ones too, and every command is answered before the
next is sent. A rate is per second of the contestant's processor time, its part of the kernel's
included, so that a busy machine does not blur it; beside it stands the rate by the clock on the
wall. The medians of the rounds are compared.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from threading import Timer
from time import clock_gettime, perf_counter

from benchmarks.report import Reach
from benchmarks.wire_asterisk import (
    COMMANDS,
    EVENT_BYTES,
    EVENTS,
    LINES,
    LOOPBACK,
    PATIENCE,
    SESSIONS,
    VARIABLES,
    call,
    log_in,
    tell_events,
)

ROUNDS = 3
AMI_TIMES = 2.0
FASTAGI_TIMES = 1.3

CONTESTANTS = ("hotseat", "panoramisk")


@dataclass(frozen=True, slots=True)
class Rate:
    """What one contestant did in one round."""

    of_processor: float
    """A second of its own processor time."""
    of_wall: float
    """A second by the clock on the wall."""


class Watch:
    """Counts what a process spends from now on."""

    def __init__(self, pid: int) -> None:
        # A process's processor clock as clock_getcpuclockid(3) makes it on Linux.
        self._clock = ~pid << 3 | 2
        self._spent = clock_gettime(self._clock)
        self._begin = perf_counter()

    def rate(self, count: int) -> Rate:
        """So much was done up to now."""
        wall = perf_counter() - self._begin
        return Rate(count / (clock_gettime(self._clock) - self._spent), count / wall)


def run() -> list[Reach]:
    """Measure both protocols."""
    print(f"AMI: {EVENTS:,} events of {EVENT_BYTES} bytes")
    ami = _times(_listen_to_events, "events")
    print(f"FastAGI: {LINES:,} lines with {COMMANDS} commands each, {SESSIONS} at the same time")
    fastagi = _times(_serve_lines, "commands")
    return [
        Reach("wire_ami", ami, "times panoramisk", AMI_TIMES, "higher"),
        Reach("wire_fastagi", fastagi, "times panoramisk", FASTAGI_TIMES, "higher"),
    ]


def _times(measure: Callable[[str], Rate], what: str) -> float:
    """How many times the other's rate ours is."""
    rounds: dict[str, list[Rate]] = {name: [] for name in CONTESTANTS}
    for _ in range(ROUNDS):
        for name, rates in rounds.items():
            rates.append(measure(name))
    of_processor = {}
    for name, rates in rounds.items():
        of_processor[name] = median(rate.of_processor for rate in rates)
        of_wall = median(rate.of_wall for rate in rates)
        print(f"  {name:<11} {of_processor[name]:>9,.0f} {what}/s", end="")
        print(f"   by the wall {of_wall:>9,.0f}", flush=True)
    return of_processor["hotseat"] / of_processor["panoramisk"]


def _listen_to_events(name: str) -> Rate:
    with socket.create_server((LOOPBACK, 0)) as door:
        door.settimeout(PATIENCE)
        with _contestant(name, "ami", door.getsockname()[1]) as process:
            client, _ = door.accept()
            with client:
                client.settimeout(PATIENCE)
                log_in(client)
                watch = Watch(process.pid)
                tell_events(client)
                told = _line_of(process)
                rate = watch.rate(EVENTS)
                process.kill()  # before the link ends, of which both would complain
    _expect(name, told, f"{EVENTS} {EVENTS * VARIABLES}")
    return rate


def _serve_lines(name: str) -> Rate:
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    with _contestant(name, "agi", port) as process:
        _expect(name, _line_of(process), "ready")
        watch = Watch(process.pid)
        commands = call(port)
        rate = watch.rate(commands)
    _expect(name, str(commands), str(LINES * COMMANDS))
    return rate


@contextmanager
def _contestant(name: str, protocol: str, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"benchmarks.wire_{name}", protocol, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        limit = Timer(PATIENCE, process.kill)
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            process.kill()


def _line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _expect(name: str, told: str, expected: str) -> None:
    if told != expected:
        raise RuntimeError(f"wire benchmark: {name} says {told!r}, not {expected!r}")
