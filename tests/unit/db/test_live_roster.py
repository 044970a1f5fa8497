"""The published roster in memory: a new version counts within two seconds, a new day too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hotseat.db.engine import writing
from hotseat.db.pool import Database
from hotseat.db.roster_requests import ask as put_request
from hotseat.db.roster_requests import decide, next_request
from hotseat.db.roster_writes import begin_draft, publish_draft, save_draft
from hotseat.db.snapshot import current_revision
from hotseat.live_config import LiveConfig
from hotseat.live_roster import LiveRoster
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.requests import Step, ask_swap
from hotseat.roster.shifts import Assignment, Place
from hotseat.site.apply import apply
from hotseat.site.records import Site
from tests.unit.db.test_rosters import RULES
from tests.unit.roster.standard import MONDAY, SUNDAY, WEEK, standard_week
from tests.unit.threads_inline import InlineReactor

result_of = SynchronousTestCase().successResultOf

A, B, C = (duty.begins for duty in standard_week()[:3])
DAY = 86_400_000


class Wall:
    """The time of decisions, moved by the test."""

    def __init__(self) -> None:
        self.at = A

    def now(self) -> int:
        return self.at


@pytest.fixture
def wall() -> Wall:
    """Monday, 09:00."""
    return Wall()


@pytest.fixture
def live(
    database: Database, reactor: InlineReactor, engine: Engine, demo: Site, wall: Wall
) -> Iterator[LiveRoster]:
    """Started on the demo site, without a roster yet."""
    with writing(engine) as session:
        apply(session, demo, expected=current_revision(session), now=1)
    config = LiveConfig(database, reactor)
    result_of(Deferred.fromCoroutine(config.start()))
    live = LiveRoster(database, config, reactor, wall.now)
    result_of(Deferred.fromCoroutine(live.start()))
    yield live
    live.stop()
    config.stop()


def publish(engine: Engine) -> None:
    """The standard week, by another process."""
    with writing(engine) as session:
        kept = begin_draft(session, MONDAY, SUNDAY, "mei", 1)
        save_draft(session, kept.id, kept.draft.fill(WEEK, ()), 1)
        publish_draft(session, kept.id, RULES, by="mei", now=1, reason="so be it")


def test_without_a_published_roster_none_is_in_force(live: LiveRoster, wall: Wall) -> None:
    assert not live.now.in_force(wall.at)
    assert live.now.next_boundary(wall.at) is None


def test_a_published_roster_is_seen_and_told(
    live: LiveRoster, engine: Engine, reactor: InlineReactor
) -> None:
    told: list[int] = []
    live.on_change(lambda: told.append(len(live.now.duties)))
    publish(engine)
    reactor.advance(2)
    reactor.advance(2)
    assert told == [21]
    assert live.now.in_force(A)
    assert not live.now.in_force(A - 10 * 3_600_000), "Sunday before is not published"
    assert live.now.agents_at(B) == {"1001", "1002"}
    assert [(duty.agent, duty.place) for duty in live.now.at(C)] == [("1003", Place.HOME)]
    assert live.now.escalation({"complaint": 5}) == ("1003",)


def test_a_swap_approved_a_minute_before_takes_effect(
    live: LiveRoster, engine: Engine, reactor: InlineReactor, wall: Wall
) -> None:
    publish(engine)
    wall.at = C - 60_000
    with writing(engine) as session:
        gives = Assignment(MONDAY, "C", "1003")
        request = ask_swap(next_request(session), gives, "1004", wall.at)
        put_request(session, request, RULES, wall.at)
        decide(session, request.id, Step.AGREE, RULES, by="1004", now=wall.at)
        decide(session, request.id, Step.APPROVE, RULES, by="lead", now=wall.at)
    assert RULES.policy == RosterPolicy()
    reactor.advance(2)
    assert live.now.agents_at(C) == {"1004"}


def test_the_window_moves_with_the_day(
    live: LiveRoster, engine: Engine, reactor: InlineReactor, wall: Wall
) -> None:
    publish(engine)
    wall.at = A - 30 * DAY
    reactor.advance(2)
    assert live.now.duties == ()
    wall.at = A - 14 * DAY
    reactor.advance(2)
    assert {duty.day for duty in live.now.duties} == {MONDAY}
    wall.at += DAY
    reactor.advance(2)
    assert {duty.day for duty in live.now.duties} == {MONDAY, MONDAY + timedelta(days=1)}


def test_without_the_database_the_roster_stays_and_it_is_told_once(
    live: LiveRoster, engine: Engine, reactor: InlineReactor
) -> None:
    publish(engine)
    reactor.advance(2)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE roster_version RENAME TO away"))
    with capture_logs() as said:
        reactor.advance(2)
        reactor.advance(2)
        problem = result_of(Deferred.fromCoroutine(live.reload()))
    assert problem is not None
    assert "the roster stays as it is" in problem
    assert live.now.agents_at(A) == {"1001"}
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO roster_version"))
    with capture_logs() as back:
        reactor.advance(2)
    assert [entry["event"] for entry in (*said, *back)] == [
        "roster_not_watched",
        "roster_watched_again",
    ]
