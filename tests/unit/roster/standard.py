"""The roster that the hotline has had: A and B in the office, C at home."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from hotseat.roster.shifts import Assignment, Duty, Place, Shift, dates, duties

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 29)

SHIFTS = {
    "A": Shift("A", "A班", 9 * 60, 8 * 60, Place.OFFICE),
    "B": Shift("B", "B班", 12 * 60, 8 * 60, Place.OFFICE),
    "C": Shift("C", "C班 在家值班", 20 * 60, 2 * 60, Place.HOME),
}
WEEK = [
    Assignment(day, shift, agent)
    for day in dates(MONDAY, SUNDAY)
    for shift, agent in zip("ABC", ("1001", "1002", "1003"), strict=True)
]


def standard_week(shifts: Mapping[str, Shift] = SHIFTS) -> tuple[Duty, ...]:
    """A, B and C from Monday to Sunday, each by one agent."""
    return duties(WEEK, shifts, lambda _: SHANGHAI)
