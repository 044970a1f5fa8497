"""A published week for the pages, and what may be found on it."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from hotseat.db.engine import reading, writing
from hotseat.db.roster_writes import begin_draft, publish_draft, save_draft
from hotseat.db.rosters import draft_of, published
from hotseat.db.snapshot import site_now
from hotseat.roster.shifts import Assignment, clock_instant
from hotseat.site.roster_rules import rules_of
from tests.web.conftest import T

MONDAY, SUNDAY = date(2027, 1, 11), date(2027, 1, 17)
"""The week of T, which is its Friday."""
REASON = "after 22:00 callers leave a message"
WEEK = [
    Assignment(MONDAY + timedelta(days=n), shift, agent)
    for n in range(7)
    for shift, agent in (("A", "1001"), ("B", "1002"), ("C", "1003"))
]


def publish_week(engine: Engine, *more: Assignment) -> None:
    """A, B and C by 1001, 1002 and 1003 every day, and some duties more; as version 1."""
    number = begin_week(engine, *WEEK, *more)
    with writing(engine) as session:
        rules = rules_of(site_now(session), (), MONDAY, SUNDAY)
        publish_draft(session, number, rules, by="supervisor", now=T, reason=REASON)


def begin_week(engine: Engine, *assignments: Assignment) -> int:
    """A draft of just these for the week; its number."""
    with writing(engine) as session:
        kept = begin_draft(session, MONDAY, SUNDAY, "supervisor", T)
        draft = kept.draft.fill(assignments, {one.agent for one in WEEK})
        save_draft(session, kept.id, draft, T)
        return kept.id


def drafted(engine: Engine, number: int = 1) -> set[Assignment]:
    """What stands in a draft."""
    with reading(engine) as session:
        kept = draft_of(session, number)
    assert kept is not None
    return set(kept.draft.assignments)


def in_force(engine: Engine) -> set[Assignment]:
    """What is published for the week."""
    with reading(engine) as session:
        return {duty.assignment for duty in published(session, MONDAY, SUNDAY)}


def at(day: date, clock: str) -> int:
    """The instant of a time in Shanghai."""
    hours, minutes = map(int, clock.split(":"))
    return clock_instant(day, hours * 60 + minutes, ZoneInfo("Asia/Shanghai"))
