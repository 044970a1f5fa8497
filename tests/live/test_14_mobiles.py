"""Duty mobiles at a carrier: only the key 1 is an answer, whoever picks up."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from hotseat.db.engine import open_engine
from hotseat.history import Outcome
from hotseat.prompts.telephone_sound import RATE, loudness_db, read_wav
from tests.live.duty import MOBILES, Night
from tests.live.hotline import Hotline, SiteFile, now_ms
from tests.live.premises import until

pytestmark = pytest.mark.live

WITHDRAWN_MS = 300


@pytest.fixture
def night(hotline: Hotline) -> Night:
    """The hotline in the evening."""
    return Night(hotline)


def test_the_key_takes_the_call(night: Night) -> None:
    night.on_duty("1001")
    caller = night.call("13800140001")
    mobile = night.asked("1001")
    assert mobile.caller == "4008001000"
    assert night.state("1001") == "offered"
    mobile.digits("1")
    night.talks("1001")
    mobile.hang_up()
    caller.wait("ended")
    record = night.hotline.ended("13800140001")
    assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
    assert record.ended_by is not None
    assert record.ended_by.value == "seat"
    until("all is quiet", lambda: night.channels() == 0, 3)


def test_declined_it_goes_to_the_next_on_duty_and_then_on_record(night: Night) -> None:
    night.on_duty("1001")
    caller = night.call("13800140002")
    first = night.asked("1001")
    night.on_duty("1002")
    time.sleep(0.3)  # the agent listens
    first.digits("2")
    second = night.asked("1002")
    first.wait("ended", timeout=2)
    second.digits("2")
    caller.wait("ended", timeout=20)
    record = night.hotline.ended("13800140002")
    assert (record.outcome, record.offers) == (Outcome.CALLBACK, 2)
    said = [row.facts["said"] for row in night.hotline.journal("mobile", call=record.id)]
    assert said == ["no", "no"]
    engine = open_engine(night.hotline.settings.database)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT queue, caller FROM callback_request WHERE call = :call"),
            {"call": record.id},
        ).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [("night", "13800140002")]


def test_who_is_not_on_duty_is_called_in_before_the_policy(night: Night) -> None:
    """After those on duty the escalation list, of whom 1003 lacks the skill; then the policy."""

    def escalates(site: SiteFile) -> None:
        site["roster"] = {"escalation": ["1003", "1002"]}

    hotline = night.hotline
    hotline.change(escalates)
    night.on_duty("1001")
    for caller, key, outcome in (
        ("13800140015", "1", Outcome.ANSWERED),
        ("13800140016", "2", Outcome.CALLBACK),
    ):
        until("1001 is free", lambda: night.state("1001") == "ready", 3)
        since = now_ms()
        call = night.call(caller)
        on_duty = night.asked("1001", since)
        on_duty.digits("2")
        called_in = night.asked("1002", since)
        on_duty.wait("ended", timeout=2)
        called_in.digits(key)
        if outcome is Outcome.ANSWERED:
            night.talks("1002")
            called_in.hang_up()
        call.wait("ended", timeout=20)
        record = hotline.ended(caller)
        assert (record.outcome, record.offers) == (outcome, 2)
        rows = hotline.journal("called_in", call=record.id)
        assert [row.seat for row in rows] == ["1002"]
        until(
            "1002 is off duty again",
            lambda: [seat["seat"] for seat in hotline.status()["seats"]] == ["1001"],
            5,
        )
    assert not [
        invite
        for invite in hotline.carrier.invites(night.began)
        if MOBILES["1003"] in invite.facts["called"]
    ]


def test_a_voicemail_that_talks_swallows_nobody(night: Night) -> None:
    """It picks up, plays a tone for ever and presses nothing; the caller stays in line."""
    night.on_duty("1001")
    night.hotline.carrier.sends_tone(440)
    caller = night.call("13800140003")
    mobile = night.asked("1001")
    asked = now_ms()
    mobile.wait("ended", timeout=25)
    assert now_ms() - asked > 10_000
    caller.wait("ended", timeout=20)  # told that somebody calls back
    assert night.hotline.ended("13800140003").outcome is Outcome.CALLBACK


def test_wrong_keys_are_no_answer(night: Night) -> None:
    night.on_duty("1001")
    caller = night.call("13800140004")
    mobile = night.asked("1001")
    for key in "73#":
        mobile.digits(key)
        time.sleep(0.5)  # a hand on the keys
        assert night.state("1001") == "offered"
    mobile.digits("1")
    night.talks("1001")
    caller.hang_up()
    mobile.wait("ended")
    record = night.hotline.ended("13800140004")
    assert record.outcome is Outcome.ANSWERED
    assert record.ended_by is not None
    assert record.ended_by.value == "caller"


def test_a_busy_mobile_is_a_miss(night: Night) -> None:
    night.on_duty("1001")
    caller = night.call("13800140005")
    night.rings("1001").pick_up(486)
    caller.wait("ended", timeout=20)
    record = night.hotline.ended("13800140005")
    causes = [row.facts["cause"] for row in night.hotline.journal("failed", call=record.id)]
    assert (record.outcome, causes) == (Outcome.CALLBACK, ["busy"])


def test_the_ring_is_withdrawn_when_the_caller_leaves(night: Night) -> None:
    night.on_duty("1001", "1002")
    for caller, ask in (("13800140006", False), ("13800140007", True)):
        # Only seats that are free when the call comes are rung together.
        until("both are free", lambda: {night.state("1001"), night.state("1002")} == {"ready"}, 3)
        since = now_ms()
        call = night.call(caller)
        mobiles = [
            night.asked(agent, since) if ask else night.rings(agent, since)
            for agent in ("1001", "1002")
        ]
        call.hang_up()
        left = call.wait("ended").at
        over = [mobile.wait("ended", "cancelled").at - left for mobile in mobiles]
        print(f"withdrawn after {[round(ms) for ms in over]} ms, asked: {ask}")
        assert max(over) < WITHDRAWN_MS
        until("all is quiet", lambda: night.channels() == 0, 3)


def test_one_of_two_has_it_and_the_other_is_withdrawn(night: Night) -> None:
    night.on_duty("1001", "1002")
    caller = night.call("13800140008")
    first, second = night.asked("1001"), night.asked("1002")
    second.digits("1")
    night.talks("1002")
    taken = now_ms()
    lost = first.wait("ended").at
    assert lost - taken < WITHDRAWN_MS
    until("the other is free", lambda: night.state("1001") == "ready", 2)
    assert night.channels() == 4  # the caller, two ends of the way, the mobile
    caller.hang_up()
    second.wait("ended")


def test_a_killed_server_finds_the_mobile_ringing(night: Night) -> None:
    night.on_duty("1001")
    caller = night.call("13800140009")
    mobile = night.asked("1001")
    night.hotline.until_written()
    night.hotline.kill()
    night.hotline.launch()
    until("the server sees the mobile", lambda: night.state("1001") == "phone in use", 5)
    mobile.digits("1")
    night.talks("1001")
    mobile.hang_up()
    caller.wait("ended")
    record = night.hotline.ended("13800140009")
    assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
    until("the seat is free", lambda: night.state("1001") == "ready", 3)


def test_a_killed_server_finds_a_mobile_that_nobody_rings_any_more(night: Night) -> None:
    night.on_duty("1001")
    caller = night.call("13800140010")
    mobile = night.asked("1001")
    night.hotline.until_written()
    night.hotline.kill()
    caller.hang_up()
    caller.wait("ended")
    assert mobile.find("ended") is None
    night.hotline.start()
    mobile.wait("ended", timeout=5)
    until("all is quiet", lambda: night.channels() == 0, 3)
    assert night.hotline.ended("13800140010").outcome is Outcome.ABANDONED


def test_a_killed_server_finds_the_talk_at_the_mobile(night: Night) -> None:
    night.on_duty("1001")
    caller = night.call("13800140011")
    mobile = night.asked("1001")
    mobile.digits("1")
    night.talks("1001")
    night.hotline.until_written()
    night.hotline.kill()
    night.hotline.start()
    assert night.state("1001") == "talking"
    mobile.hang_up()
    caller.wait("ended")
    record = night.hotline.ended("13800140011")
    assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")


def test_nobody_on_duty_means_the_policy(night: Night) -> None:
    caller = night.call("13800140012")
    caller.wait("ended", timeout=20)
    record = night.hotline.ended("13800140012")
    assert (record.outcome, record.offers) == (Outcome.CALLBACK, 0)


def test_the_own_number_rings_the_mobile_and_then_the_next(night: Night) -> None:
    night.on_duty("1001", "1002")
    caller = night.call("13800140013", "8001")
    mine = night.asked("1001")
    assert night.state("1002") == "ready"
    mine.digits("2")
    next_one = night.asked("1002")
    next_one.digits("1")
    night.talks("1002")
    caller.hang_up()
    assert night.hotline.ended("13800140013").seat == "1002"


def test_a_message_is_kept(night: Night) -> None:
    def takes_messages(site: SiteFile) -> None:
        site["queues"]["night"]["duty"]["after_hours"] = "voicemail"

    night.hotline.change(takes_messages)
    caller = night.call("13800140014")
    messages = night.hotline.asterisk_log.parents[1] / "spool"
    until("a message is recorded", lambda: list(messages.glob("message-*.wav")), 20)
    time.sleep(1.5)  # the caller speaks
    caller.digits("#")
    caller.wait("ended", timeout=15)
    record = night.hotline.ended("13800140014")
    assert record.outcome is Outcome.CALLBACK
    sound = read_wav(messages / f"message-{record.id}.wav")
    assert len(sound) > RATE
    assert loudness_db(sound) > -40
