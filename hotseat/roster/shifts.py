"""Shifts, and the duties that come of them: from clocks on the wall to instants.

A shift belongs to the date it starts on, also when it runs over midnight. Its length is that of
the clocks, so a night in which they are changed is an hour longer or shorter.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from operator import attrgetter
from typing import TypeAlias

from acd.types import Millis
from words import said

DAY_MINUTES = 24 * 60

Zones: TypeAlias = Callable[[str], tzinfo]
"""The clocks of an IANA name; of "" those of the site."""


class Place(enum.Enum):
    """Where a duty is done: at a phone of the office, or at home with the duty mobile."""

    OFFICE = "office"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class Shift:
    """A template: on any date, from `starts` on, for so long."""

    name: str
    """`A`."""
    title: str
    """`A班`."""
    starts: int
    """Minutes after midnight on its clocks."""
    minutes: int
    """Its length on its clocks, 1 to 1440."""
    place: Place
    zone: str = ""
    """The IANA name of its clocks, e.g. of an agent who lives elsewhere; "" is the site's."""


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """`agent` does `shift` on `day`: what a draft is made of."""

    day: date
    shift: str
    agent: str

    def __str__(self) -> str:
        """`1001 on A of 2026-11-23`, a message."""
        return said(
            "%(agent)s on %(shift)s of %(day)s",
            agent=self.agent,
            shift=self.shift,
            day=str(self.day),
        )


@dataclass(frozen=True, slots=True, order=True)
class Duty:
    """An assignment of the published roster, with the instants that it meant when published.

    A shift that is edited later leaves published duties as they are.
    """

    begins: Millis
    ends: Millis
    """Not on duty any more at this instant."""
    agent: str
    day: date
    shift: str
    place: Place

    @property
    def assignment(self) -> Assignment:
        """The duty without its instants."""
        return Assignment(self.day, self.shift, self.agent)

    def covers(self, at: Millis) -> bool:
        """On duty at `at`?"""
        return self.begins <= at < self.ends


_ORDER = attrgetter("begins", "ends", "agent", "day", "shift")
"""The order of duties, found faster than they compare themselves."""


class NoSuchShift(LookupError):
    """An assignment to a shift that the site does not have; the text names both."""


def instants(shift: Shift, day: date, zone: tzinfo) -> tuple[Millis, Millis]:
    """When a shift begins and ends; it ends later than it begins, whatever the clocks do.

    A start that a clock change leaves out moves forward by the gap, and its length counts from
    there. Of a time that comes twice the first counts.
    """
    begins = clock_instant(day, shift.starts, zone)
    shown = clock_minutes(begins, zone)
    return begins, clock_instant(day_of(begins, zone), shown + shift.minutes, zone)


def duties(
    assignments: Iterable[Assignment], shifts: Mapping[str, Shift], zones: Zones
) -> tuple[Duty, ...]:
    """The duties of some assignments, earliest first. Raises NoSuchShift."""
    found = []
    known: dict[tuple[str, date], tuple[Millis, Millis]] = {}
    for assignment in assignments:
        shift = shifts.get(assignment.shift)
        if shift is None:
            raise NoSuchShift(
                said(
                    "%(assignment)s: the site has no shift %(shift)s",
                    assignment=str(assignment),
                    shift=assignment.shift,
                )
            )
        key = assignment.shift, assignment.day
        if key not in known:  # many agents share few shifts
            known[key] = instants(shift, assignment.day, zones(shift.zone))
        begins, ends = known[key]
        found.append(Duty(begins, ends, assignment.agent, assignment.day, shift.name, shift.place))
    return tuple(sorted(found, key=_ORDER))


def clock_instant(day: date, minutes: int, zone: tzinfo) -> Millis:
    """The instant at which the clocks show so many minutes after the midnight a date begins with.

    A time that is left out moves forward by the gap, of one that comes twice the first counts.
    """
    shown = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001
    # fold=0 is the first of a doubled time, and moves out of a gap (PEP 495).
    instant = shown.replace(tzinfo=zone).astimezone(UTC)
    return round(instant.timestamp()) * 1000


def midnight(day: date, zone: tzinfo) -> Millis:
    """The instant with which a date begins."""
    return clock_instant(day, 0, zone)


def clock_minutes(at: Millis, zone: tzinfo) -> int:
    """What the clocks show at an instant, in minutes after midnight."""
    shown = datetime.fromtimestamp(at / 1000, zone)
    return 60 * shown.hour + shown.minute


def clock(minutes: int) -> str:
    """`22:00`; of a time on the next day what the clocks show then, midnight itself is 24:00."""
    if minutes > DAY_MINUTES:
        minutes -= DAY_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"


def dates(first: date, last: date) -> tuple[date, ...]:
    """Every date of a period, both ends included."""
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def day_of(at: Millis, zone: tzinfo) -> date:
    """The date that the clocks show at an instant."""
    return datetime.fromtimestamp(at / 1000, zone).date()
