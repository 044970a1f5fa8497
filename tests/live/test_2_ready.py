"""Nobody free: music. Somebody ready: the phone rings at once."""

from __future__ import annotations

import statistics
import time

import pytest

from tests.live.hotline import STRAIGHT, Hotline, now_ms, until
from tests.live.sound import hears_music
from tests.live.talk import LAST_WORDS_MS, SETTLE_MS, heard_between

pytestmark = pytest.mark.live

TRIALS = 100
TALKS = 20
"""So many of the trials end in a talk and begin in a wrap-up; the others are pauses."""
P95_MS = 50
MUSIC_SECONDS = 4.0


def test_music_while_nobody_is_free(hotline: Hotline) -> None:
    hotline.log_on("1001", "p101", paused="lunch")
    call = hotline.callers.call(STRAIGHT, caller="13800030000")
    until("the caller waits", lambda: hotline.waiting() == 1, 5)
    started = now_ms()
    time.sleep(MUSIC_SECONDS)  # what is measured is a stretch of sound
    ended = now_ms()
    call.hang_up()
    assert hears_music(heard_between(call, started + SETTLE_MS, ended - LAST_WORDS_MS))
    assert not hotline.desk("p101").invites(since=started)


def test_from_ready_to_invite(hotline: Hotline) -> None:
    begun = now_ms()
    desk = hotline.log_on("1001", "p101", paused="start")
    hotline.callers.call(STRAIGHT, caller="13800031000")
    until("a caller waits", lambda: hotline.waiting() == 1, 5)

    for _ in range(TRIALS - TALKS):
        asked = now_ms()
        hotline.ask("seat-ready", agent="1001")
        call = desk.wait("invite", since=asked, timeout=5).call
        hotline.ask("seat-pause", agent="1001", reason="again")
        desk.wait("cancelled", call=call, timeout=5)
        until("the phone is free again", lambda: hotline.seat("1001")["device"] == "free", 5)

    desk.answers(after_ms=30, hang_up_after_ms=100)
    for trial in range(TALKS):
        hotline.callers.call(STRAIGHT, caller=f"138000312{trial:02}")
        until("the next caller waits", lambda: hotline.waiting() == 2, 5)
        asked = now_ms()
        hotline.ask("seat-ready", agent="1001")
        call = desk.wait("invite", since=asked, timeout=5).call
        desk.wait("ended", call=call, timeout=5)
        until("the wrap-up has begun", lambda: hotline.seat("1001")["state"] == "wrap-up", 5)
        hotline.ask("seat-pause", agent="1001", reason="again")

    over = now_ms()
    # Tests with a clock that runs ahead have left rows that are still to come.
    ready = [
        row.at
        for row in hotline.journal("ready", since=begun)
        if row.seat == "1001" and row.at <= over
    ]
    rung = [invite.at for invite in desk.invites(since=begun)]
    assert len(ready) == len(rung) == TRIALS
    delays = [ring - at for at, ring in zip(ready, rung, strict=True)]
    p95 = statistics.quantiles(delays, n=20)[-1]
    print(f"ready to INVITE: median {statistics.median(delays):.1f} ms, p95 {p95:.1f} ms")
    assert min(delays) > -1  # the two clocks are one
    assert p95 < P95_MS, sorted(delays)
