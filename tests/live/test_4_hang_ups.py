"""A hundred callers hang up at a random moment between the first ring and the talk."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from hotseat.history import Outcome
from tests.live.hotline import NUMBER, STRAIGHT, Hotline, until

pytestmark = pytest.mark.live

TRIALS = 100
AT_ONCE = 10
PICK_UP_MS = 350
PATIENCE_MS = 700
"""From the first ring; the talk begins in the middle of it."""
SEATS = {"1001": "p101", "1002": "p102", "1004": "p104", "1005": "p105", "1006": "p106"}


def hang_up_once(hotline: Hotline, caller: str, number: str, patience_ms: float) -> None:
    call = hotline.callers.call(number, caller=caller)
    if number == NUMBER:
        call.wait("talking")
        call.digits("1")
    hotline.rung_by(caller, timeout=60)
    time.sleep(patience_ms / 1000)  # the random instant
    call.hang_up()
    call.wait("ended")


def test_a_hundred_hang_ups_leave_nothing(hotline: Hotline, seed: int) -> None:
    dice = random.Random(seed)
    for agent, phone in SEATS.items():
        hotline.log_on(agent, phone).answers(after_ms=PICK_UP_MS)
    hotline.callers.make_room(AT_ONCE)
    before = hotline.status()
    plans = [
        (
            f"1380005{number:04}",
            dice.choice((STRAIGHT, STRAIGHT, NUMBER)),
            dice.uniform(0, PATIENCE_MS),
        )
        for number in range(TRIALS)
    ]
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        list(crowd.map(lambda plan: hang_up_once(hotline, *plan), plans))

    nothing = {"channels": 0, "agi sessions": 0, "contacts": 0, "calls on the floor": 0}
    until(
        f"nothing is left of the calls: {hotline.quiet()}", lambda: hotline.quiet() == nothing, 10
    )
    until("all seats are ready again", lambda: ready(hotline) == sorted(SEATS), 10)
    until(
        f"no more timers than before ({before['timers']})",
        lambda: hotline.status()["timers"] <= before["timers"],
        10,
    )
    for phone in SEATS.values():
        desk = hotline.desk(phone)
        over = {event.call for event in desk.events if event.kind in ("ended", "cancelled")}
        assert {invite.call for invite in desk.invites()} <= over, f"{phone} still holds a call"

    outcomes: Counter[Outcome] = Counter()
    for caller, _, _ in plans:
        record = hotline.ended(caller)
        assert record.outcome is not None
        outcomes[record.outcome] += 1
        terminal = hotline.journal("ended", call=record.id)
        assert len(terminal) == 1, f"{record.id} of {caller}: {terminal}"
        assert (record.answered_at is not None) == (record.outcome is Outcome.ANSWERED), record
    print(f"outcomes: {outcomes}")
    assert outcomes.keys() <= {Outcome.ANSWERED, Outcome.ABANDONED, Outcome.LOST}
    assert outcomes[Outcome.LOST] == 0
    assert min(outcomes[Outcome.ANSWERED], outcomes[Outcome.ABANDONED]) > TRIALS / 10
    assert outcomes.total() == TRIALS


def ready(hotline: Hotline) -> list[str]:
    return sorted(seat["seat"] for seat in hotline.status()["seats"] if seat["state"] == "ready")
