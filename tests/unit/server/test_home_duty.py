"""Calls on home duty: mobiles through the gate, who is asked next, and the policy at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from twisted.internet.defer import Deferred

from acd.types import Device
from hotseat.history import Outcome
from hotseat.outbound import OutboundRules
from hotseat.site.records import AfterHours, AgentRecord, DutyTerms, NumberRecord
from ivr.ports import DialResult, LineFacts, MobileLeg
from softphone_bridge.endpoints import Where
from tests.unit.server.scene import FakeLine, Scene, a_site

MOBILES = {"1001": "+8613800010001", "1002": "+8613800010002", "1003": "+493012345678"}


def duty_scene(**duty: object) -> Scene:
    site = a_site()
    queue = site.queues["consult"]
    terms = DutyTerms(**{"after_hours": AfterHours.CALLBACK, **duty})  # type: ignore[arg-type]
    return Scene(
        replace(
            site,
            queues={"consult": replace(queue, duty=terms)},
            agents={
                number: AgentRecord(number, number, {"consult": 5}, mobile)
                for number, mobile in MOBILES.items()
            },
            numbers={
                **site.numbers,
                "8001": NumberRecord("8001", agent="1001", queue="consult"),
            },
            outbound=OutboundRules("CN", ("+86",), "4008001000"),
        )
    )


@pytest.fixture
def scene() -> Scene:
    """Two mobiles that may be dialled and one that may not; a queue that keeps callbacks."""
    return duty_scene()


def at_home(scene: Scene, *agents: str) -> None:
    for agent in agents:
        scene.seats.log_on_mobile(scene.config.now, agent)


def rung(line: FakeLine) -> list[str]:
    return [step for step in line.did if step.startswith("dial")]


def outcome(scene: Scene, line: FakeLine) -> object:
    call = next(iter(scene.journal.calls))
    scene.contacts.line_died(call)
    return scene.journal.calls[call]["outcome"]


def test_a_mobile_is_told_who_calls_and_shows_the_company(scene: Scene) -> None:
    at_home(scene, "1001")
    line = scene.rings_in()
    assert line.mobiles == (
        MobileLeg(
            agent="1001",
            number=MOBILES["1001"],
            caller_id="4008001000",
            language="zh",
            sounds=(
                "hotseat/duty-call",
                "hotseat/duty-number",
                *(f"hotseat/digit-{digit}" for digit in "8000"),
                "hotseat/duty-keys",
            ),
        ),
    )
    (dialled,) = [note for note in scene.journal.notes if note.kind == "outbound"]
    assert (dialled.seat, dialled.facts) == ("1001", {"number": MOBILES["1001"]})


def test_two_ring_and_the_one_who_takes_it_has_it() -> None:
    scene = duty_scene(together=2)
    at_home(scene, "1001", "1002")
    line = scene.rings_in()
    assert [leg.agent for leg in line.mobiles] == ["1001", "1002"]
    call = scene.call_of(line)
    scene.contacts.talk_began(call, "mobile:1002")
    states = {seat.seat: seat.state.value for seat in scene.service.floor.picture().seats}
    assert states == {"1001": "idle", "1002": "talking"}
    assert scene.journal.calls[call]["seat"] == "1002"


def test_a_missed_answer_is_found_with_the_one_who_talks() -> None:
    scene = duty_scene(together=2)
    at_home(scene, "1001", "1002")
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.switch.talking.add(call)
    scene.switch.partners[call] = "mobile:1002"
    scene.reactor.advance(44)
    states = {seat.seat: seat.state.value for seat in scene.service.floor.picture().seats}
    assert states["1002"] == "talking"


def test_a_forbidden_number_is_never_dialled(scene: Scene) -> None:
    at_home(scene, "1003")
    line = scene.rings_in()
    assert rung(line) == []
    (refused,) = [note for note in scene.journal.notes if note.kind == "outbound_refused"]
    assert refused.facts == {"number": MOBILES["1003"], "why": "no prefix that is allowed"}
    assert "play hotseat/callback-noted" in line.did


def test_the_kill_switch_stops_all_of_them(scene: Scene) -> None:
    rules = scene.config.now.outbound
    assert rules is not None
    scene.config.now = replace(scene.config.now, outbound=replace(rules, stopped=True))
    at_home(scene, "1001", "1002")
    scene.escalation = ["1003"]
    line = scene.rings_in("8001")
    assert rung(line) == []
    whys = {note.facts["why"] for note in scene.journal.notes if note.kind == "outbound_refused"}
    assert whys == {"outbound calls are stopped"}
    assert [asked.queue for asked in scene.callbacks] == ["consult"]


def test_next_on_duty_then_the_escalation_list_then_the_policy(scene: Scene) -> None:
    scene.escalation = ["1002", "1003"]
    at_home(scene, "1001")
    line = scene.rings_in()
    call = scene.call_of(line)
    line.dial_ends(DialResult.DECLINED)
    assert rung(line) == ["dial mobiles 1001", "dial mobiles 1002"]
    line.dial_ends(DialResult.NO_ANSWER)
    assert [note.seat for note in scene.journal.notes if note.kind == "called_in"] == [
        "1002",
        "1003",
    ]
    (asked,) = scene.callbacks
    assert (asked.call, asked.caller, asked.recording) == (call, "13800138000", "")
    assert "play hotseat/callback-noted" in line.did
    assert [seat.seat for seat in scene.service.floor.picture().seats] == ["1001"]
    assert outcome(scene, line) == Outcome.CALLBACK.value


def test_who_was_called_in_talks_and_goes(scene: Scene) -> None:
    scene.escalation = ["1002"]
    line = scene.rings_in()
    call = scene.call_of(line)
    assert rung(line) == ["dial mobiles 1002"]
    scene.contacts.talk_began(call, "mobile:1002")
    scene.contacts.leg_left(call, "mobile:1002")
    line.dial_ends(DialResult.ANSWERED)
    assert scene.service.floor.picture().seats == ()
    assert scene.seats.seated == frozenset()
    assert outcome(scene, line) == Outcome.ANSWERED.value


def test_a_caller_who_leaves_lets_go_of_who_was_called_in(scene: Scene) -> None:
    scene.escalation = ["1002"]
    line = scene.rings_in()
    line.vanishes()
    assert scene.service.floor.picture().seats == ()
    assert scene.seats.seated == frozenset()


def test_a_voicemail_is_a_request_with_a_recording() -> None:
    scene = duty_scene(after_hours=AfterHours.VOICEMAIL)
    line = scene.rings_in()
    (asked,) = scene.callbacks
    assert asked.recording == f"message-{asked.call}"
    assert [step for step in line.did if step.startswith(("play", "record"))][:3] == [
        "play hotseat/leave-message",
        f"record {asked.recording}",
        "play hotseat/message-kept",
    ]


def test_a_queue_without_a_policy_lets_its_callers_wait() -> None:
    scene = duty_scene(after_hours=AfterHours.WAIT)
    line = scene.rings_in()
    assert scene.callbacks == []
    assert line.did[-1] == "music"


def test_when_the_last_one_goes_home_the_waiting_are_told(scene: Scene) -> None:
    scene.seat("1001", "p101")
    scene.seats.phone_changed("p101", Device.IN_USE)
    line = scene.rings_in()
    scene.calls.look_again()
    assert scene.callbacks == []
    scene.seats.log_off("1001")
    scene.calls.look_again()
    assert len(scene.callbacks) == 1
    assert "play hotseat/callback-noted" in line.did


def test_nobody_is_given_up_while_offers_are_held(scene: Scene) -> None:
    scene.contacts.switch_down()
    scene.rings_in()
    scene.calls.look_again()
    assert scene.callbacks == []


def test_an_own_number_asks_its_agent_and_then_the_queue(scene: Scene) -> None:
    at_home(scene, "1002", "1001")
    line = scene.rings_in("8001")
    assert rung(line) == ["dial mobiles 1001"]
    line.dial_ends(DialResult.NO_ANSWER)
    assert rung(line) == ["dial mobiles 1001", "dial mobiles 1002"]


def test_an_edit_while_the_queue_is_turned_to_is_not_missed(scene: Scene) -> None:
    """A caller whose agent did not answer is offered on the terms of the site as it is then."""
    at_home(scene, "1002", "1001")
    written: Deferred[None] = Deferred()

    class SlowLine(FakeLine):
        async def set(self, variables: Mapping[str, str]) -> None:
            again = "HOTSEAT_TICKET" in variables and rung(self)
            await super().set(variables)
            if again:
                await written

    line = SlowLine(LineFacts("PJSIP/trunk-1", "1.1", "8001", "13800138000", "", "trunk"))
    Deferred.fromCoroutine(scene.calls.on_line(line))
    line.dial_ends(DialResult.NO_ANSWER)
    site = scene.config.now
    queue = replace(site.queues["consult"], requires={"consult": 9})
    scene.site_becomes(replace(site, queues={"consult": queue}))
    written.callback(None)
    assert rung(line) == ["dial mobiles 1001"], "1002 has not level 9"


def test_an_own_number_of_somebody_at_a_desk_rings_there(scene: Scene) -> None:
    scene.seat("1001", "p101")
    at_home(scene, "1002")
    line = scene.rings_in("8001")
    assert rung(line) == ["dial p101"]


def test_the_roster_moves_the_seat_and_a_choice_lasts_until_then(scene: Scene) -> None:
    scene.seat("1001", "p101")
    site = scene.config.now
    scene.seats.roster_is(site, {"1001": Where.MOBILE})
    assert scene.seats.place_of("1001") == "mobile:1001"
    scene.seats.choose(site, "1001", Where.DESK)
    assert scene.seats.place_of("1001") == "p101"
    scene.seats.roster_is(site, {"1001": Where.MOBILE})
    assert scene.seats.place_of("1001") == "p101"
    scene.seats.override(site, "1001", Where.MOBILE)
    assert scene.seats.place_of("1001") == "mobile:1001"
    placed = [note.facts for note in scene.journal.notes if note.kind == "placed"]
    assert [fact["because"] for fact in placed] == [
        "the agent's choice",
        "the roster",
        "the agent's choice",
        "a supervisor",
    ]


def test_a_seat_at_the_mobile_is_found_after_a_restart(scene: Scene) -> None:
    at_home(scene, "1001")
    kept = list(scene.journal.seats.values())
    again = duty_scene()
    again.seats.restore(again.config.now, kept)
    assert again.seats.place_of("1001") == "mobile:1001"
    line = again.rings_in()
    assert rung(line) == ["dial mobiles 1001"]
