"""A roster as a picture in a terminal: agents down, days across, and how each day is covered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from hotseat.roster.coverage import Demand, required_stretches
from hotseat.roster.shifts import Duty, Place, clock_instant, dates
from hotseat.tables import table
from ivr.hours import SpecialDay, SpecialDays
from words import said, told

SLOTS = 48
"""Columns of a day in the strip: half hours."""

LEGEND = said("* at home   █ covered   ! too few   · nobody asked for   (one column: half an hour)")
_WEEKDAYS = (
    *(said("Mon"), said("Tue"), said("Wed"), said("Thu")),
    *(said("Fri"), said("Sat"), said("Sun")),
)
_AGENT, _COVER = said("agent"), said("cover")


def week_grid(
    duties: Collection[Duty],
    names: Mapping[str, str],
    days: Sequence[date],
    special: SpecialDays,
    language: str,
) -> str:
    """The duties of each agent, one column a day; `*` marks home, 休 and 班 special days."""
    cells: defaultdict[tuple[str, date], list[str]] = defaultdict(list)
    for duty in sorted(duties):
        cells[duty.agent, duty.day].append(duty.shift + "*" * (duty.place is Place.HOME))
    agents = sorted({*names, *(duty.agent for duty in duties)})
    return table(
        (told(_AGENT, language), "", *(_head(day, special, language) for day in days)),
        [
            (
                agent,
                names.get(agent, "?"),
                *(" ".join(cells[agent, day]) or "." for day in days),
            )
            for agent in agents
        ],
    )


def coverage_strips(
    duties: Collection[Duty], demand: Demand, days: Sequence[date], language: str
) -> str:
    """One line for each cover and date: every half hour that lacks somebody is a `!`."""
    holes = demand.holes(duties, days[0] - timedelta(days=1), days[-1])
    lines = []
    for cover in demand.covers.values():
        short = [(hole.begins, hole.ends) for hole in holes if hole.cover == cover.name]
        required = required_stretches(
            cover,
            demand.special.get(cover.holidays, {}),
            days[0] - timedelta(days=1),
            days[-1],
            demand.zone,
        )
        for day in days:
            slots = [
                (
                    clock_instant(day, slot * 30, demand.zone),
                    clock_instant(day, slot * 30 + 30, demand.zone),
                )
                for slot in range(SLOTS)
            ]
            strip = "".join(
                "!" if _touches(slot, short) else "█" if _touches(slot, required) else "·"
                for slot in slots
            )
            lines.append((cover.name, _head(day, {}, language), strip))
    ruler = "".join(f"{hour:<12}" for hour in (0, 6, 12, 18)) + "24"
    return table((told(_COVER, language), "", ruler), lines)


def weeks(first: date, last: date) -> list[tuple[date, ...]]:
    """A period as weeks that begin on its own first weekday."""
    days = dates(first, last)
    return [days[at : at + 7] for at in range(0, len(days), 7)]


def _touches(slot: tuple[int, int], stretches: Iterable[tuple[int, int]]) -> bool:
    return any(begins < slot[1] and ends > slot[0] for begins, ends in stretches)


def _head(day: date, special: SpecialDays, language: str) -> str:
    mark = {SpecialDay.HOLIDAY: " 休", SpecialDay.MAKE_UP_WORKDAY: " 班", None: ""}
    return f"{told(_WEEKDAYS[day.weekday()], language)} {day.day}{mark[special.get(day)]}"
