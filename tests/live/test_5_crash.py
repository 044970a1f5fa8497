"""`kill -9` of the server with ten waiting and two talking."""

from __future__ import annotations

import time

import pytest

from hotseat.history import Outcome
from hotseat.softphones.phone import PhoneCall
from tests.live.hotline import STRAIGHT, Hotline, now_ms, until
from tests.live.sound import hears_music
from tests.live.talk import begin_talk, heard_between

pytestmark = pytest.mark.live

WAITING = 10
GIVE_UP = (2, 6)
"""Who hangs up while the server is down."""
DOWN_SECONDS = 4.0
TALK_MS = 2_000
TALK_ERROR_MS = 300
GAP_MS = 60
TALKERS = {"1001": "p101", "1002": "p102"}


@pytest.mark.parametrize("agents_hang_up", ["before the restart", "after the restart"])
def test_a_crash_costs_nobody_the_place(hotline: Hotline, agents_hang_up: str) -> None:
    prefix = "13800061" if agents_hang_up.startswith("before") else "13800062"
    talks = {
        f"{prefix}9{agent[-2:]}": begin_talk(hotline, agent, phone, f"{prefix}9{agent[-2:]}")
        for agent, phone in TALKERS.items()
    }
    one_seat = hotline.log_on("1004", "p104", paused="not yet")
    one_seat.answers(after_ms=30, hang_up_after_ms=150)

    callers = [f"{prefix}0{number:02}" for number in range(WAITING)]
    waiting: list[PhoneCall] = []
    for caller in callers:
        waiting.append(hotline.callers.call(STRAIGHT, caller=caller))
        until(f"{caller} waits", lambda: hotline.waiting() == len(waiting), 5)
    hotline.until_written()

    last = max(talk.began for talk in talks.values())
    until("there are talks to be heard", lambda: now_ms() > last + TALK_MS, 5)

    killed = now_ms()
    hotline.kill()
    late = [f"{prefix}1{number:02}" for number in range(2)]
    for caller in late:
        arriving = hotline.callers.call(STRAIGHT, caller=caller)
        arriving.wait("talking")
        waiting.append(arriving)
    for place in GIVE_UP:
        waiting[place].hang_up()
        waiting[place].wait("ended")
    if agents_hang_up == "before the restart":
        for talk in talks.values():
            talk.put_down()
    left = DOWN_SECONDS - (now_ms() - killed) / 1000
    time.sleep(max(0.0, left))  # a server that is away for a while is what is tried here
    hotline.start()
    restarted = now_ms()
    if agents_hang_up == "after the restart":
        for talk in talks.values():
            talk.put_down()

    expected = [caller for place, caller in enumerate(callers) if place not in GIVE_UP] + late
    until("everybody is back in line", lambda: hotline.waiting() == len(expected), 10)
    assert hotline.seat("1004")["paused"] == "not yet"
    hotline.ask("seat-ready", agent="1004")
    rung = [one_seat.rung_by(caller, since=killed, timeout=40) for caller in expected]
    bridged = sorted(rung, key=lambda call: call.wait("talking").at)
    served = [call.caller for call in bridged]
    assert served == expected

    for caller in expected:
        assert hotline.ended(caller).outcome is Outcome.ANSWERED, caller
    arrivals = [hotline.ended(caller).queued_at for caller in served]
    assert arrivals == sorted(arrivals, key=lambda at: at or 0)
    for place in GIVE_UP:
        assert hotline.ended(callers[place]).outcome is Outcome.ABANDONED, callers[place]
        assert one_seat.call_of(callers[place], since=killed) is None
        assert len(hotline.journal("ended", call=hotline.ended(callers[place]).id)) == 1

    for caller, talk in talks.items():
        for desk in hotline.desks:
            assert desk.call_of(caller, since=killed) is None, f"{caller} was offered again"
        talk.caller.wait("ended", timeout=15)
        record = hotline.ended(caller)
        assert record.outcome is Outcome.ANSWERED
        assert talk.is_length(record.talk_ms, TALK_ERROR_MS), f"{talk}: {record}"
        assert len(hotline.journal("ended", call=record.id)) == 1
        heard = (talk.heard_by_caller(), talk.heard_by_desk())
        assert min(side.snr_db for side in heard) > 20, f"{caller}: {heard}"
        stalled = hotline.stalls.longest_ms(talk.began, talk.ended)
        assert max(side.gap_ms for side in heard) <= GAP_MS + stalled, f"{caller}: {heard}"

    for call in waiting:
        call.wait("ended")
    for call in waiting[-len(late) :]:
        sound = heard_between(call, call.wait("talking").at + 2_000, restarted)
        assert hears_music(sound), "who arrives while the server is down hears music"
    until("the floor is empty", lambda: not hotline.status()["calls"], 5)
    assert hotline.channels() == 0
