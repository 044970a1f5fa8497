"""AMI: whatever comes, the link stays up and the next sound event is heard."""

from __future__ import annotations

import random
import re
from collections.abc import Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from hotseat.asterisk.ami import AmiError, AmiLink
from tests.fuzz.cases import Broken, Case, Fuzzer, mutated, split
from tests.unit.asterisk.wires import Endpoint, Wire

UP, PONG_LOST, LOGGING_IN = b"up", b"up, a pong is lost", b"logging in"

LOGIN = (
    b"Asterisk Call Manager/11.0.0\r\n"
    b"Response: Success\r\nActionID: 1\r\nChallenge: 4711\r\n\r\n"
    b"Response: Success\r\nActionID: 2\r\nMessage: Authentication accepted\r\n\r\n"
    b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 1\r\nStatus: Fully Booted\r\n\r\n"
    b"Response: Success\r\nActionID: 3\r\nPing: Pong\r\nTimestamp: 1795287227.000001\r\n\r\n"
)
CALL = "".join(
    line + "\r\n"
    for line in (
        "Event: DialBegin",
        "Privilege: call,all",
        "Timestamp: 1795287227.123456",
        "Channel: PJSIP/trunk-00000001",
        "ChannelState: 6",
        "ChannelStateDesc: Up",
        "CallerIDNum: 13800138000",
        "CallerIDName: 张三",
        "ChanVariable: HOTSEAT_TICKET=waiting|01J|consult",
        "ChanVariable: OTHER=",
        "Exten: s",
        "Uniqueid: hot-1795287227.1",
        "DestChannel: PJSIP/p101-00000002",
        "DestUniqueid: hot-1795287227.2",
        "DialString: p101",
        "",
    )
).encode()
CORPUS = (
    CALL,
    CALL.replace("张三".encode(), "张三".encode("gbk")),
    CALL.replace("张三".encode(), "张三".encode()[:-1]),
    CALL.replace(b"\r\n", b"\n"),
    CALL.replace(b"DialBegin", b"UserEvent") + CALL,
    b"Event: BridgeEnter\r\nBridgeUniqueid: b\r\nUniqueid: hot-1795287227.1\r\n\r\n",
    b"Event: OriginateResponse\r\nActionID: 4\r\nResponse: Failure\r\nReason: 0\r\n\r\n",
    b"Response: Success\r\nActionID: 4\r\nVariable: X\r\nValue: y\r\n\r\n",
    b"Response: Error\r\nActionID: 5\r\nMessage: No such channel\r\n\r\n",
    b"Response: Success\r\nActionID: 5\r\nEventList: start\r\nMessage: Channels\r\n\r\n"
    b"Event: Status\r\nActionID: 5\r\nChannel: PJSIP/p101-1\r\nVariable: A=b\r\n\r\n"
    b"Event: StatusComplete\r\nActionID: 5\r\nEventList: Complete\r\nListItems: 1\r\n\r\n",
    b"Response: Success\r\nActionID: 6\r\nPing: Pong\r\nTimestamp: 1795287242.000001\r\n\r\n",
    b"Response: Success\r\nActionID: 4\r\nOutput: a\r\nOutput: \r\nOutput: b: c\r\n\r\n",
    b"Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n\r\n",
)
WORDS = (
    *(b"\r\n\r\n", b"\n\n", b"\r", b"\n", b"\r\r\n", b"\0", b": ", b":", b"Event: ", b"Response: "),
    *(b"Event: UserEvent\r\n", b"Response: Error\r\nActionID: 6\r\n\r\n", b"Event:\r\n\r\n"),
    *(b"ActionID: 4\r\n", b"ActionID: 6\r\n", b"EventList: Complete\r\n", b"EventList: start\r\n"),
    *(b"Timestamp: nan\r\n", b"Timestamp: inf\r\n", b"Timestamp: -1e308\r\n", b"Timestamp: \r\n"),
    *("张".encode("gbk"), b"\xff\xfe", b"\xe5\xbc", b"\x85", "\u2028".encode(), b"\xed\xa0\x80"),
    *(b"Asterisk Call Manager/1\r\n", b"--END COMMAND--\r\n", b"Follows\r\n", b"9" * 20),
)
MARK = b"\r\n\r\nEvent: UserEvent\r\nMark: here\r\n\r\n"
PING = re.compile(rb"Action: Ping\r\nActionID: (\d+)\r\n")


def make(dice: random.Random) -> Case:
    """A valid transcript made wrong, while the link logs in or when it is up."""
    logging_in = dice.random() < 0.15
    if logging_in:
        data = LOGIN + dice.choice(CORPUS)
    else:
        data = b"".join(dice.choice(CORPUS) for _ in range(dice.randint(1, 4)))
    data = mutated(dice, data, WORDS)
    if dice.random() < 0.0005:
        data += dice.choice((b"A", b"A: b\r\n", b"\r\n", b"\0")) * dice.choice((400_000, 1_200_000))
    head = LOGGING_IN if logging_in else dice.choice((UP, PONG_LOST))
    return (head, *split(dice, data))


class _Asterisk:
    """The other end of one link."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.endpoint = Endpoint(self.clock)
        self.link = AmiLink(
            self.clock,
            self.endpoint,
            user="hotseat",
            secret="secret",
            rng=random.Random(1),
            wall_clock=self.clock.seconds,
        )
        self.marks: list[str] = []
        self.link.subscribe("UserEvent", lambda event: self.marks.append(event.get("Mark", "")))
        self.wire: Wire
        self.protocol: Any = None
        self.link.start()
        self.accept()

    def accept(self) -> None:
        if not self.endpoint.asked:
            raise Broken("the link does not come back")
        self.protocol, self.wire = self.endpoint.accept()

    def say(self, data: bytes) -> None:
        if not self.wire.closed:
            self.protocol.dataReceived(data)

    def answer_pings(self) -> None:
        pings = PING.findall(self.wire.take())
        if not pings:
            raise Broken("the link is not looked after any more: no ping")
        for ping in pings:
            self.say(b"Response: Success\r\nActionID: %s\r\nPing: Pong\r\n\r\n" % ping)

    def hears(self) -> None:
        """The next sound event is heard, once."""
        self.marks.clear()
        self.say(MARK)
        if not self.link.up or self.wire.closed:
            raise Broken("the link is lost")
        if self.marks.count("here") != 1:
            raise Broken(f"a sound event was heard {self.marks.count('here')} times")


def _begin(action: Coroutine[Deferred[Any], Any, Any]) -> list[object]:
    ended: list[object] = []
    Deferred.fromCoroutine(action).addCallbacks(
        ended.append, lambda failure: ended.append(failure.trap(AmiError))
    )
    return ended


def check(case: Case) -> None:
    """Raises Broken."""
    asterisk = _Asterisk()
    head, *pieces = case
    if head == LOGGING_IN:
        for piece in pieces:
            asterisk.say(piece)
    else:
        _disturb(asterisk, pieces, pong_lost=head == PONG_LOST)
    if not asterisk.wire.closed:
        asterisk.wire.drop()
    asterisk.clock.advance(80)
    asterisk.accept()
    asterisk.say(LOGIN)
    asterisk.hears()
    stopped = Deferred.fromCoroutine(asterisk.link.stop())
    asterisk.clock.advance(0)
    if not stopped.called or asterisk.clock.getDelayedCalls():
        raise Broken("the link does not stop, or leaves a timer")


def _disturb(asterisk: _Asterisk, pieces: list[bytes], *, pong_lost: bool) -> None:
    """Junk on a link that is up, with an action, a listing and a ping under way."""
    asterisk.say(LOGIN)
    asked = [
        _begin(asterisk.link.action("Getvar", {"Variable": "X"})),
        _begin(asterisk.link.listing("Status")),
    ]
    asterisk.wire.clear()
    asterisk.clock.advance(15)
    for piece in pieces:
        asterisk.say(piece)
    asterisk.hears()
    if not abs(asterisk.link.lag_ms) < 10**15:
        raise Broken("the lag is no time")
    if pong_lost:
        asterisk.wire.clear()
    else:
        asterisk.answer_pings()
    for _ in range(2):
        asterisk.clock.advance(15)
        asterisk.answer_pings()
    asterisk.hears()
    if not all(asked):
        raise Broken("an action never ends")


FUZZER = Fuzzer(make, check)
