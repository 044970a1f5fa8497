"""What simulated people intend: like people, and the same again for the same seed."""

from __future__ import annotations

from itertools import islice, takewhile
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotseat.demo.people import (
    TALK_LEAST,
    WAVE_SECONDS,
    Response,
    Side,
    arrivals,
    callers,
    rate_at,
    turns,
)

HOURS = 20
seeds = st.integers(0, 10**6)


def day(rate: float, seed: int, hours: float = HOURS) -> list[float]:
    return list(takewhile(lambda t: t < hours * 3600, arrivals(rate, Random(seed))))


@pytest.mark.parametrize("rate", [0.5, 6, 30])
def test_so_many_call_in_the_mean(rate: float) -> None:
    instants = day(rate, seed=1)
    expected = rate * 60 * HOURS
    # Poisson: the standard deviation of a count is its root.
    assert abs(len(instants) - expected) < 4 * expected**0.5


def test_arrivals_swell_and_ebb() -> None:
    phases = [t % WAVE_SECONDS / WAVE_SECONDS for t in day(6, seed=2)]
    flood = sum(0.125 < phase < 0.375 for phase in phases)
    ebb = sum(0.625 < phase < 0.875 for phase in phases)
    assert flood > 3 * ebb
    assert rate_at(6, WAVE_SECONDS / 4) == pytest.approx(6 * 1.7)
    assert rate_at(6, 3 * WAVE_SECONDS / 4) == pytest.approx(6 * 0.3)


@given(seeds)
def test_the_first_caller_does_not_let_the_audience_wait(seed: int) -> None:
    first, *others = islice(arrivals(6, Random(seed)), 20)
    assert first == 0
    assert others == sorted(others)


@given(seeds)
def test_a_seed_repeats_everything(seed: int) -> None:
    def intentions() -> list[object]:
        return [
            *islice(arrivals(6, Random(seed)), 30),
            *islice(callers(Random(seed)), 30),
            *islice(turns(Random(seed)), 30),
        ]

    assert intentions() == intentions()


@given(seeds)
def test_callers_do_what_the_menu_and_their_patience_allow(seed: int) -> None:
    for caller in islice(callers(Random(seed)), 100):
        assert caller.number.isdecimal()
        assert len(caller.number) == 11
        assert "".join(press.key for press in caller.keys) in ("", "1", "2", "91", "01", "51")
        assert all(press.after >= 3 for press in caller.keys)
        assert caller.patience > 0
        assert caller.talk >= TALK_LEAST


def test_callers_are_as_patient_and_talkative_as_the_model_says() -> None:
    crowd = list(islice(callers(Random(3)), 20_000))
    waits = sorted(caller.patience for caller in crowd if caller.keys)
    assert waits[len(waits) // 2] == pytest.approx(50, rel=0.03)
    assert sum(caller.talk for caller in crowd) / len(crowd) == pytest.approx(24, rel=0.03)
    assert sum(not caller.keys for caller in crowd) / len(crowd) == pytest.approx(0.05, rel=0.15)
    ended = sum(caller.ends_talk is Side.AGENT for caller in crowd) / len(crowd)
    assert ended == pytest.approx(0.6, rel=0.03)


def test_agents_are_human() -> None:
    shift = list(islice(turns(Random(4)), 20_000))
    share = {
        response: sum(turn.response is response for turn in shift) / len(shift)
        for response in Response
    }
    assert share[Response.MISSES] == pytest.approx(0.05, rel=0.15)
    assert share[Response.DECLINES] == pytest.approx(0.03, rel=0.15)
    assert sum(turn.pause is not None for turn in shift) / len(shift) == pytest.approx(
        0.12, rel=0.1
    )
    assert all(1 <= turn.after <= 4 for turn in shift)
