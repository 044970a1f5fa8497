"""An evening on which shifts change: the roster of the demo site, and where the clock begins.

B sits in the office until 20:00, C is at home from then on, and the next call finds C's mobiles.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Engine

from acd.types import Millis
from hotseat.db.engine import writing
from hotseat.db.roster_writes import begin_draft, publish_draft, save_draft
from hotseat.db.snapshot import site_now
from hotseat.roster.shifts import Assignment
from hotseat.site.roster_rules import rules_of

BEGINS: Final = time(19, 58, 30)
"""On the clocks of the site: late enough to wait for 20:00, early enough to see B at work."""
DAYS: Final = 7
PAIRS: Final = (("1001", "1005"), ("1002", "1004"), ("1003", "1006"))
"""Who works together. On the first evening the first pair is at home: together they take every
call of the hotline."""
HOLE: Final = "after 22:00 callers leave their number"


def offset_to(evening: date, now: datetime) -> int:
    """Seconds from now to the beginning; below zero if it is past. `now` has the site's zone."""
    return round((datetime.combine(evening, BEGINS, now.tzinfo) - now).total_seconds())


def assignments(first: date) -> list[Assignment]:
    """A week in which each pair does C, then A, then B."""
    return [
        Assignment(first + timedelta(days=n), shift, agent)
        for n in range(DAYS)
        for place, shift in enumerate("CBA")
        for agent in PAIRS[(n + place) % len(PAIRS)]
    ]


def publish(engine: Engine, first: date, now: Millis) -> None:
    """Put the week in force, which nobody has published anything for."""
    last = first + timedelta(days=DAYS - 1)
    wanted = assignments(first)
    with writing(engine) as session:
        draft = begin_draft(session, first, last, "demo", now)
        filled = draft.draft.fill(wanted, {one.agent for one in wanted})
        save_draft(session, draft.id, filled, now)
        rules = rules_of(site_now(session), (), first, last)
        publish_draft(session, draft.id, rules, by="demo", now=now, reason=HOLE)
