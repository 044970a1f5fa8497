"""Duty mobiles at a carrier: only the key 1 is an answer, and one alone has the call."""

from __future__ import annotations

import pytest

from hotseat.history import Outcome
from tests.live.hotline import NIGHT, Hotline, until

pytestmark = pytest.mark.live

MOBILES = {"1001": "+8613800010001", "1002": "+8613800010002", "1003": "+8613800010003"}


def on_duty(hotline: Hotline, *agents: str) -> None:
    hotline.carrier.rings()
    for agent in agents:
        hotline.ask("seat-mobile", agent=agent)


def test_one_takes_the_call(hotline: Hotline) -> None:
    on_duty(hotline, "1001")
    caller = hotline.callers.call(NIGHT, caller="13800140001", hertz=1000)
    mobile = hotline.carrier.rung_as(MOBILES["1001"])
    assert mobile.caller == "4008001000"
    mobile.pick_up()
    mobile.wait("sound")
    assert hotline.seat("1001")["state"] == "offered"
    mobile.digits("1")
    until("agent talks", lambda: hotline.seat("1001")["state"] == "talking", 5)
    mobile.hang_up()
    caller.wait("ended")
    record = hotline.ended("13800140001")
    assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
    assert record.ended_by is not None
    assert record.ended_by.value == "seat"
