"""The published roster decides which phone rings, to the second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hotseat.db.engine import open_engine, writing
from hotseat.db.roster_models import RosterDuty, RosterVersion
from hotseat.db.rosters import roster_version
from tests.live.hotline import STRAIGHT, Hotline, now_ms, until

pytestmark = pytest.mark.live

HOUR = 3_600_000
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
RINGS_WITHIN_MS = 500

Publish = Callable[..., None]


@pytest.fixture
def publish(apart: Hotline) -> Iterator[Publish]:
    """Put duties of today in force, (agent, begins, ends) in milliseconds; gone after the test."""
    engine = open_engine(apart.settings.database)

    def publish(*duties: tuple[str, int, int]) -> None:
        with writing(engine) as session:
            version = roster_version(session) + 1
            session.add(
                RosterVersion(
                    version=version,
                    first_day=TODAY,
                    last_day=TODAY,
                    published_at=now_ms(),
                    published_by="test",
                    why="",
                    shortcomings=[],
                )
            )
            session.flush()
            for agent, begins, ends in duties:
                session.add(
                    RosterDuty(
                        version=version,
                        day=TODAY,
                        shift=f"X{begins % 1000}",
                        agent=agent,
                        place="office",
                        begins=begins,
                        ends=ends,
                    )
                )
        apart.ask("reload-config")

    yield publish
    engine.dispose()


def on_duty(hotline: Hotline) -> list[str]:
    """By the roster, now."""
    return [duty["agent"] for duty in hotline.status()["duty"]["on_duty"]]


def test_at_the_change_of_shift_the_next_call_rings_the_other_and_the_talk_goes_on(
    hotline: Hotline, publish: Publish
) -> None:
    leaves = hotline.log_on("1001", "p101")
    comes = hotline.log_on("1002", "p102")
    change = now_ms() + 6_000
    publish(("1001", change - HOUR, change), ("1002", change, change + HOUR))
    assert on_duty(hotline) == ["1001"]
    leaves.answers(after_ms=50)
    talk = hotline.callers.call(STRAIGHT, caller="13800170000")
    hotline.rung_by("13800170000").wait("talking")
    hotline.callers.call(STRAIGHT, caller="13800170001")
    until("the second caller waits", lambda: hotline.waiting() == 1, 5)
    rung = hotline.rung_by("13800170001", timeout=15).wait("invite")
    assert comes.find("invite", since=change - 6_000) == rung
    assert 0 <= rung.at - change < RINGS_WITHIN_MS
    assert on_duty(hotline) == ["1002"]
    seat = hotline.seat("1001")
    assert (seat["state"], seat["leaving"]) == ("talking", True)
    talk.hang_up()
    until(
        "the agent is off",
        lambda: [seat["seat"] for seat in hotline.status()["seats"]] == ["1002"],
        5,
    )
    assert hotline.ended("13800170000").seat == "1001"


def test_a_swap_approved_seconds_before_the_shift_decides_who_is_rung(
    hotline: Hotline, publish: Publish
) -> None:
    hotline.log_on("1001", "p101")
    hotline.log_on("1002", "p102")
    asked = now_ms()
    begins = asked + 18_000
    publish(("1001", begins, begins + HOUR))
    shift = f"X{begins % 1000}"
    hotline.hotseat("roster", "swap", "ask", "1001", TODAY, shift, "--to", "1002")
    hotline.hotseat("roster", "swap", "agree", "1", "--as", "1002")
    done = hotline.json("roster", "swap", "approve", "1", "--by", "lead")
    assert done["state"] == "in force"
    assert now_ms() < begins, "the machine was too slow to be in time"
    hotline.callers.call(STRAIGHT, caller="13800171000")
    until("the caller waits", lambda: hotline.waiting() == 1, 5)
    rung = hotline.rung_by("13800171000", timeout=20).wait("invite")
    assert hotline.desk("p102").find("invite", since=asked) == rung
    assert 0 <= rung.at - begins < RINGS_WITHIN_MS
    assert on_duty(hotline) == ["1002"]
