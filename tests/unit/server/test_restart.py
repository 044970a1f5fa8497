"""What a starting server makes of tickets, kept seats and open calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pytest

from acd.effects import SeatKept
from acd.ports import ChannelSeen
from acd.presence import SeatState
from acd.recovery import Ticket, TicketState
from acd.types import CallId, SeatId
from hotseat.history import CallRow
from hotseat.restart import GRACE_SECONDS, Restart
from ivr.ports import DialResult
from tests.unit.server.scene import FakeLine, Scene

LAST_SEEN = 900_000


def ticket(call: str, state: TicketState = TicketState.WAITING, **facts: Any) -> str:
    return Ticket(
        state=state,
        call=CallId(call),
        **{
            "arrived": 800_000,
            "queue": "consult",
            "requires": (("consult", 1),),
            "menu": "main",
            "revision": 1,
            "node": "wait",
            "language": "zh",
            **facts,
        },
    ).format()


def channel(uniqueid: str, text: str = "", **facts: Any) -> ChannelSeen:
    return ChannelSeen(
        **{
            "channel": f"PJSIP/trunk-{uniqueid}",
            "uniqueid": uniqueid,
            "linkedid": uniqueid,
            "up": True,
            "bridge": "",
            "phone": "",
            "ticket": text,
            **facts,
        }
    )


def known(call: str, **facts: Any) -> CallRow:
    empty = {field.name: None for field in fields(CallRow)}
    return CallRow(
        **{
            **empty,
            "id": call,
            "number": "400",
            "arrived_at": 800_000,
            "queued_at": 801_000,
            "priority": 0,
            "offers": 1,
            "estimated": False,
            **facts,
        }
    )


def restart(scene: Scene, open_calls: Sequence[CallRow] = (), started: str = "noon") -> Restart:
    again = Restart(
        contacts=scene.contacts,
        seats=scene.seats,
        service=scene.service,
        clock=scene.reactor,
        open_calls=open_calls,
        last_seen=LAST_SEEN,
        last_switch_started=started,
    )
    scene.contacts.recover_by(again)
    scene.seats.restore(
        scene.config.now,
        [
            SeatKept(
                seat=SeatId("1001"),
                phone="p101",
                paused=None,
                idle_since=700_000,
                wrap_up_until=None,
            )
        ],
    )
    return again


def comes_back(scene: Scene, uniqueid: str, text: str, **facts: Any) -> FakeLine:
    return scene.rings_in(
        uniqueid=uniqueid, channel=f"PJSIP/trunk-{uniqueid}", ticket=text, **facts
    )


def test_the_first_to_reconnect_does_not_overtake_the_longest_waiting() -> None:
    scene = Scene()
    restart(scene)
    early, late = ticket("early", arrived=800_000), ticket("late", arrived=810_000)
    scene.contacts.switch_up(scene.snapshot(channel("1.1", early), channel("2.1", late)))
    second = comes_back(scene, "2.1", late)
    assert second.phone is None
    first = comes_back(scene, "1.1", early)
    assert (first.phone, second.phone) == ("p101", None)


def test_lines_may_come_before_the_snapshot() -> None:
    scene = Scene()
    restart(scene)
    text = ticket("early")
    line = comes_back(scene, "1.1", text)
    assert line.phone is None
    scene.contacts.switch_up(scene.snapshot(channel("1.1", text)))
    assert line.phone == "p101"


def test_one_who_does_not_come_back_is_waited_for_no_longer_than_the_grace() -> None:
    scene = Scene()
    restart(scene)
    first, second = ticket("early"), ticket("late", arrived=810_000)
    scene.contacts.switch_up(scene.snapshot(channel("1.1", first), channel("2.1", second)))
    line = comes_back(scene, "2.1", second)
    scene.reactor.advance(GRACE_SECONDS - 0.1)
    assert line.phone is None
    scene.reactor.advance(0.2)
    assert line.phone == "p101"


def test_one_who_hangs_up_during_the_recovery_is_not_waited_for() -> None:
    scene = Scene()
    restart(scene)
    first, second = ticket("early"), ticket("late", arrived=810_000)
    scene.contacts.switch_up(scene.snapshot(channel("1.1", first), channel("2.1", second)))
    line = comes_back(scene, "2.1", second)
    scene.contacts.line_died(CallId("early"))
    assert line.phone == "p101"


def test_a_talk_is_adopted_and_its_true_length_is_recorded() -> None:
    scene = Scene()
    restart(scene, [known("talk", answered_at=850_000, seat="1001")])
    text = ticket("talk")
    scene.contacts.switch_up(
        scene.snapshot(
            channel("1.1", text, bridge="b1"),
            channel("1.2", linkedid="1.1", phone="p101", bridge="b1"),
        )
    )
    (seat,) = scene.service.floor.picture().seats
    assert (seat.state, seat.call) == (SeatState.TALKING, "talk")
    scene.reactor.advance(60)
    ended = scene.clock.now()
    scene.contacts.leg_left(CallId("talk"), "p101")
    line = comes_back(
        scene, "1.1", text.replace("waiting|", "after|", 1), dial_status="ANSWER", ended=ended
    )
    assert line.did == ["play hotseat/goodbye", "hang up 16"]
    scene.contacts.line_died(CallId("talk"))
    record = scene.journal.calls[CallId("talk")]
    assert record["outcome"] == "answered"
    assert record["talk_ms"] == ended - 850_000
    assert record["number"] == "400"


def test_a_talk_that_was_not_written_before_the_crash_counts_from_the_restart() -> None:
    scene = Scene()
    restart(scene, [known("talk")])
    scene.contacts.switch_up(
        scene.snapshot(
            channel("1.1", ticket("talk"), bridge="b1"),
            channel("1.2", linkedid="1.1", phone="p101", bridge="b1"),
        )
    )
    found = scene.clock.now()
    record = scene.journal.calls[CallId("talk")]
    # Written at once, for a second crash.
    assert (record["answered_at"], record["seat"]) == (found, "1001")
    (seat,) = scene.service.floor.picture().seats
    assert (seat.state, seat.call) == (SeatState.TALKING, "talk")
    scene.reactor.advance(20)
    scene.contacts.leg_left(CallId("talk"), "p101")
    scene.contacts.line_died(CallId("talk"))
    assert (record["outcome"], record["seat"]) == ("answered", "1001")
    assert (record["answered_at"], record["talk_ms"]) == (found, 20_000)


@pytest.mark.parametrize("seen", ["hangs up before it", "is there in it"])
def test_who_has_talked_and_comes_before_the_snapshot_keeps_the_record(seen: str) -> None:
    scene = Scene()
    restart(scene, [known("talk", answered_at=850_000, seat="1001")])
    text = ticket("talk", TicketState.AFTER)
    line = comes_back(scene, "1.1", text, dial_status="ANSWER", ended=870_000)
    assert line.did == ["play hotseat/goodbye", "hang up 16"]
    if seen == "hangs up before it":
        scene.contacts.line_died(CallId("talk"))
        scene.contacts.switch_up(scene.snapshot())
    else:
        scene.contacts.switch_up(scene.snapshot(channel("1.1", text)))
        scene.contacts.line_died(CallId("talk"))
    record = scene.journal.calls[CallId("talk")]
    assert (record["answered_at"], record["talk_ms"], record["seat"]) == (850_000, 20_000, "1001")
    assert record["arrived_at"] == 800_000
    assert scene.journal.kinds(CallId("talk")).count("ended") == 1


def test_a_crash_in_the_farewell_does_not_make_the_talk_longer() -> None:
    scene = Scene()
    talk = known("talk", answered_at=850_000, talk_ended_at=870_000, seat="1001")
    restart(scene, [talk])
    text = ticket("talk", TicketState.AFTER)
    scene.contacts.switch_up(scene.snapshot(channel("1.1", text)))
    comes_back(scene, "1.1", text, dial_status="ANSWER", ended=876_000)
    scene.contacts.line_died(CallId("talk"))
    assert scene.journal.calls[CallId("talk")]["talk_ms"] == 20_000


def test_a_talker_whose_agent_hung_up_meanwhile_is_not_offered_to_anybody() -> None:
    scene = Scene()
    restart(scene, [known("talk", answered_at=850_000, seat="1001")])
    text = ticket("talk", TicketState.AFTER)
    scene.contacts.switch_up(scene.snapshot(channel("1.1", text)))
    line = comes_back(scene, "1.1", text, dial_status="ANSWER", ended=870_000)
    assert "dial p101" not in line.did
    scene.contacts.line_died(CallId("talk"))
    record = scene.journal.calls[CallId("talk")]
    assert (record["outcome"], record["talk_ms"]) == ("answered", 20_000)


def test_a_phone_that_rang_when_the_last_server_died_may_still_answer() -> None:
    scene = Scene()
    restart(scene, [known("ring")])
    text = ticket("ring")
    scene.contacts.switch_up(
        scene.snapshot(channel("1.1", text), channel("1.2", linkedid="1.1", phone="p101", up=False))
    )
    scene.contacts.talk_began(CallId("ring"), "p101")
    (seat,) = scene.service.floor.picture().seats
    assert (seat.state, seat.call) == (SeatState.TALKING, "ring")
    other = scene.rings_in()
    scene.reactor.advance(GRACE_SECONDS)
    assert other.phone is None


def test_calls_without_a_channel_are_closed_at_the_last_sign_of_life() -> None:
    scene = Scene()
    restart(scene, [known("gone")])
    scene.contacts.switch_up(scene.snapshot())
    record = scene.journal.calls[CallId("gone")]
    assert (record["outcome"], record["ended_at"], record["estimated"]) == (
        "abandoned",
        LAST_SEEN,
        True,
    )
    assert scene.journal.kinds(CallId("gone")) == ["ended"]


def test_the_dialplan_s_note_gives_a_talk_its_true_end() -> None:
    scene = Scene()
    restart(scene, [known("gone", answered_at=850_000, seat="1001")])
    scene.switch.ended[CallId("gone")] = 880_000
    scene.contacts.switch_up(scene.snapshot())
    record = scene.journal.calls[CallId("gone")]
    assert (record["outcome"], record["talk_ms"], record["estimated"]) == (
        "answered",
        30_000,
        False,
    )


def test_calls_that_died_with_asterisk_are_lost() -> None:
    scene = Scene()
    restart(scene, [known("gone")], started="yesterday")
    scene.contacts.switch_up(scene.snapshot(started="noon"))
    assert scene.journal.calls[CallId("gone")]["outcome"] == "lost"


def test_an_unreadable_ticket_costs_only_its_own_call() -> None:
    scene = Scene()
    restart(scene)
    text = ticket("good")
    scene.contacts.switch_up(scene.snapshot(channel("1.1", "junk"), channel("2.1", text)))
    line = comes_back(scene, "2.1", text)
    assert line.phone == "p101"


def test_the_offer_after_the_recovery_ends_like_any_other() -> None:
    scene = Scene()
    restart(scene)
    text = ticket("early", attempts=3)
    scene.contacts.switch_up(scene.snapshot(channel("1.1", text)))
    line = comes_back(scene, "1.1", text)
    assert line.ringing is not None
    scene.contacts.talk_began(CallId("early"), "p101")
    line.dial_ends(DialResult.ANSWERED)
    assert line.did[-1] == "hang up 16"
