"""Calls between line, floor and switch: the story of a contact in every order of events."""

from __future__ import annotations

import pytest

from acd.presence import SeatState
from acd.types import Device
from ivr.ports import DialResult
from tests.unit.server.scene import Scene, seen


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_caller_waits_with_music_and_a_ticket(scene: Scene) -> None:
    line = scene.rings_in()
    assert line.did == ["answer", "play hotseat/please-wait", "music"]
    assert line.variables["HOTSEAT_TICKET"].startswith("waiting|")


def test_what_an_earlier_dial_left_is_wiped_before_the_ticket_says_waiting(scene: Scene) -> None:
    line = scene.rings_in()
    line.vanishes()
    again = scene.rings_in(
        ticket=line.variables["HOTSEAT_TICKET"],
        dial_status="NOANSWER",
        uniqueid=line.facts.uniqueid,
    )
    assert list(again.variables) == ["DIALSTATUS", "HOTSEAT_TICKET"]
    assert again.variables["DIALSTATUS"] == ""


def test_who_came_while_no_server_was_there_has_waited_already(scene: Scene) -> None:
    scene.reactor.advance(60)
    now = scene.clock.now()
    second = scene.rings_in(arrived=now - 2_000)
    first = scene.rings_in(arrived=now - 5_000)
    scene.seat()
    assert (first.phone, second.phone) == ("p101", None)
    assert scene.journal.calls[scene.call_of(first)]["arrived_at"] == now - 5_000


@pytest.mark.parametrize("stamp", [-1, 1_000 * 3600, 10**15])
def test_a_stamp_from_a_clock_that_was_set_counts_for_nothing(scene: Scene, stamp: int) -> None:
    scene.reactor.advance(7200)
    line = scene.rings_in(arrived=stamp)
    assert scene.journal.calls[scene.call_of(line)]["arrived_at"] == scene.clock.now()


def test_the_whole_way_of_a_call(scene: Scene) -> None:
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.reactor.advance(7)
    scene.seat()
    assert line.phone == "p101"
    scene.contacts.talk_began(call, "p101")
    scene.reactor.advance(30)
    scene.contacts.hang_up_asked(call, "seat")
    scene.contacts.leg_left(call, "p101")
    line.dial_ends(DialResult.ANSWERED)
    assert line.did[-2:] == ["play hotseat/goodbye", "hang up 16"]
    scene.contacts.line_died(call)
    record = scene.journal.calls[call]
    assert record["outcome"] == "answered"
    assert record["ended_by"] == "seat"
    assert (record["wait_ms"], record["talk_ms"]) == (7_000, 30_000)
    assert record["seat"] == "1001"
    assert record["offers"] == 1
    assert scene.journal.kinds(call).count("ended") == 1
    assert len(scene.contacts) == 0


def test_events_may_come_after_the_reply(scene: Scene) -> None:
    """AGI overtakes AMI: Dial returns before the bridge was seen."""
    scene.seat()
    line = scene.rings_in()
    call = scene.call_of(line)
    line.dial_ends(DialResult.ANSWERED)
    scene.contacts.talk_began(call, "p101")
    scene.contacts.leg_left(call, "p101")
    scene.contacts.line_died(call)
    record = scene.journal.calls[call]
    assert (record["outcome"], record["seat"]) == ("answered", "1001")
    (seat,) = scene.service.floor.picture().seats
    assert seat.state is SeatState.WRAP_UP


@pytest.mark.parametrize(
    "result", [DialResult.NO_ANSWER, DialResult.DECLINED, DialResult.BUSY, DialResult.UNREACHABLE]
)
def test_a_failed_offer_costs_no_place(scene: Scene, result: DialResult) -> None:
    first, second = scene.rings_in(), scene.rings_in()
    scene.seat("1001", "p101")
    assert (first.phone, second.phone) == ("p101", None)
    first.dial_ends(result)
    scene.seat("1002", "p102")
    assert first.phone == "p102"


def test_between_two_offers_there_is_music(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    line.dial_ends(DialResult.NO_ANSWER)
    assert line.did[-2:] == ["dial p101", "music"]


def test_a_caller_who_leaves_while_it_rings_is_abandoned(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    call = scene.call_of(line)
    line.vanishes()
    assert scene.switch.withdrawn == [call]
    assert scene.service.floor.picture().calls == ()
    scene.contacts.hang_up_asked(call, "caller")
    scene.contacts.line_died(call)
    assert scene.journal.calls[call]["outcome"] == "abandoned"
    assert scene.journal.calls[call]["ended_by"] == "caller"


def test_a_caller_who_leaves_while_waiting_is_abandoned_once(scene: Scene) -> None:
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.contacts.line_died(call)
    line.vanishes()
    scene.contacts.line_died(call)
    assert scene.journal.kinds(call).count("ended") == 1


def test_a_pause_while_it_rings_withdraws_and_keeps_the_place(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.seats.pause("1001", "lunch")
    assert scene.switch.withdrawn == [call]
    line.dial_ends(DialResult.WITHDRAWN)
    later = scene.rings_in()
    scene.seats.ready("1001")
    assert (line.phone, later.phone) == ("p101", None)


def test_picked_up_in_the_instant_of_the_withdrawal_is_no_talk(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.seats.pause("1001", "lunch")
    line.dial_ends(DialResult.ANSWERED)
    assert scene.contacts.get(call) is not None
    assert line.did[-1] == "music"
    assert line.variables["DIALSTATUS"] == ""


def test_a_talk_that_won_against_its_withdrawal_is_a_talk(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.seats.pause("1001", "lunch")
    scene.contacts.talk_began(call, "p101")
    scene.contacts.leg_left(call, "p101")
    line.dial_ends(DialResult.ANSWERED)
    scene.contacts.line_died(call)
    assert scene.journal.calls[call]["outcome"] == "answered"


def test_a_session_that_comes_back_keeps_the_place(scene: Scene) -> None:
    first, second = scene.rings_in(), scene.rings_in()
    ticket = first.variables["HOTSEAT_TICKET"]
    scene.reactor.advance(1)
    first.vanishes()
    again = scene.rings_in(ticket=ticket, uniqueid=first.facts.uniqueid)
    scene.seat()
    assert (again.phone, second.phone) == ("p101", None)
    assert "play hotseat/please-wait" not in again.did


def test_a_call_that_talked_never_waits_again(scene: Scene) -> None:
    line = scene.rings_in()
    ticket = line.variables["HOTSEAT_TICKET"]
    line.vanishes()
    scene.seat()
    again = scene.rings_in(ticket=ticket, dial_status="ANSWER", uniqueid=line.facts.uniqueid)
    assert again.phone is None
    assert again.did == ["play hotseat/goodbye", "hang up 16"]


def test_a_number_that_is_not_ours_is_refused_without_an_answer(scene: Scene) -> None:
    line = scene.rings_in("00441234567")
    assert line.did == ["hang up 1"]
    assert scene.contacts.strangers == {"trunk_number": 1}
    (record,) = scene.journal.calls.values()
    assert record["outcome"] == "refused"
    assert len(scene.contacts) == 0


def test_no_offers_while_the_switch_is_away(scene: Scene) -> None:
    scene.contacts.switch_down()
    line = scene.rings_in()
    scene.seat()
    assert line.phone is None
    scene.contacts.switch_up(scene.snapshot(seen(line)))
    assert line.phone == "p101"


def test_calls_that_vanished_with_asterisk_are_lost(scene: Scene) -> None:
    scene.contacts.switch_up(scene.snapshot(started="noon"))
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.contacts.switch_down()
    line.vanishes()
    scene.contacts.switch_up(scene.snapshot(started="one o'clock"))
    assert scene.journal.calls[call]["outcome"] == "lost"


def test_calls_that_ended_while_the_switch_was_away_are_abandoned(scene: Scene) -> None:
    scene.contacts.switch_up(scene.snapshot())
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.contacts.switch_down()
    line.vanishes()
    scene.contacts.switch_up(scene.snapshot())
    record = scene.journal.calls[call]
    assert (record["outcome"], record["ended_by"]) == ("abandoned", "unknown")
    assert record["estimated"] is True


def test_a_talk_that_ended_unseen_has_its_length_and_nobody_to_blame(scene: Scene) -> None:
    scene.contacts.switch_up(scene.snapshot())
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.seat()
    scene.contacts.talk_began(call, "p101")
    scene.contacts.switch_down()
    scene.switch.up = False
    scene.reactor.advance(9)
    line.dial_ends(DialResult.ANSWERED)
    line.vanishes()
    scene.reactor.advance(20)
    scene.contacts.switch_up(scene.snapshot())
    record = scene.journal.calls[call]
    assert (record["outcome"], record["ended_by"]) == ("answered", "unknown")
    assert record["talk_ms"] == 9_000


def test_a_caller_who_hangs_up_unseen_ends_the_talk_with_his_line(scene: Scene) -> None:
    scene.contacts.switch_up(scene.snapshot())
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.seat()
    scene.contacts.talk_began(call, "p101")
    scene.contacts.switch_down()
    scene.switch.up = False
    scene.reactor.advance(9)
    ended = scene.clock.now()
    line.vanishes()
    scene.reactor.advance(20)
    scene.contacts.switch_up(scene.snapshot())
    record = scene.journal.calls[call]
    assert (record["talk_ms"], record["ended_at"]) == (9_000, ended)


def test_an_overdue_offer_is_asked_about_and_a_talk_is_not_cut(scene: Scene) -> None:
    scene.seat()
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.switch.talking.add(call)
    scene.reactor.advance(8)
    assert scene.switch.withdrawn == []
    (picture,) = scene.service.floor.picture().calls
    assert picture.seat == "1001"


def test_the_phone_of_a_snapshot_that_misses_it_is_away(scene: Scene) -> None:
    scene.seat()
    scene.seats.phones_are({})
    (seat,) = scene.service.floor.picture().seats
    assert seat.device is Device.AWAY


def test_a_contact_whose_last_event_was_lost_is_found_and_ended(scene: Scene) -> None:
    line = scene.rings_in()
    call = scene.call_of(line)
    line.vanishes()
    scene.switch.followed.clear()
    scene.reactor.advance(9)
    scene.looks_for_orphans()
    assert len(scene.contacts) == 1
    scene.reactor.advance(2)
    scene.looks_for_orphans()
    assert len(scene.contacts) == 0
    assert scene.journal.calls[call]["outcome"] == "abandoned"


def test_a_caller_in_the_dialplan_s_loop_is_no_orphan(scene: Scene) -> None:
    scene.rings_in().vanishes()
    scene.reactor.advance(60)
    scene.looks_for_orphans()
    assert len(scene.contacts) == 1


def test_a_ticket_nobody_can_read_is_a_new_call(scene: Scene) -> None:
    line = scene.rings_in(ticket="waiting|junk")
    assert line.did[0] == "answer"
    assert line.variables["HOTSEAT_TICKET"].startswith("waiting|")
