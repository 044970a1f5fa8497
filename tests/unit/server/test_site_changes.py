"""A site that is edited under running calls: nobody is forgotten, and nothing begins anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from structlog.testing import capture_logs
from twisted.internet.defer import Deferred

from acd.events import RosterTold
from acd.routing import Verdict
from acd.types import CallId
from hotseat.site.records import AgentRecord, MenuRecord, NumberRecord, SiteNow
from ivr.ports import DialResult, LineFacts
from tests.unit.server.scene import FakeLine, Scene, a_site

ASKS_FOR_MORE = {
    "start": "wait",
    "language": "zh",
    "nodes": {
        "wait": {"queue": "consult", "requires": {"english": 2}, "priority": 2, "next": "bye"},
        "bye": {"hang_up": ["goodbye"]},
    },
}
CONSULT = a_site().queues["consult"]


def with_queue(site: SiteNow, **changes: Any) -> SiteNow:
    return replace(site, queues={"consult": replace(site.queues["consult"], **changes)})


def with_skills(site: SiteNow, **skills: Mapping[str, int]) -> SiteNow:
    agents = {n.removeprefix("a"): AgentRecord(n[1:], n, has) for n, has in skills.items()}
    return replace(site, agents={**site.agents, **agents})


def without_queue(site: SiteNow) -> SiteNow:
    menu = {**ASKS_FOR_MORE, "start": "bye", "nodes": {"bye": {"hang_up": []}}}
    return replace(site, revision=2, queues={}, menus={"main": MenuRecord("main", 2, menu)})


def waiting(scene: Scene, **changes: Any) -> FakeLine:
    """A caller in line, and nobody who may take him."""
    line = scene.rings_in()
    scene.reactor.advance(10)
    assert line.phone is None
    return line


def test_nobody_is_offered_to_anybody_by_half_a_site() -> None:
    """The seat that has learnt meets the queue that asks for more, never the one of before."""
    scene = Scene(with_skills(with_queue(a_site(), requires={"consult": 5}), a1001={"consult": 4}))
    scene.seat()
    line = waiting(scene)
    harder = with_queue(a_site(), requires={"consult": 9})
    scene.site_becomes(with_skills(harder, a1001={"consult": 8}))
    assert line.phone is None
    assert "offered" not in scene.journal.kinds()
    assert scene.service.floor.held() == frozenset(), "and offers go on"


def test_the_day_is_counted_again_on_other_clocks_alone() -> None:
    scene = Scene(a_site(time_zone="Asia/Shanghai"))
    scene.site_becomes(a_site(time_zone="Asia/Shanghai", revision=2))
    assert scene.counted_anew == []
    scene.site_becomes(a_site(time_zone="Asia/Urumqi", revision=3))
    assert scene.counted_anew == ["Asia/Urumqi"]
    assert scene.drawn == [2, 3]


def test_asterisk_s_files_are_written_at_each_change_and_a_failure_says_what_to_do() -> None:
    """A secret that was rotated shows in no record of the site."""
    scene = Scene()
    with capture_logs() as logs:
        scene.site_becomes(a_site(revision=2))
        scene.reloading.callback(["pjsip.conf"])
        scene.site_becomes(a_site(revision=3))
        scene.reloading.errback(OSError("disk full"))
    told = [row for row in logs if row["event"].startswith("asterisk_files")]
    assert told[0]["changed"] == ["pjsip.conf"]
    assert told[1]["reason"].endswith("disk full")
    assert "hotseat asterisk render" in told[1]["fix"]


def test_a_requirement_that_is_eased_finds_a_seat_at_once() -> None:
    scene = Scene(with_queue(a_site(), requires={"consult": 9}))
    scene.seat()
    line = waiting(scene)
    scene.site_becomes(a_site())
    assert line.phone == "p101"


def test_a_requirement_that_is_raised_holds_for_those_who_wait() -> None:
    scene = Scene()
    line = waiting(scene)
    scene.site_becomes(with_queue(a_site(), requires={"consult": 9}))
    scene.seat()
    assert line.phone is None
    verdicts = dict(scene.service.floor.explain(scene.call_of(line)).verdicts)
    assert set(verdicts.values()) == {Verdict.SKILLS}
    scene.site_becomes(with_skills(scene.config.now, a1001={"consult": 9}))
    assert line.phone == "p101"


def test_what_the_menu_asks_for_is_asked_still() -> None:
    site = replace(
        a_site(),
        skills={"consult": "", "english": ""},
        menus={"main": MenuRecord("main", 1, ASKS_FOR_MORE)},
    )
    scene = Scene(site)
    line = waiting(scene)
    scene.site_becomes(with_queue(site, requires={"consult": 2}, priority=1))
    contact = scene.contacts.get(scene.call_of(line))
    assert contact is not None
    assert contact.requires == (("consult", 2), ("english", 2))
    assert contact.priority == 3
    assert scene.journal.calls[contact.call]["priority"] == 3


def test_a_skill_that_nobody_can_have_any_more_is_asked_of_nobody() -> None:
    site = replace(
        a_site(),
        skills={"consult": "", "english": ""},
        menus={"main": MenuRecord("main", 1, ASKS_FOR_MORE)},
    )
    scene = Scene(site)
    scene.seat()
    line = waiting(scene)
    scene.site_becomes(replace(site, skills={"consult": ""}))
    assert line.phone == "p101"


def test_priority_moves_those_who_wait_and_no_clock_begins_anew() -> None:
    second = replace(CONSULT, name="second")
    nodes = {"wait": {"queue": "second", "next": "bye"}, "bye": {"hang_up": []}}
    menu = MenuRecord("second", 1, {"start": "wait", "language": "zh", "nodes": nodes})
    site = a_site(queues={"consult": CONSULT, "second": second})
    site = replace(
        site,
        menus={**site.menus, "second": menu},
        numbers={**site.numbers, "500": NumberRecord("500", "second")},
    )
    scene = Scene(site)
    first = waiting(scene)
    later = scene.rings_in(dialled="500")
    arrived = {call.call: call.arrived for call in scene.service.floor.picture().calls}
    scene.site_becomes(
        replace(site, queues={"consult": CONSULT, "second": replace(second, priority=1)})
    )
    picture = scene.service.floor.picture()
    assert [call.call for call in picture.calls] == [scene.call_of(later), scene.call_of(first)]
    assert {call.call: call.arrived for call in picture.calls} == arrived
    scene.seat()
    assert later.phone == "p101"


def test_a_queue_may_begin_to_take_volunteers() -> None:
    """Who waits is then offered to agents who are not on duty."""
    scene = Scene()
    scene.service.tell(RosterTold(frozenset()))
    scene.seat()
    line = waiting(scene)
    scene.site_becomes(with_queue(a_site(), volunteers=True))
    assert line.phone == "p101"


def test_a_running_offer_goes_on_and_what_follows_it_has_the_new_spans() -> None:
    scene = Scene()
    scene.seat()
    line = scene.rings_in()
    scene.site_becomes(
        with_queue(a_site(), ring_ms=9_000, again_ms=60_000, requires={"consult": 5})
    )
    assert line.phone == "p101"
    line.dial_ends(DialResult.NO_ANSWER)
    scene.reactor.advance(30)
    assert line.phone is None, "barred for a minute"
    scene.reactor.advance(31)
    offers = [note for note in scene.journal.notes if note.kind == "offered"]
    assert [note.facts["ring"] for note in offers] == [5_000, 9_000]


def test_a_talk_is_no_matter_of_the_site() -> None:
    scene = Scene()
    scene.seat()
    line = scene.rings_in()
    scene.contacts.talk_began(scene.call_of(line), "p101")
    before = scene.service.floor.picture()
    scene.site_becomes(without_queue(with_queue(a_site(), requires={"consult": 9})))
    assert scene.service.floor.picture() == before


def test_an_edit_while_the_ticket_is_written_is_not_missed() -> None:
    scene = Scene(with_queue(a_site(), requires={"consult": 9}))
    scene.seat()
    written: Deferred[None] = Deferred()

    class SlowLine(FakeLine):
        async def set(self, variables: Mapping[str, str]) -> None:
            await super().set(variables)
            if variables.get("HOTSEAT_TICKET", "").startswith("waiting"):
                await written

    line = SlowLine(LineFacts("PJSIP/trunk-1", "1.1", "400", "138", "", "trunk"))
    Deferred.fromCoroutine(scene.calls.on_line(line))
    scene.site_becomes(with_queue(a_site(), requires={"consult": 1}))
    assert line.phone is None
    written.callback(None)
    assert line.phone == "p101"


def test_who_waits_in_a_queue_that_is_removed_keeps_place_and_terms() -> None:
    scene = Scene(with_queue(a_site(), music="jazz"))
    first, second = waiting(scene), scene.rings_in()
    with capture_logs() as logs:
        scene.site_becomes(without_queue(scene.config.now))
    removed = [row for row in logs if row["event"] == "queue_removed"]
    assert [(row["queue"], row["waiting"]) for row in removed] == [("consult", 2)]
    scene.seat()
    assert first.phone == "p101"
    assert second.phone is None
    first.dial_ends(DialResult.BUSY)
    assert first.music_class == "jazz"


def test_who_waits_in_a_removed_queue_waits_on_after_a_restart() -> None:
    scene = Scene(with_queue(a_site(), requires={"consult": 9}, priority=2))
    ticket = waiting(scene).variables["HOTSEAT_TICKET"]
    menus = {"main": a_site().menus["main"]}
    again = Scene(replace(without_queue(a_site()), menus=menus))
    line = again.rings_in(ticket=ticket)
    contact = again.contacts.get(again.call_of(line))
    assert contact is not None
    assert (contact.requires, contact.priority) == ((("consult", 9),), 2)
    again.seat()
    assert line.phone is None
    again.site_becomes(with_skills(again.config.now, a1001={"consult": 9}))
    assert line.phone == "p101"
    again.contacts.talk_began(again.call_of(line), "p101")
    line.dial_ends(DialResult.ANSWERED)
    assert line.did[-1] == "hang up 16"


def test_nobody_begins_to_wait_in_a_queue_that_was_never_there() -> None:
    menus = {"main": a_site().menus["main"]}
    scene = Scene(replace(a_site(), queues={}, menus=menus))
    line = scene.rings_in()
    assert line.did[-2:] == ["play hotseat/sorry-hang-up", "hang up 41"]


def test_an_agent_who_is_removed_finishes_the_talk_and_gets_no_other_call() -> None:
    scene = Scene()
    scene.seat()
    line = scene.rings_in()
    scene.contacts.talk_began(scene.call_of(line), "p101")
    agents = {"1002": scene.config.now.agents["1002"]}
    scene.site_becomes(replace(a_site(), agents=agents))
    (seat,) = scene.service.floor.picture().seats
    assert seat.leaving
    assert seat.call == scene.call_of(line)
    assert not scene.journal.seats, "a restart finds nobody"
    scene.contacts.leg_left(CallId(scene.call_of(line)), "p101")
    assert scene.service.floor.picture().seats == ()


def test_an_agent_whose_phone_is_removed_is_rung_no_more() -> None:
    scene = Scene()
    scene.seat()
    line = scene.rings_in()
    phones = {"p102": scene.config.now.phones["p102"]}
    scene.site_becomes(replace(a_site(), phones=phones))
    assert scene.switch.withdrawn == [scene.call_of(line)]
    line.dial_ends(DialResult.WITHDRAWN)
    assert scene.service.floor.picture().seats == ()
    scene.seat("1002", "p102")
    assert line.phone == "p102"


def test_a_seat_keeps_its_rest_and_its_pause() -> None:
    scene = Scene()
    scene.seat()
    scene.reactor.advance(50)
    scene.seats.pause("1001", "lunch")
    before = scene.service.floor.picture().seats
    scene.site_becomes(
        replace(
            a_site(),
            name="Other",
            time_zone="UTC",
            agents={**a_site().agents, "1003": AgentRecord("1003", "New", {})},
        )
    )
    assert scene.service.floor.picture().seats == before
