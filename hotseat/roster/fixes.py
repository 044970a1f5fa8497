"""What would close a hole: longer shifts, another one, or no people at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import TypeAlias

from hotseat.roster.coverage import Demand, HoleSeries
from hotseat.roster.shifts import DAY_MINUTES, Duty, Shift, clock, clock_instant, instants
from words import said


@dataclass(frozen=True, slots=True)
class ExtendShift:
    """Let a shift that ends where the hole begins go on to its end."""

    shift: str
    closes: int
    """Its new end, in minutes after the midnight that its day begins with."""

    def __str__(self) -> str:
        """`extend C to 24:00`."""
        return said("extend %(shift)s to %(at)s", shift=self.shift, at=clock(self.closes))


@dataclass(frozen=True, slots=True)
class BeginEarlier:
    """Let a shift that begins where the hole ends begin with it."""

    shift: str
    opens: int

    def __str__(self) -> str:
        """`begin B at 11:00`."""
        return said("begin %(shift)s at %(at)s", shift=self.shift, at=clock(self.opens))


@dataclass(frozen=True, slots=True)
class AssignTo:
    """Put more people on a shift that the site has and that is long enough."""

    shift: str
    heads: int
    free: tuple[str, ...]
    """Agents who could, by their skills, and have no duty near the hole."""

    def __str__(self) -> str:
        """`put 1 more on C, e.g. 1002`."""
        if not self.free:
            return said("put %(n)s more on %(shift)s", n=self.heads, shift=self.shift)
        return said(
            "put %(n)s more on %(shift)s, e.g. %(free)s",
            n=self.heads,
            shift=self.shift,
            free=", ".join(self.free[:3]),
        )


@dataclass(frozen=True, slots=True)
class AddShift:
    """Make a new shift of just these hours."""

    opens: int
    closes: int

    def __str__(self) -> str:
        """`add a shift 22:00–24:00`."""
        return said(
            "add a shift %(opens)s–%(closes)s", opens=clock(self.opens), closes=clock(self.closes)
        )


@dataclass(frozen=True, slots=True)
class AfterHours:
    """Leave it: the after-hours policy of the queues takes the calls."""

    def __str__(self) -> str:
        """What it asks for."""
        return said("choose an after-hours policy for the queues, and publish with this reason")


Fix: TypeAlias = ExtendShift | BeginEarlier | AssignTo | AddShift | AfterHours


def fixes(
    hole: HoleSeries, duties: Iterable[Duty], shifts: Mapping[str, Shift], demand: Demand
) -> tuple[Fix, ...]:
    """What would close the hole on all its dates, the least change first."""
    duties = tuple(duties)
    found: list[Fix] = [*_neighbours(hole, duties, shifts, demand)]
    begins, ends = _stretch(hole, hole.days[0], demand.zone)
    for shift in shifts.values():
        if all(_contains(shift, hole, day, demand.zone) for day in hole.days):
            lacking = hole.heads - hole.there
            found.append(AssignTo(shift.name, lacking, _free(hole, duties, demand)))
    if ends - begins < DAY_MINUTES * 60_000:
        found.append(AddShift(hole.opens, hole.closes))
    return (*found, AfterHours())


def _neighbours(
    hole: HoleSeries, duties: tuple[Duty, ...], shifts: Mapping[str, Shift], demand: Demand
) -> Iterator[Fix]:
    """Shifts that end where the hole begins or begin where it ends, on every date of it."""
    cover = demand.covers[hole.cover]
    counting = [duty for duty in duties if cover.counts(demand.skills.get(duty.agent, {}))]
    before: list[set[str]] = []
    after: list[set[str]] = []
    for day in hole.days:
        begins, ends = _stretch(hole, day, demand.zone)
        before.append({duty.shift for duty in counting if duty.ends == begins})
        after.append({duty.shift for duty in counting if duty.begins == ends})
    for name, shift in shifts.items():
        longer = shift.minutes + hole.closes - hole.opens
        if longer > DAY_MINUTES:
            continue
        if all(name in names for names in before):
            yield ExtendShift(name, hole.closes)
        if all(name in names for names in after):
            yield BeginEarlier(name, hole.opens)


def _stretch(hole: HoleSeries, day: date, zone: tzinfo) -> tuple[int, int]:
    return clock_instant(day, hole.opens, zone), clock_instant(day, hole.closes, zone)


def _contains(shift: Shift, hole: HoleSeries, day: date, zone: tzinfo) -> bool:
    # A shift with clocks of its own is none that just anybody could take over.
    begins, ends = _stretch(hole, day, zone)
    shift_begins, shift_ends = instants(shift, day, zone)
    return not shift.zone and shift_begins <= begins and ends <= shift_ends


def _free(hole: HoleSeries, duties: tuple[Duty, ...], demand: Demand) -> tuple[str, ...]:
    """Who would count and has no duty on any of the dates."""
    cover, days = demand.covers[hole.cover], set(hole.days)
    busy = {duty.agent for duty in duties if duty.day in days}
    return tuple(
        agent
        for agent, skills in sorted(demand.skills.items())
        if agent not in busy and cover.counts(skills)
    )
