"""Which reply belongs to which command, when prompts are cut at any instant."""

from __future__ import annotations

import random

import pytest

from hotseat.asterisk.agi_wire import (
    AgiConversation,
    AgiParser,
    Reply,
    Turn,
    format_command,
)
from tests.wire.res_agi import ResAgi

DONE = Reply(200, "0")
ENDED = Reply(200, "0", None, 8000)
STEP = 0.25
POKE_AFTER = 20.0


class Caller:
    """Our side: plays, cuts at a given instant, and asks on; notes what each command was told."""

    def __init__(self, peer: ResAgi, rng: random.Random, cut_at: float, settle: float) -> None:
        self.told: list[tuple[str, Reply | None]] = []
        self.poked = False
        self.late = 0.0
        self._peer = peer
        self._rng = rng
        self._cut_at = cut_at
        self._settle = settle
        self._talk = AgiConversation()
        self._parser = AgiParser()
        self._parser.feed(b"agi_channel: x\n\n")
        self._script = ["play", "EXEC", "GET", "GET", "play", "GET"]
        self._running = ""
        self._at = 0
        self._incoming: list[tuple[float, bytes]] = []

    @property
    def done(self) -> bool:
        return not self._running and self._at == len(self._script)

    def step(self, now: float) -> None:
        for at, data in self._peer.run(now):
            cut = self._rng.randrange(len(data))
            delay = self._rng.choice((0.1, 1.0, 4.0))
            self._incoming += [(at + delay, data[:cut]), (at + delay, data[cut:])]
        while self._incoming and self._incoming[0][0] <= now:
            for message in self._parser.feed(self._incoming.pop(0)[1]):
                assert isinstance(message, Reply)
                answer = self._talk.receive(message)
                if self._talk.turn is Turn.LATE:
                    self.late = now
                if answer is not None:
                    self._end(answer)
        if self._talk.turn is Turn.LATE and now > self.late + POKE_AFTER:
            self.poked = True
            self._peer.arrive(now + 0.1, self._talk.poke())
        cutting = self._at == 1 and now >= self._cut_at
        if cutting and self._talk.turn is Turn.PROMPT:
            self._talk.cut()
            self._end(None)
        if not self._running and not self.done and (self._at != 1 or now >= self._settle):
            self._begin(now)

    def _begin(self, now: float) -> None:
        verb = self._script[self._at]
        if verb == "play":
            self._talk.play()
            line = format_command("STREAM FILE", "hold", "")
        else:
            self._talk.send()
            line = format_command(verb, f"tag{self._at}")
        self._at += 1
        self._running = verb
        self._peer.arrive(now + 0.1, line)

    def _end(self, answer: Reply | None) -> None:
        self.told.append((self._running, answer))
        self._running = ""


def cut_point(rng: random.Random, prompt: float) -> float:
    """Any instant, and often those around the prompt's beginning and end."""
    points = (rng.uniform(0, prompt + 8), rng.uniform(0, 3), prompt + rng.uniform(-3, 6))
    return rng.choice(points)


@pytest.mark.parametrize("settle", [0.0, 10.0], ids=["cut at once", "cut when settled"])
def test_the_next_reply_belongs_to_the_next_command_at_200_cut_points(settle: float) -> None:
    cut = ended = late = poked = 0
    for seed in range(200):
        rng = random.Random(seed)
        prompt = rng.choice((2.0, 20.0, 100.0))
        peer = ResAgi(prompt_ms=prompt, exec_ms=rng.choice((0, 40)), wake_ms=rng.uniform(0, 5))
        caller = Caller(peer, rng, cut_at=cut_point(rng, prompt), settle=settle)
        now = 0.0
        while not caller.done:
            caller.step(now)
            now += STEP
            assert now < 2000, f"seed {seed}: stuck after {caller.told}"
        first, *others = caller.told
        cut += first[1] is None
        ended += first[1] is not None
        late += caller.late > 0
        poked += caller.poked
        assert [verb for verb, _ in others] == ["EXEC", "GET", "GET", "play", "GET"]
        replies = [reply for _, reply in others if reply is not None]
        assert len(replies) == 5, f"seed {seed}"
        assert replies[0].result == "7", f"seed {seed}: EXEC was told {replies[0]}"
        assert [reply.data for reply in replies[1:3]] == ["tag2", "tag3"], f"seed {seed}"
        assert replies[3].endpos is not None, f"seed {seed}: prompt was told {replies[3]}"
        assert replies[4].data == "tag5", f"seed {seed}"
    # The seeds meet each case, or they would prove nothing.
    assert cut > 50
    assert ended > 10
    assert late > 5
    assert poked > 5


def test_a_plain_command_is_answered_by_the_next_reply() -> None:
    talk = AgiConversation()
    talk.send()
    assert talk.receive(DONE) == DONE
    talk.play()
    assert talk.receive(ENDED) == ENDED
    assert talk.turn is Turn.OURS


def test_a_cut_prompt_that_prints_nothing_costs_nothing() -> None:
    talk = cutting()
    assert talk.receive(DONE) == DONE
    assert talk.turn is Turn.OURS


def test_a_prompt_that_ended_before_the_cutting_command_was_sent_is_dropped() -> None:
    talk = AgiConversation()
    talk.play()
    talk.cut()
    assert talk.receive(ENDED) is None
    talk.play()
    assert talk.receive(ENDED) == ENDED


@pytest.mark.parametrize("reply", [ENDED, Reply(200, "49", None, 0), Reply(200, "-1", None, 0)])
def test_a_late_reply_of_the_prompt_is_dropped(reply: Reply) -> None:
    talk = cutting()
    assert talk.receive(reply) is None
    assert talk.receive(DONE) == DONE
    assert talk.turn is Turn.OURS


def test_asterisk_is_woken_and_nothing_is_under_way_after_the_answer() -> None:
    talk = cutting()
    assert talk.receive(ENDED) is None
    assert talk.poke() == b"NOOP\n"
    assert talk.receive(Reply(200, "7")) is None
    with pytest.raises(RuntimeError, match="send while DRAINING"):
        talk.send()
    assert talk.receive(DONE) == Reply(200, "7")
    assert talk.turn is Turn.OURS


def test_a_reply_that_nobody_asked_for_is_dropped_and_counted() -> None:
    talk = AgiConversation()
    assert talk.receive(DONE) is None
    assert talk.surplus == 1
    assert talk.turn is Turn.OURS


def cutting() -> AgiConversation:
    talk = AgiConversation()
    talk.play()
    talk.cut()
    talk.send()
    return talk


@pytest.mark.parametrize(
    ("before", "illegal"),
    [
        ([], "cut"),
        ([], "poke"),
        (["play", "cut", "send"], "poke"),
        (["send"], "send"),
        (["send"], "play"),
        (["send"], "cut"),
        (["play"], "send"),
        (["play"], "play"),
        (["play", "cut"], "play"),
        (["play", "cut"], "cut"),
        (["play", "cut", "send"], "send"),
        (["play", "cut", "send"], "play"),
        (["play", "cut", "send"], "cut"),
    ],
)
def test_a_step_out_of_turn_raises_and_changes_nothing(before: list[str], illegal: str) -> None:
    talk = AgiConversation()
    for step in before:
        getattr(talk, step)()
    turn = talk.turn
    with pytest.raises(RuntimeError, match=turn.name):
        getattr(talk, illegal)()
    assert talk.turn is turn
