"""Ways to duty mobiles in AMI's words: who is hung up when a leg ends, and what a restart finds."""

from __future__ import annotations

import pytest

from acd.types import Device
from hotseat.asterisk.mobile_legs import MobileLegs
from softphone_bridge.mobiles import LocalEnd, local_end
from tests.unit.asterisk.test_node import CALL, CALLER, FakeLink, Scene, status_row

PAIR = "Local/1001@accept-00000007"
NEAR, FAR = f"{PAIR};1", f"{PAIR};2"
CARRIER = "PJSIP/carrier-00000009"
LEG_ID, CARRIER_ID = "200.1", "200.3"


def end(name: str) -> LocalEnd:
    found = local_end(name)
    assert found is not None
    return found


def leg_rings(scene: Scene) -> None:
    scene.link.event("DialBegin", Uniqueid=CALLER, DestUniqueid=LEG_ID, DestChannel=NEAR)


def carrier_rings(scene: Scene) -> None:
    scene.link.event(
        "DialBegin",
        Uniqueid="200.2",
        Channel=FAR,
        DestUniqueid=CARRIER_ID,
        DestChannel=CARRIER,
    )


def hung_up(link: FakeLink) -> list[str]:
    return [headers["Channel"] for headers in link.orders("Hangup")]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def ringing(scene: Scene) -> Scene:
    leg_rings(scene)
    carrier_rings(scene)
    return scene


def test_a_mobile_is_in_use_while_a_way_leads_to_it(ringing: Scene) -> None:
    assert ringing.seen.told == [("phone", "mobile:1001", Device.IN_USE)]
    ringing.link.event("Hangup", Uniqueid=LEG_ID, Channel=NEAR)
    assert ringing.seen.told[1:] == []
    ringing.link.event("Hangup", Uniqueid="200.2", Channel=FAR)
    assert ringing.seen.told[1:] == [("phone", "mobile:1001", Device.FREE)]


def test_the_talk_is_with_the_mobile(ringing: Scene) -> None:
    ringing.enters(CALLER)
    ringing.enters(LEG_ID)
    assert ("talk", CALL, "mobile:1001") in ringing.seen.told
    ringing.link.event("HangupRequest", Uniqueid=CARRIER_ID)
    assert ringing.seen.told[-1] == ("asked", CALL, "seat")


def test_a_mobile_that_hangs_up_unasked_did_not_end_the_call(ringing: Scene) -> None:
    ringing.link.event("HangupRequest", Uniqueid=CARRIER_ID)
    assert ("asked", CALL, "seat") not in ringing.seen.told


@pytest.mark.parametrize("status", ["CANCEL", "NOANSWER", "CHANUNAVAIL"])
def test_a_leg_that_ends_unanswered_takes_its_mobile_along(ringing: Scene, status: str) -> None:
    ringing.link.event("DialEnd", DestUniqueid=LEG_ID, DialStatus=status)
    assert hung_up(ringing.link) == [CARRIER]
    assert ringing.link.orders("Hangup")[0]["Cause"] == "26"


def test_a_leg_that_was_answered_keeps_its_mobile(ringing: Scene) -> None:
    ringing.link.event("DialEnd", DestUniqueid=LEG_ID, DialStatus="ANSWER")
    assert hung_up(ringing.link) == []


def test_a_withdrawal_hangs_up_both_ends(ringing: Scene) -> None:
    ringing.node.withdraw(CALL)
    assert hung_up(ringing.link) == [NEAR, CARRIER]


def test_a_carrier_dialled_after_the_leg_has_ended_is_hung_up_at_once(scene: Scene) -> None:
    leg_rings(scene)
    scene.link.event("DialEnd", DestUniqueid=LEG_ID, DialStatus="CANCEL")
    assert hung_up(scene.link) == []
    carrier_rings(scene)
    assert hung_up(scene.link) == [CARRIER]


def test_what_the_agent_said_is_told(ringing: Scene) -> None:
    ringing.link.event("UserEvent", UserEvent="HotseatLeg", Uniqueid=CARRIER_ID, Said="no")
    assert ringing.seen.told[-1] == ("said", CALL, "mobile:1001", "no")
    ringing.link.event("UserEvent", UserEvent="Other", Uniqueid=CARRIER_ID)
    ringing.link.event("UserEvent", UserEvent="HotseatLeg", Uniqueid="999.9", Said="yes")
    assert len(ringing.seen.told) == 2


def test_a_new_server_finds_the_ways(scene: Scene) -> None:
    scene.link.rows["Status"] = [
        status_row(CALLER, "PJSIP/trunk-00000001"),
        status_row(LEG_ID, NEAR, Linkedid=CALLER),
        status_row("200.2", FAR, Linkedid=CALLER),
        status_row(CARRIER_ID, CARRIER, Linkedid=CALLER, Variable=f"HOTSEAT_LEG={FAR}"),
    ]
    scene.link.comes_up()
    assert scene.seen.snapshots[-1].phones == {"mobile:1001": Device.IN_USE}
    assert hung_up(scene.link) == []
    scene.node.withdraw(CALL)
    assert hung_up(scene.link) == [NEAR, CARRIER]


def test_a_new_server_hangs_up_mobiles_that_nobody_rings(scene: Scene) -> None:
    scene.link.rows["Status"] = [
        status_row("200.2", FAR),
        status_row(CARRIER_ID, CARRIER, Variable=f"HOTSEAT_LEG={FAR}"),
    ]
    scene.link.comes_up()
    assert hung_up(scene.link) == [CARRIER]


def test_two_ways_to_one_mobile_free_it_once() -> None:
    legs = MobileLegs()
    other = "Local/1001@accept-00000008"
    legs.leg_begins(end(NEAR), "1")
    legs.leg_begins(end(f"{other};1"), "2")
    assert legs.gone(FAR) is None
    assert legs.busy == {"mobile:1001"}
    assert legs.gone(f"{other};2") == "mobile:1001"
    assert legs.gone(f"{other};2") is None
