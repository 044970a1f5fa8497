"""What a soak makes of its readings, and whom it lets call."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.soak.gauges import MIB, Reading, growth, reading
from benchmarks.soak.people import KEYS, LEAVES, LONGEST_MENU, LONGEST_STAY, callers
from tests.unit.operation.states import a_state

OPEN = ("socket:[1]", "socket:[2]", "/x/hotseat.db", "/x/hotseat.db-wal", "/x/serve.lock")


@given(slope=st.floats(-5, 5), start=st.integers(50, 200), noise=st.randoms())
def test_growth_is_found_under_noise(slope: float, start: int, noise: Random) -> None:
    readings = [
        (at, round((start + slope * at / 60 + noise.uniform(-0.2, 0.2)) * MIB))
        for at in range(0, 600, 5)
    ]
    assert growth(readings, last=300) == pytest.approx(slope, abs=0.15)


def test_what_a_server_fills_once_is_no_growth() -> None:
    filled = [(at, (60 + min(at, 200) // 10) * MIB) for at in range(0, 600, 5)]
    assert growth(filled, last=300) == 0
    assert growth(filled, last=600) > 1


def test_a_leak_of_the_last_minutes_is_not_missed() -> None:
    leaking = [(at, (60 + max(0, at - 300) // 30) * MIB) for at in range(0, 600, 5)]
    assert growth(leaking, last=300) == pytest.approx(2, abs=0.1)


def test_a_reading_counts_all_queues() -> None:
    found = reading(7.5, a_state(timers=9), server=1, asterisk=2, descriptors=OPEN, channels=5)
    assert found == Reading(
        at=7.5,
        server=1,
        asterisk=2,
        sockets=2,
        files=1,
        timers=9,
        sessions=8,
        contacts=9,
        channels=5,
        waiting=3,
        talking=4,
    )
    assert not found.at_rest


def test_callers_differ_in_all_they_do() -> None:
    crowd = list(callers(2_000, Random(1)))
    assert len({number for number, *_ in crowd}) == 2_000
    does = Counter(what for _, _, what, _ in crowd)
    assert set(does) == {LEAVES, *KEYS}
    assert 300 < does[LEAVES] < 500
    for longest, spans in (
        (LONGEST_MENU, [int(menu) for _, menu, _, _ in crowd]),
        (LONGEST_STAY, [int(stay) for *_, stay in crowd]),
    ):
        assert 0 <= min(spans) < longest / 100
        assert longest * 0.99 < max(spans) <= longest
    assert crowd == list(callers(2_000, Random(1)))
