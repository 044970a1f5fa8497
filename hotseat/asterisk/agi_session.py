"""One FastAGI connection: commands out, their replies in, until the session is over."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from socket import socket

import structlog
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import (
    IDelayedCall,
    IReactorTime,
    ISystemHandle,
    ITCPTransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure

from hotseat.asterisk.agi_wire import (
    AgiConversation,
    AgiError,
    AgiParser,
    Environment,
    Reply,
    Turn,
)
from ivr.ports import LineGone

PLAIN_LIMIT = 10.0
"""Seconds for a command that Asterisk answers at once."""

SETTLE = 0.1
"""Seconds before a new prompt may be cut: until Asterisk has surely read its command. Cutting
earlier would let the prompt play to its end (see AgiConversation)."""


POKE_AFTER = 1.0
"""Seconds until a cutting command that shows no sign of life is taken to sleep in Asterisk's
buffer: by now Asterisk has surely read it if it ever will."""


class TCPTransport(ITCPTransport, ISystemHandle):
    """What a session needs of its connection."""

    def getHandle() -> socket:
        """The connection's socket; it never blocks."""


HUNG_UP = "hung up"
LOST = "connection lost"
HARMLESS = frozenset({HUNG_UP, LOST})
"""Ends of a session that are nobody's fault."""

log = structlog.get_logger(__name__)


class AgiSession(Protocol):
    """Sends one command at a time; every Deferred ends, with LineGone at the latest.

    `deadline` is the instant by which something must have come from Asterisk; the listener
    compares it with the clock once a second, which is cheaper than a timer for each command.
    """

    transport: TCPTransport

    def __init__(
        self,
        clock: IReactorTime,
        parser: AgiParser,
        name: str,
        on_lost: Callable[[AgiSession], None],
    ) -> None:
        self.name = name
        """The peer's address, later the channel's name; for the log."""
        self.gone = ""
        """Why the session is over, empty while it is not."""
        self.deadline = math.inf
        self.environment: Deferred[Mapping[str, str]] = Deferred()
        self._clock = clock
        self._parser = parser
        self._on_lost = on_lost
        self._talk = AgiConversation()
        self._waiting: Deferred[Reply | None] | None = None
        self._prompted_at = 0.0
        self._watchers: list[Deferred[None]] = []
        self._poking: IDelayedCall | None = None
        self._full = False

    def connectionMade(self) -> None:
        self._socket = self.transport.getHandle()
        # A command that cuts a prompt is a second small packet in flight: Nagle would hold it back.
        self.transport.setTcpNoDelay(True)
        # A Dial has no time limit; a peer that vanished under it is noticed this way.
        self.transport.setTcpKeepAlive(True)

    def command(self, line: bytes, limit: float = PLAIN_LIMIT) -> Deferred[Reply]:
        """Send a command; its reply, or LineGone. Cancelling it ends the session."""
        if self.gone:
            return fail(LineGone(self.gone))
        self._talk.send()
        return self._send(line, limit)  # type: ignore[return-value]  # None only for prompts

    def prompt(self, line: bytes, limit: float) -> Deferred[Reply | None]:
        """Send a STREAM FILE; its reply, None if it is cut, or LineGone. Cancelling it cuts."""
        if self.gone:
            return fail(LineGone(self.gone))
        self._talk.play()
        self._prompted_at = self._clock.seconds()
        return self._send(line, limit)

    @property
    def prompting(self) -> bool:
        """Does a prompt run that may be cut?"""
        return self._talk.turn is Turn.PROMPT

    def cut(self) -> None:
        """Give up the running prompt. It plays on until the next command is sent."""
        self._talk.cut()
        self._end_wait(None)

    @property
    def until_settled(self) -> float | None:
        """Seconds to wait before the command that cuts; None if no prompt is to be cut."""
        if self._talk.turn is not Turn.CUT:
            return None
        return max(0.0, self._prompted_at + SETTLE - self._clock.seconds())

    def when_gone(self) -> Deferred[None]:
        """A new Deferred that fires once the session is over."""
        if self.gone:
            return succeed(None)
        watcher: Deferred[None] = Deferred(self._watchers.remove)
        self._watchers.append(watcher)
        return watcher

    def close(self, why: str) -> None:
        """End the session from our side; Asterisk's dialplan goes on."""
        self.transport.loseConnection()
        self._over(why)

    def cut_off(self, why: str) -> None:
        """End the session with a peer that does not keep to the rules."""
        self.transport.abortConnection()
        self._over(why)

    def dataReceived(self, data: bytes) -> None:
        if self.gone:
            return
        try:
            messages = self._parser.feed(data)
        except AgiError as error:
            log.warning("fastagi_garbage", line=self.name, error=str(error))
            self.cut_off("not_agi")
            return
        environment: Environment | None = None
        answer: Reply | None = None
        hung_up = False
        # First everything is read: what came before a command is sent cannot answer it.
        for message in messages:
            if isinstance(message, Reply):
                answer = self._talk.receive(message) or answer
            elif isinstance(message, Environment):
                environment = message
            else:
                hung_up = True
                break
        if environment is not None:
            self.deadline = math.inf
            self.environment.callback(environment.values)
        if answer is not None:
            self._end_wait(answer)
        elif self._talk.turn is Turn.LATE and self._poking is None:
            self._poking = self._clock.callLater(POKE_AFTER, self._poke)
        elif self._talk.turn is Turn.DRAINING:
            self.deadline = self._clock.seconds() + PLAIN_LIMIT
        if hung_up:
            self.close(HUNG_UP)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._over(LOST)
        self._on_lost(self)

    def _poke(self) -> None:
        self._poking = None
        if self._talk.turn is Turn.LATE:
            log.warning("fastagi_poked", line=self.name)
            self._write(self._talk.poke())

    def _end_wait(self, reply: Reply | None) -> None:
        self.deadline = math.inf
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(reply)

    def _send(self, line: bytes, limit: float) -> Deferred[Reply | None]:
        self.deadline = self._clock.seconds() + limit
        self._write(line)
        waiting: Deferred[Reply | None] = Deferred(self._cancelled)
        self._waiting = waiting
        return waiting

    def _write(self, line: bytes) -> None:
        """Send now what the socket takes.

        `transport.write` waits for the reactor's next turn, which costs a fifth of a command's
        CPU time. Once the socket was full, it keeps the order.
        """
        if not self._full:
            try:
                sent = self._socket.send(line)
            except OSError:  # full or lost: which of the two, the transport will find out
                sent = 0
            if sent == len(line):
                return
            self._full = True
            line = line[sent:]
        self.transport.write(line)

    def _cancelled(self, waiting: Deferred[Reply | None]) -> None:
        self._waiting = None
        if self._talk.turn is Turn.PROMPT:
            self._talk.cut()
        else:
            self.close("command cancelled")

    def _over(self, why: str) -> None:
        if self.gone:
            return
        self.gone = why
        self.deadline = math.inf
        if self._poking is not None:
            self._poking.cancel()
            self._poking = None
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.errback(LineGone(why))
        if not self.environment.called:
            self.environment.errback(LineGone(why))
        watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            watcher.callback(None)
