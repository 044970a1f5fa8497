"""The site in force as the roster's rules see it."""

from __future__ import annotations

from datetime import date, tzinfo
from zoneinfo import ZoneInfo

from hotseat.public_holidays import special_days
from hotseat.roster.coverage import Demand
from hotseat.roster.rules import Leave, Rules
from hotseat.site.records import SiteNow
from ivr.hours import SpecialDays


def rules_of(site: SiteNow, leaves: tuple[Leave, ...], first: date, last: date) -> Rules:
    """The rules for a roster of the dates from `first` to `last`; a year or two at most."""
    own = ZoneInfo(site.time_zone)
    countries = {cover.holidays for cover in site.covers.values()} - {""}

    def zones(name: str) -> tzinfo:
        return ZoneInfo(name) if name else own

    return Rules(
        shifts=site.shifts,
        zones=zones,
        demand=Demand(
            covers=site.covers,
            special={country: holidays_of(country, first, last) for country in countries},
            skills={agent.number: agent.skills for agent in site.agents.values()},
            zone=own,
        ),
        policy=site.roster,
        leaves=leaves,
    )


def holidays_of(country: str, first: date, last: date) -> SpecialDays:
    """A country's holidays and make-up workdays around a period; none for ""."""
    if not country:
        return {}
    return dict(special_days(country, first.year)) | dict(special_days(country, last.year))
