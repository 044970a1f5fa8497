"""Sixty calls find qualified seats, and both sides hear each other; menus change under a call."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import pytest
import yaml

from hotseat.history import CallRow, Outcome
from tests.live.hotline import NUMBER, SITE, Hotline, SiteFile, now_ms, until
from tests.live.talk import Heard, Talk

pytestmark = pytest.mark.live

CALLS = 60
AT_ONCE = 10
PICK_UP_MS = 120
TALK_SECONDS = (2.6, 3.6)
TALK_ERROR_MS = 300

DESKS = {
    "1001": "p101",
    "1002": "p102",
    "1003": "p103",
    "1004": "p104",
    "1005": "p105",
    "1006": "p106",
}
DESK_HERTZ = {phone: 300 + 50 * place for place, phone in enumerate(DESKS.values(), 1)}

CONSULT = {"consult": 1}
COMPLAINT = {"complaint": 3}
CALLBACK = {"callback": 1}
ENGLISH = {"consult": 1, "english": 1}

WAYS: dict[str, tuple[str, dict[str, int]]] = {
    "1": ("consult", CONSULT),
    "2": ("complaint", COMPLAINT),
    "3": ("callback", CALLBACK),
    "91": ("consult", ENGLISH),
    "92": ("complaint", COMPLAINT),
    "01": ("consult", CONSULT),
    "73": ("callback", CALLBACK),
}
"""Keys -> queue and what the seat must know. 7 is nobody's key: the menu asks again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one caller will do."""

    caller: str
    hertz: int
    keys: str
    info: bool
    pauses: tuple[float, ...]
    talk: float
    caller_hangs_up: bool


@dataclass(frozen=True, slots=True)
class Story:
    """What became of it."""

    plan: Plan
    phone: str
    talk_ms: float
    began: float
    ended: float
    heard_by_caller: Heard
    heard_by_desk: Heard


def plan(dice: random.Random, number: int) -> Plan:
    keys = dice.choice(sorted(WAYS))
    return Plan(
        caller=f"1380001{number:04}",
        hertz=1000 + 60 * (number % AT_ONCE),
        keys=keys,
        info=dice.random() < 0.3,
        pauses=tuple(dice.uniform(0.2, 0.8) for _ in keys),
        talk=dice.uniform(*TALK_SECONDS),
        caller_hangs_up=dice.random() < 0.5,
    )


def live_through(hotline: Hotline, plan: Plan) -> Story:
    call = hotline.callers.call(NUMBER, caller=plan.caller, hertz=plan.hertz)
    call.wait("talking")
    for key, pause in zip(plan.keys, plan.pauses, strict=True):
        time.sleep(pause)  # the caller's own pace, from the seed
        call.digits(key, info=plan.info)
    desk = hotline.rung_by(plan.caller, timeout=60)
    talk = Talk(call, plan.hertz, desk, DESK_HERTZ[desk.phone.user])
    desk.wait("talking")
    time.sleep(plan.talk)
    (call if plan.caller_hangs_up else desk).hang_up()
    desk.wait("ended")
    call.wait("ended", timeout=15)
    return Story(
        plan=plan,
        phone=desk.phone.user,
        talk_ms=talk.ended - talk.began,
        began=desk.wait("invite").at,
        ended=talk.ended,
        heard_by_caller=talk.heard_by_caller(),
        heard_by_desk=talk.heard_by_desk(),
    )


def test_sixty_calls_land_on_qualified_seats_and_are_heard(hotline: Hotline, seed: int) -> None:
    dice = random.Random(seed)
    for agent, phone in DESKS.items():
        desk = hotline.log_on(agent, phone)
        desk.sends_tone(DESK_HERTZ[phone])
        desk.answers(after_ms=PICK_UP_MS)
    hotline.callers.make_room(AT_ONCE)
    plans = [plan(dice, number) for number in range(CALLS)]
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        stories = list(crowd.map(lambda each: live_through(hotline, each), plans))

    skills = {
        agent: row["skills"] for agent, row in yaml.safe_load(SITE.read_text())["agents"].items()
    }
    agents = {phone: agent for agent, phone in DESKS.items()}
    by_phone: defaultdict[str, list[Story]] = defaultdict(list)
    for story in stories:
        queue, requires = WAYS[story.plan.keys]
        record = hotline.ended(story.plan.caller)
        told = f"{record.id} keys {story.plan.keys} at {story.phone}"
        agent = agents[story.phone]
        assert all(skills[agent].get(name, 0) >= level for name, level in requires.items()), told
        assert (record.queue, record.seat, record.outcome) == (queue, agent, Outcome.ANSWERED), told
        assert record.talk_ms == pytest.approx(story.talk_ms, abs=TALK_ERROR_MS), told
        assert record.ended_by is not None, told
        expected = "caller" if story.plan.caller_hangs_up else "seat"
        assert record.ended_by.value == expected, told
        for heard in (story.heard_by_caller, story.heard_by_desk):
            assert heard.snr_db > 20, f"{told}: {heard}"
            assert heard.own_db < 0, f"{told}: {heard}"
        by_phone[story.phone].append(story)

    for phone, at_desk in by_phone.items():
        at_desk.sort(key=lambda story: story.began)
        for first, second in pairwise(at_desk):
            assert first.ended <= second.began, f"{phone} held two calls: {first} {second}"


def swap(site: SiteFile) -> None:
    """The keys of the menu change places."""
    keys = site["menus"]["main"]["nodes"]["ask"]["keys"]
    keys["1"], keys["2"] = keys["2"], keys["1"]


def test_a_menu_is_swapped_under_a_call(hotline: Hotline) -> None:
    before = hotline.callers.call(NUMBER, caller="13800020001")
    before.wait("talking")
    until("the first call is in the menu", lambda: hotline.record("13800020001"), 5)
    hotline.change(swap)
    after = hotline.callers.call(NUMBER, caller="13800020002")
    after.wait("talking")
    until("the second call is in the menu", lambda: hotline.record("13800020002"), 5)
    for call in (before, after):
        call.digits("1")
    assert queue_of(hotline, "13800020001") == "consult"
    assert queue_of(hotline, "13800020002") == "complaint"


def queue_of(hotline: Hotline, caller: str) -> str:
    def queued() -> CallRow | None:
        record = hotline.record(caller)
        return record if record is not None and record.queue else None

    record = until(f"caller {caller} is queued", queued, 5)
    assert record is not None
    assert record.queued_at is not None
    assert record.queued_at <= now_ms()
    return str(record.queue)
