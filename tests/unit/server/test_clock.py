"""The clock of decisions: it never jumps, and agrees with the wall clock to the millisecond."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from hotseat.clock import Clock

MS = 1_000_000


@dataclass
class Machine:
    """Its two clocks in nanoseconds, moved by the test."""

    wall: int
    monotonic: int

    def passes(self, nanoseconds: int) -> None:
        self.wall += nanoseconds
        self.monotonic += nanoseconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Both clocks stand late in a millisecond."""
    machine = Machine(wall=1_000_900_000, monotonic=50_000_800_000)
    monkeypatch.setattr(time, "time_ns", lambda: machine.wall)
    monkeypatch.setattr(time, "monotonic_ns", lambda: machine.monotonic)
    return machine


def test_what_the_wall_clock_says_now_is_now(machine: Machine) -> None:
    clock = Clock()
    for _ in range(20):
        machine.passes(150_000)
        stamp = machine.wall // MS
        assert clock.now() == stamp
        assert clock.from_wall(stamp) == stamp
        assert clock.from_wall(stamp - 700) == stamp - 700


def test_a_wall_clock_that_is_set_moves_nothing(machine: Machine) -> None:
    clock = Clock()
    before = clock.now()
    machine.wall -= 3_600_000 * MS
    stamp = machine.wall // MS
    machine.passes(5 * MS)
    assert clock.now() == before + 5
    assert clock.from_wall(stamp) == before, "five milliseconds old, whatever the wall says"


def test_an_offset_brings_the_evening(machine: Machine) -> None:
    ahead = Clock(offset_seconds=7200)
    assert ahead.now() == machine.wall // MS + 7_200_000
    assert ahead.from_wall(machine.wall // MS - 10) == ahead.now() - 10
