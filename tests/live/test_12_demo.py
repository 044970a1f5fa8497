"""Simulated people join a hotline, are served, and leave it as it was."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from tests.live.hotline import Hotline
from tests.live.premises import HOTSEAT, until

pytestmark = pytest.mark.live

SEED = 5
"""Of these callers several talk and one of the first leaves the talk to the agent."""


def test_a_demo_comes_and_goes(hotline: Hotline) -> None:
    log = hotline.state / "demo-output.log"
    before = registered(hotline)
    with log.open("wb") as output:
        demo = subprocess.Popen(
            [HOTSEAT, "demo", "--rate", "30", "--seed", str(SEED)],
            cwd=hotline.state,
            env=hotline.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            until("two agents talk", lambda: talking(hotline) >= 2, 40)
            until("a talk is over", lambda: "says goodbye" in log.read_text("utf-8"), 40)
        finally:
            demo.send_signal(signal.SIGTERM)
            begun = time.monotonic()
            ended = demo.wait(timeout=30)
    said = log.read_text("utf-8")
    assert ended == 0, said
    assert time.monotonic() - begun < 10
    assert "joins it" in said
    assert "presses" in said
    assert "Traceback" not in said
    until("nothing is left", lambda: not any(hotline.quiet().values()), 10)
    assert hotline.status()["seats"] == []
    assert registered(hotline) == before
    assert hotline.alive, "the server that was joined goes on"


def talking(hotline: Hotline) -> int:
    return sum(seat["state"] == "talking" for seat in hotline.status()["seats"])


def registered(hotline: Hotline) -> list[str]:
    phones: list[str] = hotline.json("asterisk", "status")["running"]["registered"]
    return phones
