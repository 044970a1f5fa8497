"""Transports and endpoints in memory, with a clock for network."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure


class Wire(StringTransport):
    """A TCP transport whose end comes one turn of the reactor after it was asked for."""

    def __init__(self, clock: Clock, protocol: Protocol) -> None:
        super().__init__()
        self.closed = ""
        self.room: int | None = None
        self._clock = clock
        self._protocol = protocol

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.no_delay = enabled

    def setTcpKeepAlive(self, enabled: bool) -> None:
        self.keep_alive = enabled

    def getHandle(self) -> Wire:
        """The socket, which is the wire as well."""
        return self

    def send(self, data: bytes) -> int:
        """What the socket takes now."""
        taken = data if self.room is None else data[: self.room]
        if not taken:
            raise BlockingIOError
        self.write(taken)
        return len(taken)

    def loseConnection(self) -> None:
        self._close("closed", ConnectionDone())

    def abortConnection(self) -> None:
        self._close("aborted", ConnectionLost())

    def drop(self) -> None:
        """The peer is gone."""
        self._close("dropped", ConnectionLost())
        self._clock.advance(0)

    def take(self) -> bytes:
        """What was written since the last look."""
        data = self.value()
        self.clear()
        return data

    def _close(self, how: str, why: Exception) -> None:
        if not self.closed:
            self.closed = how
            self._clock.callLater(0, self._protocol.connectionLost, Failure(why))


class Endpoint:
    """Connections that the test accepts or refuses."""

    def __init__(self, clock: Clock) -> None:
        self.tries = 0
        self._clock = clock
        self._asked: tuple[Deferred[Protocol], Factory] | None = None

    def connect(self, factory: Factory) -> Deferred[Protocol]:
        self.tries += 1
        asked: Deferred[Protocol] = Deferred()
        self._asked = asked, factory
        return asked

    @property
    def asked(self) -> bool:
        """Is somebody trying to connect?"""
        return self._asked is not None

    def accept(self) -> tuple[Protocol, Wire]:
        assert self._asked is not None
        (asked, factory), self._asked = self._asked, None
        protocol = factory.buildProtocol(None)
        wire = Wire(self._clock, protocol)
        protocol.makeConnection(wire)
        asked.callback(protocol)
        return protocol, wire

    def refuse(self, why: Exception) -> None:
        assert self._asked is not None
        (asked, _), self._asked = self._asked, None
        asked.errback(why)
