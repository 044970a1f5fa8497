"""AMI events and FastAGI commands a second, hotseat's beside panoramisk's.

Both do the same work against the same imitation of Asterisk: every header of every event is read,
repeated ones too, and every command is answered before the next is sent. Each lives in one process
of its own for the whole measurement, is warm before the first turn that counts, and then they take
short turns, the one or the other first.

A rate is per second of the contestant's processor time, its part of the kernel's included, so that
a busy machine does not stop the watch. What it does do is slow down whoever runs just then: so only
the two turns of a pair, a blink apart, are compared, and the median over all pairs counts. Beside
the rates stand those by the clock on the wall.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from threading import Timer
from time import perf_counter

from benchmarks.process import processor_seconds
from benchmarks.report import Reach
from benchmarks.wire_asterisk import (
    COMMANDS,
    EVENT_BYTES,
    EVENTS,
    LINES,
    LOOPBACK,
    PATIENCE,
    VARIABLES,
    call,
    log_in,
    tell_events,
)

PAIRS = 15
"""Pairs of turns that count, after the first."""
AMI_TIMES = 2.0
FASTAGI_TIMES = 1.3

OURS, THEIRS = CONTESTANTS = ("hotseat", "panoramisk")


@dataclass(frozen=True, slots=True)
class Rate:
    """What one contestant did in one turn."""

    of_processor: float
    """A second of its own processor time."""
    of_wall: float
    """A second by the clock on the wall."""


class Contestant:
    """A process at work: each call of `turn` is one turn, and returns how much was done."""

    def __init__(self, pid: int, turn: Callable[[], int]) -> None:
        self._pid = pid
        self._turn = turn

    def rate(self) -> Rate:
        """How fast one more turn is."""
        spent, begin = processor_seconds(self._pid), perf_counter()
        done = self._turn()
        wall = perf_counter() - begin
        return Rate(done / (processor_seconds(self._pid) - spent), done / wall)


def run() -> list[Reach]:
    """Measure both protocols."""
    print(f"AMI: {PAIRS} pairs of turns, {EVENTS:,} events of {EVENT_BYTES} bytes each")
    ami = _times(_listener, "events")
    print(f"FastAGI: {PAIRS} pairs of turns, {LINES} lines with {COMMANDS} commands each")
    fastagi = _times(_server, "commands")
    return [
        Reach("wire_ami", ami, "times panoramisk", AMI_TIMES, "higher"),
        Reach("wire_fastagi", fastagi, "times panoramisk", FASTAGI_TIMES, "higher"),
    ]


def _times(begin: Callable[[str], AbstractContextManager[Contestant]], what: str) -> float:
    """How many times the other's rate ours is, in the median of the pairs."""
    rates: dict[str, list[Rate]] = {name: [] for name in CONTESTANTS}
    with ExitStack() as stack:
        contestants = [(name, stack.enter_context(begin(name))) for name in CONTESTANTS]
        for _ in range(1 + PAIRS):
            for name, contestant in contestants:
                rates[name].append(contestant.rate())
            contestants.reverse()
    pairs = list(zip(rates[OURS], rates[THEIRS], strict=True))[1:]
    for name, turns in zip(CONTESTANTS, zip(*pairs, strict=True), strict=True):
        of_processor = median(rate.of_processor for rate in turns)
        of_wall = median(rate.of_wall for rate in turns)
        print(f"  {name:<11} {of_processor:>9,.0f} {what}/s   by the wall {of_wall:>9,.0f}")
    times = [ours.of_processor / theirs.of_processor for ours, theirs in pairs]
    print(f"  {'ratio':<11} {median(times):>9.2f}   of single pairs", end="")
    print(f" {min(times):.2f} to {max(times):.2f}", flush=True)
    return median(times)


@contextmanager
def _listener(name: str) -> Iterator[Contestant]:
    """A contestant that reads all events by AMI."""
    with socket.create_server((LOOPBACK, 0)) as door:
        door.settimeout(PATIENCE)
        with _contestant(name, "ami", door.getsockname()[1]) as process:
            client, _ = door.accept()
            with client:
                client.settimeout(PATIENCE)
                log_in(client)

                def turn() -> int:
                    tell_events(client)
                    _expect(name, _line_of(process), f"{EVENTS} {EVENTS * VARIABLES}")
                    return EVENTS

                yield Contestant(process.pid, turn)
                process.kill()  # before the link ends, of which both would complain


@contextmanager
def _server(name: str) -> Iterator[Contestant]:
    """A contestant that serves lines by FastAGI."""
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    with _contestant(name, "agi", port) as process:
        _expect(name, _line_of(process), "ready")

        def turn() -> int:
            commands = call(port)
            _expect(name, str(commands), str(LINES * COMMANDS))
            return commands

        yield Contestant(process.pid, turn)


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
