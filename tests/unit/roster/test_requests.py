"""Leave and swaps: whose word is needed, what is refused, and that no duty is lost or doubled."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotseat.roster.changes import NotMovable, moved, objections
from hotseat.roster.coverage import STANDARD_COVER, Cover, Demand
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.requests import (
    REQUEST_TABLE,
    IllegalStep,
    Move,
    Request,
    State,
    Step,
    ask_leave,
    ask_swap,
)
from hotseat.roster.rules import Leave, Rules
from hotseat.roster.shifts import Assignment, Duty, dates, duties
from ivr.hours import WEEKDAYS, Calendar, Span
from tests.unit.roster.standard import MONDAY, SHANGHAI, SHIFTS, SUNDAY, WEEK, standard_week

TUESDAY = MONDAY + timedelta(days=1)
NOW = standard_week()[0].begins - 3 * 86_400_000
SKILLS = {
    "1001": {"consult": 5},
    "1002": {"consult": 2},
    "1003": {"consult": 3},
    "1004": {"consult": 4},
    "1005": {"complaint": 5},
}
CONSULT = Cover(
    "consult", Calendar(dict.fromkeys(WEEKDAYS, (Span(540, 1320),)), {}), skill="consult"
)


def rules(*leaves: Leave, **policy: Any) -> Rules:
    return Rules(
        SHIFTS,
        lambda _: SHANGHAI,
        Demand({"hotline": STANDARD_COVER, "consult": CONSULT}, {}, SKILLS, SHANGHAI),
        RosterPolicy(**policy),
        leaves,
    )


def swap(shift: str, agent: str, other: str, day: date = MONDAY, takes: Any = None) -> Request:
    return ask_swap(7, Assignment(day, shift, agent), other, NOW, takes)


def said(request: Request, now: int = NOW, against: Rules | None = None) -> list[str]:
    return [str(one) for one in objections(request, standard_week(), against or rules(), now)]


def answerable(assignment: Assignment, in_order: list[Request]) -> str:
    """Who has to be there, told from the words on record alone: whoever took the duty last with
    both consents, otherwise the rostered agent.
    """
    agent = assignment.agent
    for request in in_order:
        holder = replace(assignment, agent=agent)
        if not request.is_binding:
            continue
        if request.leave is not None and request.leave.covers(agent, assignment.day):
            agent = request.other or agent
        elif holder == request.gives:
            agent = request.other
        elif holder == request.takes:
            agent = request.asker
    return agent


# ---- whose word


def test_a_swap_counts_when_both_and_the_lead_have_said_so() -> None:
    asked = swap("C", "1003", "1004")
    assert (asked.state, asked.is_binding) == (State.ASKED, False)
    agreed = asked.step(Step.AGREE, "1004", NOW + 1)
    assert (agreed.state, agreed.is_binding) == (State.AGREED, False)
    in_force = agreed.step(Step.APPROVE, "lead", NOW + 2, "fine")
    assert in_force.is_binding
    assert [(word.step, word.by, word.at) for word in in_force.signed] == [
        (Step.ASK, "1003", NOW),
        (Step.AGREE, "1004", NOW + 1),
        (Step.APPROVE, "lead", NOW + 2),
    ]


@pytest.mark.parametrize(
    ("state", "step", "by", "why"),
    [
        (State.ASKED, Step.AGREE, "1003", "only agent 1004 can agree, not 1003"),
        (State.ASKED, Step.DECLINE, "1005", "only agent 1004 can decline, not 1005"),
        (
            State.ASKED,
            Step.APPROVE,
            "lead",
            r"swap 7 \(the other has to agree\): impossible",
        ),
        (State.ASKED, Step.WITHDRAW, "1005", "only 1003 or 1004 can withdraw it"),
        (State.AGREED, Step.APPROVE, "1004", "1004 has a part in it; somebody else has to approve"),
        (State.AGREED, Step.APPROVE, "1003", "1003 has a part in it"),
        (State.IN_FORCE, Step.WITHDRAW, "1003", r"swap 7 \(in force\): impossible to withdraw"),
        (State.DECLINED, Step.AGREE, "1004", r"swap 7 \(declined\): impossible to agree"),
    ],
)
def test_a_word_that_is_not_yours_or_comes_too_late_is_refused(
    state: State, step: Step, by: str, why: str
) -> None:
    request = replace(swap("C", "1003", "1004"), state=state)
    with pytest.raises(IllegalStep, match=why):
        request.step(step, by, NOW)


def test_every_step_has_its_place_in_the_table() -> None:
    assert REQUEST_TABLE.keys() == set(State)
    for steps in REQUEST_TABLE.values():
        assert Step.ASK not in steps


@given(
    st.lists(
        st.tuples(
            st.sampled_from([step for step in Step if step is not Step.ASK]),
            st.sampled_from(["1003", "1004", "1005", "lead"]),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_nothing_is_in_force_without_the_word_of_both(
    steps: list[tuple[Step, str]], leave: bool
) -> None:
    """Whatever people try; a refused step changes nothing."""
    request = (
        ask_leave(1, "1003", MONDAY, SUNDAY, NOW, stand_in="1004")
        if leave
        else swap("C", "1003", "1004")
    )
    for step, by in steps:
        before = request
        try:
            request = request.step(step, by, NOW)
        except IllegalStep:
            assert request is before
    if request.state is State.IN_FORCE:
        assert request.is_binding
        assert request.consents == {"1003", "1004"}
        assert request.signed[-1].by not in request.consents
        assert answerable(Assignment(MONDAY, "C", "1003"), [request]) == "1004"
    else:
        assert not request.is_binding
        assert answerable(Assignment(MONDAY, "C", "1003"), [request]) == "1003"


def test_nobody_swaps_with_themselves_or_gives_what_another_has() -> None:
    with pytest.raises(IllegalStep, match="nobody swaps with themselves"):
        swap("C", "1003", "1003")
    with pytest.raises(IllegalStep, match="1005 on A of 2026-11-23 is not a duty of agent 1004"):
        swap("C", "1003", "1004", takes=Assignment(MONDAY, "A", "1005"))
    with pytest.raises(IllegalStep, match="cannot stand in for themselves"):
        ask_leave(1, "1003", MONDAY, SUNDAY, NOW, "1003")
    with pytest.raises(IllegalStep, match="its end is before its begin"):
        ask_leave(1, "1003", SUNDAY, MONDAY, NOW)


# ---- what is refused


def test_a_sound_swap_meets_no_objection() -> None:
    assert said(swap("C", "1003", "1004")) == []
    assert said(swap("C", "1003", "1001", takes=Assignment(MONDAY, "A", "1001"))) == []


def test_the_standard_hole_is_no_reason_against_a_swap_that_does_not_widen_it() -> None:
    assert rules().demand.holes(standard_week(), MONDAY, SUNDAY)
    assert said(swap("C", "1003", "1004")) == []


def test_short_rest_is_refused() -> None:
    assert said(swap("C", "1003", "1001")) == [
        "1001 would rest 3 h between A of 2026-11-23 and C of 2026-11-23; it has to be 11 h"
    ]
    assert said(swap("C", "1003", "1001"), against=rules(rest=120)) == []


def test_two_duties_at_once_are_refused() -> None:
    assert (
        said(swap("A", "1001", "1002"))
        == [
            "1002 would have A of 2026-11-23 and B of 2026-11-23 at the same time",
            "12:00–17:00 on 2026-11-23 would be left with 1 of the 2 that noon asks for",
        ][:1]
    )


def test_a_lacking_skill_is_refused_by_name() -> None:
    assert said(swap("C", "1003", "1005")) == [
        "1005 lacks consult at level 1, which consult asks for 20:00–22:00 on 2026-11-23"
    ]


def test_a_hole_is_refused() -> None:
    """One agent with two duties at once is one head."""
    two = Cover("two", Calendar({"mon": (Span(720, 1020),)}, {}), heads=2)
    strict = rules()
    strict = replace(strict, demand=replace(strict.demand, covers={"two": two}))
    twice = swap("A", "1001", "1002")
    assert "12:00–17:00 on 2026-11-23 would be left with 1 of the 2 that two asks for" in said(
        twice, against=strict
    )


def test_leave_needs_a_stand_in_where_there_are_duties() -> None:
    alone = ask_leave(1, "1003", MONDAY, TUESDAY, NOW)
    assert said(alone) == ["1003 has duties from 2026-11-23 to 2026-11-24: leave needs a stand-in"]
    assert said(ask_leave(1, "1003", MONDAY, TUESDAY, NOW, "1004")) == []
    idle = ask_leave(1, "1004", MONDAY, TUESDAY, NOW)
    assert idle.state is State.AGREED
    assert said(idle) == []


def test_whoever_is_on_leave_takes_nothing() -> None:
    assert said(swap("C", "1003", "1004"), against=rules(Leave("1004", MONDAY, MONDAY))) == [
        "1004 is on leave on 2026-11-23"
    ]


def test_too_late_is_by_policy_and_a_duty_that_runs_is_never_swapped() -> None:
    c_begins = next(duty for duty in standard_week() if duty.shift == "C").begins
    last_minute = c_begins - 60_000
    assert said(swap("C", "1003", "1004"), last_minute) == []
    assert said(swap("C", "1003", "1004"), c_begins) == [
        "too late for C of 1003 on 2026-11-23: a change counts 0 min before its begin"
    ]
    assert said(swap("C", "1003", "1004"), last_minute, rules(swap_notice=120)) == [
        "too late for C of 1003 on 2026-11-23: a change counts 2 h before its begin"
    ]
    leave = ask_leave(1, "1003", MONDAY, MONDAY, NOW, "1004")
    assert said(leave, c_begins - 23 * 3_600_000)[0].startswith("too late for C of 1003")


def test_a_duty_that_is_no_longer_rostered_so_is_refused() -> None:
    assert said(swap("B", "1003", "1004")) == ["1003 does not have B on 2026-11-23"]
    assert said(swap("C", "1003", "1099")) == ["1099 of C on 2026-11-23 is no agent of the site"]


# ---- no duty is lost or doubled

agents = st.sampled_from(sorted(SKILLS))
assignments = st.builds(
    Assignment, st.sampled_from(dates(MONDAY, SUNDAY)), st.sampled_from("ABC"), agents
)
moves = st.lists(st.builds(Move, st.sampled_from(WEEK) | assignments, agents), max_size=3)


def shape(rostered: tuple[Duty, ...]) -> Counter[tuple[date, str]]:
    return Counter((duty.day, duty.shift) for duty in rostered)


@given(st.lists(moves, max_size=6))
def test_moves_neither_lose_nor_double_a_duty(rounds: list[list[Move]]) -> None:
    rostered = standard_week()
    whole = shape(rostered)
    for round_ in rounds:
        try:
            rostered = moved(rostered, round_)
        except NotMovable:
            continue
        assert shape(rostered) == whole
        assert len({duty.assignment for duty in rostered}) == len(rostered)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_swaps_keep_every_duty_with_one_agent_and_break_no_rule(data: st.DataObject) -> None:
    """A week of swaps and leaves, each put in force if nothing speaks against it."""
    against = rules()
    rostered, in_force = standard_week(), []
    first_holes = against.demand.holes(rostered, MONDAY, SUNDAY)
    for number in range(data.draw(st.integers(1, 6))):
        gives = data.draw(st.sampled_from([duty.assignment for duty in rostered]))
        other = data.draw(agents.filter(lambda agent, giver=gives.agent: agent != giver))
        if data.draw(st.booleans()):
            request = ask_leave(number, gives.agent, gives.day, gives.day, NOW, other)
        else:
            theirs = [duty.assignment for duty in rostered if duty.agent == other]
            takes = data.draw(st.none() | st.sampled_from(theirs)) if theirs else None
            request = ask_swap(number, gives, other, NOW, takes)
        agreed = request.step(Step.AGREE, other, NOW)
        if objections(agreed, rostered, against, NOW):
            continue
        rostered = moved(rostered, agreed.moves(rostered))
        in_force.append(agreed.step(Step.APPROVE, "lead", NOW))
    assert shape(rostered) == shape(standard_week())
    assert against.demand.holes(rostered, MONDAY, SUNDAY) == first_holes
    assert Counter(duty.agent for duty in rostered) == Counter(
        answerable(assignment, in_force) for assignment in WEEK
    )
    at_once = duties((duty.assignment for duty in rostered), SHIFTS, lambda _: SHANGHAI)
    assert at_once == rostered
