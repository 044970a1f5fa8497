"""Opening hours: open or closed at an instant, by a calendar given as tables.

A span of opening belongs to the day on which it begins and may end on the next one. Times are the
clocks of the site: a time that a clock change leaves out moves forward by the gap, and of one that
comes twice the first counts.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeAlias

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `date.weekday`."""

DAY_MINUTES = 24 * 60

_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `opens` until just before `closes`, in minutes after the midnight its day begins with.

    `closes` is later than `opens` by at most a day, so it may lie on the next day.
    """

    opens: int
    closes: int

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read `09:00-18:00`, `22:00-06:00` (over midnight) or `00:00-24:00`.

        Raises ValueError.
        """
        found = _SPAN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no span of time")
        opens = 60 * int(found[1]) + int(found[2])
        closes = 60 * int(found[3]) + int(found[4]) if found[3] else DAY_MINUTES
        if opens == closes:
            raise ValueError(f"{text!r} is empty")
        return cls(opens, closes if closes > opens else closes + DAY_MINUTES)

    def __str__(self) -> str:
        """As `parse` reads it."""
        closes = self.closes if self.closes <= DAY_MINUTES else self.closes - DAY_MINUTES
        return f"{_clock(self.opens)}-{_clock(closes)}"


Spans: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a part of the hotline is open."""

    week: Mapping[str, Spans]
    """Weekday -> spans; a weekday that is left out is closed."""
    overrides: Mapping[date, Spans]
    """What holds on one date, whatever day it is; no spans: closed."""

    @classmethod
    def read(
        cls, week: Mapping[str, Sequence[str]], overrides: Mapping[str, Sequence[str]]
    ) -> Calendar:
        """The calendar that `written_week` and `written_overrides` tell of. Raises ValueError."""
        strange = [day for day in week if day not in WEEKDAYS]
        if strange:
            raise ValueError(f"no weekday: {strange[0]}")
        return cls(
            {day: _spans(week[day]) for day in WEEKDAYS if day in week},
            {date.fromisoformat(day): _spans(overrides[day]) for day in sorted(overrides)},
        )

    def written_week(self) -> dict[str, list[str]]:
        """Weekday -> spans."""
        return {day: list(map(str, spans)) for day, spans in self.week.items()}

    def written_overrides(self) -> dict[str, list[str]]:
        """Date (2026-12-31) -> spans."""
        return {day.isoformat(): list(map(str, spans)) for day, spans in self.overrides.items()}


class SpecialDay(enum.Enum):
    """What a country makes of a date."""

    HOLIDAY = "holiday"
    MAKE_UP_WORKDAY = "make-up workday"
    """调休: a day of the weekend on which the country works."""


SpecialDays: TypeAlias = Mapping[date, SpecialDay]


def is_open(calendar: Calendar, special: SpecialDays, zone: tzinfo, now: int) -> bool:
    """Open at `now` (milliseconds UTC)? `special` covers the date in `zone` and the one before."""
    instant = datetime.fromtimestamp(now / 1000, UTC)
    today = instant.astimezone(zone).date()
    return any(
        _instant(day, span.opens, zone) <= instant < _instant(day, span.closes, zone)
        for day in (today - timedelta(days=1), today)
        for span in spans_on(calendar, special, day)
    )


def spans_on(calendar: Calendar, special: SpecialDays, day: date) -> Spans:
    """The spans that begin on a date: its override, else what the country makes of it, else the
    weekday's. A make-up workday is served like a Monday.
    """
    if day in calendar.overrides:
        return calendar.overrides[day]
    match special.get(day):
        case SpecialDay.HOLIDAY:
            return ()
        case SpecialDay.MAKE_UP_WORKDAY:
            return calendar.week.get("mon", ())
        case None:
            return calendar.week.get(WEEKDAYS[day.weekday()], ())


def _instant(day: date, minutes: int, zone: tzinfo) -> datetime:
    days, minutes = divmod(minutes, DAY_MINUTES)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    # Wall-clock arithmetic; fold 0 is the first of a doubled time, and moves out of a gap.
    return (midnight + timedelta(days=days, minutes=minutes)).astimezone(UTC)


def _spans(texts: Sequence[str]) -> Spans:
    return tuple(map(Span.parse, texts))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
