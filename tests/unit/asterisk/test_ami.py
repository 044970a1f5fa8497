"""The AMI link: log-in, answers, loss and return, subscriptions, lag."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionRefusedError
from twisted.internet.task import Clock

from hotseat.asterisk.ami import AmiLink, AmiRefused, AmiTimeout, LinkDown
from hotseat.asterisk.ami_wire import Message
from tests.unit.asterisk.wires import Endpoint, Wire

T = TypeVar("T")
BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"


class Asterisk:
    """The other end of the link's connections."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.endpoint = Endpoint(clock)
        self.link = AmiLink(
            clock,
            self.endpoint,
            user="hotseat",
            secret="s3cret",
            secret_place="secrets.json",
            rng=random.Random(1),
            wall_clock=lambda: 1_000_000 + clock.seconds(),
        )
        self.wire: Wire
        self._protocol: Any = None

    def accept(self) -> None:
        self._protocol, self.wire = self.endpoint.accept()

    def say(self, *lines: str) -> None:
        self._protocol.dataReceived("\r\n".join((*lines, "", "")).encode())

    def hear(self) -> list[dict[str, str]]:
        """The actions sent since the last look."""
        blocks = self.wire.take().decode().split("\r\n\r\n")[:-1]
        return [dict(line.split(": ", 1) for line in block.split("\r\n")) for block in blocks]

    def answer(self, *lines: str) -> dict[str, str]:
        """Answer the one action sent since the last look."""
        (action,) = self.hear()
        self.say("Response: Success", f"ActionID: {action['ActionID']}", *lines)
        return action

    def log_in(self) -> None:
        self.accept()
        assert self.answer("Challenge: 4711")["Action"] == "Challenge"
        assert self.answer("Message: Authentication accepted")["Action"] == "Login"
        assert self.answer("Ping: Pong")["Action"] == "Ping"

    def up(self) -> None:
        self.log_in()
        self._protocol.dataReceived(BOOTED)

    def connect(self) -> None:
        self.link.start()
        self.up()


@pytest.fixture
def asterisk(clock: Clock):
    asterisk = Asterisk(clock)
    yield asterisk
    stopped = Deferred.fromCoroutine(asterisk.link.stop())
    clock.advance(0)
    assert stopped.called, "stop() hangs"


def begin(coroutine: Coroutine[Deferred[Any], Any, T]) -> list[Any]:
    """Start it; its result or exception will be the list's one item."""
    outcome: list[Any] = []
    started = Deferred.fromCoroutine(coroutine)
    started.addCallbacks(outcome.append, lambda failure: outcome.append(failure.value))
    return outcome


# -- log-in ------------------------------------------------------------------------------------


def test_the_secret_is_proved_and_never_sent(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.link.start()
    asterisk.accept()
    assert asterisk.answer("Challenge: 4711") == {
        "Action": "Challenge",
        "ActionID": "1",
        "AuthType": "MD5",
    }
    written = asterisk.wire.value()
    login = asterisk.answer("Message: Authentication accepted")
    assert login["Username"] == "hotseat"
    assert login["Key"] == hashlib.md5(b"4711s3cret").hexdigest()
    assert b"s3cret" not in written


def test_the_link_is_up_when_asterisk_is_fully_booted(clock: Clock, asterisk: Asterisk) -> None:
    told: list[str] = []
    asterisk.link.on_up(lambda: told.append("up"))
    asterisk.link.start()
    with capture_logs() as logs:
        asterisk.log_in()
    assert "ami_not_booted" in [entry["event"] for entry in logs]
    assert begin(asterisk.link.action("CoreStatus"))[0].args == ("no link to Asterisk",)
    asterisk.say("Event: FullyBooted", "Status: Fully Booted")
    asterisk.say("Event: FullyBooted", "Status: Fully Booted")
    assert told == ["up"]
    assert asterisk.link.up


def test_a10_a_wrong_secret_is_told_loudly_and_not_tried_again_for_a_minute(
    clock: Clock, asterisk: Asterisk
) -> None:
    asterisk.link.start()
    asterisk.accept()
    asterisk.answer("Challenge: 4711")
    (login,) = asterisk.hear()
    with capture_logs() as logs:
        asterisk.say(
            "Response: Error", f"ActionID: {login['ActionID']}", "Message: Authentication failed"
        )
    (entry,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert entry["user"] == "hotseat"
    assert "secrets.json" in entry["fix"]
    assert entry["said"] == "Authentication failed"
    assert "s3cret" not in str(logs)
    clock.pump([1] * 44)
    assert asterisk.endpoint.tries == 1
    clock.pump([1] * 32)
    assert asterisk.endpoint.tries == 2
    asterisk.up()
    assert asterisk.link.up


def test_a_log_in_that_is_never_answered_is_given_up(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.link.start()
    asterisk.accept()
    clock.advance(10)
    assert asterisk.wire.closed == "aborted"
    clock.advance(1)
    assert asterisk.endpoint.tries == 2


# -- loss and return ---------------------------------------------------------------------------


def test_a2_asterisk_away_for_a_minute_is_found_again(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.connect()
    asterisk.wire.drop()
    for _ in range(600):
        clock.advance(0.1)
        if asterisk.endpoint.asked and clock.seconds() < 60:
            asterisk.endpoint.refuse(ConnectionRefusedError())
    assert 6 <= asterisk.endpoint.tries <= 12
    clock.pump([1] * 38)
    asterisk.up()
    assert asterisk.link.up


def test_the_wait_grows_with_failures_and_is_reset_only_by_a_log_in(
    clock: Clock, asterisk: Asterisk
) -> None:
    asterisk.link.start()
    waits = []
    for how in ["refuse"] * 4 + ["drop"] * 2 + ["up"]:
        if how == "refuse":
            asterisk.endpoint.refuse(ConnectionRefusedError())
        else:
            asterisk.up() if how == "up" else asterisk.accept()
            asterisk.wire.drop()
        began = clock.seconds()
        while not asterisk.endpoint.asked:
            clock.advance(0.05)
        waits.append(clock.seconds() - began)
    for wait, expected in zip(waits, [0.5, 1, 2, 4, 8, 16, 0.5], strict=True):
        assert 0.75 * expected <= wait <= 1.25 * expected + 0.1
    assert len({round(wait / 0.5, 2) % 1 for wait in waits}) > 2  # jitter


def test_a3_every_pending_action_fails_when_the_link_is_lost(
    clock: Clock, asterisk: Asterisk
) -> None:
    asterisk.connect()
    pending = [begin(asterisk.link.action("Ping")) for _ in range(3)]
    listing = begin(asterisk.link.listing("QueueStatus"))  # A4
    asterisk.hear()
    asterisk.wire.drop()
    for outcome in (*pending, listing):
        assert [type(error) for error in outcome] == [LinkDown]


def test_a5_an_action_without_link_fails_at_once(clock: Clock, asterisk: Asterisk) -> None:
    assert isinstance(begin(asterisk.link.action("Ping"))[0], LinkDown)
    asterisk.connect()
    asterisk.wire.drop()
    assert isinstance(begin(asterisk.link.action("Ping"))[0], LinkDown)


def test_a5_an_action_that_is_not_answered_times_out(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.connect()
    outcome = begin(asterisk.link.action("Originate", {"Channel": "PJSIP/p1"}, timeout=3))
    (action,) = asterisk.hear()
    clock.advance(2.9)
    assert outcome == []
    clock.advance(0.1)
    assert isinstance(outcome[0], AmiTimeout)
    assert "Originate" in str(outcome[0])
    asterisk.say("Response: Success", f"ActionID: {action['ActionID']}")
    assert asterisk.link.counts.unknown_responses == 1


def test_the_state_callbacks_are_called_at_each_change(clock: Clock, asterisk: Asterisk) -> None:
    told: list[str] = []

    def broken() -> None:
        raise ZeroDivisionError

    asterisk.link.on_up(broken)
    asterisk.link.on_up(lambda: told.append("up"))
    asterisk.link.on_down(lambda: told.append("down"))
    asterisk.connect()
    with capture_logs() as logs:
        asterisk.wire.drop()
        clock.advance(1)
        asterisk.accept()
        asterisk.wire.drop()  # never up: nothing to tell
        clock.advance(2)
        asterisk.up()
    assert told == ["up", "down", "up"]
    assert "ami_state_callback_failed" in [entry["event"] for entry in logs]


@pytest.mark.parametrize("when", ["connecting", "logging in", "up", "waiting"])
def test_the_link_stops_at_any_moment(clock: Clock, when: str) -> None:
    asterisk = Asterisk(clock)
    asterisk.link.start()
    if when == "logging in":
        asterisk.accept()
    elif when == "up":
        asterisk.up()
    elif when == "waiting":
        asterisk.endpoint.refuse(ConnectionRefusedError())
    stopped = Deferred.fromCoroutine(asterisk.link.stop())
    clock.advance(0)
    assert stopped.called
    assert not asterisk.link.up
    clock.advance(100)
    assert asterisk.endpoint.tries == 1


def test_a_connect_that_fails_with_its_own_error_when_cancelled_stops_too(clock: Clock) -> None:
    """Twisted's TCP endpoints do not raise CancelledError."""
    asterisk = Asterisk(clock)
    refused = ConnectionRefusedError()
    asterisk.endpoint.connect = lambda factory: Deferred(  # type: ignore[method-assign]
        lambda connecting: connecting.errback(refused)
    )
    asterisk.link.start()
    stopped = Deferred.fromCoroutine(asterisk.link.stop())
    assert stopped.called


# -- answers -----------------------------------------------------------------------------------


def test_a11_answers_find_their_actions_in_any_order(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.connect()
    first = begin(asterisk.link.action("Getvar", {"Variable": "A"}))
    second = begin(asterisk.link.action("Getvar", {"Variable": "B"}))
    ids = [action["ActionID"] for action in asterisk.hear()]
    asterisk.say("Response: Success", f"ActionID: {ids[1]}", "Value: b")
    asterisk.say("Response: Success", f"ActionID: {ids[0]}", "Value: a")
    assert (first[0]["Value"], second[0]["Value"]) == ("a", "b")


def test_a_refusal_carries_asterisk_s_words(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.connect()
    outcome = begin(asterisk.link.action("Hangup", {"Channel": "PJSIP/p1"}))
    (action,) = asterisk.hear()
    asterisk.say("Response: Error", f"ActionID: {action['ActionID']}", "Message: No such channel")
    assert isinstance(outcome[0], AmiRefused)
    assert str(outcome[0]) == "No such channel"


def test_a6_a_line_break_in_a_value_is_refused_and_nothing_is_sent(
    clock: Clock, asterisk: Asterisk
) -> None:
    asterisk.connect()
    outcome = begin(asterisk.link.action("Setvar", {"Value": "v\r\n\r\nAction: Command"}))
    assert isinstance(outcome[0], ValueError)
    assert asterisk.hear() == []


def test_a_listing_gathers_its_rows_and_no_event_in_between(
    clock: Clock, asterisk: Asterisk
) -> None:
    seen: list[Message] = []
    asterisk.link.subscribe("Status", seen.append)
    asterisk.connect()
    outcome = begin(asterisk.link.listing("Status", {"Variables": "A"}))
    (action,) = asterisk.hear()
    own = f"ActionID: {action['ActionID']}"
    asterisk.say("Response: Success", own, "EventList: start")
    asterisk.say("Event: Status", own, "Channel: PJSIP/p1", "Variable: A=1", "Variable: B=2")
    asterisk.say("Event: Status", "Channel: PJSIP/other")
    asterisk.say("Event: Status", own, "Channel: PJSIP/p2")
    assert outcome == []
    asterisk.say("Event: StatusComplete", own, "EventList: Complete", "ListItems: 2")
    assert [row["Channel"] for row in outcome[0]] == ["PJSIP/p1", "PJSIP/p2"]
    assert outcome[0][0].all("Variable") == ["A=1", "B=2"]
    assert [event["Channel"] for event in seen] == ["PJSIP/other"]


def test_a_listing_without_rows_is_empty(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.connect()
    outcome = begin(asterisk.link.listing("PJSIPShowContacts"))
    asterisk.answer("Message: nothing to list")
    assert outcome == [[]]


def test_a_cancelled_action_is_forgotten(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.connect()
    started = Deferred.fromCoroutine(asterisk.link.action("Ping"))
    started.cancel()
    failed: list[BaseException] = []
    started.addErrback(lambda failure: failed.append(failure.value))
    assert isinstance(failed[0], CancelledError)
    asterisk.answer()
    assert asterisk.link.counts.unknown_responses == 1


# -- events ------------------------------------------------------------------------------------


def test_a_subscription_outlives_the_connection(clock: Clock, asterisk: Asterisk) -> None:
    seen: list[str] = []
    asterisk.link.subscribe("Hangup", lambda event: seen.append(event["Cause"]))
    asterisk.connect()
    asterisk.say("Event: Hangup", "Cause: 16")
    asterisk.say("Event: Newchannel", "Cause: none")
    asterisk.wire.drop()
    clock.advance(1)
    asterisk.up()
    asterisk.say("Event: Hangup", "Cause: 17")
    assert seen == ["16", "17"]


def test_a_late_subscription_is_told(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.connect()
    seen: list[str] = []
    asterisk.link.subscribe("Hangup", lambda event: seen.append(event["Cause"]))
    asterisk.say("Event: Hangup", "Cause: 16")
    assert seen == ["16"]


def test_a_subscriber_that_fails_is_logged_and_the_others_hear(
    clock: Clock, asterisk: Asterisk
) -> None:
    seen: list[str] = []

    def broken(event: Message) -> None:
        raise KeyError("Nix")

    asterisk.link.subscribe("Hangup", broken)
    asterisk.link.subscribe("Hangup", lambda event: seen.append(event["Cause"]))
    asterisk.connect()
    with capture_logs() as logs:
        asterisk.say("Event: Hangup", "Cause: 16")
    assert seen == ["16"]
    assert logs[0]["event"] == "ami_subscriber_failed"
    assert logs[0]["event_name"] == "Hangup"


def test_a12_a_subscriber_that_ends_its_own_subscription_costs_nobody_an_event(
    clock: Clock, asterisk: Asterisk
) -> None:
    seen: list[str] = []
    ends: list[Callable[[], None]] = []

    def once(event: Message) -> None:
        seen.append("once")
        ends[0]()

    ends.append(asterisk.link.subscribe("Hangup", once))
    asterisk.link.subscribe("Hangup", lambda event: seen.append("other"))
    asterisk.connect()
    asterisk.say("Event: Hangup", "Cause: 16")
    asterisk.say("Event: Hangup", "Cause: 16")
    assert seen == ["once", "other", "other"]


def test_bad_frames_and_events_are_counted_over_connections(
    clock: Clock, asterisk: Asterisk
) -> None:
    asterisk.connect()
    asterisk.say("nonsense")
    asterisk.wire.drop()
    clock.advance(1)
    asterisk.up()
    asterisk.say("nonsense")
    assert asterisk.link.counts.bad_frames == 2
    assert asterisk.link.counts.events == 2  # FullyBooted twice


# -- ping and lag ------------------------------------------------------------------------------


def test_a_ping_goes_out_every_15_seconds(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.connect()
    for _ in range(3):
        clock.advance(14.9)
        assert asterisk.hear() == []
        clock.advance(0.1)
        assert asterisk.answer("Ping: Pong")["Action"] == "Ping"


def test_a_silent_peer_is_dead_after_15_seconds_without_a_byte(
    clock: Clock, asterisk: Asterisk
) -> None:
    asterisk.connect()
    clock.advance(15)
    clock.advance(14.9)
    assert not asterisk.wire.closed
    clock.advance(0.1)
    assert asterisk.wire.closed == "aborted"
    clock.advance(0)
    assert not asterisk.link.up
    clock.advance(1)
    asterisk.up()
    assert asterisk.link.up


def test_a_peer_that_still_tells_events_is_slow_but_not_dead(
    clock: Clock, asterisk: Asterisk
) -> None:
    asterisk.connect()
    clock.advance(15)
    for _ in range(3):
        clock.advance(7)
        asterisk.say("Event: Hangup")
        clock.advance(8)
    assert not asterisk.wire.closed
    assert asterisk.link.lag_ms == 45_000


@pytest.mark.parametrize("fate", ["torn", "refused"])
def test_a_lost_pong_ends_neither_the_pings_nor_the_watch(
    clock: Clock, asterisk: Asterisk, fate: str
) -> None:
    asterisk.connect()
    clock.advance(15)
    (ping,) = asterisk.hear()
    if fate == "refused":
        asterisk.say("Response: Error", f"ActionID: {ping['ActionID']}", "Message: no")
    else:
        asterisk.say("Event: Hangup")
    clock.advance(15)
    assert asterisk.link.lag_ms == 15_000
    assert asterisk.answer("Ping: Pong")["Action"] == "Ping"
    assert asterisk.link.lag_ms == 0
    clock.advance(15)
    assert [action["Action"] for action in asterisk.hear()] == ["Ping"]
    clock.advance(15)
    assert asterisk.wire.closed == "aborted", "silence is still noticed"


@pytest.mark.parametrize("stamp", ["nan", "inf", "-1e308", "1e300", "", "soon"])
def test_a_stamp_that_is_no_time_is_no_lag(clock: Clock, asterisk: Asterisk, stamp: str) -> None:
    asterisk.connect()
    asterisk.say("Event: FullyBooted", f"Timestamp: {stamp}")
    assert asterisk.link.lag_ms == 0


def test_the_lag_is_the_ping_s_round_trip(clock: Clock, asterisk: Asterisk) -> None:
    asterisk.connect()
    assert asterisk.link.lag_ms == 0
    clock.advance(15)
    clock.advance(0.25)
    assert asterisk.link.lag_ms == 250  # not answered yet
    asterisk.answer("Ping: Pong")
    clock.advance(5)
    assert asterisk.link.lag_ms == 250


def test_the_lag_is_the_age_of_events_by_asterisk_s_clock(clock: Clock, asterisk: Asterisk) -> None:
    """Asterisk's clock may differ from ours: its pongs tell by how much."""
    asterisk.link.subscribe("Hangup", lambda event: None)
    asterisk.connect()
    clock.advance(15)
    asterisk.answer("Ping: Pong", f"Timestamp: {500_000 + clock.seconds():.6f}")
    stamp = f"Timestamp: {500_000 + clock.seconds():.6f}"
    asterisk.say("Event: Hangup", "Timestamp: junk")
    assert asterisk.link.lag_ms == 0
    clock.advance(3)
    asterisk.say("Event: Hangup", stamp)
    assert asterisk.link.lag_ms == 3000
    clock.advance(12)
    asterisk.answer("Ping: Pong")
    assert asterisk.link.lag_ms == 0
