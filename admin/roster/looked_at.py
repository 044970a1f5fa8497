"""Which part of the roster a visitor looks at: dates, team, page; as the address says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import request

from admin.days import read_day, today
from admin.teams import teams
from hotseat.roster.shifts import dates


@dataclass(frozen=True, slots=True)
class Look:
    """A week or a month of a team."""

    days: tuple[date, ...]
    month: bool
    team: str
    """"" is every team."""
    page: int
    earlier: date | None
    """A date of the week or month before; None if there is nothing to be seen."""
    later: date | None

    @property
    def at_once(self) -> int:
        """Agents on one page."""
        return 30 if self.month else 60


def looked_at(first: date | None = None, last: date | None = None) -> Look:
    """What the address asks for; within a draft only its own dates."""
    month = request.args.get("view") == "month"
    day = read_day(request.args.get("day", "")) or first or today()
    # Far enough from the ends of the calendar that weeks and months have neighbours.
    day = min(max(day, first or date(1970, 1, 1)), last or date(2999, 12, 31))
    whole = month_of(day) if month else week_of(day)
    days = tuple(
        one for one in whole if (first is None or one >= first) and (last is None or one <= last)
    )
    before, after = whole[0] - timedelta(days=1), whole[-1] + timedelta(days=1)
    team = request.args.get("team", "")
    return Look(
        days,
        month,
        team if team in teams() else "",
        max(1, request.args.get("page", 1, type=int)),
        before if first is None or before >= first else None,
        after if last is None or after <= last else None,
    )


def month_of(day: date) -> tuple[date, ...]:
    """All dates of its month."""
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return dates(first, after - timedelta(days=1))


def week_of(day: date) -> tuple[date, ...]:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return dates(monday, monday + timedelta(days=6))
