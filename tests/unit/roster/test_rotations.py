"""The built-in rotations are sound: everything covered, fair, with rest."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotseat.roster.policy import RosterPolicy
from hotseat.roster.rotations import ROTATIONS, RotationMisused
from hotseat.roster.rules import overlaps, short_rests
from hotseat.roster.shifts import Assignment, dates, duties
from ivr.hours import SpecialDay
from tests.unit.roster.standard import MONDAY, SHANGHAI, SHIFTS

FOUR = ("1001", "1002", "1003", "1004")
THREE_WEEKS = ROTATIONS["three-weeks-four"]
mondays = st.integers(-60, 60).map(lambda weeks: MONDAY + timedelta(weeks=weeks))


def filled(name: str, weeks: int, starts: date = MONDAY) -> tuple[Assignment, ...]:
    return ROTATIONS[name].fill(FOUR, MONDAY, MONDAY + timedelta(days=7 * weeks - 1), starts=starts)


@pytest.mark.parametrize("name", ["three-weeks-four", "two-of-each-four"])
@given(starts=mondays)
def test_every_day_has_a_b_and_c_once_and_one_agent_off(name: str, starts: date) -> None:
    """Weekends too, wherever in the rounds the period begins."""
    found = filled(name, 3, starts)
    for _, of_day in groupby(found, key=lambda one: one.day):
        on_duty = list(of_day)
        assert sorted(one.shift for one in on_duty) == ["A", "B", "C"]
        assert len({one.agent for one in on_duty}) == 3
    assert {one.day for one in found} == set(dates(MONDAY, MONDAY + timedelta(days=20)))


def test_a_round_of_three_weeks_is_fair_within_one_day() -> None:
    counts = Counter((one.agent, one.shift) for one in filled("three-weeks-four", 3))
    off = {agent: 21 - sum(counts[agent, shift] for shift in "ABC") for agent in FOUR}
    for of_shift in ([counts[agent, shift] for agent in FOUR] for shift in "ABC"):
        assert max(of_shift) - min(of_shift) <= 1
    assert max(off.values()) - min(off.values()) <= 1


@pytest.mark.parametrize(("name", "weeks"), [("three-weeks-four", 12), ("two-of-each-four", 8)])
def test_in_the_long_run_all_have_worked_the_same(name: str, weeks: int) -> None:
    """Shifts, and also the days of the weekend."""
    counts = Counter((one.agent, one.shift) for one in filled(name, weeks))
    weekend = Counter(one.agent for one in filled(name, weeks) if one.day.weekday() >= 5)
    for shift in "ABC":
        assert len({counts[agent, shift] for agent in FOUR}) == 1
    assert len({weekend[agent] for agent in FOUR}) == 1


@pytest.mark.parametrize("name", ["three-weeks-four", "two-of-each-four"])
def test_nobody_works_more_than_six_days_in_a_row_or_rests_too_little(name: str) -> None:
    """Also where one round ends and the next begins; a shift never gets earlier overnight."""
    found = filled(name, 24)
    rostered = duties(found, SHIFTS, lambda _: SHANGHAI)
    assert overlaps(rostered) == []
    assert short_rests(rostered, RosterPolicy(rest=11 * 60)) == []
    for agent in FOUR:
        own = {one.day: one.shift for one in found if one.agent == agent}
        run = 0
        for day in dates(MONDAY, MONDAY + timedelta(weeks=24)):
            run = run + 1 if day in own else 0
            assert run <= 6
            before = own.get(day - timedelta(days=1))
            assert before is None or day not in own or before <= own[day]


@given(mondays, st.integers(0, 40), st.integers(0, 20))
def test_two_drafts_one_after_the_other_are_one(starts: date, begin: int, days: int) -> None:
    first = MONDAY + timedelta(days=begin)
    cut, last = first + timedelta(days=days), first + timedelta(days=days + 30)
    whole = THREE_WEEKS.fill(FOUR, first, last, starts=starts)
    parts = (
        *THREE_WEEKS.fill(FOUR, first, cut, starts=starts),
        *THREE_WEEKS.fill(FOUR, cut + timedelta(days=1), last, starts=starts),
    )
    assert whole == parts


def test_working_days_follow_holidays_and_make_up_workdays() -> None:
    week = ROTATIONS["office-weeks-two"]
    special = {
        MONDAY: SpecialDay.HOLIDAY,
        MONDAY + timedelta(days=5): SpecialDay.MAKE_UP_WORKDAY,
    }
    found = week.fill(
        ("1001", "1002"), MONDAY, MONDAY + timedelta(days=13), starts=MONDAY, special=special
    )
    own = {one.day.day: one.shift for one in found if one.agent == "1001"}
    assert own == dict.fromkeys((24, 25, 26, 27, 28), "A") | dict.fromkeys((30, 1, 2, 3, 4), "B")


@pytest.mark.parametrize(
    ("agents", "starts", "said"),
    [
        (FOUR[:3], MONDAY, "three-weeks-four is for 4 different agents, not for 1001, 1002, 1003"),
        (("1001",) * 4, MONDAY, "is for 4 different agents"),
        (FOUR, MONDAY + timedelta(days=1), "begins on a Monday, and 2026-11-24 is none"),
    ],
)
def test_a_rotation_that_does_not_fit_is_refused(
    agents: tuple[str, ...], starts: date, said: str
) -> None:
    with pytest.raises(RotationMisused, match=said):
        THREE_WEEKS.fill(agents, MONDAY, MONDAY, starts=starts)


def test_rows_are_of_one_length() -> None:
    for rotation in ROTATIONS.values():
        assert {len(row) for row in rotation.rows} == {rotation.days}
        assert rotation.shifts <= set(SHIFTS)
