"""What a waiting caller hears, and that nothing of it outlives the wait."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from acd.recovery import Ticket
from acd.types import CallId
from hotseat.site.records import SiteNow
from ivr.ports import DialResult, LineFailed
from ivr.waiting import WhileWaiting
from tests.unit.server.scene import FakeLine, Scene, a_site

OPTIONS = WhileWaiting(30_000, position=True, expected_wait=True, comfort=("comfort-thanks",))


def site_with(options: WhileWaiting | None) -> SiteNow:
    site = a_site()
    return replace(site, queues={"consult": replace(site.queues["consult"], while_waiting=options)})


@pytest.fixture
def scene() -> Scene:
    return Scene(site_with(OPTIONS))


def heard(line: FakeLine) -> list[str]:
    """The sentences, each by its prompts."""
    return [
        did.removeprefix("play ").replace("hotseat/", "")
        for did in line.did
        if did.startswith("play ")
    ]


def told(line: FakeLine) -> int:
    """The place that the ticket remembers."""
    return Ticket.parse(line.variables["HOTSEAT_TICKET"]).told


def timers(scene: Scene) -> int:
    return len(scene.reactor.getDelayedCalls())


def test_the_place_is_told_at_once_and_then_by_turns(scene: Scene) -> None:
    first, second = scene.rings_in(), scene.rings_in()
    assert heard(second) == ["please-wait position-2"]
    scene.reactor.advance(30)
    first.vanishes()
    scene.reactor.advance(30)
    assert heard(second)[1:] == ["comfort-thanks", "position-1"]
    assert second.did[-2:] == ["play hotseat/position-1", "music"]
    assert told(second) == 1


def test_a_worse_place_is_never_told(scene: Scene) -> None:
    """Somebody of more weight came; the caller cannot see why."""
    line = scene.rings_in()
    queue = scene.config.now.queues["consult"]
    scene.config.now = replace(
        scene.config.now, queues={"consult": replace(queue, priority=5, while_waiting=OPTIONS)}
    )
    scene.rings_in()
    for _ in range(4):
        scene.reactor.advance(30)
    outlook = scene.service.floor.outlook(scene.call_of(line), scene.clock.now())
    assert outlook is not None
    assert outlook.place == 2
    assert set(heard(line)[1:]) == {"comfort-thanks"}


def test_a_new_server_knows_what_was_told(scene: Scene) -> None:
    line = scene.rings_in()
    ticket = line.variables["HOTSEAT_TICKET"]
    after_crash = Scene(site_with(OPTIONS))
    for earlier in ("0", "00", "000"):
        after_crash.rings_in(ticket=ticket.replace(scene.call_of(line), earlier))
    again = after_crash.rings_in(ticket=ticket, uniqueid=line.facts.uniqueid)
    assert heard(again) == []
    for _ in range(3):
        after_crash.reactor.advance(30)
    outlook = after_crash.service.floor.outlook(after_crash.call_of(again), after_crash.clock.now())
    assert outlook is not None
    assert outlook.place == 4
    assert set(heard(again)) == {"comfort-thanks"}


def test_an_offer_cuts_the_sentence_and_brings_its_own_music(scene: Scene) -> None:
    line = scene.rings_in()
    line.prompts_last = True
    scene.reactor.advance(30)
    assert line.did[-1] == "play hotseat/comfort-thanks"
    scene.seat()
    assert line.did[-1] == "dial p101"
    scene.reactor.advance(120)
    assert line.did[-1] == "dial p101"


def test_after_an_offer_that_failed_it_goes_on(scene: Scene) -> None:
    line = scene.rings_in()
    scene.seat()
    scene.reactor.advance(4)
    line.dial_ends(DialResult.BUSY)
    assert line.did[-2:] == ["dial p101", "music"]
    scene.seats.pause("1001", "lunch")
    scene.reactor.advance(29.9)
    assert line.did[-1] == "music"
    scene.reactor.advance(0.2)
    assert line.did[-2:] == ["play hotseat/comfort-thanks", "music"]


@pytest.mark.parametrize("prompts_last", [False, True])
def test_no_timer_outlives_a_caller_who_leaves(scene: Scene, prompts_last: bool) -> None:
    idle = timers(scene)
    line = scene.rings_in()
    line.prompts_last = prompts_last
    scene.reactor.advance(30)
    line.vanishes()
    assert timers(scene) == idle
    assert line.did.count("music") == 2 - prompts_last


def test_no_timer_outlives_the_wait_of_a_talk(scene: Scene) -> None:
    line = scene.rings_in()
    assert timers(scene) == 1
    scene.seat()
    call = scene.call_of(line)
    scene.contacts.talk_began(call, "p101")
    assert timers(scene) == 0
    line.dial_ends(DialResult.ANSWERED)
    assert line.did[-1] == "hang up 16"


def test_a_call_that_the_floor_lost_is_told_nothing(scene: Scene) -> None:
    """Its channel is gone, and the line does not know it yet."""
    line = scene.rings_in()
    scene.contacts.line_died(scene.call_of(line))
    scene.reactor.advance(30)
    assert heard(line) == ["please-wait position-1"]
    assert timers(scene) == 0


def test_music_that_is_not_there_is_told_and_costs_no_offer(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_music(self: FakeLine, music_class: str | None) -> None:
        raise LineFailed("no such class")

    monkeypatch.setattr(FakeLine, "music", no_music)
    with capture_logs() as logs:
        line = scene.rings_in()
    assert [(entry["event"], entry["music"]) for entry in logs] == [("music_failed", "default")]
    assert timers(scene) == 0
    scene.seat()
    assert line.phone == "p101"


def test_a_queue_that_says_nothing_has_no_timer() -> None:
    scene = Scene(site_with(None))
    line = scene.rings_in()
    assert heard(line) == ["please-wait"]
    assert timers(scene) == 0


def test_announcements_begin_for_those_who_wait_already() -> None:
    scene = Scene(site_with(None))
    line = scene.rings_in()
    scene.reactor.advance(100)
    scene.site_becomes(site_with(OPTIONS))
    assert line.did[-1] == "music", "nothing is said but at its time"
    scene.reactor.advance(30)
    assert heard(line) == ["please-wait", "position-1"]
    scene.site_becomes(site_with(None))
    assert timers(scene) == 0


def test_an_edit_of_the_words_does_not_put_the_next_ones_off(scene: Scene) -> None:
    line = scene.rings_in()
    scene.reactor.advance(20)
    scene.site_becomes(site_with(replace(OPTIONS, comfort=("comfort-prepare",))))
    scene.reactor.advance(10)
    assert heard(line)[-1] == "comfort-prepare"
    scene.site_becomes(site_with(replace(OPTIONS, every_ms=60_000)))
    scene.reactor.advance(59)
    assert len(heard(line)) == 2
    scene.reactor.advance(1)
    assert len(heard(line)) == 3


def test_other_music_is_played_at_once_but_under_no_offer_and_no_sentence(scene: Scene) -> None:
    site = site_with(None)
    jazz = replace(site, queues={"consult": replace(site.queues["consult"], music="jazz")})
    scene = Scene(site)
    line, ringing = scene.rings_in(), scene.rings_in()
    scene.seat()
    line, ringing = (ringing, line) if line.phone else (line, ringing)
    before = len(ringing.did)
    scene.site_becomes(jazz)
    assert line.music_class == "jazz"
    assert len(ringing.did) == before
    ringing.dial_ends(DialResult.BUSY)
    assert ringing.music_class == "jazz"
    line.prompts_last = True
    scene.site_becomes(site_with(OPTIONS))
    scene.reactor.advance(30)
    assert line.did[-1].startswith("play ")
    scene.site_becomes(jazz)
    assert line.did[-1].startswith("play "), "a sentence is heard out"


def test_what_is_said_follows_the_site_in_force(scene: Scene) -> None:
    line = scene.rings_in()
    scene.config.now = site_with(replace(OPTIONS, comfort=("comfort-prepare",)))
    scene.reactor.advance(30)
    assert heard(line)[-1] == "comfort-prepare"
    scene.config.now = site_with(None)
    scene.reactor.advance(30)
    assert heard(line)[-1] == "comfort-prepare"
    assert timers(scene) == 0
    assert scene.contacts.get(CallId(scene.call_of(line))) is not None
