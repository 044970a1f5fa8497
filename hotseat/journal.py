"""The journal: history written behind the calls, which never wait for it.

Entries wait in memory for 50 ms, or a quarter of a second while there are many, then go to the
database in batches, in order. While the database is away they go to a spool file, and from there
into the database when it is back; until the file is empty everything newer queues up behind it.
What the file cannot take, because the disk or the file itself is full, stays in memory; that, too,
has its bound.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from math import inf
from pathlib import Path
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

from acd.effects import Note, SeatGone, SeatKept
from acd.types import CallId, Millis
from hotseat.callbacks import CallbackTried
from hotseat.db.engine import reason_of
from hotseat.db.pool import Database
from hotseat.db.queries import last_journal_id
from hotseat.db.spool import Spool, spool_file
from hotseat.db.writes import CALL_COLUMNS, Entry, is_bad_entry, names_of, write
from hotseat.history import CallbackAsked, CallChanged, JournalRow

log = structlog.get_logger(__name__)

WRITE_AFTER_SECONDS = 0.05
APART_SECONDS = 0.25
"""Between the beginnings of two batches. At 40 calls a second one batch of ten calls costs a third
of five batches of two."""
BATCH = 500
"""More than this in one transaction would keep another writer of SQLite waiting."""
RETRY_SECONDS = 1.0
SPOOL_BYTES = 256 * 1024 * 1024
"""A call is some eighteen entries or 3,300 bytes: half an hour at 40 calls a second."""
MEMORY_ENTRIES = 100_000
"""What is kept while neither the database nor the disk takes anything: some 5,500 calls."""


class JournalWriter:
    """Implements `acd.ports.Journal`. `lost` counts entries that fitted nowhere."""

    def __init__(
        self, database: Database, reactor: Any, state: Path, *, spool_bytes: int = SPOOL_BYTES
    ) -> None:
        self.lost = 0
        self._database = database
        self._clock = reactor
        self._spool = Spool(spool_file(state), spool_bytes)
        self._pending: deque[tuple[float, Entry]] = deque()
        self._timer: IDelayedCall | None = None
        self._due = inf
        self._delivery: Deferred[None] | None = None
        self._away: str | None = None
        """Why the database took nothing the last time."""
        self._no_disk: str | None = None
        """Why the spool took nothing the last time."""
        self._no_room = False
        self._spooled_since: float | None = None if self._spool.empty else reactor.seconds()
        self._retry_at = 0.0
        self._begun_at = -APART_SECONDS
        self._next_id = 0

    async def start(self) -> None:
        """Learn where the history stands, and first of all write what was left in the spool."""
        # Ids rise over restarts: 1024 for each millisecond since 1970 are never used up, and fit
        # the 53 bits of a number in JSON until the year 2248.
        self._next_id = int(self._clock.seconds() * 1000) << 10
        await self.flush()
        try:
            last = await self._database.run(last_journal_id)
        except Exception as error:
            self._database_away(error)
        else:
            # The wall clock may have been set back since then.
            self._next_id = max(self._next_id, last + 1)

    @property
    def lag(self) -> Millis:
        """Age of the oldest entry that is not in the database, in milliseconds."""
        oldest = self._spooled_since
        if oldest is None and self._pending:
            oldest = self._pending[0][0]
        return 0 if oldest is None else round((self._clock.seconds() - oldest) * 1000)

    @property
    def trouble(self) -> str | None:
        """What keeps entries out of the database, and where they are meanwhile."""
        if self._away is None and self._spool.empty:
            return None
        reason = f"database away: {self._away}" if self._away else "the spool is being written"
        if self._no_disk is None:
            return f"{reason}; kept in the spool"
        return f"{reason}; {len(self._pending)} entries only in memory: {self._no_disk}"

    def note(self, at: Millis, note: Note) -> None:
        """Append one row."""
        facts = {
            name: fact if isinstance(fact, str | int) else str(fact)
            for name, fact in note.facts.items()
        }
        row = JournalRow(self._next_id, at, note.kind, note.call, note.seat, note.queue, facts)
        self._next_id += 1
        self._add(row)

    def keep_seat(self, at: Millis, seat: SeatKept) -> None:
        """Remember the seat as it is now."""
        self._add(seat)

    def drop_seat(self, at: Millis, seat: SeatGone) -> None:
        """Forget the seat."""
        self._add(seat)

    def call_changed(self, at: Millis, call: CallId, fields: Mapping[str, object]) -> None:
        """Insert or update columns of the call's summary. The first outcome of a call stays."""
        known: dict[str, str | int | None] = {}
        for column, value in fields.items():
            if column in CALL_COLUMNS and (value is None or isinstance(value, str | int)):
                known[column] = value
            else:
                log.error("call_field_refused", call=call, column=column, kind=type(value).__name__)
        self._add(CallChanged(call, at, known))

    def keep_callback(self, kept: CallbackAsked | CallbackTried) -> None:
        """Remember that a caller is to be called back, or that it was tried."""
        self._add(kept)

    async def flush(self) -> None:
        """Come back when everything so far is in the database or in the spool, if either works."""
        if self._delivery is not None:
            await self._when_delivered()
        self._begin()
        await self._when_delivered()

    async def stop(self) -> None:
        """Write what is unwritten, also what comes meanwhile, and leave no timer behind."""
        await self.flush()
        oldest = None
        while self._pending and self._no_disk is None and self._pending[0] is not oldest:
            oldest = self._pending[0]
            await self.flush()
        self._cancel_timer()
        if self._pending:
            log.critical("journal_lost_at_stop", entries=len(self._pending), reason=self.trouble)

    def _add(self, entry: Entry) -> None:
        waiting = len(self._pending) + 1
        if waiting > MEMORY_ENTRIES:
            self._lose(entry)
            return
        now = self._clock.seconds()
        self._pending.append((now, entry))
        # Of a call's twenty entries one sets the timer; the others find it early enough.
        if self._due - now <= APART_SECONDS and waiting < BATCH:
            return
        if self._delivery is None and self._no_disk is None:
            self._wake_soon(now)

    def _wake_soon(self, now: float) -> None:
        if len(self._pending) >= BATCH:
            self._wake(now, now)
        else:
            self._wake(now, max(now + WRITE_AFTER_SECONDS, self._begun_at + APART_SECONDS))

    def _wake(self, now: float, due: float) -> None:
        if due < self._due:
            self._cancel_timer()
            self._due = due
            self._timer = self._clock.callLater(due - now, self._begin)

    def _cancel_timer(self) -> None:
        timer, self._timer, self._due = self._timer, None, inf
        if timer is not None and timer.active():
            timer.cancel()

    # -- delivery: one at a time ----------------------------------------------------------------

    def _begin(self) -> None:
        if self._delivery is not None:
            return
        self._cancel_timer()
        if self._pending:
            self._begun_at = self._clock.seconds()
        self._delivery = Deferred()
        Deferred.fromCoroutine(self._deliver()).addBoth(self._delivered)

    def _when_delivered(self) -> Deferred[None]:
        """A new Deferred for the end of the delivery that runs."""
        waiting: Deferred[None] = Deferred()
        if self._delivery is None:
            waiting.callback(None)
        else:
            self._delivery.addCallback(waiting.callback)
        return waiting

    def _delivered(self, result: Failure | None) -> None:
        """Look again soon if entries came meanwhile, later for what nothing would take."""
        if isinstance(result, Failure):
            log.error("journal_delivery_failed", reason=result.getErrorMessage())
        ended, self._delivery = self._delivery, None
        now = self._clock.seconds()
        if not self._spool.empty or self._no_disk is not None or isinstance(result, Failure):
            self._wake(now, now + RETRY_SECONDS)
        elif self._pending:
            self._wake_soon(now)
        if ended is not None:
            ended.callback(None)

    async def _deliver(self) -> None:
        """Bring memory into the database or the spool, then the spool into the database."""
        await self._empty_memory()
        while not self._spool.empty and self._clock.seconds() >= self._retry_at:
            entries, place = await self._database.in_writer(partial(self._spool.next, BATCH))
            if await self._written(entries):
                await self._database.in_writer(partial(self._spool.done, place))
            # A long spool takes minutes: what comes meanwhile must not be in memory only.
            await self._empty_memory()
        if self._spool.empty:
            self._spooled_since = None

    async def _empty_memory(self) -> None:
        """What is there now; what comes meanwhile waits for the next beginning.

        Else each batch would be followed at once by a tiny one, and the slower the database the
        more often.
        """
        left = len(self._pending)
        while left:
            batch = [entry for _, entry in islice(self._pending, min(left, BATCH))]
            if self._spool.empty and await self._written(batch):
                self._no_disk = None
            elif not await self._kept(batch):
                break
            for _ in batch:
                self._pending.popleft()
            left -= len(batch)

    async def _written(self, batch: Sequence[Entry]) -> bool:
        """Whether the database took the batch, apart from entries that it never would."""
        try:
            await self._database.write(partial(write, entries=batch))
        except Exception as error:
            if not is_bad_entry(error):
                self._database_away(error)
                self._retry_at = self._clock.seconds() + RETRY_SECONDS
                return False
            if len(batch) == 1:
                log.error("journal_entry_refused", entry=names_of(batch), reason=reason_of(error))
                self.lost += 1
                return True
            # One of them is bad: halve until it is alone.
            middle = len(batch) // 2
            return await self._written(batch[:middle]) and await self._written(batch[middle:])
        self._out_of_trouble()
        return True

    async def _kept(self, batch: Sequence[Entry]) -> bool:
        """Whether the spool took the batch; if not, it stays in memory."""
        try:
            await self._database.in_writer(partial(self._spool.append, batch))
        except OSError as error:
            if self._no_disk is None:
                log.critical("journal_only_in_memory", reason=str(error), most=MEMORY_ENTRIES)
            self._no_disk = str(error)
            return False
        self._no_disk = None
        if self._spooled_since is None:
            self._spooled_since = self._pending[0][0]
        return True

    # -- trouble is told at its edges, not for every entry --------------------------------------

    def _database_away(self, error: Exception) -> None:
        if self._away is None:
            log.error("journal_in_trouble", reason=reason_of(error), kept_in="spool, then memory")
        self._away = reason_of(error)

    def _out_of_trouble(self) -> None:
        if self._away is not None:
            log.warning("journal_in_order_again", lost=self.lost)
        self._away = None
        self._no_room = False

    def _lose(self, entry: Entry) -> None:
        if not self._no_room:
            log.critical("journal_loses_entries", reason=self.trouble, first=names_of([entry]))
        self._no_room = True
        self.lost += 1
