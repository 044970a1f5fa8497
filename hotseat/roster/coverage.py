"""Who has to be there, and the holes that a roster leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from heapq import merge
from itertools import groupby
from typing import TypeAlias

from acd.types import Millis, Skills
from hotseat.roster.shifts import (
    DAY_MINUTES,
    Duty,
    clock,
    clock_instant,
    clock_minutes,
    dates,
    day_of,
)
from ivr.hours import WEEKDAYS, Calendar, Span, SpecialDays, spans_on
from words import Message, said

Stretch: TypeAlias = tuple[Millis, Millis]
"""From an instant to just before another."""


@dataclass(frozen=True, slots=True)
class Cover:
    """So many people have to be there at these hours, on the clocks of the site."""

    name: str
    calendar: Calendar
    holidays: str = ""
    """The country whose holidays and make-up workdays count; "" if none do."""
    skill: str = ""
    """What each of them has to be able to do; "" if anybody will do."""
    level: int = 1
    heads: int = 1

    def counts(self, skills: Skills) -> bool:
        """Is an agent with these skills one of those required?"""
        return not self.skill or skills.get(self.skill, 0) >= self.level


STANDARD_COVER = Cover("hotline", Calendar(dict.fromkeys(WEEKDAYS, (Span(9 * 60, 24 * 60),)), {}))
"""Somebody is there from 09:00 to 24:00, every day: what a site asks for that says nothing."""


@dataclass(frozen=True, slots=True, order=True)
class Hole:
    """Too few are there, all the while the same number."""

    begins: Millis
    ends: Millis
    cover: str
    heads: int
    there: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What has to be covered, and what is known of those who may cover it."""

    covers: Mapping[str, Cover]
    special: Mapping[str, SpecialDays]
    """Country -> its special days, at least of the periods asked about."""
    skills: Mapping[str, Skills]
    """Agent -> skill -> level; whoever is not in it covers nothing."""
    zone: tzinfo

    def holes(self, duties: Iterable[Duty], first: date, last: date) -> tuple[Hole, ...]:
        """Where the duties fall short on the dates from `first` to `last`, earliest first.

        A span that begins on a date counts whole, also over midnight. Equal to a count of heads at
        every millisecond.
        """
        known = [duty for duty in duties if duty.agent in self.skills]
        return tuple(
            sorted(
                hole
                for cover in self.covers.values()
                for hole in self._holes_of(cover, known, first, last)
            )
        )

    def _holes_of(
        self, cover: Cover, duties: Iterable[Duty], first: date, last: date
    ) -> Iterator[Hole]:
        counting = [duty for duty in duties if cover.counts(self.skills[duty.agent])]
        required = required_stretches(
            cover, self.special.get(cover.holidays, {}), first, last, self.zone
        )
        for begins, ends in required:
            for there, alike in groupby(_heads(counting, begins, ends), key=lambda part: part[2]):
                parts = list(alike)
                if there < cover.heads:
                    yield Hole(parts[0][0], parts[-1][1], cover.name, cover.heads, there)


def required_stretches(
    cover: Cover, special: SpecialDays, first: date, last: date, zone: tzinfo
) -> list[Stretch]:
    """When the cover is required on these dates, in order; what touches is one stretch."""
    found = sorted(
        (clock_instant(day, span.opens, zone), clock_instant(day, span.closes, zone))
        for day in dates(first, last)
        for span in spans_on(cover.calendar, special, day)
    )
    joined: list[Stretch] = []
    for begins, ends in found:
        if begins >= ends:
            continue  # both clock times fell into the same gap
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        else:
            joined.append((begins, ends))
    return joined


def _heads(
    duties: Iterable[Duty], begins: Millis, ends: Millis
) -> Iterator[tuple[Millis, Millis, int]]:
    """(from, to, how many agents) for every part of a stretch between two changes."""
    comes, goes = [], []
    for duty in duties:
        if duty.begins < ends and duty.ends > begins:
            comes.append((max(duty.begins, begins), 1, duty.agent))
            goes.append((min(duty.ends, ends), -1, duty.agent))
    there: Counter[str] = Counter()
    since = begins
    # Who goes and who comes in the same instant relieve each other: groups, not single steps.
    for at, steps in groupby(merge(sorted(comes), sorted(goes)), key=lambda step: step[0]):
        if at > since:
            yield since, at, sum(count > 0 for count in there.values())
            since = at
        for _, step, agent in steps:
            there[agent] += step
    if since < ends:
        yield since, ends, sum(count > 0 for count in there.values())


@dataclass(frozen=True, slots=True)
class HoleSeries:
    """The same hole on one or more dates."""

    cover: str
    heads: int
    there: int
    opens: int
    """Minutes after midnight on the site's clocks."""
    closes: int
    """The same; beyond 1440 on a later date."""
    days: tuple[date, ...]
    """The dates on which it begins."""

    @property
    def clocks(self) -> str:
        """`22:00–24:00`, `22:00–06:00`, or with the days between: `09:00–17:00 (+2 days)`."""
        days, closes = divmod(self.closes, DAY_MINUTES)
        if closes == 0:
            days, closes = days - 1, DAY_MINUTES
        opens, closed = clock(self.opens), clock(closes)
        if days > 1:
            return said(
                "%(opens)s–%(closes)s (+%(days)s days)", opens=opens, closes=closed, days=days
            )
        return f"{opens}–{closed}"

    def __str__(self) -> str:
        """`22:00–24:00 on 7 days (2026-11-23 to 2026-11-29): nobody there, hotline asks for 1`."""
        return said(
            "%(clocks)s %(days)s: %(there)s there, %(cover)s asks for %(heads)s",
            clocks=self.clocks,
            days=said_days(self.days),
            there=self.there or said("nobody"),
            cover=self.cover,
            heads=self.heads,
        )


def series(holes: Iterable[Hole], zone: tzinfo) -> tuple[HoleSeries, ...]:
    """Holes that are the same by the clocks, put together; in the order of the first of each."""
    found: dict[tuple[str, int, int, int, int], list[date]] = {}
    for hole in holes:
        day = day_of(hole.begins, zone)
        over = (day_of(hole.ends, zone) - day).days * DAY_MINUTES
        opens, closes = clock_minutes(hole.begins, zone), clock_minutes(hole.ends, zone) + over
        key = hole.cover, hole.heads, hole.there, opens, closes
        found.setdefault(key, []).append(day)
    return tuple(HoleSeries(*key, tuple(days)) for key, days in found.items())


def said_days(days: tuple[date, ...]) -> Message:
    """`on 2026-11-23`, `on 7 days (2026-11-23 to 2026-11-29)` or the dates one by one."""
    first, last = str(days[0]), str(days[-1])
    if len(days) == 1:
        return said("on %(day)s", day=first)
    if days[-1] - days[0] == timedelta(days=len(days) - 1):
        return said("on %(n)s days (%(first)s to %(last)s)", n=len(days), first=first, last=last)
    listed = ", ".join(map(str, days[:4])) + (", …" if len(days) > 4 else "")
    return said("on %(n)s days (%(listed)s)", n=len(days), listed=listed)
