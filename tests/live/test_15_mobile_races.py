"""Two things in one instant: a mobile takes the call, and the caller leaves or another takes it.

A hundred trials of each kind; HOTSEAT_RACES is another number.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest

from hotseat.history import Outcome
from hotseat.softphones.phone import PhoneCall, PhoneError
from tests.live.duty import Night
from tests.live.hotline import Hotline, now_ms
from tests.live.premises import until

pytestmark = pytest.mark.live

RACES = int(os.environ.get("HOTSEAT_RACES", "100"))
OFFSET_MS = 200
DIGIT_MS = 120
"""A key counts when it is let go: the offsets lie around that instant."""
GOOD_WHILE = 5


@pytest.fixture
def night(hotline: Hotline) -> Night:
    """Two agents at home."""
    night = Night(hotline)
    night.on_duty("1001", "1002")
    hotline.carrier.answers(after_ms=20)
    return night


def both_asked(night: Night, caller: str) -> tuple[PhoneCall, PhoneCall, PhoneCall]:
    since = now_ms()
    call = night.call(caller)
    mobiles = [night.rings(agent, since) for agent in ("1001", "1002")]
    for mobile in mobiles:
        mobile.wait("sound")
    return call, mobiles[0], mobiles[1]


def at_once(first: Callable[[], None], second: Callable[[], None], second_later_ms: float) -> None:
    """Do both, the second so much later than the first; earlier if negative."""
    delays = (max(0.0, -second_later_ms), max(0.0, second_later_ms))

    def wait_and(delay: float, do: Callable[[], None]) -> None:
        time.sleep(delay / 1000)
        with suppress(PhoneError):  # a mobile that was hung up has no keys any more
            do()

    threads = [
        threading.Thread(target=wait_and, args=each)
        for each in zip(delays, (first, second), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def quiet(night: Night) -> None:
    until("no channel is left", lambda: night.channels() == 0, GOOD_WHILE)
    until(
        "both are ready again",
        lambda: night.state("1001") == night.state("1002") == "ready",
        GOOD_WHILE,
    )


def test_the_caller_leaves_in_the_instant_of_the_key(night: Night, seed: int) -> None:
    dice = random.Random(seed)
    counts: Counter[str] = Counter()
    for trial in range(RACES):
        caller, offset = f"138001500{trial:03}", dice.uniform(-OFFSET_MS, OFFSET_MS)
        call, taker, other = both_asked(night, caller)
        at_once(lambda: taker.digits("1"), call.hang_up, DIGIT_MS + offset)  # noqa: B023
        left = call.wait("ended").at
        for mobile in (taker, other):
            over = mobile.wait("ended", timeout=GOOD_WHILE)
            assert over.at - left < 1_000, f"{offset:.0f} ms: a mobile was left alone"
        quiet(night)
        record = night.hotline.ended(caller)
        assert record.outcome in (Outcome.ANSWERED, Outcome.ABANDONED), f"{offset:.0f} ms"
        counts[record.outcome.value] += 1
        assert record.ended_by is not None
        assert record.ended_by.value == "caller"
    print(f"the caller left in the instant of the key: {dict(counts)} of {RACES}")
    assert sum(counts.values()) == RACES


def test_both_press_in_one_instant(night: Night, seed: int) -> None:
    dice = random.Random(seed)
    counts: Counter[str] = Counter()
    for trial in range(RACES):
        caller, offset = f"138001600{trial:03}", dice.uniform(-OFFSET_MS, OFFSET_MS)
        call, one, two = both_asked(night, caller)
        at_once(lambda: one.digits("1"), lambda: two.digits("1"), offset)  # noqa: B023
        until("one talks", lambda: "talking" in states(night), GOOD_WHILE)
        until("one is left", lambda: one.over != two.over, GOOD_WHILE)  # noqa: B023
        # The caller, the two ends of the way, and one mobile.
        until("no other way is left", lambda: night.channels() == 4, GOOD_WHILE)
        assert states(night).count("talking") == 1, f"{offset:.0f} ms: two agents"
        winner = "1002" if one.over else "1001"
        assert night.state(winner) == "talking", f"{offset:.0f} ms: the wrong one talks"
        assert not call.over, f"{offset:.0f} ms: the caller was lost"
        call.hang_up()
        quiet(night)
        record = night.hotline.ended(caller)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, winner), f"{offset:.0f} ms"
        counts[winner] += 1
    print(f"both pressed in one instant: {dict(counts)} of {RACES}")
    assert sum(counts.values()) == RACES


def states(night: Night) -> list[str]:
    return [night.state(agent) for agent in ("1001", "1002")]
