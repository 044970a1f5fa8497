"""Drafts, versions, leave and swaps in the database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from acd.effects import SeatKept
from acd.types import SeatId
from hotseat.db.engine import reading, writing
from hotseat.db.roster_requests import ask, decide, next_request
from hotseat.db.roster_writes import (
    NoSuchEntry,
    NotPublished,
    PublishedMeanwhile,
    ReasonNeeded,
    begin_draft,
    catch_up,
    drop_draft,
    publish_again,
    publish_draft,
    save_draft,
)
from hotseat.db.rosters import (
    draft_of,
    drafts,
    leaves,
    log_steps,
    logged_on,
    pause_steps,
    published,
    published_days,
    request_of,
    requests,
    roster_version,
    version_duties,
    versions,
)
from hotseat.db.writes import write
from hotseat.history import JournalRow
from hotseat.roster.attendance import LogStep
from hotseat.roster.coverage import STANDARD_COVER, Demand
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.requests import IllegalStep, Request, State, Step, ask_leave, ask_swap
from hotseat.roster.rules import Leave, Rules
from hotseat.roster.shifts import Assignment, Duty
from hotseat.roster.times import PauseStep
from tests.unit.roster.standard import MONDAY, SHANGHAI, SHIFTS, SUNDAY, WEEK, standard_week

T = TypeVar("T")
NOW = standard_week()[0].begins - 7 * 86_400_000
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
SKILLS = {number: {"consult": 3} for number in ("1001", "1002", "1003", "1004")}
RULES = Rules(
    SHIFTS,
    lambda _: SHANGHAI,
    Demand({"hotline": STANDARD_COVER}, {}, SKILLS, SHANGHAI),
    RosterPolicy(),
)


@pytest.fixture
def change(engine: Engine) -> Callable[[Callable[[Session], T]], T]:
    """Do something in a transaction of its own."""

    def change(work: Callable[[Session], T]) -> T:
        with writing(engine) as session:
            return work(session)

    return change


@pytest.fixture
def look(engine: Engine) -> Callable[[Callable[[Session], T]], T]:
    """Ask something."""

    def look(question: Callable[[Session], T]) -> T:
        with reading(engine) as session:
            return question(session)

    return look


Do = Callable[[Callable[[Session], T]], T]


def week_published(session: Session, reason: str = "C will be extended") -> int:
    kept = begin_draft(session, MONDAY, SUNDAY, "mei", NOW)
    save_draft(session, kept.id, kept.draft.fill(WEEK, SKILLS), NOW)
    return publish_draft(session, kept.id, RULES, by="mei", now=NOW, reason=reason).version


def in_force(session: Session) -> tuple[Duty, ...]:
    return published(session, MONDAY, SUNDAY)


def c_of(day: date, rostered: tuple[Duty, ...]) -> str:
    (agent,) = (duty.agent for duty in rostered if (duty.day, duty.shift) == (day, "C"))
    return agent


def swap(session: Session, shift: str, agent: str, other: str, day: date = MONDAY) -> Request:
    number = next_request(session)
    request = ask_swap(number, Assignment(day, shift, agent), other, NOW)
    return ask(session, request, RULES, NOW)


# ---- drafts and versions


def test_a_draft_is_kept_as_it_is_edited(change: Do, look: Do) -> None:
    kept = change(lambda s: begin_draft(s, MONDAY, SUNDAY, "mei", NOW))
    assert (kept.base, kept.draft.assignments) == (0, frozenset())
    edited = kept.draft.assign(WEEK[0]).assign(WEEK[1])
    change(lambda s: save_draft(s, kept.id, edited, NOW + 5))
    change(lambda s: save_draft(s, kept.id, edited.remove(WEEK[1]), NOW + 6))
    found = look(lambda s: draft_of(s, kept.id))
    assert found is not None
    assert (found.draft.assignments, found.changed_at) == (frozenset({WEEK[0]}), NOW + 6)
    assert [one.id for one in look(drafts)] == [kept.id]
    change(lambda s: drop_draft(s, kept.id))
    assert look(drafts) == []
    with pytest.raises(NoSuchEntry, match=f"no draft {kept.id}"):
        change(lambda s: save_draft(s, kept.id, edited, NOW))


def test_publishing_with_a_hole_needs_a_reason_which_is_kept(change: Do, look: Do) -> None:
    with pytest.raises(ReasonNeeded, match=r"22:00–24:00 on 7 days .*nobody there, hotline asks"):
        change(lambda s: week_published(s, reason="  "))
    assert look(roster_version) == 0
    assert change(week_published) == 1
    assert look(in_force) == standard_week()
    (version,) = look(versions)
    assert (version.published_by, version.published_at) == ("mei", NOW)
    assert version.why == "C will be extended"
    assert version.shortcomings == (
        "22:00–24:00 on 7 days (2026-11-23 to 2026-11-29): nobody there, hotline asks for 1",
    )
    assert look(drafts) == []


def test_what_cannot_be_is_not_published_for_any_reason(change: Do, look: Do) -> None:
    def broken(session: Session) -> None:
        kept = begin_draft(session, MONDAY, MONDAY, "mei", NOW)
        twice = [WEEK[0], replace(WEEK[0], shift="B"), replace(WEEK[0], agent="1099")]
        save_draft(session, kept.id, kept.draft.fill(twice, ()), NOW)
        publish_draft(session, kept.id, RULES, by="mei", now=NOW, reason="please")

    with pytest.raises(NotPublished) as refused:
        change(broken)
    assert [str(one) for one in refused.value.objections] == [
        "1099 of A on 2026-11-23 is no agent of the site",
        "1001 would have A of 2026-11-23 and B of 2026-11-23 at the same time",
    ]
    assert look(drafts) == []


def test_on_each_date_the_last_version_that_holds_it_is_in_force(change: Do, look: Do) -> None:
    change(week_published)

    def only_tuesday(session: Session) -> int:
        kept = begin_draft(session, TUESDAY, TUESDAY, "mei", NOW)
        assert len(kept.draft.assignments) == 3
        old = Assignment(TUESDAY, "C", "1003")
        draft = kept.draft.move(old, replace(old, agent="1004"))
        save_draft(session, kept.id, draft, NOW)
        return publish_draft(session, kept.id, RULES, by="li", now=NOW, reason="ill").version

    assert change(only_tuesday) == 2
    rostered = look(in_force)
    assert [c_of(day, rostered) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [
        *("1003", "1004", "1003")
    ]
    assert len(rostered) == 21
    assert look(lambda s: published(s, MONDAY, SUNDAY, upto=1)) == standard_week()
    assert look(lambda s: published_days(s, SUNDAY, SUNDAY + timedelta(days=3))) == [SUNDAY]
    again = change(lambda s: publish_again(s, 1, RULES, by="li", now=NOW, reason="well again"))
    assert again.version == 3
    assert look(in_force) == standard_week()
    assert look(lambda s: version_duties(s, 2)) != look(lambda s: version_duties(s, 3))
    with pytest.raises(NoSuchEntry, match="no version 9"):
        change(lambda s: publish_again(s, 9, RULES, by="li", now=NOW))


def test_a_draft_does_not_undo_what_was_agreed_meanwhile(change: Do, look: Do) -> None:
    change(week_published)
    kept = change(lambda s: begin_draft(s, MONDAY, SUNDAY, "mei", NOW))
    sunday = Assignment(SUNDAY, "A", "1001")
    edited = kept.draft.move(sunday, replace(sunday, agent="1004"))
    change(lambda s: save_draft(s, kept.id, edited, NOW))
    request = change(lambda s: swap(s, "C", "1003", "1004"))
    change(lambda s: decide(s, request.id, Step.AGREE, RULES, by="1004", now=NOW))
    change(lambda s: decide(s, request.id, Step.APPROVE, RULES, by="lead", now=NOW))
    with pytest.raises(PublishedMeanwhile, match="1003 on C of 2026-11-23"):
        change(lambda s: publish_draft(s, kept.id, RULES, by="mei", now=NOW, reason="hole"))
    caught = change(lambda s: catch_up(s, kept.id, NOW))
    assert Assignment(MONDAY, "C", "1004") in caught.draft.assignments
    assert replace(sunday, agent="1004") in caught.draft.assignments
    change(lambda s: publish_draft(s, kept.id, RULES, by="mei", now=NOW, reason="hole"))
    assert c_of(MONDAY, look(in_force)) == "1004"
    assert len(look(in_force)) == 21


# ---- leave and swaps


def test_a_swap_changes_the_roster_when_the_last_word_is_given(change: Do, look: Do) -> None:
    change(week_published)
    request = change(lambda s: swap(s, "C", "1003", "1004"))
    assert request.state is State.ASKED
    change(lambda s: decide(s, request.id, Step.AGREE, RULES, by="1004", now=NOW + 1, note="ok"))
    assert c_of(MONDAY, look(in_force)) == "1003"
    done = change(lambda s: decide(s, request.id, Step.APPROVE, RULES, by="lead", now=NOW + 2))
    assert done == look(lambda s: request_of(s, request.id))
    assert done.is_binding
    assert [(word.step.value, word.by, word.at, word.note) for word in done.signed] == [
        ("ask", "1003", NOW, ""),
        ("agree", "1004", NOW + 1, "ok"),
        ("approve", "lead", NOW + 2, ""),
    ]
    rostered = look(in_force)
    assert c_of(MONDAY, rostered) == "1004"
    assert len(rostered) == 21
    newest = look(versions)[0]
    assert (newest.why, newest.first, newest.last) == ("swap 1", MONDAY, MONDAY)
    with pytest.raises(IllegalStep, match=r"\(in force\): impossible to approve"):
        change(lambda s: decide(s, request.id, Step.APPROVE, RULES, by="lead", now=NOW))


def test_without_approval_by_policy_the_second_word_is_the_last(change: Do, look: Do) -> None:
    free = replace(RULES, policy=RosterPolicy(swap_approval=False))
    change(week_published)
    request = change(lambda s: swap(s, "C", "1003", "1004"))
    done = change(lambda s: decide(s, request.id, Step.AGREE, free, by="1004", now=NOW))
    assert (done.state, done.signed[-1].by) == (State.IN_FORCE, "policy")
    assert c_of(MONDAY, look(in_force)) == "1004"


def test_what_speaks_against_a_swap_is_told_and_nothing_is_changed(change: Do, look: Do) -> None:
    change(week_published)
    with pytest.raises(NotPublished, match="1001 would rest 3 h between A of 2026-11-23 and C of"):
        change(lambda s: swap(s, "C", "1003", "1001"))
    assert look(requests) == []
    request = change(lambda s: swap(s, "C", "1003", "1004"))
    late = standard_week()[2].begins
    with pytest.raises(NotPublished, match="too late for C of 1003"):
        change(lambda s: decide(s, request.id, Step.AGREE, RULES, by="1004", now=late))
    found = look(lambda s: request_of(s, request.id))
    assert found is not None
    assert found.state is State.ASKED
    change(lambda s: decide(s, request.id, Step.DECLINE, RULES, by="1004", now=late))


def test_a_leave_hands_its_duties_over_and_blocks_others(change: Do, look: Do) -> None:
    change(week_published)

    def away(session: Session) -> Request:
        number = next_request(session)
        leave = ask_leave(number, "1003", TUESDAY, WEDNESDAY, NOW, "1004", "cases: to 1004")
        return ask(session, leave, RULES, NOW)

    request = change(away)
    change(lambda s: decide(s, request.id, Step.AGREE, RULES, by="1004", now=NOW))
    assert look(lambda s: leaves(s, MONDAY, SUNDAY)) == ()
    change(lambda s: decide(s, request.id, Step.APPROVE, RULES, by="lead", now=NOW))
    rostered = look(in_force)
    assert [c_of(day, rostered) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [
        *("1003", "1004", "1004")
    ]
    assert look(lambda s: leaves(s, MONDAY, TUESDAY)) == (Leave("1003", TUESDAY, WEDNESDAY),)
    assert look(lambda s: leaves(s, MONDAY, MONDAY)) == ()
    assert look(versions)[0].why == "leave 1"
    mine = look(lambda s: requests(s, agent="1004", states=[State.IN_FORCE]))
    assert [one.id for one in mine] == [request.id]


def test_two_who_decide_at_once_come_one_after_the_other(engine: Engine) -> None:
    """The same duty cannot go to two people, on either database."""
    with writing(engine) as session:
        week_published(session)
        first = swap(session, "C", "1003", "1004")
        second = swap(session, "C", "1003", "1004")
        for one in (first, second):
            decide(session, one.id, Step.AGREE, RULES, by="1004", now=NOW)

    def approve(number: int) -> str:
        try:
            with writing(engine) as session:
                return decide(session, number, Step.APPROVE, RULES, by="lead", now=NOW).state.value
        except NotPublished as refused:
            return str(refused.objections[0])

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(approve, [first.id, second.id]))
    assert said == ["1003 does not have C on 2026-11-23", "in force"]
    with reading(engine) as session:
        assert len(in_force(session)) == 21


# ---- attendance


def test_log_ons_come_from_the_journal(engine: Engine) -> None:
    rows = [
        JournalRow(number, number * 10, kind, None, seat, None, {})
        for number, (kind, seat) in enumerate(
            [
                ("logged_on", "1001"),
                ("ready", "1001"),
                ("logged_off", "1001"),
                ("logged_on", "1002"),
            ],
            1,
        )
    ]
    with writing(engine) as session:
        write(session, [*rows, SeatKept(SeatId("1002"), "p102", None, 45, None)])
    with reading(engine) as session:
        assert log_steps(session, 10, 40) == [
            LogStep("1001", 10, True),
            LogStep("1001", 30, False),
        ]
        assert log_steps(session, 31, 100) == [LogStep("1002", 40, True)]
        assert logged_on(session) == {"1002": 45}


def test_pauses_come_from_the_journal(engine: Engine) -> None:
    rows = [
        JournalRow(1, 10, "paused", None, "1001", None, {"reason": "meal"}),
        JournalRow(2, 20, "pause_asked", None, "1002", None, {"reason": "tea"}),
        JournalRow(3, 30, "pause_over", None, "1001", None, {}),
    ]
    with writing(engine) as session:
        write(session, rows)
    with reading(engine) as session:
        assert pause_steps(session, 10, 40) == [
            PauseStep("1001", 10, "meal"),
            PauseStep("1001", 30, None),
        ]
