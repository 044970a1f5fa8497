"""What speaks against a roster."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from hotseat.roster.coverage import Hole
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.rules import Leave, new_holes, on_leave, overlaps, said_span, short_rests
from hotseat.roster.shifts import Duty, Place
from tests.unit.roster.standard import MONDAY

H = 3_600_000


def duty(shift: str, begins: int, ends: int, agent: str = "1001", day: date = MONDAY) -> Duty:
    return Duty(begins * H, ends * H, agent, day, shift, Place.OFFICE)


def said(found: Iterable[object]) -> list[str]:
    return [str(one) for one in found]


def test_a_long_duty_overlaps_every_short_one_within_it() -> None:
    found = overlaps([duty("L", 9, 21), duty("S", 10, 11), duty("T", 12, 13), duty("U", 21, 22)])
    assert said(found) == [
        "1001 would have L of 2026-11-23 and S of 2026-11-23 at the same time",
        "1001 would have L of 2026-11-23 and T of 2026-11-23 at the same time",
    ]


def test_duties_of_two_agents_never_overlap() -> None:
    assert overlaps([duty("A", 9, 17), duty("A", 9, 17, agent="1002")]) == []


def test_a_rest_is_too_short_or_long_enough_and_between_touching_duties_there_is_none() -> None:
    policy = RosterPolicy(rest=11 * 60)
    assert short_rests([duty("B", 12, 20), duty("C", 20, 22)], policy) == []
    assert short_rests([duty("C", 20, 22), duty("A", 33, 41)], policy) == []
    (short,) = short_rests([duty("C", 20, 22), duty("A", 32, 40)], policy)
    assert "1001 would rest 10 h between C of 2026-11-23 and A" in str(short)


def test_leave_is_by_agent_and_date() -> None:
    away = [Leave("1001", MONDAY, MONDAY)]
    assert said(on_leave([duty("A", 9, 17)], away)) == ["1001 is on leave on 2026-11-23"]
    assert on_leave([duty("A", 9, 17, agent="1002")], away) == []
    assert on_leave([duty("A", 9, 17, day=date(2026, 11, 24))], away) == []


def hole(begins: int, ends: int, there: int = 0, cover: str = "hotline") -> Hole:
    return Hole(begins, ends, cover, 2, there)


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ([], [hole(0, 5)], [hole(0, 5)]),
        ([hole(0, 5)], [hole(0, 5)], []),
        ([hole(0, 5)], [hole(1, 4)], []),
        ([hole(0, 5)], [hole(0, 6)], [hole(0, 6)]),
        ([hole(0, 5, there=1)], [hole(0, 5, there=0)], [hole(0, 5, there=0)]),
        ([hole(0, 5, there=0)], [hole(0, 5, there=1)], []),
        ([hole(0, 3), hole(3, 5)], [hole(0, 5)], []),
        ([hole(0, 5, cover="other")], [hole(0, 5)], [hole(0, 5)]),
    ],
)
def test_a_hole_is_new_if_fewer_are_there_for_a_while(
    before: list[Hole], after: list[Hole], new: list[Hole]
) -> None:
    assert list(new_holes(before, after)) == new


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0, "0 min"), (45 * 60_000, "45 min"), (11 * H, "11 h"), (10 * H + 1_800_000, "10 h 30 min")],
)
def test_spans_in_words(milliseconds: int, words: str) -> None:
    assert said_span(milliseconds) == words
