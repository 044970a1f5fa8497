"""The houses of the benchmark `calls` are told to hotseat and to app_queue in the same way."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.calls import HOUSES
from benchmarks.house import House, queues_conf, site


@pytest.mark.parametrize("house", HOUSES, ids=str)
def test_every_queue_has_as_many_seats(house: House) -> None:
    seats = Counter(queue for seat in range(house.seats) for queue in house.served_by(seat))
    assert sum(seats.values()) == house.seats * house.memberships
    assert set(seats.values()) == {house.seats * house.memberships // house.queues}
    assert queues_conf(house).count("member =") == sum(seats.values())


@pytest.mark.parametrize("house", HOUSES, ids=str)
def test_calls_take_turns_through_all_queues(house: House) -> None:
    numbers = Counter(house.number("hotseat", call) for call in range(house.seats))
    assert set(numbers) == {str(number) for number in site(house)["numbers"]}
    assert len({house.number("dial", call) for call in range(house.seats)}) == house.seats
