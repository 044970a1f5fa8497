"""A drain ends after the last word of the last talk, and not before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from twisted.internet.defer import Deferred

from hotseat import cli
from hotseat.callbacks import Callback
from hotseat.control_client import NotRunning
from hotseat.operation import commands
from hotseat.operation.drain import DRAIN, Drain
from hotseat.outbound import OutboundRules
from ivr.ports import DialResult
from tests.unit.server.scene import Scene


class Floor(Scene):
    """A scene that can be drained."""

    def __init__(self) -> None:
        super().__init__()
        self.doors_closed = 0
        self.ends = 0
        self.drain = Drain(
            contacts=self.contacts,
            dial_backs=self.dial_backs,
            service=self.service,
            close_door=self._close_door,
            clock=self.reactor,
            drained=self._drained,
        )

    async def _close_door(self) -> None:
        self.doors_closed += 1

    def _drained(self) -> None:
        self.ends += 1

    def begin(self) -> int:
        said: list[dict[str, int]] = []
        Deferred.fromCoroutine(self.drain.begin()).addCallback(said.append)
        return said[0]["talking"]


@pytest.fixture
def floor() -> Iterator[Floor]:
    floor = Floor()
    yield floor
    floor.drain.stop()


def test_nobody_talks_and_the_asker_hears_the_answer_first(floor: Floor) -> None:
    assert floor.drain.left is None
    assert floor.begin() == floor.drain.left == 0
    assert (floor.doors_closed, floor.ends) == (1, 0)
    floor.reactor.advance(1)
    assert floor.ends == 1
    floor.reactor.advance(10)
    assert floor.ends == 1


def test_a_talk_is_waited_for_to_its_farewell(floor: Floor) -> None:
    floor.seat()
    line = floor.rings_in()
    call = floor.call_of(line)
    floor.contacts.talk_began(call, "p101")
    assert floor.begin() == 1
    floor.reactor.advance(600)
    assert floor.ends == 0
    line.dial_ends(DialResult.ANSWERED)
    assert line.did[-1] == "hang up 16", "the farewell was heard"
    floor.reactor.advance(1)
    assert floor.ends == 0, "its channel is still there"
    line.vanishes()
    floor.contacts.line_died(call)
    floor.reactor.advance(1)
    assert floor.ends == 1


def test_who_waits_is_offered_to_nobody_and_keeps_the_server_from_nothing(floor: Floor) -> None:
    line = floor.rings_in()
    floor.begin()
    floor.seat()
    assert line.ringing is None
    assert DRAIN in floor.service.floor.picture().held
    floor.reactor.advance(1)
    assert floor.ends == 1


def test_a_phone_that_rings_may_still_be_answered(floor: Floor) -> None:
    floor.seat()
    line = floor.rings_in()
    assert line.ringing is not None
    assert floor.begin() == 1
    floor.contacts.talk_began(floor.call_of(line), "p101")
    floor.reactor.advance(30)
    assert floor.ends == 0


def test_a_customer_who_is_called_back_is_waited_for(floor: Floor) -> None:
    rules = OutboundRules("CN", ("+86",), "4008001000")
    floor.config.now = replace(floor.config.now, outbound=rules)
    floor.asked_back["C1"] = Callback("C1", 500_000, "consult", "+8613800138000", "zh", "")
    floor.seat()
    Deferred.fromCoroutine(floor.dial_backs.begin("C1", "1001", "mei"))
    (attempt,) = floor.ringer.rung
    line = floor.rings_in(attempt, context="seat")
    floor.ringer.answers[attempt].callback(DialResult.ANSWERED)
    floor.ringer.talks[attempt]()
    assert floor.begin() == 1
    floor.reactor.advance(600)
    assert floor.ends == 0
    line.dial_ends(DialResult.ANSWERED)
    floor.reactor.advance(1)
    assert floor.ends == 1


def test_a_second_drain_only_says_how_far_it_is(floor: Floor) -> None:
    floor.seat()
    floor.rings_in()
    assert [floor.begin(), floor.begin()] == [1, 1]
    assert floor.doors_closed == 1


def run(monkeypatch: pytest.MonkeyPatch, answers: list[int | Exception], *words: str) -> Result:
    expected = {"drain": "talking"}

    def ask(settings: object, command: str) -> dict[str, int]:
        # Asked for once; from then on the server is only watched.
        key = expected.pop("drain") if command == "drain" else "draining"
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {key: answer}

    monkeypatch.setattr(commands, "ask", ask)
    monkeypatch.setattr(commands.time, "sleep", lambda seconds: None)
    return CliRunner().invoke(cli.main, ["drain", *words])


def test_the_command_stays_until_the_server_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, [2, 2, 1, 0, NotRunning("gone")])
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "2 still talk",
        "1 still talk",
        "drained; the server has stopped",
    ]


def test_the_command_speaks_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert run(monkeypatch, [2, 1, 0, NotRunning("gone")]).output.splitlines() == [
        "还有 2 通电话在进行",
        "还有 1 通电话在进行",
        "收尾完毕，服务器已停止",
    ]
    gone = run(monkeypatch, [0, NotRunning("gone")], "--json")
    assert json.loads(gone.output) == {"talking": 0}


def test_the_command_can_leave_the_server_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, [2], "--no-wait").output == "draining; 2 still talk\n"


def test_without_a_server_there_is_nothing_to_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, [NotRunning("no server")]).exit_code == 1
