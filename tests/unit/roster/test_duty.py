"""The published roster, asked at an instant."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hotseat.roster.duty import DutyRoster
from hotseat.roster.shifts import Duty, Place

H = 3_600_000
SKILLS = {"1001": {"consult": 5}, "1002": {"consult": 2, "complaint": 3}, "1003": {}}


def duty(agent: str, begins: int, ends: int, place: Place = Place.OFFICE) -> Duty:
    return Duty(begins * H, ends * H, agent, date(2026, 11, 23), "X", place)


DAY = DutyRoster(
    [duty("1001", 9, 17), duty("1002", 12, 20), duty("1001", 20, 22, Place.HOME)],
    SKILLS,
    [(0, 24 * H)],
    escalation=["1003", "1002"],
)


def test_who_is_on_duty_to_the_millisecond() -> None:
    assert DAY.agents_at(9 * H - 1) == frozenset()
    assert DAY.agents_at(9 * H) == {"1001"}
    assert DAY.agents_at(13 * H) == {"1001", "1002"}
    assert DAY.agents_at(17 * H) == {"1002"}
    assert [(d.agent, d.place) for d in DAY.at(20 * H)] == [("1001", Place.HOME)]
    assert DAY.agents_at(22 * H) == frozenset()


def test_who_comes_next_and_whom_to_escalate_to() -> None:
    soon = DAY.next_duty({"consult": 1}, 17 * H)
    assert soon is not None
    assert (soon.agent, soon.begins) == ("1001", 20 * H)
    assert DAY.next_duty({"complaint": 1}, 12 * H) is None
    assert DAY.escalation({"complaint": 1}) == ("1002",)
    assert DAY.escalation({}) == ("1003", "1002")


def test_boundaries_come_one_after_the_other() -> None:
    seen, at = [], 0
    while (after := DAY.next_boundary(at)) is not None:
        seen.append(after // H)
        at = after
    assert seen == [9, 12, 17, 20, 22, 24]


def test_outside_of_what_is_published_no_roster_counts() -> None:
    weeks = DutyRoster([duty("1001", 9, 17)], SKILLS, [(0, 24 * H), (48 * H, 72 * H)])
    assert [weeks.in_force(hour * H) for hour in (-1, 0, 23, 24, 47, 48, 72)] == [
        *(False, True, True),
        *(False, False, True, False),
    ]
    assert [weeks.runs_out(hour * H) for hour in (5, 30, 50)] == [24 * H, None, 72 * H]
    assert weeks.next_boundary(17 * H) == 24 * H
    assert weeks.next_boundary(24 * H) == 48 * H


def test_an_agent_who_left_the_site_is_on_no_duty() -> None:
    assert DutyRoster([duty("1099", 9, 17)], SKILLS, []).at(10 * H) == ()


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(SKILLS)), st.integers(0, 40), st.integers(1, 24)),
        max_size=12,
    ),
    st.integers(0, 70),
)
def test_the_index_finds_what_a_look_at_every_duty_finds(
    spans: list[tuple[str, int, int]], hour: int
) -> None:
    made = [duty(agent, begins, begins + length) for agent, begins, length in spans]
    roster = DutyRoster(made, SKILLS, [])
    at = hour * H
    assert roster.at(at) == tuple(sorted(d for d in made if d.begins <= at < d.ends))
    later = [t for d in made for t in (d.begins, d.ends) if t > at]
    assert roster.next_boundary(at) == min(later, default=None)
    begun = sorted(d for d in made if d.begins > at)
    assert roster.next_duty({}, at) == (begun[0] if begun else None)
