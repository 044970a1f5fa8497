"""Counts what goes by on its way to the journal: the figures of today, and all since the start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from acd.effects import Note
from acd.ports import Journal
from acd.stats import ANSWERED, OUTCOMES, QUEUED_OUTCOMES, Arrivals, Day, Ended, Tally, Waits
from acd.types import CallId, Failure, Millis

NOTHING = Tally()
"""Of a queue that had no calls on a day."""

OFFER_RESULTS = (ANSWERED, *(cause.value for cause in Failure))


def day_of(now: Millis, zone: ZoneInfo) -> tuple[Millis, Millis]:
    """From midnight to midnight on the clocks of the zone; 23 to 25 hours."""
    today = datetime.fromtimestamp(now / 1000, zone).date()
    began, ends = (
        int(datetime.combine(date, time(), zone).timestamp() * 1000)
        for date in (today, today + timedelta(days=1))
    )
    return began, ends


class Figures:
    """A journal that counts and passes everything on to the one that writes.

    Counting costs a few additions a row; whoever wants a figure does the arithmetic.
    """

    def __init__(self, journal: Journal, now: Callable[[], Millis]) -> None:
        self.calls: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        """Ended calls by outcome, since the start."""
        self.offers: Counter[str] = Counter(dict.fromkeys(OFFER_RESULTS, 0))
        """Offers by what came of them, since the start."""
        self.waits = {outcome: Waits() for outcome in QUEUED_OUTCOMES}
        """Of the ended calls that were queued, by outcome, since the start."""
        self._journal = journal
        self.keep_seat = journal.keep_seat
        self.drop_seat = journal.drop_seat
        self._now = now
        self._zone = ZoneInfo("UTC")
        self._day = Day(*day_of(now(), self._zone))
        self._arrivals = Arrivals()

    def in_zone(self, zone: str) -> Day:
        """Whose midnights count; the present day begins anew, with nothing in it yet."""
        self._zone = ZoneInfo(zone)
        self._day = Day(*day_of(self._now(), self._zone))
        return self._day

    def recall(self, day: Day, ended: Iterable[Ended]) -> None:
        """Calls that arrived on the day and had ended before it was begun anew."""
        for calls in ended:
            day.add(calls, day.began)

    def note(self, at: Millis, note: Note) -> None:
        """Append one row."""
        match note.kind:
            case "arrived":
                self._arrivals.add(at)
            case "answered":
                self.offers[ANSWERED] += 1
            case "failed":
                self.offers[str(note.facts["cause"])] += 1
        self._journal.note(at, note)

    def call_changed(self, at: Millis, call: CallId, fields: Mapping[str, object]) -> None:
        """Insert or update columns of the call's summary; with its outcome the call has ended."""
        if "outcome" in fields:
            self._count(at, fields)
        self._journal.call_changed(at, call, fields)

    def today(self) -> dict[str, Any]:
        """The figures of the day as plain data, in all and by queue."""
        now = self._now()
        day = self._day_at(now)
        return {
            **_plain(day.total),
            "calls_a_minute": self._arrivals.in_last_minute(now),
            "queues": {queue: _plain(tally) for queue, tally in day.queues.items()},
        }

    def today_of(self, queue: str) -> dict[str, Any]:
        """The figures of the day of one queue."""
        return _plain(self._day_at(self._now()).queues.get(queue, NOTHING))

    def _count(self, at: Millis, fields: Mapping[str, Any]) -> None:
        wait = fields["wait_ms"]
        in_time = 1 if fields["in_time"] else 0
        ended = Ended(fields["outcome"], fields["queue"], wait or 0, in_time=in_time)
        self.calls[ended.outcome] += 1
        if wait is not None:
            self.waits[ended.outcome].add(wait)
        self._day_at(at).add(ended, fields["arrived_at"])

    def _day_at(self, now: Millis) -> Day:
        if now >= self._day.ends:
            self._day = Day(*day_of(now, self._zone))
        return self._day


def _plain(tally: Tally) -> dict[str, Any]:
    return {
        "calls": tally.calls,
        **tally.by_outcome,
        "mean_wait_ms": tally.mean_wait,
        "service_level": tally.service_level,
        "in_time": tally.in_time[ANSWERED],
        "due": tally.due,
    }
