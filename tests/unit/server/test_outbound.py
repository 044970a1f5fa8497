"""The outbound gate: every number that may not be dialled is refused, and why."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotseat.numbering import country_prefix, is_costly, is_mobile, normal_form
from hotseat.outbound import DAY, HOUR, Dialled, OutboundGate, OutboundRules, Refusal

RULES = OutboundRules(country="CN", allow=("+86",))
MOBILE = "+8613800138000"


def ask(gate: OutboundGate, number: str | None, rules: OutboundRules | None = RULES) -> object:
    return gate.ask(number, rules, 0, costly=number is not None and is_costly(number))


@pytest.mark.parametrize(
    ("text", "country", "normal"),
    [
        ("13800138000", "CN", MOBILE),
        ("0086 138 0013 8000", "CN", MOBILE),
        ("+86 (138) 0013-8000", "CN", MOBILE),
        ("021-62345678", "CN", "+862162345678"),
        ("95588", "CN", "95588"),
        ("4008001000", "CN", "4008001000"),
        ("+49 30 12345678", "CN", "+493012345678"),
        ("110", "CN", None),
        ("", "CN", None),
        ("+86138;drop", "CN", None),
        ("p101", "CN", None),
        ("1" * 40, "CN", None),
    ],
)
def test_numbers_have_one_normal_form(text: str, country: str, normal: str | None) -> None:
    assert normal_form(text, country) == normal


def test_a_country_has_a_prefix() -> None:
    assert country_prefix("CN") == "+86"
    assert country_prefix("ZZ") == ""


def test_mobiles_and_premium_numbers_are_known() -> None:
    assert is_mobile(MOBILE)
    assert not is_mobile("+862162345678")
    assert not is_mobile("95588")
    assert is_costly("+499001234567")
    assert not is_costly(MOBILE)


@pytest.mark.parametrize(
    ("number", "rules", "refusal"),
    [
        (MOBILE, RULES, None),
        (MOBILE, None, Refusal.CLOSED),
        (MOBILE, dataclasses.replace(RULES, stopped=True), Refusal.STOPPED),
        (None, RULES, Refusal.NO_NUMBER),
        ("+493012345678", RULES, Refusal.PREFIX),
        ("95588", RULES, Refusal.PREFIX),
        ("95588", dataclasses.replace(RULES, allow=("+86", "95")), None),
        ("+499001234567", dataclasses.replace(RULES, allow=("+49",)), Refusal.COSTLY),
        (MOBILE, dataclasses.replace(RULES, per_hour=0), Refusal.HOUR_CAP),
        (MOBILE, dataclasses.replace(RULES, per_day=0), Refusal.DAY_CAP),
        (MOBILE, dataclasses.replace(RULES, per_number_a_day=0), Refusal.NUMBER_CAP),
    ],
)
def test_the_gate_says_why(
    number: str | None, rules: OutboundRules | None, refusal: Refusal | None
) -> None:
    assert ask(OutboundGate(), number, rules) is refusal


def test_caps_forget_after_an_hour_and_after_a_day() -> None:
    rules = dataclasses.replace(RULES, per_hour=1, per_day=2)
    gate = OutboundGate()
    found = [
        gate.ask(MOBILE, rules, at, costly=False)
        for at in (0, HOUR - 1, HOUR, 2 * HOUR, DAY - 1, DAY)
    ]
    assert found == [None, Refusal.HOUR_CAP, None, Refusal.DAY_CAP, Refusal.DAY_CAP, None]


def test_calls_of_an_earlier_server_count() -> None:
    gate = OutboundGate([Dialled(0, MOBILE)])
    rules = dataclasses.replace(RULES, per_number_a_day=1)
    assert gate.ask(MOBILE, rules, 1, costly=False) is Refusal.NUMBER_CAP
    assert gate.ask("+8613800138001", rules, 1, costly=False) is None


@given(st.lists(st.tuples(st.sampled_from([MOBILE, "+8613900139000"]), st.integers(0, HOUR))))
def test_no_cap_is_ever_passed(asked: list[tuple[str, int]]) -> None:
    rules = dataclasses.replace(RULES, per_number_a_day=3, per_hour=4, per_day=5)
    gate = OutboundGate()
    now, passed = 0, []
    for number, later in asked:
        now += later
        if gate.ask(number, rules, now, costly=False) is None:
            passed.append((now, number))
    for at, number in passed:
        day = [other for other in passed if at - DAY < other[0] <= at]
        assert len(day) <= 5
        assert sum(other[1] == number for other in day) <= 3
        assert sum(other[0] > at - HOUR for other in day) <= 4
