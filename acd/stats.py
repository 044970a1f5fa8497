"""The figures of a hotline: one definition of each, for terminal, metrics and reports.

* A call counts on the day it arrived, once it has ended. How it ended is one of OUTCOMES.
* Service level: answered in time ÷ (answered + lost + abandoned too late). In time is a wait no
  longer than the queue allowed when the call ended. Who gives up within that time counts neither
  way (Cisco's "abandons ignored").
* Mean wait: the waits of answered calls, from queued to talk, divided by the answered calls.
* Calls a minute: the calls that arrived in the 60 seconds before now, ended or not.

Calls are the answered, the abandoned, those to be called back, the lost, and those over before a
queue (menu); the refused are counted apart, for nobody ever spoke with them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from acd.types import Millis

ANSWERED = "answered"
ABANDONED = "abandoned"
CALLBACK = "callback"
REFUSED = "refused"
QUEUED_OUTCOMES = (ANSWERED, ABANDONED, CALLBACK, "lost")
"""How a call ends that chose a queue."""
OUTCOMES = (*QUEUED_OUTCOMES, "menu", REFUSED)

WAIT_BOUNDS: Sequence[Millis] = (
    *(1_000, 2_000, 5_000, 10_000, 20_000, 30_000),
    *(60_000, 120_000, 300_000, 600_000, 1_800_000),
)
"""Upper bounds of the wait buckets; 20 s is where most service levels are drawn."""

MINUTE: Millis = 60_000


@dataclass(frozen=True, slots=True)
class Ended:
    """`calls` calls that ended alike; `wait` is the sum of their waits, `in_time` how many of them
    waited no longer than allowed."""

    outcome: str
    queue: str | None = None
    wait: Millis = 0
    calls: int = 1
    in_time: int = 0


@dataclass(slots=True)
class Tally:
    """Calls by outcome, and how long the answered ones waited."""

    by_outcome: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(OUTCOMES, 0)))
    answered_wait: Millis = 0
    in_time: Counter[str] = field(default_factory=Counter)
    """Of `by_outcome`, those who waited no longer than allowed."""

    def add(self, ended: Ended) -> None:
        """Count them in."""
        self.by_outcome[ended.outcome] += ended.calls
        self.in_time[ended.outcome] += ended.in_time
        if ended.outcome == ANSWERED:
            self.answered_wait += ended.wait

    @property
    def calls(self) -> int:
        """All that ended, but for the refused."""
        return self.by_outcome.total() - self.by_outcome[REFUSED]

    @property
    def mean_wait(self) -> Millis | None:
        """Of the answered calls; None without any."""
        answered = self.by_outcome[ANSWERED]
        return round(self.answered_wait / answered) if answered else None

    @property
    def due(self) -> int:
        """The calls that the service level is drawn from: those that an answer in time was owed."""
        queued = sum(self.by_outcome[outcome] for outcome in QUEUED_OUTCOMES)
        return queued - self.in_time[ABANDONED]

    @property
    def service_level(self) -> float | None:
        """From 0 to 1; None if there was no call that it could be drawn from."""
        return self.in_time[ANSWERED] / self.due if self.due else None


class Day:
    """The tally of the calls that arrived from `began` until before `ends`, in all and by queue."""

    def __init__(self, began: Millis, ends: Millis) -> None:
        self.began = began
        self.ends = ends
        self.total = Tally()
        self.queues: dict[str, Tally] = {}

    def add(self, ended: Ended, arrived: Millis) -> None:
        """Count in what arrived on this day; the rest belongs to another."""
        if not self.began <= arrived < self.ends:
            return
        self.total.add(ended)
        if ended.queue is not None:
            self.queues.setdefault(ended.queue, Tally()).add(ended)


class Waits:
    """How long callers waited, by WAIT_BOUNDS; the last bucket holds what is longer."""

    def __init__(self) -> None:
        self.buckets = [0] * (len(WAIT_BOUNDS) + 1)
        self.total: Millis = 0

    def add(self, wait: Millis) -> None:
        """One wait that is over; a bound belongs to the bucket below it."""
        self.buckets[bisect_left(WAIT_BOUNDS, wait)] += 1
        self.total += wait


class Arrivals:
    """The arrivals of the last minute. Instants come in order, or nearly so."""

    def __init__(self) -> None:
        self._at: deque[Millis] = deque()

    def add(self, at: Millis) -> None:
        """A call arrived."""
        self._at.append(at)
        self._forget(at)

    def in_last_minute(self, now: Millis) -> int:
        """Calls a minute."""
        self._forget(now)
        return len(self._at)

    def _forget(self, now: Millis) -> None:
        while self._at and self._at[0] <= now - MINUTE:
            self._at.popleft()
