"""The figures of a span of time: in all, by queue, by half hour, by agent. Pure.

What a service level is, and on which day a call counts, is defined by `acd.stats`. Further:

* Speed of answer: the waits of answered calls, from queued to talk, divided by these calls.
* Handling time: (talk + wrap-up) ÷ answered calls, without call-backs.
* Occupancy: (talk + wrap-up + call-backs) ÷ (logged on − paused). The ringing of a seat does not
  count as work. There is none for the calls of one queue: an agent is logged on for all queues, and
  an hour without a call belongs to none of them.
* A call-back counts with its agent when it ends, whether or not the customer answered: with the
  time since the customer was dialled, the agent being on the line, and with the wrap-up behind it,
  which is part of the agent's. It is no call of a half hour or a queue.
* A log-on is late by what the attendance says of the duty; it counts in the half hour in which the
  duty began.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from acd.stats import ANSWERED, QUEUED_OUTCOMES, Tally
from acd.types import Millis
from hotseat.db.reports import HALF_HOUR, HalfHour, SeatFigures
from hotseat.roster.attendance import Attendance, LogOn, Verdict
from hotseat.roster.times import Pause, Times, times_by_agent, times_by_stretch

NOT_IN_TIME: Final = frozenset({Verdict.LATE, Verdict.ABSENT, Verdict.MISSING})


@dataclass(slots=True)
class Sums:
    """Calls counted together, and the time in and after their talks."""

    tally: Tally = field(default_factory=Tally)
    talk: Millis = 0
    wrap_up: Millis = 0

    def add(self, row: HalfHour) -> None:
        """Count them in."""
        self.tally.add(row.ended)
        self.talk += row.talk_ms
        self.wrap_up += row.wrap_up_ms

    @property
    def offered(self) -> int:
        """The calls that chose a queue."""
        return sum(self.tally.by_outcome[outcome] for outcome in QUEUED_OUTCOMES)

    @property
    def answered(self) -> int:
        """Of these, those that talked with a seat."""
        return self.tally.by_outcome[ANSWERED]

    @property
    def answered_rate(self) -> float | None:
        """From 0 to 1; None without any."""
        return self.answered / self.offered if self.offered else None

    @property
    def handling(self) -> Millis | None:
        """Mean handling time; None without an answered call."""
        return round((self.talk + self.wrap_up) / self.answered) if self.answered else None


@dataclass(frozen=True, slots=True)
class Half:
    """One half hour."""

    at: Millis
    lasted: Millis
    """So far, if it is the present one; nothing of one to come."""
    sums: Sums
    times: Times
    """Of all agents together."""
    late: int
    """Duties that began in it and were not begun in time."""

    @property
    def heads(self) -> float:
        """How many agents were logged on without a pause, on average."""
        return self.times.at_work / self.lasted if self.lasted else 0.0


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent's day."""

    seat: SeatFigures
    times: Times
    duties: tuple[Attendance, ...]
    one_queue: bool
    """The work is that of one queue, the times are still those of all."""

    @property
    def wrap_up(self) -> Millis:
        """After calls and call-backs."""
        return self.seat.wrap_up_ms + self.seat.call_back_wrap_up_ms

    @property
    def talk(self) -> Millis | None:
        """Mean of a talk; None without any."""
        return round(self.seat.talk_ms / self.seat.answered) if self.seat.answered else None

    @property
    def handling(self) -> Millis | None:
        """Mean handling time; None without a talk."""
        worked = self.seat.talk_ms + self.seat.wrap_up_ms
        return round(worked / self.seat.answered) if self.seat.answered else None

    @property
    def occupancy(self) -> float | None:
        """From 0 to 1; None for who was not there, and for one queue."""
        if self.one_queue or not self.times.at_work:
            return None
        worked = self.seat.talk_ms + self.seat.called_back_ms + self.wrap_up
        return worked / self.times.at_work

    @property
    def late(self) -> tuple[Attendance, ...]:
        """The duties that were not begun in time."""
        return tuple(one for one in self.duties if one.verdicts & NOT_IN_TIME)

    @property
    def late_by(self) -> Millis | None:
        """How late in all; None if in time, or without a duty."""
        return sum(one.late for one in self.late) or None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything about one span."""

    total: Sums
    queues: Mapping[str, Sums]
    half_hours: Sequence[Half]
    """From the first in which anything happened to the last, also those without a call between."""
    agents: Sequence[Agent]
    """Those who talked, were logged on or had a duty; by number."""


def add_up(
    rows: Iterable[HalfHour],
    seats: Iterable[SeatFigures],
    stays: Sequence[LogOn],
    breaks: Sequence[Pause],
    kept: Iterable[Attendance],
    since: Millis,
    until: Millis,
    *,
    one_queue: bool = False,
) -> Figures:
    """Every row counts once in all, in its half hour, and in its queue if it has one.

    `one_queue`: rows and seats are those of one queue, the rest of all.
    """
    total, queues, halves = Sums(), defaultdict[str, Sums](Sums), defaultdict[int, Sums](Sums)
    for row in rows:
        total.add(row)
        halves[row.number].add(row)
        if row.ended.queue is not None:
            queues[row.ended.queue].add(row)
    late: defaultdict[int, int] = defaultdict(int)
    duties: defaultdict[str, list[Attendance]] = defaultdict(list)
    for one in kept:
        duties[one.duty.agent].append(one)
        if one.verdicts & NOT_IN_TIME:
            late[(one.duty.begins - since) // HALF_HOUR] += 1
    there = times_by_stretch(stays, breaks, since, until, HALF_HOUR)
    busy = sorted({*halves, *late, *(n for n, times in enumerate(there) if times.there)})
    talked = {seat.seat: seat for seat in seats}
    times = times_by_agent(stays, breaks, since, until)
    return Figures(
        total,
        dict(sorted(queues.items())),
        tuple(
            Half(
                since + number * HALF_HOUR,
                max(0, min(HALF_HOUR, until - since - number * HALF_HOUR)),
                halves[number],
                there[number] if number < len(there) else Times(),
                late[number],
            )
            for number in (range(busy[0], busy[-1] + 1) if busy else ())
        ),
        tuple(
            Agent(
                talked.get(agent, SeatFigures(agent, 0, 0, 0, 0, 0)),
                times.get(agent, Times()),
                tuple(duties[agent]),
                one_queue,
            )
            for agent in sorted({*talked, *times, *duties})
        ),
    )
