"""Who cannot be seated is told why, and what there is instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from hotseat.seats import PLACED, SeatError
from hotseat.site.records import SiteNow
from softphone_bridge.endpoints import Where
from tests.unit.server.scene import Scene, a_site


def test_an_agent_or_a_phone_that_is_none_is_told_with_those_of_the_site() -> None:
    site = a_site()
    seats = Scene(site).seats
    agents, phones = sorted(site.agents), sorted(site.phones)
    with pytest.raises(SeatError, match=f"no agent 9999; the site has {', '.join(agents)}"):
        seats.log_on(site, "9999", phones[0])
    with pytest.raises(SeatError, match=f"no phone p999; the site has {', '.join(phones)}"):
        seats.log_on(site, agents[0], "p999")
    assert seats.seated == frozenset()


def home_duty_site() -> SiteNow:
    """1001 has a duty mobile, 1002 has none."""
    site = a_site()
    agents = {**site.agents, "1001": replace(site.agents["1001"], mobile="+8613800138000")}
    return replace(site, agents=agents)


@pytest.fixture
def scene() -> Scene:
    """1001 sits at p101."""
    scene = Scene(home_duty_site())
    scene.seat("1001", "p101")
    return scene


def told(scene: Scene) -> list[dict[str, object]]:
    """What the journal has of where seats are rung."""
    return [dict(note.facts) for note in scene.journal.notes if note.kind == PLACED]


def test_each_word_is_written_down_with_who_said_it(scene: Scene) -> None:
    """Also one that moves nobody: it decides what comes next."""
    seats, site = scene.seats, scene.config.now
    seats.override(site, "1001", Where.DESK, by="mei")
    seats.override(site, "1001", Where.DESK, by="mei")
    seats.override(site, "1001", None, by="mei")
    seats.choose(site, "1001", Where.MOBILE, by="fang")
    at_desk = {"place": "p101", "desk": "p101", "choice": "desk"}
    assert told(scene) == [
        {**at_desk, "because": "the agent's choice"},
        {**at_desk, "because": "a supervisor", "override": "desk", "by": "mei"},
        {**at_desk, "because": "the agent's choice", "by": "mei"},
        {
            "place": "mobile:1001",
            "because": "the agent's choice",
            "choice": "mobile",
            "desk": "p101",
            "by": "fang",
        },
    ]


def test_against_a_supervisor_nothing_is_chosen(scene: Scene) -> None:
    seats, site = scene.seats, scene.config.now
    seats.override(site, "1001", Where.DESK)
    before = seats.placing(site, "1001")
    for choose in (seats.log_on_mobile, lambda *who: seats.choose(*who, Where.MOBILE)):
        with pytest.raises(SeatError, match="only a supervisor takes that back"):
            choose(site, "1001")
    assert seats.placing(site, "1001") == before
    assert seats.place_of("1001") == "p101"
    seats.override(site, "1001", None)
    seats.choose(site, "1001", Where.MOBILE)
    assert seats.place_of("1001") == "mobile:1001"


def test_without_a_registered_mobile_nothing_changes(scene: Scene) -> None:
    scene.seat("1002", "p102")
    for say in (scene.seats.choose, scene.seats.override):
        with pytest.raises(SeatError, match="agent 1002 has no registered mobile"):
            say(scene.config.now, "1002", Where.MOBILE)
    assert scene.seats.place_of("1002") == "p102"
    assert not scene.seats.placing(scene.config.now, "1002").override


def test_a_mobile_that_is_registered_during_the_shift_rings_in_the_evening(scene: Scene) -> None:
    without = a_site()
    scene.site_becomes(without)
    scene.seats.log_on(without, "1001", "p101")
    now = home_duty_site()
    scene.site_becomes(now)
    scene.seats.roster_is(now, {"1001": Where.MOBILE})
    assert scene.seats.place_of("1001") == "mobile:1001"


def test_a_desk_that_somebody_else_took_meanwhile_is_no_way_back(scene: Scene) -> None:
    """Said by the roster it is written down, and the roster's other words are followed."""
    seats, site = scene.seats, scene.config.now
    seats.choose(site, "1001", Where.MOBILE)
    scene.seat("1002", "p101")
    with pytest.raises(SeatError, match="phone p101 is taken by agent 1002"):
        seats.choose(site, "1001", Where.DESK)
    seats.roster_is(site, {"1001": Where.DESK})
    assert seats.place_of("1001") == "mobile:1001"
    assert [note.facts for note in scene.journal.notes if note.kind == "not_placed"] == [
        {"why": "phone p101 is taken by agent 1002; log that agent off first"}
    ]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_desk_whose_phone_is_gone_is_no_way_back(scene: Scene, restarted: bool) -> None:
    """Who is at the mobile stays there, also if the record from before a restart has the desk."""
    before = scene.config.now
    scene.seats.choose(before, "1001", Where.MOBILE)
    phones = {name: phone for name, phone in before.phones.items() if name != "p101"}
    site = replace(before, phones=phones)
    scene.site_becomes(site)
    now = after_restart(scene, {}) if restarted else scene
    with pytest.raises(SeatError, match="agent 1001 sits at no phone; log on at one first"):
        now.seats.choose(site, "1001", Where.DESK)
    now.seats.choose(site, "1001", None)
    now.seats.roster_is(site, {"1001": Where.DESK})
    assert now.seats.place_of("1001") == "mobile:1001"
    assert [note.facts for note in now.journal.notes if note.kind == "not_placed"] == [
        {"why": "agent 1001 sits at no phone; log on at one first"}
    ]


def after_restart(before: Scene, roster: Mapping[str, Where]) -> Scene:
    """A new server, with what the old one wrote down."""
    again = Scene(before.config.now)
    again.seats.roster_is(again.config.now, roster)
    last = {note.seat: note.facts for note in before.journal.notes if note.kind == PLACED}
    said = {str(seat): facts for seat, facts in last.items()}
    again.seats.restore(again.config.now, before.journal.seats.values(), said)
    return again


def test_a_supervisors_word_outlives_the_server(scene: Scene) -> None:
    site = scene.config.now
    scene.seats.override(site, "1001", Where.MOBILE, by="mei")
    again = after_restart(scene, {})
    assert again.seats.place_of("1001") == "mobile:1001"
    assert again.seats.placing(site, "1001") == scene.seats.placing(site, "1001")
    with pytest.raises(SeatError, match="only a supervisor"):
        again.seats.choose(site, "1001", Where.DESK)
    again.seats.override(site, "1001", None)
    assert again.seats.place_of("1001") == "p101"


def test_a_change_of_shift_during_the_outage_is_followed(scene: Scene) -> None:
    site = scene.config.now
    scene.seats.roster_is(site, {"1001": Where.DESK})
    assert after_restart(scene, {"1001": Where.DESK}).seats.place_of("1001") == "p101"
    assert after_restart(scene, {"1001": Where.MOBILE}).seats.place_of("1001") == "mobile:1001"
