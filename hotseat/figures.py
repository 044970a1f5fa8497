"""Counts what the journal is told: the figures of today, and all since the start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from acd.effects import Note
from acd.listener import Listener
from acd.stats import ANSWERED, OUTCOMES, QUEUED_OUTCOMES, Arrivals, Day, Ended, Tally, Waits
from acd.types import Failure, Millis

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
    """Counts as calls arrive, are answered and end.

    Counting costs a few additions a row; whoever wants a figure does the arithmetic.
    """

    def __init__(self, now: Callable[[], Millis]) -> None:
        self.calls: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        """Ended calls by outcome, since the start."""
        self.offers: Counter[str] = Counter(dict.fromkeys(OFFER_RESULTS, 0))
        """Offers by what came of them, since the start."""
        self.waits = {outcome: Waits() for outcome in QUEUED_OUTCOMES}
        """Of the ended calls that were queued, by outcome, since the start."""
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

    def hears(self) -> Listener:
        """What this needs of the journal."""
        return Listener(
            notes={"arrived": self._arrived, "answered": self._answered, "failed": self._failed},
            call_ended=self._ended,
        )

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

    def _arrived(self, at: Millis, _: Note) -> None:
        self._arrivals.add(at)

    def _answered(self, _: Millis, __: Note) -> None:
        self.offers[ANSWERED] += 1

    def _failed(self, _: Millis, note: Note) -> None:
        self.offers[str(note.facts["cause"])] += 1

    def _ended(self, at: Millis, fields: Mapping[str, Any]) -> None:
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
