"""Days on the clocks of the site, as pages ask for them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from acd.types import Millis
from admin.instance import instance, zone


def today() -> date:
    """The present day."""
    return datetime.fromtimestamp(instance().now() / 1000, zone()).date()


def read_day(text: str) -> date | None:
    """`2026-11-21`; None if it is no date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def bounds(first: date, last: date | None = None) -> tuple[Millis, Millis]:
    """From midnight of the first day to the midnight that ends the last one."""
    return _midnight(first), _midnight((last or first) + timedelta(days=1))


def _midnight(day: date) -> Millis:
    return int(datetime.combine(day, time(), zone()).timestamp() * 1000)
