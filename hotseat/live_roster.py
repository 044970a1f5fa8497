"""The published roster around the present day, held in memory like the site in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from acd.types import Millis
from hotseat.db.engine import reason_of
from hotseat.db.pool import Database
from hotseat.db.rosters import published, published_days, roster_version
from hotseat.live_config import LiveConfig
from hotseat.roster.coverage import Stretch
from hotseat.roster.duty import DutyRoster
from hotseat.roster.shifts import Duty, day_of, midnight
from words import said

log = structlog.get_logger(__name__)

POLL_SECONDS = 2.0
BEFORE, AFTER = timedelta(days=2), timedelta(days=14)
"""What is held of the roster. A night shift of yesterday still runs, and the next duty of a skill
may be some days away."""

NO_ROSTER = DutyRoster((), {}, ())


class LiveRoster:
    """`now` is the roster in force. It is asked for where it is needed; nobody keeps a copy."""

    def __init__(
        self,
        database: Database,
        config: LiveConfig,
        reactor: Any,
        now: Callable[[], Millis],
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self.now = NO_ROSTER
        self._database = database
        self._config = config
        self._time = now
        self._poll_seconds = poll_seconds
        self._poll = LoopingCall(self._look)
        self._poll.clock = reactor
        self._watchers: list[Callable[[], None]] = []
        self._held: tuple[int, int, date] | None = None
        """(roster version, site revision, today) that `now` was made of."""
        self._away = False

    async def start(self) -> None:
        """Load the roster and watch it from now on. Raises SQLAlchemyError."""
        await self._refresh()
        self._poll.start(self._poll_seconds, now=False)

    def stop(self) -> None:
        """Watch no longer."""
        if self._poll.running:
            self._poll.stop()

    def on_change(self, watcher: Callable[[], None]) -> None:
        """Call `watcher()` whenever `now` is another one."""
        self._watchers.append(watcher)

    async def reload(self) -> str | None:
        """Look whether there is a new roster. None, or why everything stays as it is."""
        try:
            await self._refresh()
        except SQLAlchemyError as error:
            why = reason_of(error)
            return said("the database is away, the roster stays as it is: %(why)s", why=why)
        return None

    async def _refresh(self) -> None:
        site = self._config.now
        zone = ZoneInfo(site.time_zone)
        today = day_of(self._time(), zone)
        version = await self._database.run(roster_version)
        if (version, site.revision, today) == self._held:
            return
        version, duties, days = await self._database.run(
            partial(_around, first=today - BEFORE, last=today + AFTER)
        )
        self._held = version, site.revision, today
        self.now = DutyRoster(
            duties,
            {agent.number: agent.skills for agent in site.agents.values()},
            _stretches(days, zone),
            site.roster.escalation,
        )
        for watcher in self._watchers:
            watcher()

    def _look(self) -> Deferred[None]:
        # An error that came out here would end the polling.
        return Deferred.fromCoroutine(self._look_for_change()).addErrback(_tell)

    async def _look_for_change(self) -> None:
        problem = await self.reload()
        if problem is not None and not self._away:
            log.error("roster_not_watched", reason=problem)
        elif problem is None and self._away:
            log.warning("roster_watched_again")
        self._away = problem is not None


def _around(
    session: Session, first: date, last: date
) -> tuple[int, tuple[Duty, ...], tuple[date, ...]]:
    """The version, the duties and the dates that are published, as of one moment."""
    return (
        roster_version(session),
        published(session, first, last),
        tuple(published_days(session, first, last)),
    )


def _stretches(days: tuple[date, ...], zone: ZoneInfo) -> list[Stretch]:
    """Published dates as stretches of time."""
    stretches: list[Stretch] = []
    for day in days:
        begins, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        if stretches and stretches[-1][1] == begins:
            stretches[-1] = stretches[-1][0], ends
        else:
            stretches.append((begins, ends))
    return stretches


def _tell(failure: Failure) -> None:
    log.error("roster_not_watched", reason=failure.getTraceback())
