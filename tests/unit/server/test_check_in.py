"""Agents on the line: star codes, the check-in number, and what a forged number gains."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.types import Device
from hotseat.outbound import OutboundRules
from hotseat.site.records import AgentRecord, NumberRecord
from tests.unit.server.scene import FakeLine, Scene, a_site

MOBILE = "+8613800010001"


@pytest.fixture
def scene() -> Scene:
    """Two agents with PINs, one with a mobile; a check-in number."""
    site = a_site()
    scene = Scene(
        replace(
            site,
            agents={**site.agents, "1001": AgentRecord("1001", "A", {"consult": 5}, MOBILE)},
            numbers={**site.numbers, "8099": NumberRecord("8099", check_in=True)},
            outbound=OutboundRules("CN", ("+86",)),
        )
    )
    scene.pins.update({"1001": "2741", "1002": "9053"})
    scene.seats.phone_changed("p101", Device.FREE)
    return scene


def dials(scene: Scene, code: str, *keys: str, phone: str = "p101") -> FakeLine:
    return scene.rings_in(
        code, channel=f"PJSIP/{phone}-0000002a", context="phone", caller_number=phone, keys=keys
    )


def calls_in(scene: Scene, *keys: str, caller: str = "13800010001") -> FakeLine:
    return scene.rings_in("8099", caller_number=caller, keys=keys)


def said(line: FakeLine) -> list[str]:
    return [step for step in line.did if step.startswith(("play", "ask"))]


def places(scene: Scene) -> dict[str, str]:
    return {seat.seat: seat.phone for seat in scene.service.floor.picture().seats}


def test_a_star_code_checks_in_at_the_phone(scene: Scene) -> None:
    line = dials(scene, "*11", "1001", "2741")
    assert said(line) == [
        "ask hotseat/enter-agent",
        "ask hotseat/enter-pin",
        "play hotseat/at-this-phone",
    ]
    assert places(scene) == {"1001": "p101"}
    assert line.did[-1] == "hang up 16"


def test_hot_desk_moves_the_agent(scene: Scene) -> None:
    dials(scene, "*111001", "2741")
    dials(scene, "*111001", "2741", phone="p102")
    assert places(scene) == {"1001": "p102"}


def test_codes_act_on_who_sits_there(scene: Scene) -> None:
    dials(scene, "*111001", "2741")
    assert said(dials(scene, "*13")) == ["play hotseat/paused"]
    (seat,) = scene.service.floor.picture().seats
    assert seat.paused == "star code"
    assert said(dials(scene, "*14")) == ["play hotseat/ready"]
    assert said(dials(scene, "*15")) == ["play hotseat/at-this-phone"]
    assert said(dials(scene, "*12")) == ["play hotseat/checked-out"]
    assert places(scene) == {}


def test_at_an_empty_phone_the_pin_is_asked_for(scene: Scene) -> None:
    dials(scene, "*111001", "2741")
    line = dials(scene, "*12", "1001", "2741", phone="p102")
    assert said(line)[-1] == "play hotseat/checked-out"


@pytest.mark.parametrize(("agent", "pin"), [("1001", "9053"), ("1001", ""), ("9999", "2741")])
def test_a_wrong_pin_gets_nothing(scene: Scene, agent: str, pin: str) -> None:
    line = dials(scene, "*11", agent, pin)
    assert said(line)[-1] == "play hotseat/wrong-pin"
    assert places(scene) == {}
    (refused,) = [note for note in scene.journal.notes if note.kind == "check_in_refused"]
    assert pin not in refused.facts.values() or pin == ""


def test_five_tries_and_then_not_even_the_right_one(scene: Scene) -> None:
    for phone in ("p101", "p102", "p101", "p102", "p101"):
        dials(scene, "*111001", "0000", phone=phone)
    line = dials(scene, "*111001", phone="p102")
    assert said(line) == ["play hotseat/pin-locked"]
    assert places(scene) == {}


def test_a_phone_that_tries_through_the_agents_is_locked(scene: Scene) -> None:
    for agent in ("1001", "1002", "1003", "1004", "1005"):
        dials(scene, f"*11{agent}", "0000")
    assert said(dials(scene, "*111002")) == ["play hotseat/pin-locked"]
    assert said(dials(scene, "*111002", "9053", phone="p102"))[-1] == "play hotseat/at-this-phone"


def test_a_call_from_the_mobile_checks_in_there(scene: Scene) -> None:
    line = calls_in(scene, "2741", "1")
    assert said(line) == [
        "ask hotseat/enter-pin",
        "ask hotseat/check-in-menu",
        "play hotseat/at-your-mobile",
    ]
    assert places(scene) == {"1001": "mobile:1001"}


def test_a_forged_number_gains_nothing(scene: Scene) -> None:
    """Without the PIN nothing at all; with it the calls still ring at the registered number."""
    assert said(calls_in(scene, "0000"))[-1] == "play hotseat/wrong-pin"
    assert places(scene) == {}
    calls_in(scene, "2741", "1")
    caller = scene.rings_in()
    assert [leg.number for leg in caller.mobiles] == [MOBILE]


def test_whoever_calls_from_elsewhere_says_who(scene: Scene) -> None:
    line = calls_in(scene, "1001", "2741", "1", caller="13999999999")
    assert said(line)[0] == "ask hotseat/enter-agent"
    assert places(scene) == {"1001": "mobile:1001"}


def test_without_a_mobile_nobody_is_on_duty_at_home(scene: Scene) -> None:
    line = calls_in(scene, "1002", "9053", "1", caller="13999999999")
    assert said(line)[-1] == "play hotseat/not-possible"
    assert places(scene) == {}


def test_star_codes_are_for_our_own_phones(scene: Scene) -> None:
    line = scene.rings_in("*11")
    assert line.did == ["hang up 1"]


def test_no_pin_is_ever_written_down(scene: Scene) -> None:
    dials(scene, "*111001", "2741")
    dials(scene, "*111002", "8888", phone="p102")
    written = repr(scene.journal.notes) + repr(scene.journal.calls)
    assert "2741" not in written
    assert "8888" not in written
