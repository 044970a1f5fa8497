"""Holidays and make-up workdays of a country, as tables for `ivr.hours`.

They come from the `holidays` library, which knows what a country has announced: of later years it
has the holidays fixed by law, and what is decreed each autumn comes with its next release. A date
that it does not know yet is an override in the site file.
"""

from __future__ import annotations

from functools import lru_cache

import holidays

from ivr.hours import SpecialDay, SpecialDays


def is_known(country: str) -> bool:
    """Does the library know this country (ISO 3166, `CN`)?"""
    try:
        holidays.country_holidays(country)
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=64)
def special_days(country: str, year: int) -> SpecialDays:
    """The holidays and make-up workdays of a year and its two neighbours.

    The neighbours, because a year begins and ends at other instants on other clocks. Takes some
    milliseconds, once. Raises NotImplementedError for a country that is not known.
    """
    known = holidays.country_holidays(country, years=range(year - 1, year + 2))
    return dict.fromkeys(known, SpecialDay.HOLIDAY) | dict.fromkeys(
        known.weekend_workdays, SpecialDay.MAKE_UP_WORKDAY
    )
