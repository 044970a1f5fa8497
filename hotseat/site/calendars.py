"""Opening hours in a site file: reading, and writing them back.

office:
  weekly: {mon-fri: [09:00-12:00, 13:00-18:00], sat: [22:00-06:00]}
  holidays: CN
  overrides: {"2026-12-31": [09:00-12:00], "2027-01-02": []}
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from hotseat.public_holidays import is_known
from hotseat.site.fields import COUNTRY, SiteFields
from hotseat.site.records import HoursRecord
from ivr.hours import DAY_MINUTES, WEEKDAYS, Calendar, Span, Spans
from words import said


def read_hours(name: str, fields: SiteFields) -> HoursRecord:
    """One entry of the section; problems are noted."""
    week: dict[str, Spans] = {}
    for key, entry in fields.part("weekly").items():
        path = f"weekly.{key}"
        days = _days(key)
        if not days:
            fields.wrong(
                path, said('no weekday "%(name)s"; write it like mon or mon-fri', name=key)
            )
        for day in days:
            if day in week:
                fields.wrong(path, said('"%(name)s" stands here twice', name=day))
        week |= dict.fromkeys(days, _spans(fields, path, entry))
    overrides: dict[date, Spans] = {}
    for key, entry in fields.part("overrides").items():
        path = f"overrides.{key}"
        try:
            on = date.fromisoformat(key)
        except ValueError:
            fields.wrong(path, said('no date "%(name)s"; write it like 2026-12-31', name=key))
        else:
            if on in overrides:
                fields.wrong(path, said('"%(name)s" stands here twice', name=on.isoformat()))
            overrides[on] = _spans(fields, path, entry)
    country = fields.spelt("holidays", COUNTRY, default="")
    if country and not is_known(country):
        fields.wrong(
            "holidays", said('nothing is known of the holidays of "%(country)s"', country=country)
        )
    ordered = {day: week[day] for day in WEEKDAYS if week.get(day)}
    return HoursRecord(name, Calendar(ordered, dict(sorted(overrides.items()))), country)


def written_hours(hours: HoursRecord) -> dict[str, Any]:
    """One entry of the section, as a site file has it."""
    return {
        "weekly": hours.calendar.written_week(),
        **({"holidays": hours.holidays} if hours.holidays else {}),
        "overrides": hours.calendar.written_overrides(),
    }


def _days(text: str) -> tuple[str, ...]:
    """`mon` or `mon-fri`; none if it is neither."""
    first, _, last = text.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        return ()
    return WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last or first) + 1]


def _spans(fields: SiteFields, path: str, value: object) -> Spans:
    if not isinstance(value, list):
        fields.wrong(path, said("must be a list, such as [09:00-18:00]; [] is closed"))
        return ()
    spans: list[Span] = []
    for place, text in enumerate(value):
        try:
            spans.append(Span.parse(str(text)))
        except ValueError:
            at = f"{path}.{place}"
            fields.wrong(
                at,
                said(
                    'no opening time "%(name)s"; write it like 09:00-18:00 or 22:00-06:00',
                    name=str(text),
                ),
            )
    for earlier, later in pairwise(spans):
        if later.opens < earlier.closes:
            fields.wrong(
                path,
                said(
                    "%(later)s must come after %(earlier)s", later=str(later), earlier=str(earlier)
                ),
            )
    if spans and spans[-1].closes > spans[0].opens + DAY_MINUTES:
        fields.wrong(
            path,
            said(
                "%(last)s runs into %(first)s of the next day",
                last=str(spans[-1]),
                first=str(spans[0]),
            ),
        )
    return tuple(spans)
