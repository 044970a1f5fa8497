"""Faults of the world between line, floor and switch; each was a fault of ours once."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from acd.presence import SeatState
from acd.types import CallId
from ivr.ports import DialResult, LineFacts, LineFailed
from tests.unit.server.scene import FakeLine, Scene
from tests.unit.server.test_restart import channel, known, restart, ticket


@pytest.fixture
def scene() -> Scene:
    return Scene()


def seat_state(scene: Scene) -> SeatState:
    (seat,) = scene.service.floor.picture().seats
    return seat.state


def test_a_call_that_arrives_during_the_snapshot_is_not_ended_by_it(scene: Scene) -> None:
    taken = scene.snapshot()
    line = scene.rings_in()
    scene.contacts.switch_up(taken)
    scene.seat()
    assert line.phone == "p101"
    assert "ended" not in scene.journal.kinds(scene.call_of(line))


def test_a_call_in_its_menu_during_the_snapshot_is_offered_later(scene: Scene) -> None:
    scene.seat()
    answering: Deferred[None] = Deferred()

    class SlowLine(FakeLine):
        async def answer(self) -> None:
            await answering

    line = SlowLine(
        LineFacts(
            channel="PJSIP/trunk-00000001",
            uniqueid="1.1",
            dialled="400",
            caller_number="",
            caller_name="",
            context="trunk",
        )
    )
    taken = scene.snapshot()
    Deferred.fromCoroutine(scene.calls.on_line(line))
    scene.contacts.switch_up(taken)
    answering.callback(None)
    assert line.phone == "p101"


def test_a_phone_that_declines_with_our_own_cause_is_not_rung_in_a_circle(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    line.dial_ends(DialResult.WITHDRAWN)  # nobody withdrew anything
    assert line.did.count("dial p101") == 1
    assert "missed" not in scene.journal.kinds()


def test_an_overdue_offer_found_talking_is_a_talk_in_every_way(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.switch.talking.add(call)
    scene.reactor.advance(9)
    assert seat_state(scene) is SeatState.TALKING
    line.vanishes()
    scene.contacts.line_died(call)
    assert seat_state(scene) is SeatState.WRAP_UP
    record = scene.journal.calls[call]
    assert (record["outcome"], record["seat"]) == ("answered", "1001")


def test_a_seat_whose_leg_was_never_seen_to_leave_is_free_with_the_call(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.contacts.talk_began(call, "p101")
    scene.contacts.switch_down()
    line.vanishes()
    scene.contacts.switch_up(scene.snapshot())
    assert seat_state(scene) is SeatState.WRAP_UP


def test_an_unseen_talk_is_no_wait(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.switch.up = False
    scene.contacts.switch_down()
    scene.reactor.advance(300)
    line.dial_ends(DialResult.ANSWERED)
    scene.contacts.line_died(call)
    assert scene.journal.calls[call]["wait_ms"] is None


def test_a_caller_we_failed_is_lost_and_has_not_given_up(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    call = scene.call_of(line)
    ringing, line.ringing = line.ringing, None
    assert ringing is not None
    ringing.errback(LineFailed("EXEC Dial: 520"))
    line.vanishes()
    scene.contacts.line_died(call)
    assert scene.journal.calls[call]["outcome"] == "lost"


@pytest.mark.parametrize("line_first", [True, False])
def test_who_waits_while_asterisk_is_stopped_is_lost_and_has_not_given_up(
    scene: Scene, line_first: bool
) -> None:
    """`core stop gracefully` hangs everybody up; AGI and AMI tell it in either order."""
    line = scene.rings_in()
    call = scene.call_of(line)
    if line_first:
        line.vanishes()
    scene.contacts.cut_off(call)
    if not line_first:
        line.vanishes()
    scene.contacts.line_died(call)
    record = scene.journal.calls[call]
    assert (record["outcome"], record["ended_by"]) == ("lost", "system")


def test_a_talk_that_the_dialplan_saw_end_while_the_switch_was_away_is_known(scene: Scene) -> None:
    scene.contacts.switch_up(scene.snapshot())
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.contacts.switch_down()
    line.vanishes()
    scene.switch.ended[call] = 1_030_000
    scene.contacts.switch_up(scene.snapshot())
    record = scene.journal.calls[call]
    assert (record["outcome"], record["talk_ended_at"]) == ("answered", 1_030_000)


def test_the_true_arrival_of_a_caller_who_was_faster_than_the_snapshot(scene: Scene) -> None:
    text = ticket("early", arrived=800_000)
    restart(scene, [known("early", arrived_at=700_000, queued_at=800_000)])
    line = scene.rings_in(ticket=text)
    scene.contacts.switch_up(scene.snapshot(channel(line.facts.uniqueid, text)))
    line.vanishes()
    scene.contacts.line_died(CallId("early"))
    assert scene.journal.calls[CallId("early")]["arrived_at"] == 700_000


def test_rung_at_the_crash_answered_and_ended_in_the_outage(scene: Scene) -> None:
    restart(scene, [known("rang")])
    scene.switch.ended[CallId("rang")] = 950_000
    scene.contacts.switch_up(scene.snapshot())
    assert scene.journal.calls[CallId("rang")]["outcome"] == "answered"


def test_an_adopted_talk_that_vanishes_has_a_sound_end(scene: Scene) -> None:
    text = ticket("talks")
    restart(scene, [known("talks", answered_at=850_000)])
    scene.contacts.switch_up(
        scene.snapshot(
            channel("1.1", text, bridge="b"),
            channel("1.2", linkedid="1.1", phone="p101", bridge="b"),
        )
    )
    scene.reactor.advance(30)
    scene.switch.followed.clear()
    scene.looks_for_orphans()
    ended = scene.journal.calls[CallId("talks")]["ended_at"]
    assert ended == scene.clock.now()


def test_a_menu_revision_that_is_gone_gives_way_to_the_one_in_force(scene: Scene) -> None:
    scene.seat()
    text = ticket("early", revision=7)
    line = scene.rings_in(ticket=text)
    assert line.phone == "p101"


def test_a_menu_that_is_gone_altogether_ends_with_an_apology(scene: Scene) -> None:
    text = ticket("early", menu="other", revision=7)
    line = scene.rings_in(ticket=text)
    assert line.did == ["play hotseat/sorry-hang-up", "hang up 41"]
