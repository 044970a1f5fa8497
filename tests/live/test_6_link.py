"""AMI is away for ten seconds: talks go on, nobody new is offered, and then nothing is stuck."""

from __future__ import annotations

import pytest

from hotseat.history import EndedBy, Outcome
from tests.live.hotline import STRAIGHT, Hotline, now_ms, until
from tests.live.talk import begin_talk

pytestmark = pytest.mark.live

CUT_SECONDS = 10
TALK_MS = 2_500
GAP_MS = 60
TALKERS = {"1001": "p101", "1002": "p102"}


def test_ten_seconds_without_ami(hotline: Hotline) -> None:
    talks = {
        f"138000710{agent[-2:]}": begin_talk(hotline, agent, phone, f"138000710{agent[-2:]}")
        for agent, phone in TALKERS.items()
    }
    free = hotline.log_on("1004", "p104", paused="not yet")
    free.answers(after_ms=30, hang_up_after_ms=150)
    hotline.callers.call(STRAIGHT, caller="13800072001")
    until("a caller waits", lambda: hotline.waiting() == 1, 5)

    cut = now_ms()
    hotline.relay.cut()
    until("the server sees that AMI is away", lambda: not hotline.status()["ami"]["up"], 5)
    hotline.ask("seat-ready", agent="1004")
    hotline.callers.call(STRAIGHT, caller="13800072002")
    until("callers still get in line", lambda: hotline.waiting() == 2, 5)
    # One agent hangs up unseen, the other goes on.
    unseen, seen = talks.values()
    until("there is a talk to be heard", lambda: now_ms() > unseen.began + TALK_MS, 5)
    unseen.put_down()
    unseen.caller.wait("ended")
    until("ten seconds have passed", lambda: now_ms() - cut >= CUT_SECONDS * 1000, CUT_SECONDS + 1)
    assert free.invites(since=cut) == []
    assert seen.desk.find("ended") is None

    hotline.relay.mend()
    until("the server has AMI again", lambda: hotline.status()["ami"]["up"], 10)
    for caller in ("13800072001", "13800072002"):
        free.rung_by(caller, since=cut).wait("talking")
        assert hotline.ended(caller).outcome is Outcome.ANSWERED
    seen.put_down()
    seen.caller.wait("ended")

    for caller, talk in talks.items():
        record = hotline.ended(caller)
        assert record.outcome is Outcome.ANSWERED
        heard = (talk.heard_by_caller(), talk.heard_by_desk())
        assert min(side.snr_db for side in heard) > 20, f"{caller}: {heard}"
        stalled = hotline.stalls.longest_ms(talk.began, talk.ended)
        assert max(side.gap_ms for side in heard) <= GAP_MS + stalled, f"{caller}: {heard}"
    unseen_caller, seen_caller = talks
    assert hotline.ended(unseen_caller).ended_by is EndedBy.UNKNOWN  # nobody saw it: no guess
    assert hotline.ended(seen_caller).ended_by is EndedBy.SEAT
    for caller, talk in talks.items():
        assert talk.is_length(hotline.ended(caller).talk_ms, 300), f"{talk}"

    nothing = {"channels": 0, "agi sessions": 0, "contacts": 0, "calls on the floor": 0}
    until("nothing is stuck", lambda: hotline.quiet() == nothing, 10)
    until(
        "all seats are out of their talks",
        lambda: {seat["state"] for seat in hotline.status()["seats"]} == {"ready", "paused"},
        10,
    )
