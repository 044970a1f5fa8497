"""Who is asked next for a call that nobody on duty takes."""

from __future__ import annotations

from typing import Any

import pytest

from acd.escalation import (
    AskTheQueue,
    CallIn,
    GiveUp,
    KeepWaiting,
    NextStep,
    asks_for_agent,
    next_step,
    own_number,
)
from acd.types import SeatId

CONSULT = (("consult", 1),)
OWN = ((own_number("1001"), 1),)
A, B, C = (SeatId(name) for name in ("1001", "1002", "1003"))


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"takers": {A}}, KeepWaiting()),
        ({"takers": {A}, "requires": OWN}, KeepWaiting()),
        ({"requires": OWN}, AskTheQueue()),
        ({}, CallIn(B)),
        ({"asked": {B}}, CallIn(C)),
        ({"seated": {B}}, CallIn(C)),
        ({"asked": {B}, "seated": {C}}, GiveUp()),
        ({"asked": {B, C}, "waits": True}, KeepWaiting()),
        ({"escalation": []}, GiveUp()),
        ({"escalation": [], "waits": True}, KeepWaiting()),
        ({"waits": True}, CallIn(B)),
    ],
)
def test_the_order_of_who_is_asked(changes: dict[str, Any], step: NextStep) -> None:
    known: dict[str, Any] = {
        "takers": set(),
        "requires": CONSULT,
        "escalation": [B, C],
        "seated": set(),
        "asked": set(),
        "waits": False,
    }
    assert next_step(**known | changes) == step


def test_an_own_number_asks_for_its_agent() -> None:
    assert asks_for_agent(OWN)
    assert not asks_for_agent(CONSULT)
    assert not asks_for_agent(())
