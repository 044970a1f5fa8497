"""Who must not be rung is not rung; who does not take a call does not cost the caller the place."""

from __future__ import annotations

import pytest

from hotseat.history import Outcome
from hotseat.softphones.phone import Phone
from tests.live.hotline import SLOW, STRAIGHT, Hotline, now_ms, until

pytestmark = pytest.mark.live

WATCHED_SECONDS = 30
WAITING = 5
CANCEL_MS = 300
RING_SECONDS = 5
"""As in site.yaml."""


def test_nobody_rings_who_must_not(hotline: Hotline) -> None:
    resting = hotline.log_on("1002", "p102")
    resting.answers(after_ms=30, hang_up_after_ms=100)
    hotline.callers.call(SLOW, caller="13800040001")
    until("1002 is in wrap-up", lambda: hotline.seat("1002")["state"] == "wrap-up", 10)

    talking = hotline.log_on("1004", "p104")
    talking.answers(after_ms=30)
    hotline.callers.call(STRAIGHT, caller="13800040002")
    talking.rung_by("13800040002").wait("talking")

    away = hotline.desk("p105")
    away.unregister()
    hotline.ask("seat-login", agent="1005", phone="p105")
    until("p105 is away", lambda: hotline.seat("1005")["device"] == "away", 5)
    paused = hotline.log_on("1006", "p106", paused="lunch")
    for phone in (resting, talking, away, paused):
        phone.answers(after_ms=30, hang_up_after_ms=100)

    begun = now_ms()
    callers = [f"1380004{number:04}" for number in range(100, 100 + WAITING)]
    waiting = [hotline.callers.call(STRAIGHT, caller=caller) for caller in callers]
    until("five wait", lambda: hotline.waiting() == WAITING, 5)
    control = hotline.desk("p101")
    control.answers(after_ms=30, hang_up_after_ms=300)
    hotline.log_on("1001", "p101")
    served = 0
    while now_ms() < begun + WATCHED_SECONDS * 1000:
        waiting.pop(0).wait("ended", timeout=15)
        served += 1
        callers.append(f"1380004{100 + WAITING + served:04}")
        waiting.append(hotline.callers.call(STRAIGHT, caller=callers[-1]))

    assert served >= 10
    assert len(control.invites(begun)) >= served
    for phone in (resting, talking, away, paused):
        assert phone.invites(begun) == [], phone.user
    states = {seat["seat"]: seat["state"] for seat in hotline.status()["seats"]}
    assert states["1002"] == "wrap-up"
    assert states["1004"] == "talking"
    assert states["1005"] == "phone away"
    assert states["1006"] == "paused"
    away.register(hotline.secret("p105"))


def test_a_pause_while_it_rings(hotline: Hotline) -> None:
    desk = hotline.log_on("1001", "p101")
    other = hotline.log_on("1002", "p102", paused="later")
    first, second = two_in_line(hotline, "13800041", desk)
    rung = desk.rung_by(first)
    hotline.ask("seat-pause", agent="1001", reason="lunch")
    cancelled = rung.wait("cancelled", timeout=2)
    rang_at = round(rung.wait("invite").at)
    paused = until("the pause is written", lambda: hotline.journal("paused", since=rang_at), 3)
    assert [row.seat for row in paused] == ["1001"]
    assert cancelled.at - paused[0].at <= CANCEL_MS
    assert "26" in cancelled.facts["reason"], "the phone must not log a missed call"

    serve_both(hotline, other, "1002", first, second)
    assert len(desk.invites(paused[0].at)) == 0


@pytest.mark.parametrize(
    ("answer", "cause"),
    [(None, "no answer"), (603, "declined"), (486, "busy")],
    ids=["no answer", "reject", "busy"],
)
def test_the_next_seat_and_the_same_place(hotline: Hotline, answer: int | None, cause: str) -> None:
    prefix = {"no answer": "13800042", "declined": "13800043", "busy": "13800044"}[cause]
    desk = hotline.log_on("1001", "p101")
    if answer is not None:
        desk.rejects(answer)
    other = hotline.log_on("1002", "p102", paused="later")
    begun = now_ms()
    first, second = two_in_line(hotline, prefix, desk)
    refused = desk.rung_by(first, since=begun)
    refused.wait("ended", "cancelled", timeout=RING_SECONDS + 2)

    def failed() -> list[str | int]:
        return [row.facts["cause"] for row in hotline.journal("failed", since=begun)]

    until("the first offer has failed", failed, 3)
    assert failed()[0] == cause
    if answer is None:
        rang = refused.wait("cancelled").at - refused.wait("invite").at
        assert rang == pytest.approx(RING_SECONDS * 1000, abs=500)
    serve_both(hotline, other, "1002", first, second)


def test_the_next_seat_rings_at_once(hotline: Hotline) -> None:
    longest_idle = hotline.log_on("1001", "p101")
    longest_idle.rejects(603)
    nxt = hotline.log_on("1002", "p102")
    nxt.answers(after_ms=30)
    hotline.callers.call(STRAIGHT, caller="13800045001")
    refused = longest_idle.rung_by("13800045001").wait("ended")
    taken = nxt.rung_by("13800045001").wait("invite")
    assert 0 <= taken.at - refused.at < 500


def two_in_line(hotline: Hotline, prefix: str, desk: Phone) -> tuple[str, str]:
    """Two callers, the first of whom rings at the only free desk."""
    first, second = f"{prefix}001", f"{prefix}002"
    begun = now_ms()
    hotline.callers.call(STRAIGHT, caller=first)
    desk.rung_by(first, since=begun)
    hotline.callers.call(STRAIGHT, caller=second)
    until("both have been queued", lambda: queued(hotline, first) and queued(hotline, second), 5)
    return first, second


def queued(hotline: Hotline, caller: str) -> bool:
    record = hotline.record(caller)
    return record is not None and record.queued_at is not None


def serve_both(hotline: Hotline, desk: Phone, agent: str, first: str, second: str) -> None:
    """The other desk gets the first caller before the second."""
    for seat in hotline.status()["seats"]:
        if seat["seat"] != agent:
            hotline.ask("seat-pause", agent=seat["seat"], reason="enough")
    desk.answers(after_ms=30, hang_up_after_ms=100)
    begun = now_ms()
    hotline.ask("seat-ready", agent=agent)
    calls = [desk.rung_by(caller, since=begun) for caller in (first, second)]
    calls.sort(key=lambda call: call.wait("invite").at)
    assert [call.caller for call in calls] == [first, second]
    for caller in (first, second):
        record = hotline.ended(caller)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, agent)
