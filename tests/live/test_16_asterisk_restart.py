"""Asterisk itself dies with 50 callers waiting, and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotseat.history import Outcome
from tests.live.crowd import crowd
from tests.live.hotline import STRAIGHT, Hotline
from tests.live.premises import until

pytestmark = pytest.mark.live

WAITING = 50
SEATS = 5
CALLS_A_SECOND = 25


@pytest.mark.parametrize("end", ["killed", "stopped"])
def test_who_waited_is_told_as_lost(hotline: Hotline, tmp_path: Path, end: str) -> None:
    """With number and queue; the seats are back by themselves, and serve the next callers."""
    prefix = "1380018" if end == "killed" else "1380019"
    callers = [f"{prefix}1{number:03}" for number in range(WAITING)]
    later = [f"{prefix}2{number:03}" for number in range(2 * SEATS)]
    with crowd(hotline, SEATS, tmp_path) as many:
        many.log_on()
        for agent in many.agents:
            hotline.ask("seat-pause", agent=agent, reason="not yet")
        hotline.ask("seat-pause", agent=many.agents[0], reason="lunch")
        many.call(callers, rate=CALLS_A_SECOND)
        until("all wait", lambda: hotline.waiting() == WAITING, 20)
        since = hotline.started_at

        if end == "killed":
            hotline.kill_asterisk()
        else:
            hotline.hotseat("asterisk", "down")
        until("the server sees it", lambda: not hotline.status()["ami"]["up"], 10)
        hotline.hotseat("asterisk", "up")
        until("the server is there again", lambda: hotline.status()["ami"]["up"], 20)
        until("nobody is left over", lambda: not hotline.status()["contacts"], 10)
        records = {caller: hotline.ended(caller) for caller in callers}
        for caller, record in records.items():
            assert record.outcome is Outcome.LOST, record
            assert (record.number, record.queue, record.caller) == (STRAIGHT, "consult", caller)
        lost = hotline.journal("ended", since=since)
        ids = {record.id for record in records.values()}
        assert sorted(row.call or "" for row in lost if row.call in ids) == sorted(ids)

        # Nobody logs on or registers again.
        until("the phones are back", lambda: many.devices() == {"free"}, 30)
        assert hotline.seat(many.agents[0])["paused"] == "lunch"
        for agent in many.agents:
            hotline.ask("seat-ready", agent=agent)
        served = many.call(later, rate=CALLS_A_SECOND)
        served.wait(20)
        for caller in later:
            assert hotline.ended(caller).outcome is Outcome.ANSWERED, caller
    assert hotline.channels() == 0
