"""The node reads one Asterisk: what it tells of events, and what it orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock as ReactorClock

from acd.ports import Side, SwitchSnapshot
from acd.types import CallId, Device
from hotseat.asterisk.ami import LinkDown
from hotseat.asterisk.ami_wire import Message, message_of
from hotseat.asterisk.node import Node
from hotseat.clock import Clock

CALL = CallId("01CALL")
CALLER = "100.1"
LEG = "100.2"


class FakeLink:
    """A link whose answers are scripted and whose actions are kept."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, str]]] = []
        self.rows: dict[str, list[Message]] = {"Status": [], "DeviceStateList": []}
        self.getvar = ""
        self.broken = False
        self._subscribers: dict[str, Callable[[Message], None]] = {}
        self.up = False
        self._told_up: Callable[[], None]
        self._told_down: Callable[[], None]

    def subscribe(self, event: str, on_event: Callable[[Message], None]) -> None:
        self._subscribers[event] = on_event

    def on_up(self, callback: Callable[[], None]) -> None:
        self._told_up = callback

    def on_down(self, callback: Callable[[], None]) -> None:
        self._told_down = callback

    def action(self, name: str, headers: dict[str, str] | None = None) -> Deferred[Message]:
        if self.broken:
            raise LinkDown("cut")
        self.sent.append((name, dict(headers or {})))
        answers = {
            "CoreStatus": message("Response", "Success", CoreStartupDate="2026-11-21"),
            "Getvar": message("Response", "Success", Value=self.getvar),
        }
        return succeed(answers.get(name, message("Response", "Success")))

    def listing(self, name: str, headers: dict[str, str] | None = None) -> Deferred[list[Message]]:
        if self.broken:
            raise LinkDown("cut")
        self.sent.append((name, dict(headers or {})))
        return succeed(self.rows[name])

    def comes_up(self) -> None:
        self.up = True
        self._told_up()

    def goes_down(self) -> None:
        self.up = False
        self._told_down()

    def event(self, name: str, **headers: str) -> None:
        self._subscribers[name](message("Event", name, **headers))

    def orders(self, name: str) -> list[dict[str, str]]:
        return [headers for action, headers in self.sent if action == name]


def message(kind: str, name: str, **headers: str) -> Message:
    return message_of(
        "\n".join(f"{key}: {value}" for key, value in {kind: name, **headers}.items())
    )


def status_row(uniqueid: str, channel: str, **headers: str) -> Message:
    return message("Event", "Status", Uniqueid=uniqueid, Channel=channel, **headers)


class Seen:
    """A watcher that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.snapshots: list[SwitchSnapshot] = []

    def switch_up(self, snapshot: SwitchSnapshot) -> None:
        self.snapshots.append(snapshot)

    def switch_down(self) -> None:
        self.told.append(("down",))

    def phone_changed(self, phone: str, device: Device) -> None:
        self.told.append(("phone", phone, device))

    def talk_began(self, call: CallId, phone: str) -> None:
        self.told.append(("talk", call, phone))

    def mobile_said(self, call: CallId, phone: str, said: str) -> None:
        self.told.append(("said", call, phone, said))

    def leg_left(self, call: CallId, phone: str) -> None:
        self.told.append(("left", call, phone))

    def hang_up_asked(self, call: CallId, side: Side) -> None:
        self.told.append(("asked", call, side))

    def cut_off(self, call: CallId) -> None:
        self.told.append(("cut", call))

    def line_died(self, call: CallId) -> None:
        self.told.append(("died", call))

    def stranger(self, kind: str) -> None:
        self.told.append(("stranger", kind))


class Scene:
    """A node on a fake link, its snapshot taken, one caller followed."""

    def __init__(self) -> None:
        self.link = FakeLink()
        self.reactor = ReactorClock()
        self.node = Node(self.link, Clock(), self.reactor)  # type: ignore[arg-type]
        self.seen = Seen()
        self.node.watch(self.seen)
        self.link.comes_up()
        self.node.follow(CALLER, "PJSIP/trunk-00000001", CALL)

    def dials(self) -> None:
        self.link.event(
            "DialBegin", Uniqueid=CALLER, DestUniqueid=LEG, DestChannel="PJSIP/p101-00000002"
        )

    def enters(self, uniqueid: str, bridge: str = "b1") -> None:
        self.link.event("BridgeEnter", Uniqueid=uniqueid, BridgeUniqueid=bridge)

    def talks(self) -> None:
        self.dials()
        self.enters(LEG)
        self.enters(CALLER)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_talk_begins_when_both_are_in_one_bridge_and_is_told_once(scene: Scene) -> None:
    scene.dials()
    scene.enters(CALLER)
    assert scene.seen.told == []
    scene.enters(LEG)
    scene.enters(LEG)
    assert scene.seen.told == [("talk", CALL, "p101")]


def test_two_different_bridges_are_no_talk(scene: Scene) -> None:
    scene.dials()
    scene.enters(CALLER, "b1")
    scene.enters(LEG, "b2")
    assert scene.seen.told == []


@pytest.mark.parametrize("first", [CALLER, LEG])
def test_the_talk_ends_once_whoever_leaves_first(scene: Scene, first: str) -> None:
    scene.talks()
    scene.link.event("BridgeLeave", Uniqueid=first)
    scene.link.event("BridgeLeave", Uniqueid=LEG if first == CALLER else CALLER)
    scene.link.event("Hangup", Uniqueid=LEG)
    assert scene.seen.told == [("talk", CALL, "p101"), ("left", CALL, "p101")]


@pytest.mark.parametrize(("uniqueid", "side"), [(CALLER, "caller"), (LEG, "seat")])
def test_the_first_to_hang_up_ended_it(scene: Scene, uniqueid: str, side: str) -> None:
    scene.talks()
    scene.link.event("HangupRequest", Uniqueid=uniqueid)
    scene.link.event("HangupRequest", Uniqueid=LEG if uniqueid == CALLER else CALLER)
    assert [told for told in scene.seen.told if told[0] == "asked"] == [("asked", CALL, side)]


def test_a_phone_that_declines_did_not_end_the_call(scene: Scene) -> None:
    scene.dials()
    scene.link.event("HangupRequest", Uniqueid=LEG)
    scene.link.event("HangupRequest", Uniqueid=CALLER)
    assert scene.seen.told == [("asked", CALL, "caller")]


def test_what_follows_a_hang_up_of_the_switch_was_asked_by_nobody(scene: Scene) -> None:
    scene.link.event("SoftHangupRequest", Uniqueid=CALLER)
    scene.link.event("HangupRequest", Uniqueid=CALLER)
    assert scene.seen.told == [("cut", CALL)]


def test_a_hang_up_of_the_switch_after_the_caller_s_own_is_no_news(scene: Scene) -> None:
    scene.link.event("HangupRequest", Uniqueid=CALLER)
    scene.link.event("SoftHangupRequest", Uniqueid=CALLER)
    assert scene.seen.told == [("asked", CALL, "caller")]


def test_a_ringing_leg_is_withdrawn_as_completed_elsewhere(scene: Scene) -> None:
    scene.dials()
    scene.node.withdraw(CALL)
    assert scene.link.orders("Hangup") == [{"Channel": "PJSIP/p101-00000002", "Cause": "26"}]


def test_a_withdrawal_before_the_first_ring_catches_the_leg_that_comes(scene: Scene) -> None:
    scene.node.withdraw(CALL)
    assert scene.link.orders("Hangup") == []
    scene.dials()
    assert len(scene.link.orders("Hangup")) == 1


def test_a_withdrawal_that_found_no_leg_does_not_hit_the_next_offer(scene: Scene) -> None:
    scene.node.withdraw(CALL)
    scene.node.offer_over(CALL)
    scene.dials()
    assert scene.link.orders("Hangup") == []


def test_a_leg_of_the_last_offer_does_not_hide_the_one_to_come(scene: Scene) -> None:
    scene.dials()
    scene.node.offer_over(CALL)  # Dial returned; its DialEnd is still on the way
    scene.node.withdraw(CALL)  # of the next offer
    scene.link.event("DialEnd", DestUniqueid=LEG, DialStatus="NOANSWER")
    scene.link.event(
        "DialBegin", Uniqueid=CALLER, DestUniqueid="100.3", DestChannel="PJSIP/p102-00000003"
    )
    assert scene.link.orders("Hangup")[-1]["Channel"] == "PJSIP/p102-00000003"


def test_a_talk_is_never_withdrawn(scene: Scene) -> None:
    scene.talks()
    scene.node.withdraw(CALL)
    assert scene.link.orders("Hangup") == []


def test_a_leg_that_answers_is_not_withdrawn_in_the_instant_before_the_bridge(
    scene: Scene,
) -> None:
    scene.dials()
    scene.link.event("DialEnd", DestUniqueid=LEG, DialStatus="ANSWER")
    scene.node.withdraw(CALL)
    assert scene.link.orders("Hangup") == []


def test_legs_still_ringing_are_hung_up_when_the_caller_is_gone(scene: Scene) -> None:
    scene.dials()
    scene.link.event("Hangup", Uniqueid=CALLER)
    assert scene.link.orders("Hangup") == [{"Channel": "PJSIP/p101-00000002", "Cause": "26"}]
    assert scene.seen.told == [("died", CALL)]


def test_a_forgotten_call_is_not_told_of(scene: Scene) -> None:
    scene.talks()
    scene.node.forget(CALL)
    scene.link.event("BridgeLeave", Uniqueid=LEG)
    scene.link.event("Hangup", Uniqueid=CALLER)
    assert scene.seen.told == [("talk", CALL, "p101")]


def test_phones_change_by_device_state(scene: Scene) -> None:
    scene.link.event("DeviceStateChange", Device="PJSIP/p-101", State="RINGING")
    scene.link.event("DeviceStateChange", Device="MWI:1@x", State="NOT_INUSE")
    scene.link.event("DeviceStateChange", Device="PJSIP/p-101", State="NOT_INUSE")
    assert scene.seen.told == [
        ("phone", "p-101", Device.IN_USE),
        ("phone", "p-101", Device.FREE),
    ]


def test_a_snapshot_names_channels_with_their_tickets(scene: Scene) -> None:
    scene.link.rows["Status"] = [
        status_row(
            CALLER,
            "PJSIP/trunk-00000001",
            Linkedid=CALLER,
            ChannelStateDesc="Up",
            BridgeID="b1",
            Variable="HOTSEAT_TICKET=waiting|01CALL",
        ),
        # As a phone's channel is told, which has no such variable.
        status_row(LEG, "PJSIP/p101-00000002", Variable="HOTSEAT_TICKET=(null)"),
        message("Event", "StatusComplete"),
    ]
    scene.link.rows["DeviceStateList"] = [
        message("Event", "DeviceStateChange", Device="PJSIP/p101", State="INUSE")
    ]
    scene.link.comes_up()
    snapshot = scene.seen.snapshots[-1]
    assert [(channel.ticket, channel.bridge) for channel in snapshot.channels] == [
        ("waiting|01CALL", "b1"),
        ("", ""),
    ]
    assert snapshot.phones == {"p101": Device.IN_USE}


def test_a_phone_that_changes_while_the_channels_are_listed_is_told_as_it_is(
    scene: Scene,
) -> None:
    listing, phone = scene.link.listing, "PJSIP/p101"

    def listed(name: str, headers: dict[str, str] | None = None) -> Deferred[list[Message]]:
        if name == "Status":
            scene.link.event("DeviceStateChange", Device=phone, State="INUSE")
        return listing(name, headers)

    scene.link.goes_down()
    scene.link.rows["DeviceStateList"] = [
        message("Event", "DeviceStateChange", Device=phone, State="NOT_INUSE")
    ]
    scene.link.listing = listed  # type: ignore[method-assign]
    scene.link.comes_up()
    assert scene.seen.snapshots[-1].phones == {"p101": Device.IN_USE}


def test_a_leg_that_left_while_the_link_was_away_is_told_at_the_next_snapshot(
    scene: Scene,
) -> None:
    scene.talks()
    scene.link.goes_down()
    scene.link.rows["Status"] = [status_row(CALLER, "PJSIP/trunk-00000001", Linkedid=CALLER)]
    scene.link.comes_up()
    assert scene.seen.told[-2:] == [("down",), ("left", CALL, "p101")]


def test_a_talk_that_began_while_the_link_was_away_is_told_at_the_next_snapshot(
    scene: Scene,
) -> None:
    scene.dials()
    scene.link.goes_down()
    scene.link.rows["Status"] = [
        status_row(CALLER, "PJSIP/trunk-00000001", Linkedid=CALLER, BridgeID="b7"),
        status_row(LEG, "PJSIP/p101-00000002", Linkedid=CALLER, BridgeID="b7"),
    ]
    scene.link.comes_up()
    assert scene.seen.told[-1] == ("talk", CALL, "p101")


def test_a_caller_followed_out_of_a_snapshot_brings_his_talk_untold(scene: Scene) -> None:
    other = CallId("02CALL")

    class Adopts(Seen):
        def switch_up(self, snapshot: SwitchSnapshot) -> None:
            scene.node.follow("200.1", "PJSIP/trunk-00000009", other)

    adopts = Adopts()
    scene.node.watch(adopts)
    scene.link.rows["Status"] = [
        status_row("200.1", "PJSIP/trunk-00000009", Linkedid="200.1", BridgeID="b9"),
        status_row("200.2", "PJSIP/p102-0000000a", Linkedid="200.1", BridgeID="b9"),
    ]
    scene.link.comes_up()
    scene.link.event("BridgeEnter", Uniqueid="200.2", BridgeUniqueid="b9")
    assert ("talk", other, "p102") not in adopts.told
    scene.link.event("BridgeLeave", Uniqueid="200.2")
    assert adopts.told[-1] == ("left", other, "p102")


def test_strangers_are_named_by_service_and_fault(scene: Scene) -> None:
    scene.link.event("InvalidAccountID", Service="PJSIP")
    scene.link.event("FailedACL", Service="AMI")
    assert scene.seen.told == [
        ("stranger", "pjsip_unknown_user"),
        ("stranger", "ami_wrong_address"),
    ]


def test_a_link_that_breaks_during_the_snapshot_is_not_up(scene: Scene) -> None:
    scene.link.goes_down()
    scene.link.broken = True
    scene.link.comes_up()
    assert not scene.node.up
    assert len(scene.seen.snapshots) == 1


def test_a_snapshot_that_failed_on_a_living_link_is_taken_again(scene: Scene) -> None:
    scene.link.goes_down()
    scene.link.broken = True
    scene.link.comes_up()
    scene.link.broken = False
    scene.reactor.advance(2)
    assert scene.node.up
    assert len(scene.seen.snapshots) == 2


def test_no_snapshot_is_taken_of_a_link_that_went_down_again(scene: Scene) -> None:
    scene.link.broken = True
    scene.link.comes_up()
    scene.link.goes_down()
    assert scene.reactor.getDelayedCalls() == []


def test_two_calls_of_one_channel_are_forgotten_one_by_one(scene: Scene) -> None:
    other = CallId("02CALL")
    scene.node.follow(CALLER, "PJSIP/trunk-00000001", other)
    scene.node.forget(CALL)
    scene.link.event("Hangup", Uniqueid=CALLER)
    scene.node.forget(other)
    assert scene.seen.told == [("died", other)]


def test_the_dialplan_is_told_each_second_that_a_server_is_there(scene: Scene) -> None:
    scene.reactor.pump([1, 1])
    beats = [order for order in scene.link.orders("Setvar")]
    assert [beat["Variable"] for beat in beats] == ["HOTSEAT_SEEN"] * 3
    scene.link.goes_down()
    assert scene.reactor.getDelayedCalls() == []
