"""Every figure by its definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from acd.stats import MINUTE, OUTCOMES, WAIT_BOUNDS, Arrivals, Day, Ended, Tally, Waits


def test_mean_wait_is_that_of_the_answered_calls_alone() -> None:
    tally = Tally()
    assert tally.mean_wait is None
    tally.add(Ended("answered", wait=1_000))
    tally.add(Ended("answered", wait=3_000))
    tally.add(Ended("abandoned", wait=90_000))
    assert tally.mean_wait == 2_000


def test_the_service_level_leaves_out_who_gave_up_in_time() -> None:
    tally = Tally()
    assert tally.service_level is None
    tally.add(Ended("abandoned", "consult", calls=5, in_time=5))
    assert tally.service_level is None, "nobody was kept waiting too long"
    tally.add(Ended("answered", "consult", calls=8, in_time=6))
    tally.add(Ended("abandoned", "consult", calls=3, in_time=2))
    tally.add(Ended("lost", "consult", calls=1, in_time=1))
    tally.add(Ended("menu", calls=4))
    assert tally.service_level == 6 / (8 + 1 + 1)


def test_sums_count_like_their_calls_one_by_one() -> None:
    one_by_one, summed = Tally(), Tally()
    for wait in (1_000, 3_000, 8_000):
        one_by_one.add(Ended("answered", wait=wait))
    summed.add(Ended("answered", wait=12_000, calls=3))
    assert one_by_one == summed


def test_the_refused_are_no_calls() -> None:
    tally = Tally()
    for outcome in OUTCOMES:
        tally.add(Ended(outcome))
    assert (tally.calls, tally.by_outcome["refused"]) == (5, 1)


def test_a_day_takes_what_arrived_on_it() -> None:
    day = Day(1_000, 2_000)
    for arrived in (999, 1_000, 1_999, 2_000):
        day.add(Ended("answered", "consult", 5), arrived)
    assert day.total.calls == day.queues["consult"].calls == 2


def test_a_call_without_a_queue_counts_in_all_only() -> None:
    day = Day(0, 10)
    day.add(Ended("menu"), 5)
    assert (day.total.calls, day.queues) == (1, {})


def test_a_bound_belongs_to_the_bucket_below_it() -> None:
    waits = Waits()
    for wait in (0, WAIT_BOUNDS[0], WAIT_BOUNDS[0] + 1, WAIT_BOUNDS[-1] + 1):
        waits.add(wait)
    assert (waits.buckets[0], waits.buckets[1], waits.buckets[-1]) == (2, 1, 1)
    assert sum(waits.buckets) == 4


def test_calls_a_minute_are_those_of_the_last_sixty_seconds() -> None:
    arrivals = Arrivals()
    for at in (0, 1, MINUTE - 1):
        arrivals.add(at)
    assert arrivals.in_last_minute(MINUTE - 1) == 3
    assert arrivals.in_last_minute(MINUTE) == 2
    assert arrivals.in_last_minute(10 * MINUTE) == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(OUTCOMES),
            st.sampled_from(["a", "b", None]),
            st.integers(0, 100_000),
            st.integers(0, 30),
        )
    )
)
def test_the_queues_and_the_rest_add_up_to_all(
    ends: list[tuple[str, str | None, int, int]],
) -> None:
    day, rest = Day(10, 20), Tally()
    for outcome, queue, wait, arrived in ends:
        day.add(Ended(outcome, queue, wait), arrived)
        if queue is None and 10 <= arrived < 20:
            rest.add(Ended(outcome, queue, wait))
    parts = [*day.queues.values(), rest]
    assert sum(part.calls for part in parts) == day.total.calls
    assert sum(part.answered_wait for part in parts) == day.total.answered_wait
