"""What those who watch the floor are told, when, and who is told nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Set
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.logger import LogEvent, formatEvent, globalLogPublisher
from twisted.python.failure import Failure

from acd import types
from acd.effects import Effect, Note, SeatGone, SeatKept
from acd.events import DeviceChanged, SeatLoggedOn, SeatPaused, SeatReady
from acd.listener import Listener
from acd.types import CallId, Device, SeatId
from hotseat.live_journal import LiveJournal
from softphone_bridge.feed import ALIVE_SECONDS, FLUSH_SECONDS, PASS_SECONDS, Feed
from softphone_bridge.frames import Frames, View
from tests.unit.acd.desk import Desk
from tests.unit.server.scene import KeptJournal

ORIGIN = "http://hotline.example:8080"
EVERYTHING = View()
SEAT, OTHER = SeatId("1001"), SeatId("1002")


class Wall:
    """A page that keeps what it is told, as the browser does."""

    def __init__(self, feed: Feed, token: str) -> None:
        self.transport = StringTransport()
        self.transport.protocol = site = feed.site().buildProtocol(
            IPv4Address("TCP", "127.0.0.1", 1)
        )
        site.makeConnection(self.transport)
        site.dataReceived(f"GET /feed?pass={token} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        self.seats: dict[str, Any] = {}
        self.queues: dict[str, Any] = {}
        self.held: list[str] = []
        self.frames = 0
        self.site = site

    def read(self) -> list[dict[str, Any]]:
        """The frames that came since the last look, taken in."""
        text = self.transport.value().decode()
        self.transport.clear()
        # The chunks of HTTP/1.1 stand between the events.
        told = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
        for frame in told:
            if frame.get("whole"):
                self.seats, self.queues = {}, {}
            self.seats |= frame["seats"]
            self.queues |= frame["queues"]
            self.held = frame.get("held", self.held)
        self.seats = {seat: known for seat, known in self.seats.items() if known is not None}
        return told

    def leave(self) -> None:
        self.site.connectionLost(Failure(ConnectionDone()))


class Duties:
    """A roster with nothing in it until a test says so."""

    def __init__(self) -> None:
        self.home: Set[SeatId] = frozenset()
        self.running: dict[SeatId, list[dict[str, Any]]] = {}

    def rostered(self, now: int) -> bool:
        return bool(self.running)

    def at_home(self, now: int) -> Set[SeatId]:
        return self.home

    def drawn(self, now: int) -> Mapping[SeatId, list[dict[str, Any]]]:
        return self.running


class Hall:
    """A floor whose effects the feed may hear."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.desk = Desk()
        self.journal = KeptJournal()
        self.figures: dict[str, dict[str, int]] = {}
        self.told = LiveJournal(self.journal)
        self.feed = Feed(
            listen=self.told.listen,
            queues=lambda: ["consult"],
            clock=self.clock,
            now=lambda: self.desk.now,
        )
        self.duties = Duties()
        self.frames = Frames(self.desk.floor, self._figures_of, self.duties)
        self.feed.show(self.frames)

    def _figures_of(self, queue: str) -> Mapping[str, int]:
        return self.figures.get(queue, {})

    def watch(self, view: View = EVERYTHING, login: str = "lead") -> Wall:
        wall = Wall(self.feed, self.feed.grant(login, view, ORIGIN))
        wall.read()
        return wall

    def after(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Note():
                    self.told.note(self.desk.now, effect)
                case SeatKept():
                    self.told.keep_seat(self.desk.now, effect)
                case SeatGone():
                    self.told.drop_seat(self.desk.now, effect)

    def flush(self) -> None:
        self.clock.advance(FLUSH_SECONDS)


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_a_viewer_is_told_the_whole_and_then_what_changed(hall: Hall) -> None:
    hall.desk.seat("1001")
    hall.after(hall.desk.effects)
    hall.desk.seat("1002")
    hall.after(hall.desk.effects)
    wall = hall.watch()
    assert wall.seats["1001"]["state"] == "ready"
    assert wall.queues["consult"]["waiting"] == 0

    hall.desk.call("c1")
    hall.after(hall.desk.effects)
    assert wall.read() == []  # not before the others of this moment are collected
    hall.flush()
    (frame,) = wall.read()
    assert frame["seats"].keys() == {"1001"}
    rung = frame["seats"]["1001"]
    assert (rung["state"], rung["call"], rung["queue"]) == ("offered", "c1", "consult")
    assert rung["since"] == hall.desk.now
    assert frame["queues"]["consult"] == {"waiting": 1, "oldest": hall.desk.now, "today": {}}


def test_only_the_seats_in_view_are_told(hall: Hall) -> None:
    for seat in ("1001", "1002"):
        hall.desk.seat(seat)
        hall.after(hall.desk.effects)
    wall = hall.watch(View(frozenset({OTHER})))
    assert wall.seats.keys() == {"1002"}
    assert wall.queues == {}
    hall.after(hall.desk.tell(SeatPaused(SEAT, "lunch")))
    hall.flush()
    assert wall.read() == []
    hall.after(hall.desk.tell(SeatPaused(OTHER, "lunch")))
    hall.flush()
    wall.read()
    assert wall.seats["1002"]["paused"] == "lunch"


def test_one_seat_can_be_looked_at_without_watching(hall: Hall) -> None:
    assert hall.feed.seat(SEAT) is None
    hall.desk.seat("1001")
    hall.after(hall.desk.effects)
    seen = hall.feed.seat(SEAT)
    assert seen is not None
    assert (seen["state"], seen["since"], seen["phone"]) == ("ready", hall.desk.now, "p1001")


def test_the_end_of_a_call_moves_the_figures_of_its_queue(hall: Hall) -> None:
    wall = hall.watch()
    hall.figures["consult"] = {"answered": 1}
    fields = {"queue": "consult", "outcome": "answered"}
    hall.told.call_changed(1, CallId("c1"), fields)
    hall.flush()
    wall.read()
    assert wall.queues["consult"]["today"] == {"answered": 1}
    assert hall.journal.calls == {"c1": fields}


def test_everything_is_written_while_somebody_watches(hall: Hall) -> None:
    hall.watch()
    hall.desk.seat("1001")
    hall.after(hall.desk.effects)
    assert [note.kind for note in hall.journal.notes] == ["logged_on", "ready"]
    assert hall.journal.seats.keys() == {"1001"}


@pytest.mark.parametrize("address", ["/feed", "/feed?pass=wrong", "/other?pass={}"])
def test_without_a_pass_there_is_nothing_to_see(hall: Hall, address: str) -> None:
    token = hall.feed.grant("lead", EVERYTHING, ORIGIN)
    transport = StringTransport()
    protocol = hall.feed.site().buildProtocol(IPv4Address("TCP", "127.0.0.1", 1))
    protocol.makeConnection(transport)
    protocol.dataReceived(f"GET {address.format(token)} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    assert transport.value().split(b" ")[1] in (b"403", b"404")
    assert hall.feed.viewers == 0
    hall.feed.stop()


def test_a_pass_allows_the_page_it_was_made_for(hall: Hall) -> None:
    wall = Wall(hall.feed, hall.feed.grant("lead", EVERYTHING, ORIGIN))
    head = wall.transport.value().partition(b"\r\n\r\n")[0].lower()
    assert f"access-control-allow-origin: {ORIGIN}".encode() in head
    assert b"no-store" in head


def test_a_pass_that_nobody_comes_with_is_void(hall: Hall) -> None:
    token = hall.feed.grant("lead", EVERYTHING, ORIGIN)
    hall.clock.advance(PASS_SECONDS)
    wall = Wall(hall.feed, token)
    assert b" 403 " in wall.transport.value()


def test_a_viewer_may_come_back_with_the_same_pass(hall: Hall) -> None:
    token = hall.feed.grant("lead", EVERYTHING, ORIGIN)
    wall = Wall(hall.feed, token)
    hall.clock.advance(10 * PASS_SECONDS)
    wall.leave()
    hall.clock.advance(PASS_SECONDS - 1)
    again = Wall(hall.feed, token)
    assert again.read()[0]["whole"]
    again.leave()
    hall.clock.advance(PASS_SECONDS)
    assert hall.clock.getDelayedCalls() == []


def test_the_end_of_a_log_in_cuts_its_viewers(hall: Hall) -> None:
    theirs, mine = hall.watch(login="lead"), hall.watch(login="manager")
    hall.feed.revoke("lead")
    assert theirs.transport.disconnecting
    assert not mine.transport.disconnecting


def test_silence_is_broken_so_that_dead_viewers_are_found(hall: Hall) -> None:
    wall = hall.watch()
    hall.clock.advance(ALIVE_SECONDS)
    assert b":\n\n" in wall.transport.value()
    wall.leave()
    hall.clock.advance(PASS_SECONDS)
    assert hall.clock.getDelayedCalls() == []


def test_a_slow_viewer_is_skipped_and_then_told_the_whole(hall: Hall) -> None:
    hall.desk.seat("1001")
    hall.after(hall.desk.effects)
    wall, quick = hall.watch(), hall.watch()
    wall.transport.producer.pauseProducing()
    hall.after(hall.desk.tell(SeatPaused(SEAT, "lunch")))
    hall.flush()
    assert wall.read() == []
    assert len(quick.read()) == 1
    wall.transport.producer.resumeProducing()
    hall.flush()
    (frame,) = wall.read()
    assert frame["whole"]
    assert wall.seats == quick.seats


def test_the_journal_is_heard_from_the_first_viewer_to_the_last() -> None:
    clock, heard = Clock(), Counter[str]()

    def listen(listener: Listener) -> Callable[[], None]:
        heard["begun"] += 1
        return lambda: heard.update(ended=1)

    feed = Feed(listen=listen, queues=lambda: [], clock=clock, now=lambda: 0)
    feed.show(Frames(Desk().floor, lambda queue: {}, Duties()))
    for turn in (1, 2):
        assert heard == Counter(begun=turn - 1, ended=turn - 1)
        first, second = (Wall(feed, feed.grant("lead", EVERYTHING, ORIGIN)) for _ in range(2))
        first.leave()
        assert heard == Counter(begun=turn, ended=turn - 1)
        second.leave()
    assert heard == Counter(begun=2, ended=2)
    feed.stop()


def test_nobody_watching_costs_neither_timer_nor_look(hall: Hall, monkeypatch: Any) -> None:
    def drawn(*_: object) -> None:
        raise AssertionError("drawn for nobody")

    monkeypatch.setattr(hall.frames, "seat", drawn)
    monkeypatch.setattr(hall.desk.floor, "seat", drawn)
    hall.desk.seat("1001")
    hall.after(hall.desk.effects)
    hall.desk.talk("c1", "1001")
    hall.after(hall.desk.effects)
    assert hall.clock.getDelayedCalls() == []


def test_who_comes_late_is_told_since_when_a_seat_does_what_it_does(hall: Hall) -> None:
    hall.desk.seat("1001")
    hall.desk.talk("c1", "1001")
    answered = hall.desk.now
    hall.desk.phone("1001", Device.IN_USE)  # as phones of those who talk are
    hall.desk.wait(5_000)
    seat = hall.watch().seats["1001"]
    assert (seat["state"], seat["since"]) == ("talking", answered)


@pytest.mark.parametrize(
    ("phone", "home", "place"),
    [
        ("p101", {SEAT}, "desk"),
        ("mobile:1001", set(), "mobile"),
        ("mobile:1001", {SEAT}, "home"),
    ],
)
def test_a_seat_is_told_with_its_place(
    hall: Hall, phone: str, home: set[SeatId], place: str
) -> None:
    hall.duties.home = home
    hall.desk.tell(SeatLoggedOn(SEAT, {}, phone, Device.FREE))
    assert hall.watch().seats["1001"]["place"] == place


def test_who_comes_or_goes_is_told_with_the_duty(hall: Hall) -> None:
    hall.duties.running = {SEAT: [{"word": "missing"}], OTHER: [{"word": "missing"}]}
    wall, desk = hall.watch(), hall.watch(View(frozenset({SEAT})))
    hall.duties.running = {**hall.duties.running, SEAT: [{"word": "on time"}]}
    hall.desk.seat("1001")
    hall.after(hall.desk.effects)
    hall.flush()
    (frame,) = wall.read()
    assert frame["duties"] == {"1001": [{"word": "on time"}]}
    assert "duties" not in desk.read()[0]
    hall.after(hall.desk.tell(SeatPaused(SEAT, "lunch")))
    hall.flush()
    assert "duties" not in wall.read()[0]


def test_a_whole_frame_tells_all_duties_to_who_may_see_all(hall: Hall) -> None:
    hall.duties.running = {OTHER: [{"word": "missing"}]}
    whole = hall.feed.whole()
    assert (whole["duties"], whole["rostered"]) == (hall.duties.running, True)
    assert "duties" not in hall.frames.whole(View(frozenset({SEAT})), [], hall.desk.now)


def test_another_site_is_told_as_a_whole(hall: Hall) -> None:
    wall = hall.watch()
    hall.feed.show_anew()
    hall.flush()
    (frame,) = wall.read()
    assert frame["whole"]


STEPS = st.lists(
    st.sampled_from(["seat", "pause", "ready", "away", "free", "call", "answer", "miss", "off"]),
    max_size=25,
)


@settings(max_examples=60)
@given(STEPS, st.lists(st.booleans(), min_size=25, max_size=25))
def test_what_a_viewer_has_put_together_is_what_is(steps: list[str], flushes: list[bool]) -> None:
    hall = Hall()
    wall = hall.watch()
    calls = 0
    for step, flush in zip(steps, flushes, strict=False):
        offered = [call for call in hall.desk.floor.picture().calls if call.state == "offered"]
        match step:
            case "seat":
                hall.desk.seat("1001")
            case "pause" | "ready" | "off" if SEAT not in {
                seat.seat for seat in hall.desk.floor.picture().seats if not seat.leaving
            }:
                continue
            case "pause":
                hall.desk.tell(SeatPaused(SEAT, "lunch"))
            case "ready":
                hall.desk.tell(SeatReady(SEAT))
            case "off":
                hall.desk.off("1001")
            case "away" | "free":
                hall.desk.tell(DeviceChanged(SEAT, Device[step.upper()]))
            case "call":
                calls += 1
                hall.desk.call(f"c{calls}", wrap_up=1_500)
            case "answer" | "miss" if not offered:
                continue
            case "answer":
                hall.desk.answered(f"{offered[0].call}-{offered[0].attempts}")
            case "miss":
                hall.desk.failed(
                    f"{offered[0].call}-{offered[0].attempts}", types.Failure.NO_ANSWER
                )
        hall.after(hall.desk.effects)
        if flush:
            hall.flush()
    hall.flush()
    wall.read()
    whole = hall.frames.whole(EVERYTHING, ["consult"], hall.desk.now)
    assert wall.seats == json.loads(json.dumps(whole["seats"]))
    assert wall.queues == json.loads(json.dumps(whole["queues"]))
    hall.feed.stop()


def test_a_pass_stands_in_no_log(hall: Hall) -> None:
    """Twisted's sites write the address of each request that is over."""
    said: list[str] = []

    def keep(event: LogEvent) -> None:
        said.append(formatEvent(event) or "")

    token = hall.feed.grant("lead", EVERYTHING, ORIGIN)
    site = hall.feed.site()
    site.startFactory()
    globalLogPublisher.addObserver(keep)
    try:
        for address in (f"/feed?pass={token}", f"/elsewhere?pass={token}"):
            page = site.buildProtocol(IPv4Address("TCP", "127.0.0.1", 1))
            page.makeConnection(StringTransport())
            page.dataReceived(f"GET {address} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            page.connectionLost(Failure(ConnectionDone()))
    finally:
        globalLogPublisher.removeObserver(keep)
        site.stopFactory()
    assert not [line for line in said if token in line]
