"""Telephone numbers in one normal form, from the public tables of numbering plans.

`phonenumbers` (libphonenumber's tables) knows countries and what is a mobile or a premium number.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

_SERVICE = re.compile(r"95[0-9]{3,6}|400[0-9]{7}")
"""China's corporate numbers: they have no international form."""

_COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def normal_form(text: str, country: str) -> str | None:
    """E.164 (`+8613800138000`), or 95xxx and 400 numbers as they are; None if it is no number.

    `country` (`CN`) is whose way of writing a number without + is meant.
    """
    digits = re.sub(r"[ ().-]", "", text)
    if country == "CN" and _SERVICE.fullmatch(digits):
        return digits
    try:
        parsed = phonenumbers.parse(digits, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def country_prefix(country: str) -> str:
    """`+86` for `CN`; "" for a country that does not exist."""
    code = phonenumbers.country_code_for_region(country)
    return f"+{code}" if code else ""


def is_costly(number: str) -> bool:
    """Does the one who dials this normal form pay more than for a call?"""
    return number.startswith("+") and phonenumbers.number_type(phonenumbers.parse(number)) in (
        _COSTLY
    )


def is_mobile(number: str) -> bool:
    """Can this normal form be a mobile?"""
    return number.startswith("+") and phonenumbers.number_type(phonenumbers.parse(number)) in (
        _MOBILE
    )
