"""The coverage strip: over one day, how many have to be there and how many are. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from acd.types import Millis
from hotseat.roster.coverage import Cover, Demand, required_stretches
from hotseat.roster.shifts import Duty, clock_minutes, midnight


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a day in which neither number changes.

    `left` and `right` are where it is drawn: minutes of a day of 1440, however long it was.
    """

    left: int
    right: int
    opens: int
    """Minutes after midnight on the clocks."""
    closes: int
    """The same; 1440 is the midnight that ends the day."""
    required: int
    there: int

    @property
    def width(self) -> int:
        """As drawn."""
        return self.right - self.left

    @property
    def short(self) -> bool:
        """Are too few there?"""
        return self.there < self.required


def pieces(cover: Cover, demand: Demand, duties: Iterable[Duty], day: date) -> tuple[Piece, ...]:
    """One day of a cover, without the parts in which nobody is there nor has to be."""
    begin, end = midnight(day, demand.zone), midnight(day + timedelta(days=1), demand.zone)
    counting = [
        duty
        for duty in duties
        if duty.begins < end and duty.ends > begin and _counts(cover, demand, duty)
    ]
    special = demand.special.get(cover.holidays, {})
    required = required_stretches(cover, special, day - timedelta(days=1), day, demand.zone)
    cuts = {begin, end}
    for since, until in [*required, *((duty.begins, duty.ends) for duty in counting)]:
        cuts |= {at for at in (since, until) if begin < at < end}
    found: list[tuple[Millis, Millis, int, int]] = []
    ordered = sorted(cuts)
    for since, until in pairwise(ordered):
        there = len({duty.agent for duty in counting if duty.covers(since)})
        asked = cover.heads if any(a <= since < b for a, b in required) else 0
        if found and found[-1][1:] == (since, asked, there):
            found[-1] = (found[-1][0], until, asked, there)
        elif there or asked:
            found.append((since, until, asked, there))
    return tuple(
        Piece(
            _drawn(since, begin, end),
            _drawn(until, begin, end),
            clock_minutes(since, demand.zone),
            1440 if until == end else clock_minutes(until, demand.zone),
            asked,
            there,
        )
        for since, until, asked, there in found
    )


def by_day(duties: Iterable[Duty]) -> dict[date, list[Duty]]:
    """date -> the duties that may run on it: those that begin on it or on a date beside it."""
    found: dict[date, list[Duty]] = {}
    for duty in duties:
        for day in (duty.day - timedelta(days=1), duty.day, duty.day + timedelta(days=1)):
            found.setdefault(day, []).append(duty)
    return found


def most(strips: Collection[Collection[Piece]]) -> int:
    """The height of a strip in heads, at least 1."""
    return max((max(one.required, one.there) for day in strips for one in day), default=1)


def _counts(cover: Cover, demand: Demand, duty: Duty) -> bool:
    return duty.agent in demand.skills and cover.counts(demand.skills[duty.agent])


def _drawn(at: Millis, begin: Millis, end: Millis) -> int:
    return round((at - begin) * 1440 / (end - begin))
