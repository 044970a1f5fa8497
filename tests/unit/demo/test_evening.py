"""The evening of the demo: its roster, and when it begins."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotseat.db.engine import open_engine, reading
from hotseat.db.rosters import published, versions
from hotseat.db.snapshot import site_now
from hotseat.demo.evening import DAYS, HOLE, PAIRS, assignments, offset_to, publish
from hotseat.roster.shifts import Place
from tests.databases import Databases

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("now", "seconds"),
    [("19:58:30", 0), ("20:00:00", -90), ("09:00:00", 39_510), ("00:00:00", 71_910)],
)
def test_the_clock_is_moved_to_just_before_eight(now: str, seconds: int) -> None:
    clock = datetime.fromisoformat(f"{DAY}T{now}").replace(tzinfo=SHANGHAI)
    assert offset_to(DAY, clock) == seconds


def test_every_shift_of_the_week_is_done_by_a_pair() -> None:
    found = Counter((one.day, one.shift) for one in assignments(DAY))
    days = [DAY + timedelta(days=n) for n in range(DAYS)]
    assert found == {(day, shift): 2 for day in days for shift in "ABC"}
    assert {one.agent for one in assignments(DAY) if (one.day, one.shift) == (DAY, "C")} == {
        *PAIRS[0]
    }


def test_whoever_is_at_home_can_be_reached_there_and_serve_the_hotline(
    databases: Databases,
) -> None:
    """On the demo site; the hole after 22:00 is published with its reason."""
    engine = open_engine(databases.demo())
    publish(engine, DAY, 1_800_000_000_000)
    with reading(engine) as session:
        site = site_now(session)
        duties = published(session, DAY, DAY + timedelta(days=DAYS))
        (version,) = versions(session)
    engine.dispose()
    at_home = [duty.agent for duty in duties if duty.place is Place.HOME]
    assert len(at_home) == 2 * DAYS
    assert all(site.agents[agent].mobile for agent in at_home)
    assert site.outbound is not None
    skills = [site.agents[agent].skills for agent in PAIRS[0]]
    for queue in ("consult", "complaint"):
        for skill, level in site.queues[queue].requires.items():
            assert any(has.get(skill, 0) >= level for has in skills)
    assert version.why == HOLE
    assert all("22:00" in line for line in version.shortcomings)
