"""What a starting server asks the database: the day so far, who is here, what was under way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from acd.types import Millis
from hotseat.db.pool import Database
from hotseat.db.queries import ended_since, journal_rows, open_calls
from hotseat.db.rosters import log_steps, logged_on
from hotseat.db.snapshot import kept_seats, last_placed
from hotseat.figures import Figures
from hotseat.history import CallRow
from hotseat.journal import JournalWriter
from hotseat.log_ons import KEPT_MS, LogOns
from hotseat.outbound import DAY
from hotseat.outbound_calls import OUTBOUND, OutboundCalls
from hotseat.roster.attendance import log_ons
from hotseat.seats import Seats
from hotseat.site.records import SiteNow

MOST_OUTBOUND = 100_000
"""More calls in a day than any cap allows."""


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What is known of the server before."""

    open_calls: Sequence[CallRow]
    """Calls whose end it did not write."""
    last_seen: Millis | None
    """When it wrote last; None if nobody ever wrote."""
    switch_started: str | None
    """Which start of Asterisk it saw last."""


class Recall:
    """Gives each part back what was before. All methods raise SQLAlchemyError."""

    def __init__(
        self, database: Database, journal: JournalWriter, now: Callable[[], Millis]
    ) -> None:
        self._database = database
        self._journal = journal
        self._now = now

    async def today(self, figures: Figures, zone: str) -> None:
        """The figures of the present day on the clocks of this zone, from the calls that ended.

        Those that end meanwhile count themselves.
        """
        day, until = figures.in_zone(zone), self._now()
        await self._journal.flush()
        find = partial(ended_since, since=day.began, until=until)
        figures.recall(day, await self._database.run(find))

    async def log_ons(self, kept: LogOns) -> None:
        """Who has been logged on since when; a seat that is kept is still taken."""
        until = self._now()
        since = until - KEPT_MS
        steps = await self._database.run(partial(log_steps, since=since, until=until))
        seated = await self._database.run(logged_on)
        kept.recall(log_ons(steps, dict.fromkeys(seated, since)))

    async def outbound(self, calls: OutboundCalls) -> None:
        """What was dialled within a day: the caps outlive a restart."""
        find = partial(journal_rows, limit=MOST_OUTBOUND, since=self._now() - DAY, kinds=[OUTBOUND])
        calls.recall(await self._database.run(find))

    async def left_behind(self) -> LeftBehind:
        """The calls that were under way, and when somebody was there last."""
        unfinished = await self._database.run(open_calls)
        last = await self._database.run(partial(journal_rows, limit=1))
        seen = await self._database.run(partial(journal_rows, limit=1, kinds=["switch_up"]))
        return LeftBehind(
            unfinished,
            last[0].at if last else None,
            str(seen[0].facts["started"]) if seen else None,
        )

    async def seats(self, seats: Seats, site: SiteNow) -> None:
        """Who sat where, and whose word that was."""
        seats.restore(
            site,
            await self._database.run(kept_seats),
            await self._database.run(last_placed),
        )
