"""FastAGI: whatever comes, no error gets out, replies stay in step, and the session ends."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock

from hotseat.asterisk.agi import FastAgiListener, signature
from hotseat.asterisk.agi_line import FastAgiLine
from ivr.ports import DialResult, LineFailed, LineGone
from tests.fuzz.cases import Broken, Case, Fuzzer, mutated, split
from tests.unit.asterisk.wires import Wire

PEER = IPv4Address("TCP", "127.0.0.1", 40_000)

ENVIRONMENT = (
    "agi_network: yes\nagi_network_script: line\nagi_request: agi://127.0.0.1:4573/line\n"
    "agi_channel: PJSIP/trunk-0000002a\nagi_language: zh\nagi_type: PJSIP\n"
    "agi_uniqueid: hot-1795287227.1\nagi_version: 22.10.1\nagi_callerid: 13800138000\n"
    "agi_calleridname: 张三\nagi_dnid: 4000\nagi_arg_1: trunk\nagi_arg_2: 4000\n"
    "agi_arg_3: ANSWER\nagi_arg_4: 1795287227001\nagi_arg_5: waiting|01J|consult\n"
    f"agi_arg_6: 1795287220000\nagi_arg_7: {signature('the-key', 'hot-1795287227.1')}\n\n"
).encode()
ENVIRONMENTS = (
    ENVIRONMENT,
    ENVIRONMENT.replace("张三".encode(), "张三".encode("gbk")),
    ENVIRONMENT.replace("张三".encode(), "张三".encode()[:-1]),
    ENVIRONMENT.replace(b"\n", b"\r\n"),
    ENVIRONMENT.replace(b"1795287227001", b"9" * 5_000),
)
WORDS = (
    *(b"\n", b"\r\n", b"\0", b"200 result=", b"200 result=0\n", b"200 result=-1\n", b"HANGUP\n"),
    *(b"200 result=-2\n", b"200 result=9999999\n", b"200 result=abc\n", b"200 result=\n"),
    *(b"510 Invalid or unknown command\n", b"511 Command Not Permitted on a dead channel\n"),
    *(b"520-Invalid command syntax.\n", b"520 End of proper usage.\n", b"100 Trying...\n"),
    *(
        b" endpos=8000",
        b" endpos=" + b"9" * 4_400,
        b"(",
        b")",
        b" (timeout)",
        b"agi_arg_1: phone\n",
    ),
    *("张".encode("gbk"), b"\xff\xfe", b"\xe5\xbc", b"\xed\xa0\x80", b"200 result=1 (\n\n"),
    *("\u0665".encode(), "²".encode(), b"200 result=-5\n", b"200 result=1114112\n"),
)
NOISE = (b"\n", b"junk\n", b"100 Trying...\n", b"\0\0\n", b"\xff\xfe\n", b"99 bottles\n", b"\r\n")
"""Lines that are no reply, and may stand between two of them."""
SURPLUS = (b"200 result=0\n", b"510 Invalid\n", b"200 result=1 (nobody asked)\n")

IN_STEP, WILD = b"in step ", b"wild "


def _one(dice: random.Random, op: str, place: int) -> list[bytes]:
    """What Asterisk says to one operation, a reply for each of its commands."""
    endpos = b" endpos=%d\n" % dice.randint(0, 80_000)
    match op:
        case "g":
            text = b"%d\n" % place if dice.random() < 0.2 else b"%d" % place
            return [b"200 result=1 (%s)\n" % text]
        case "d":
            return [b"200 result=0\n", b"200 result=1 (BUSY|17)\n"]
        case "p":
            return [b"200 result=0" + endpos]
        case "c":
            return [b"200 result=0" + endpos, b"200 result=53\n"]
        case "C":
            return [b"200 result=49" + endpos, b"200 result=234\n"]
        case "P":
            # The operation after it cuts the prompt, and then there is no reply, or a late one.
            return [b"200 result=0" + endpos] if dice.random() < 0.2 else []
        case _:
            return [b"200 result=0\n"]


def make(dice: random.Random) -> Case:
    """A line that does this and that, and replies that are right but noisy, or wrong."""
    ops: list[str] = []
    for _ in range(dice.randint(1, 7)):
        cut = bool(ops) and ops[-1] == "P"
        ops.append(dice.choice("dm") if cut else dice.choice("agdpPcCmsl"))
    if ops[-1] == "P":
        ops.append("m")
    in_step = dice.random() < 0.4
    environment = dice.choice(ENVIRONMENTS)
    pieces: list[bytes] = []
    wrong = not in_step and dice.random() < 0.1
    pieces += split(dice, mutated(dice, environment, WORDS) if wrong else environment)
    for place, op in enumerate(ops):
        cuts = place > 0 and ops[place - 1] == "P"
        if op == "P":
            pieces.append(b"")  # the prompt settles and is cut; a reply would be late
        for reply in _one(dice, op, place):
            pieces += (
                _noisy(dice, reply, cuts=cuts or op == "P") if in_step else _wrong(dice, reply)
            )
            pieces.append(b"")
    return ((IN_STEP if in_step else WILD) + "".join(ops).encode(), *pieces)


def _noisy(dice: random.Random, reply: bytes, *, cuts: bool) -> list[bytes]:
    """A true reply, and what is none."""
    said = b"".join(dice.choices(NOISE, k=dice.choice((0, 0, 1, 3)))) + reply
    if not cuts and dice.random() < 0.1:
        # In one piece with the true reply, so that no command was sent in between.
        return [said + dice.choice(SURPLUS)]
    return split(dice, said)


def _wrong(dice: random.Random, reply: bytes) -> list[bytes]:
    said = mutated(dice, reply, WORDS) if dice.random() < 0.5 else reply
    if dice.random() < 0.0003:
        said += dice.choice((b"A", b"\n", b"200 result=1 (\n", b"\0")) * 1_100_000
    return split(dice, said)


class _Door:
    """A listener whose lines do what the case says."""

    def __init__(self) -> None:
        self.clock = MemoryReactorClock()
        self.listener = FastAgiListener(
            self.clock, key="the-key", allowed=[PEER.host], on_line=self.serve
        )
        Deferred.fromCoroutine(self.listener.start("127.0.0.1", 4573))
        self.sweeping = len(self.clock.getDelayedCalls())
        self.ops = ""
        self.strict = False
        self.broken: Broken | None = None

    async def serve(self, line: FastAgiLine) -> None:
        for place, op in enumerate(self.ops):
            try:
                await _OPS[op](self, line, place)
            except LineFailed as refused:
                if self.strict:
                    self.broken = Broken(f"out of step: {refused}")
            except Broken as broken:
                self.broken = broken
                raise
        with suppress(LineFailed):
            await line.hang_up()

    async def get(self, line: FastAgiLine, place: int) -> None:
        value = await line.get(f"T{place}")
        if self.strict and (value or "").strip() != str(place):
            raise Broken(f"out of step: T{place} is {value!r}")

    async def dial(self, line: FastAgiLine, place: int) -> None:
        result = await line.dial(
            ["p101"], ring_ms=5_000, music_class="default", talked=lambda: False
        )
        if self.strict and result is not DialResult.BUSY:
            raise Broken(f"out of step: {result} is no busy phone")

    async def collect(self, line: FastAgiLine, place: int) -> None:
        digits = 1 if self.ops[place] == "c" else 4
        keys = await line.collect(["a"], digits=digits, timeout_ms=1_000)
        if self.strict and keys != ("5" if digits == 1 else "1234"):
            raise Broken(f"out of step: the keys were {keys!r}")
        if not set(keys) <= set("0123456789*#"):
            raise Broken(f"no keys of a telephone: {keys!r}")

    async def say_in_english(self, line: FastAgiLine, place: int) -> None:
        line.speak_language("en")
        await line.set({"X": "y"})

    async def begin_to_play(self, line: FastAgiLine, place: int) -> None:
        playing = Deferred.fromCoroutine(line.play(["a"]))
        playing.addErrback(lambda failure: failure.trap(LineGone, LineFailed))


_OPS: dict[str, Callable[[_Door, FastAgiLine, int], Awaitable[Any]]] = {
    "a": lambda door, line, place: line.answer(),
    "g": _Door.get,
    "d": _Door.dial,
    "p": lambda door, line, place: line.play(["a"]),
    "P": _Door.begin_to_play,
    "c": _Door.collect,
    "C": _Door.collect,
    "m": lambda door, line, place: line.music("default"),
    "s": lambda door, line, place: line.set({"X": "y"}),
    "l": _Door.say_in_english,
}


def check(case: Case) -> None:
    """Raises Broken."""
    head, *pieces = case
    door = _Door()
    door.strict = head.startswith(IN_STEP)
    door.ops = head.rpartition(b" ")[2].decode()
    session = door.listener.buildProtocol(PEER)
    assert session is not None
    wire = Wire(door.clock, session)
    session.makeConnection(wire)
    for piece in pieces:
        if not piece:
            door.clock.advance(0.11)
        elif not wire.closed:
            session.dataReceived(piece)
    if door.broken:
        raise door.broken
    if door.strict and wire.closed:
        raise Broken(f"the session was ended: {session.gone}")
    # What was sent too late or not at all is waited for no longer than a prompt may last.
    wire.drop()
    if door.listener.sessions:
        raise Broken("the session does not end")
    stopped = Deferred.fromCoroutine(door.listener.stop())
    door.clock.advance(0)
    if not stopped.called or door.clock.getDelayedCalls():
        raise Broken("the door does not close, or a session leaves a timer")


FUZZER = Fuzzer(make, check, shrinks=lambda case: case[0].startswith(WILD))
