"""The FastAGI door: who is let in, who is counted, and what becomes of a session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest
from structlog.testing import capture_logs
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock

from hotseat.asterisk.agi import FastAgiListener, signature
from hotseat.asterisk.agi_line import FastAgiLine
from hotseat.asterisk.agi_session import AgiSession
from ivr.ports import LineFacts, LineGone
from tests.unit.asterisk.wires import Wire

ENVIRONMENT = (
    "agi_network: yes\nagi_network_script: line\nagi_channel: PJSIP/trunk-0000002a\n"
    "agi_uniqueid: hot-1795287227.1\nagi_callerid: 13800138000\nagi_calleridname: 张\x07三\n"
    "agi_arg_1: trunk\nagi_arg_2: 4000\nagi_arg_3: ANSWER\nagi_arg_4: 1795287227001\n"
    "agi_arg_5: waiting|01J|consult\n\n"
)
ALLOWED = "127.1.2.1"


class Door:
    """A listener and the peers that knock at it."""

    def __init__(self, clock: MemoryReactorClock) -> None:
        self.clock = clock
        self.lines: list[FastAgiLine] = []
        self.serve: Callable[[FastAgiLine], Awaitable[None]] = self._hold
        self.listener = FastAgiListener(
            clock, key="the-key", allowed=[ALLOWED], on_line=self._on_line, session_limit=3
        )
        begin(self.listener.start("127.1.2.2", 4573))

    def knock(self, peer: str = ALLOWED) -> tuple[AgiSession, Wire] | None:
        session = self.listener.buildProtocol(IPv4Address("TCP", peer, 40_000))
        if session is None:
            return None
        wire = Wire(self.clock, session)
        session.makeConnection(wire)
        return session, wire

    def enter(self, environment: str = ENVIRONMENT) -> tuple[AgiSession, Wire]:
        """Knock as our own Asterisk does."""
        session, wire = self.knock() or pytest.fail("shut out")
        session.dataReceived(signed(environment).encode())
        return session, wire

    async def _on_line(self, line: FastAgiLine) -> None:
        self.lines.append(line)
        await self.serve(line)

    async def _hold(self, line: FastAgiLine) -> None:
        await line.when_gone()


def signed(environment: str) -> str:
    """The environment with the line's signature, as the dialplan sends it."""
    _, found, rest = environment.partition("agi_uniqueid: ")
    uniqueid = rest.partition("\n")[0] if found else ""
    return f"{environment[:-1]}agi_arg_7: {signature('the-key', uniqueid)}\n\n"


def begin(awaitable: Awaitable[None]) -> list[object]:
    async def run() -> None:
        await awaitable

    outcome: list[object] = []
    Deferred.fromCoroutine(run()).addCallbacks(
        outcome.append, lambda failure: outcome.append(failure.value)
    )
    return outcome


@pytest.fixture
def clock() -> Clock:
    return MemoryReactorClock()


@pytest.fixture
def door(clock: MemoryReactorClock) -> Iterator[Door]:
    door = Door(clock)
    yield door
    stopped = begin(door.listener.stop())
    clock.advance(0)
    assert stopped == [None], "stop() hangs"
    assert not clock.getDelayedCalls()
    assert door.listener.sessions == 0


def test_the_door_is_where_it_was_asked_to_be(clock: MemoryReactorClock, door: Door) -> None:
    port, factory, backlog, interface = clock.tcpServers[0]
    assert (port, interface) == (4573, "127.1.2.2")
    assert factory is door.listener
    assert backlog >= 500  # after a restart all waiting callers come at once


def test_our_own_asterisk_is_let_in_with_the_line_s_facts(clock: Clock, door: Door) -> None:
    _, wire = door.enter()
    assert door.lines[0].facts == LineFacts(
        channel="PJSIP/trunk-0000002a",
        uniqueid="hot-1795287227.1",
        dialled="4000",
        caller_number="13800138000",
        caller_name="张三",
        context="trunk",
        dial_status="ANSWER",
        ended=1795287227001,
        ticket="waiting|01J|consult",
    )
    assert wire.no_delay
    assert wire.keep_alive
    assert not door.listener.refused


@pytest.mark.parametrize("instant", ["soon", "-1", "9" * 5_000, "\u0661\u0662"])
def test_an_instant_that_is_none_is_not_known(clock: Clock, door: Door, instant: str) -> None:
    door.enter(f"agi_channel: x\nagi_arg_1: trunk\nagi_arg_4: {instant}\nagi_arg_6: {instant}\n\n")
    facts = door.lines[0].facts
    assert (facts.ended, facts.arrived) == (None, None)


def test_a_first_contact_has_no_past(clock: Clock, door: Door) -> None:
    door.enter(
        "agi_channel: PJSIP/p101-1\nagi_uniqueid: 1\nagi_callerid: unknown\n"
        "agi_calleridname: unknown\nagi_arg_1: phone\nagi_arg_2: 4000\nagi_arg_3: \n"
        "agi_arg_4: \nagi_arg_5: \n\n"
    )
    assert door.lines[0].facts == LineFacts(
        channel="PJSIP/p101-1",
        uniqueid="1",
        dialled="4000",
        caller_number="",
        caller_name="",
        context="phone",
    )


def test_a_signature_is_what_the_dialplan_s_sha1_says() -> None:
    # printf 'the-keyhot-1795287227.1the-key' | sha1sum
    assert signature("the-key", "hot-1795287227.1") == "4b6f9af376cfff8617891c6683a17ee8cdd76ee4"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "agi_arg_7: \n",
        "agi_arg_7: the-key\n",
        f"agi_arg_7: {signature('the-key', 'hot-1795287227.2')}\n",
        f"agi_arg_7: {signature('the-kez', 'hot-1795287227.1')}\n",
        f"agi_arg_6: {signature('the-key', 'hot-1795287227.1')}\n",
        "agi_arg_7: 张三\n",
    ],
    ids=["none", "empty", "the key", "another line's", "another key's", "elsewhere", "no ASCII"],
)
def test_a_line_that_is_not_signed_with_the_key_is_cut_off(
    clock: Clock, door: Door, said: str
) -> None:
    session, wire = door.knock() or pytest.fail("shut out")
    with capture_logs() as logs:
        session.dataReceived(f"{ENVIRONMENT[:-1]}{said}\n".encode())
    assert wire.closed == "aborted"
    assert wire.take() == b""
    assert door.listener.refused == {"key": 1}
    assert not door.lines
    assert "the-key" not in str(logs)


def test_a_strange_address_is_shut_out(clock: Clock, door: Door) -> None:
    assert door.knock("127.1.2.3") is None
    assert door.listener.refused == {"address": 1}


def test_more_sessions_than_allowed_are_shut_out(clock: Clock, door: Door) -> None:
    sessions = [door.enter() for _ in range(3)]
    assert door.knock() is None
    assert door.listener.refused == {"full": 1}
    sessions[0][1].drop()
    assert door.knock() is not None


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", b"agi_x: " + b"y" * 70_000, b"\xff\n"])
def test_who_does_not_speak_agi_is_cut_off(clock: Clock, door: Door, data: bytes) -> None:
    session, wire = door.knock() or pytest.fail("shut out")
    session.dataReceived(data)
    assert wire.closed == "aborted"
    assert door.listener.refused == {"not_agi": 1}


@pytest.mark.parametrize("said", [b"", b"agi_network: yes\n", ENVIRONMENT[:-1].encode()])
def test_who_does_not_say_in_time_which_line_it_is_is_cut_off(
    clock: Clock, door: Door, said: bytes
) -> None:
    session, wire = door.knock() or pytest.fail("shut out")
    session.dataReceived(said)
    clock.pump([1] * 4)
    assert not wire.closed
    clock.pump([1] * 2)
    assert wire.closed == "aborted"
    assert door.listener.refused == {"slow": 1}


def test_a_connection_lost_at_the_door_is_no_stranger(clock: Clock, door: Door) -> None:
    session, wire = door.knock() or pytest.fail("shut out")
    session.dataReceived(ENVIRONMENT[:-1].encode())
    wire.drop()
    assert not door.listener.refused
    assert not door.lines


def test_a_caller_who_leaves_at_once_is_no_stranger(clock: Clock, door: Door) -> None:
    session, wire = door.knock() or pytest.fail("shut out")
    session.dataReceived(f"{signed(ENVIRONMENT)}HANGUP\n".encode())
    assert wire.closed == "closed"
    assert not door.listener.refused


@pytest.mark.parametrize("arguments", ["", "agi_arg_1: moon\n", "agi_arg_1: trunk\nagi_arg_8: x\n"])
def test_arguments_that_are_not_our_dialplan_s_are_refused(
    clock: Clock, door: Door, arguments: str
) -> None:
    with capture_logs() as logs:
        _, wire = door.enter(f"agi_channel: x\n{arguments}\n")
    assert wire.closed == "aborted"
    assert door.listener.refused == {"arguments": 1}
    assert "fastagi_arguments" in [entry["event"] for entry in logs]


def test_strangers_are_logged_by_powers_of_two(clock: Clock, door: Door) -> None:
    with capture_logs() as logs:
        for _ in range(100):
            door.knock("127.1.2.3")
    assert [entry["total"] for entry in logs] == [1, 2, 4, 8, 16, 32, 64]
    assert door.listener.refused["address"] == 100


def test_a_session_that_was_served_is_closed(clock: Clock, door: Door) -> None:
    async def serve(line: FastAgiLine) -> None:
        await line.answer()

    door.serve = serve
    session, wire = door.enter()
    session.dataReceived(b"200 result=0\n")
    assert wire.closed == "closed"


def test_a_failure_is_logged_and_the_dialplan_comes_again(clock: Clock, door: Door) -> None:
    async def serve(line: FastAgiLine) -> None:
        raise ZeroDivisionError("menu")

    door.serve = serve
    with capture_logs() as logs:
        _, wire = door.enter()
    assert wire.closed == "closed"
    (entry,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert entry["channel"] == "PJSIP/trunk-0000002a"
    assert entry["exc_info"]


def test_a_caller_who_leaves_is_no_failure(clock: Clock, door: Door) -> None:
    async def serve(line: FastAgiLine) -> None:
        await line.answer()

    door.serve = serve
    with capture_logs() as logs:
        session, wire = door.enter()
        session.dataReceived(b"HANGUP\n")
    assert wire.closed == "closed"
    assert not [entry for entry in logs if entry["log_level"] == "error"]


def test_stopping_ends_every_session(clock: MemoryReactorClock) -> None:
    door = Door(clock)
    gone: list[str] = []

    async def serve(line: FastAgiLine) -> None:
        try:
            await line.answer()
        except LineGone as error:
            gone.append(str(error))

    door.serve = serve
    door.enter()
    door.enter()
    stopped = begin(door.listener.stop())
    assert gone == ["server stops"] * 2
    assert stopped == []
    clock.advance(0)
    assert stopped == [None]
    assert not clock.getDelayedCalls()


def test_a_closed_door_leaves_those_inside_alone(clock: MemoryReactorClock) -> None:
    door = Door(clock)
    session, _ = door.enter()
    begin(door.listener.close_door())
    assert not door.listener.open
    assert not session.gone
    assert door.listener.sessions == 1
    begin(door.listener.stop())
    clock.advance(0)
    assert clock.getDelayedCalls() == []


def test_a_command_that_is_never_answered_ends_the_session(clock: Clock, door: Door) -> None:
    async def serve(line: FastAgiLine) -> None:
        await line.answer()

    door.serve = serve
    _, wire = door.enter()
    clock.pump([1] * 9)
    assert not wire.closed
    with capture_logs() as logs:
        clock.pump([1] * 2)
    assert wire.closed == "aborted"
    assert logs[0]["line"] == "PJSIP/trunk-0000002a"
    assert not door.listener.refused


def test_an_idle_line_may_wait_for_hours(clock: Clock, door: Door) -> None:
    _, wire = door.enter()
    clock.pump([600] * 12)
    assert not wire.closed
