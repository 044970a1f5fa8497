"""Scenes of a demo, played on phones and a clock of paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from hotseat.demo.people import Caller, KeyPress, Response, Side, Turn
from hotseat.demo.scenes import House, OnTheLine
from hotseat.demo.stage import Stage
from hotseat.softphones.phone import PhoneError, PhoneEvent

PATIENT = Caller("13912345678", (KeyPress(5, "1"),), patience=30, talk=20, ends_talk=Side.AGENT)


@dataclass
class PaperCall:
    """A call whose other end is the test."""

    caller: str = PATIENT.number
    happened: set[str] = field(default_factory=set)
    pressed: str = ""
    code: int | None = None
    broken: bool = False

    @property
    def over(self) -> bool:
        return "ended" in self.happened

    def find(self, *kinds: str) -> PhoneEvent | None:
        return next((PhoneEvent(kind, 0) for kind in kinds if kind in self.happened), None)

    def digits(self, digits: str) -> None:
        if self.broken:
            raise PhoneError("the phone's process is gone")
        self.pressed += digits

    def pick_up(self, code: int = 200) -> None:
        self.code = code
        self.happened.add("talking" if code == 200 else "ended")

    def hang_up(self) -> None:
        self.happened.add("ended")


@dataclass
class PaperAgent:
    turns: Iterator[Turn]
    calls: list[PaperCall] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    name: str = "1001 王芳"
    accepts: tuple[KeyPress, ...] = ()
    at_work: bool = True

    def sit_down(self) -> None:
        self.said.append("login")

    def rings(self) -> bool:
        return bool(self.calls)

    def call(self) -> PaperCall:
        return self.calls.pop(0)

    def talks_to(self, call: OnTheLine) -> str | None:
        assert isinstance(call, PaperCall)
        accepted = call.pressed == "".join(press.key for press in self.accepts)
        return call.caller if accepted and call.find("talking") else None

    def pause(self, reason: str) -> bool:
        if self.at_work:
            self.said.append(f"pause {reason}")
        return self.at_work

    def ready(self) -> bool:
        if self.at_work:
            self.said.append("ready")
        return self.at_work


class Theatre:
    def __init__(self) -> None:
        self.now = 0.0
        self.told: list[str] = []
        self.stage = Stage(lambda: self.now)
        self.house = House(self.stage, self.told.append, {})
        self.call = PaperCall()

    def dials(self, plan: Caller = PATIENT) -> PaperCall:
        self.stage.enter(self.house.visit(plan, lambda _: self.call))
        self.stage.play()
        return self.call

    def works(self, *turns: Turn, accepts: tuple[KeyPress, ...] = ()) -> PaperAgent:
        agent = PaperAgent(iter(turns), accepts=accepts)
        self.stage.enter(self.house.work(agent, "1001 sits down"))
        self.stage.play()
        return agent

    def passes(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, self.now + max(0.01, self.stage.play()))
        self.stage.play()


@pytest.fixture
def theatre() -> Theatre:
    return Theatre()


def picks_up(
    *, ready_early: float | None = None, pause: str | None = None, length: float = 0
) -> Turn:
    return Turn(Response.PICKS_UP, 2, ready_early, pause, length)


def test_a_caller_listens_before_the_key_and_gives_up_after_the_patience(theatre: Theatre) -> None:
    call = theatre.dials()
    call.happened.add("talking")
    theatre.passes(4.9)
    assert call.pressed == ""
    theatre.passes(0.5)
    assert call.pressed == "1"
    theatre.passes(29)
    assert not call.over
    theatre.passes(2)
    assert call.over
    assert theatre.told == ["…5678 dials", "…5678 presses 1", "…5678 gives up"]
    assert theatre.house.visits == {}


def test_a_caller_who_is_not_answered_by_the_hotline_leaves(theatre: Theatre) -> None:
    call = theatre.dials(Caller("1", (), patience=3, talk=9, ends_talk=Side.CALLER))
    theatre.passes(14)
    assert call.over


def test_the_caller_ends_the_talk(theatre: Theatre) -> None:
    plan = Caller("13912345678", (), patience=30, talk=20, ends_talk=Side.CALLER)
    call = theatre.dials(plan)
    call.happened.add("talking")
    agent = theatre.works(picks_up())
    ringing = PaperCall()
    agent.calls.append(ringing)
    theatre.passes(3)
    assert ringing.code == 200
    theatre.passes(18)
    assert not call.over
    theatre.passes(2)
    assert call.over
    assert not ringing.over, "it is the hotline that ends the other side"
    assert theatre.told[-1] == "…5678 says goodbye"


def test_the_agent_ends_the_talk_and_needs_no_whole_wrap_up(theatre: Theatre) -> None:
    call = theatre.dials()
    call.happened.add("talking")
    agent = theatre.works(picks_up(ready_early=4))
    ringing = PaperCall()
    agent.calls.append(ringing)
    theatre.passes(21)
    assert not ringing.over
    theatre.passes(2)
    assert ringing.over
    assert agent.said == ["login"]
    theatre.passes(4)
    assert agent.said == ["login", "ready"]


def test_an_agent_at_the_mobile_listens_and_presses_1(theatre: Theatre) -> None:
    call = theatre.dials()
    call.happened.add("talking")
    agent = theatre.works(picks_up(), accepts=(KeyPress(5, "1"),))
    ringing = PaperCall()
    agent.calls.append(ringing)
    theatre.passes(3)
    assert ringing.code == 200
    assert not theatre.house.visits[PATIENT.number].answered
    theatre.passes(5)
    assert ringing.pressed == "1"
    assert theatre.house.visits[PATIENT.number].answered
    theatre.passes(22)
    assert ringing.over
    assert theatre.told[-1] == "1001 王芳 says goodbye"


def test_a_mobile_that_another_was_faster_than_presses_nothing(theatre: Theatre) -> None:
    agent = theatre.works(picks_up(), accepts=(KeyPress(5, "1"),))
    ringing = PaperCall()
    agent.calls.append(ringing)
    theatre.passes(3)
    ringing.happened.add("ended")
    theatre.passes(5)
    assert ringing.pressed == ""


def test_an_agent_pauses_and_comes_back(theatre: Theatre) -> None:
    agent = theatre.works(picks_up(pause="tea", length=15))
    ringing = PaperCall(caller="021 1234567")
    agent.calls.append(ringing)
    theatre.passes(23)  # a stranger is talked to for 20 seconds
    assert agent.said == ["login", "pause tea"]
    theatre.passes(15)
    assert agent.said == ["login", "pause tea", "ready"]
    assert theatre.told[-2:] == ["1001 王芳 pauses: tea", "1001 王芳 is back"]


def test_whose_shift_ended_during_the_talk_pauses_no_more(theatre: Theatre) -> None:
    agent = theatre.works(picks_up(pause="tea", length=15))
    agent.calls.append(PaperCall(caller="021 1234567"))
    theatre.passes(10)
    agent.at_work = False
    theatre.passes(40)
    assert agent.said == ["login"]
    assert theatre.told[-1] == "1001 王芳 says goodbye"


def test_an_agent_misses_a_call_and_comes_back(theatre: Theatre) -> None:
    agent = theatre.works(Turn(Response.MISSES, 1, None, None, 0))
    ringing = PaperCall()
    agent.calls.append(ringing)
    theatre.passes(15)
    assert ringing.code is None
    ringing.happened.add("ended")
    theatre.passes(7)
    assert agent.said == ["login", "ready"]


def test_an_agent_declines(theatre: Theatre) -> None:
    agent = theatre.works(Turn(Response.DECLINES, 1, None, None, 0), picks_up())
    first, second = PaperCall(), PaperCall()
    agent.calls.append(first)
    theatre.passes(2)
    assert first.code == 603
    agent.calls.append(second)
    theatre.passes(3)
    assert second.code == 200


def test_a_call_that_was_taken_away_is_not_picked_up(theatre: Theatre) -> None:
    agent = theatre.works(picks_up(), picks_up())
    ringing = PaperCall()
    agent.calls.append(ringing)
    theatre.passes(1)
    ringing.happened.add("ended")
    theatre.passes(3)
    assert ringing.code is None
    assert agent.said == ["login"]


def test_a_broken_phone_ends_its_own_scene_only(theatre: Theatre) -> None:
    call = theatre.dials()
    call.happened.add("talking")
    call.broken = True
    agent = theatre.works(picks_up())
    theatre.passes(6)
    assert theatre.told[-1] == "…5678 is cut off"
    assert theatre.house.visits == {}
    agent.calls.append(PaperCall())
    theatre.passes(3)
    assert theatre.told[-1] == "1001 王芳 talks to …5678"


def test_scenes_keep_their_own_time(theatre: Theatre) -> None:
    seen: list[float] = []

    def clock(pause: float) -> Iterator[float]:
        while True:
            seen.append(theatre.now)
            yield pause

    theatre.stage.enter(clock(1.5))  # type: ignore[arg-type]
    theatre.now = 0.1  # late by a little, once
    theatre.passes(4.5)
    assert seen == [pytest.approx(t) for t in (0.1, 1.5, 3.0, 4.5)]
