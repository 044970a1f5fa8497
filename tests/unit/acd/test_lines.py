"""Places in the line of a queue, and how fast it moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.calls import Place
from acd.lines import ENOUGH, RECENT, STALE, Outlook, QueueLines
from acd.types import CallId, Millis


def place(number: int) -> Place:
    return number * 1_000, CallId(f"C{number:03}")


def line_of(count: int) -> QueueLines:
    lines = QueueLines()
    for number in range(count):
        lines.join("consult", place(number), now=0)
    return lines


def answered(lines: QueueLines, *instants: Millis) -> None:
    """The first in line is answered at each instant."""
    for number, now in enumerate(instants):
        lines.answer("consult", place(number), now)


def test_a_place_counts_those_ahead_in_the_same_queue() -> None:
    lines = line_of(3)
    lines.join("complaint", place(0), now=0)
    assert [lines.outlook("consult", place(n), 0).place for n in range(3)] == [1, 2, 3]
    lines.leave("consult", place(1))
    assert lines.outlook("consult", place(2), 0).place == 2


def test_nothing_is_expected_before_the_line_has_moved_enough() -> None:
    lines = line_of(10)
    answered(lines, *range(20_000, 20_000 * (ENOUGH + 1), 20_000))
    assert lines.outlook("consult", place(9), 60_000).expected is None


def test_the_wait_is_the_place_times_the_pace() -> None:
    lines = line_of(10)
    answered(lines, 5_000, 25_000, 45_000, 65_000)
    assert lines.outlook("consult", place(4), 65_000) == Outlook(place=1, expected=20_000)
    assert lines.outlook("consult", place(9), 70_000) == Outlook(place=6, expected=120_000)


def test_a_line_that_stands_still_slows_its_pace() -> None:
    lines = line_of(10)
    answered(lines, 5_000, 25_000, 45_000, 65_000)
    assert lines.outlook("consult", place(4), 85_000).expected == 20_000
    assert lines.outlook("consult", place(4), 165_000).expected == 40_000
    assert lines.outlook("consult", place(4), 665_000).expected == 165_000


def test_what_happened_while_nobody_else_waited_says_nothing() -> None:
    lines = QueueLines()
    for number in range(20):
        lines.join("consult", place(number), now=number * 100_000)
        lines.answer("consult", place(number), number * 100_000 + 2_000)
    lines.join("consult", place(20), now=2_000_000)
    assert lines.outlook("consult", place(20), 2_000_000).expected is None


@pytest.mark.parametrize(("pause", "expected"), [(STALE, 20_000), (STALE + 1, None)])
def test_the_pace_of_the_morning_says_nothing_in_the_evening(
    pause: Millis, expected: Millis | None
) -> None:
    lines = line_of(5)
    answered(lines, 5_000, 25_000, 45_000, 65_000, 85_000)
    lines.join("consult", place(7), now=85_000 + pause)
    assert lines.outlook("consult", place(7), 85_000 + pause).expected == expected


def test_only_the_last_intervals_count() -> None:
    lines = line_of(100)
    answered(lines, *range(0, 600_000, 60_000))
    for number in range(10, 11 + RECENT):
        lines.answer("consult", place(number), 600_000 + (number - 9) * 1_000)
    now = 600_000 + (2 + RECENT) * 1_000
    assert lines.outlook("consult", place(30), now).expected == 10 * 1_000


@given(
    st.lists(
        st.tuples(st.sampled_from(["join", "leave", "answer"]), st.integers(0, 9)), max_size=60
    )
)
def test_places_are_those_of_a_plain_list(steps: list[tuple[str, int]]) -> None:
    lines, plain = QueueLines(), set[int]()
    for now, (step, number) in enumerate(steps):
        if step == "join":
            lines.join("consult", place(number), now)
            plain.add(number)
        elif step == "leave":
            lines.leave("consult", place(number))
            plain.discard(number)
        elif number in plain:
            lines.answer("consult", place(number), now)
            plain.remove(number)
        for order, waiting in enumerate(sorted(plain), start=1):
            outlook = lines.outlook("consult", place(waiting), now)
            assert outlook.place == order
            assert outlook.expected is None or outlook.expected >= 0


@pytest.mark.parametrize("again", [1, 2])
def test_standing_in_line_twice_is_standing_there_once(again: int) -> None:
    lines = line_of(2)
    for _ in range(again):
        lines.join("consult", place(0), now=5)
    assert lines.outlook("consult", place(1), 5).place == 2
