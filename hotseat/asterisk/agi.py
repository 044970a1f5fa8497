"""The FastAGI listener: the door that Asterisk's dialplan knocks at.

Each connection must come from an allowed address and bring a signature of its line, made with the
key, a dialplan global. The key itself never stands in the request, which shows in events.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

import structlog
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IReactorTCP,
    IReactorTime,
)
from twisted.internet.protocol import ServerFactory
from twisted.internet.task import LoopingCall

from hotseat.asterisk.agi_line import FastAgiLine, line_facts
from hotseat.asterisk.agi_session import HARMLESS, AgiSession
from hotseat.asterisk.agi_wire import AgiError, AgiParser
from hotseat.asterisk.charset import DEFAULT_FALLBACK
from ivr.ports import LineFacts, LineGone

SESSION_LIMIT = 20_000
KNOCK_SECONDS = 5.0
"""How long a connection may take to say which line it is."""

BACKLOG = 1024
"""After a restart every waiting caller comes back within a second."""

_SWEEP_SECONDS = 1.0

log = structlog.get_logger(__name__)


def signature(key: str, uniqueid: str) -> str:
    """What our dialplan says of a line: `${SHA1(key uniqueid key)}`, in hexadecimal digits.

    It covers the unique id alone: whoever can read it in Asterisk can read the key there too.
    """
    return hashlib.sha1(f"{key}{uniqueid}{key}".encode()).hexdigest()


class Reactor(IReactorTCP, IReactorTime):
    """What the listener needs of a reactor."""


class FastAgiListener(ServerFactory):
    """Lets Asterisk's lines in and hands each to `on_line`; shuts strangers out and counts them.

    When `on_line` returns or raises, the connection is closed; the dialplan comes again unless the
    line was hung up.
    """

    noisy = False

    def __init__(
        self,
        reactor: Reactor,
        *,
        key: str,
        allowed: Iterable[str],
        on_line: Callable[[FastAgiLine], Awaitable[None]],
        session_limit: int = SESSION_LIMIT,
        fallback: str = DEFAULT_FALLBACK,
    ) -> None:
        self.refused: Counter[str] = Counter()
        """Connections by reason: address, full, not_agi, slow, key, arguments."""
        self._reactor = reactor
        self._key = key
        self._allowed = frozenset(allowed)
        self._on_line = on_line
        self._session_limit = session_limit
        self._fallback = fallback
        self._sessions: set[AgiSession] = set()
        self._sweeping = LoopingCall(self._sweep)
        self._sweeping.clock = reactor
        self._port: IListeningPort | None = None
        self._emptied: Deferred[None] | None = None

    @property
    def sessions(self) -> int:
        """Connections that are open now."""
        return len(self._sessions)

    async def start(self, host: str, port: int) -> None:
        """Listen. Raises CannotListenError."""
        self._port = self._reactor.listenTCP(port, self, backlog=BACKLOG, interface=host)
        self._sweeping.start(_SWEEP_SECONDS, now=False)

    @property
    def open(self) -> bool:
        """Are new lines let in?"""
        return self._port is not None

    async def close_door(self) -> None:
        """Let no new line in; its dialplan plays music and asks again. Open sessions go on."""
        if self._port is not None:
            port, self._port = self._port, None
            await maybeDeferred(port.stopListening)

    async def stop(self) -> None:
        """Close the door and every session; their dialplan keeps the callers on music."""
        await self.close_door()
        if self._sweeping.running:
            self._sweeping.stop()
        if self._sessions:
            self._emptied = Deferred()
            for session in list(self._sessions):
                session.close("server stops")
            await self._emptied

    def buildProtocol(self, addr: IAddress | None) -> AgiSession | None:
        host = getattr(addr, "host", "")
        if host not in self._allowed:
            self._count("address", host)
            return None
        if len(self._sessions) >= self._session_limit:
            self._count("full", host)
            return None
        parser = AgiParser(fallback=self._fallback)
        session = AgiSession(self._reactor, parser, host, self._lost)
        session.deadline = self._reactor.seconds() + KNOCK_SECONDS
        self._sessions.add(session)
        Deferred.fromCoroutine(self._serve(session))
        return session

    async def _serve(self, session: AgiSession) -> None:
        facts = await self._let_in(session)
        if facts is None:
            return
        session.name = facts.channel
        try:
            await self._on_line(FastAgiLine(self._reactor, session, facts))
        except LineGone:
            log.debug("line_gone", channel=facts.channel, why=session.gone)
        except Exception:
            log.exception("line_failed", channel=facts.channel, uniqueid=facts.uniqueid)
        finally:
            session.close("served")

    async def _let_in(self, session: AgiSession) -> LineFacts | None:
        """The facts of a line of our own Asterisk, None for a stranger."""
        try:
            environment = await session.environment
            right = signature(self._key, environment.get("uniqueid", ""))
            if hmac.compare_digest(environment.get("arg_7", "").encode(), right.encode()):
                return line_facts(environment)
            session.cut_off("key")
        except LineGone:
            pass
        except AgiError as error:
            log.error("fastagi_arguments", error=str(error))
            session.cut_off("arguments")
        if session.gone not in HARMLESS:
            self._count(session.gone, session.name)
        return None

    def _count(self, reason: str, peer: str) -> None:
        self.refused[reason] += 1
        total = self.refused[reason]
        if total & (total - 1) == 0:  # powers of two: a flood of strangers is no flood of lines
            log.warning("fastagi_refused", reason=reason, peer=peer, total=total)

    def _sweep(self) -> None:
        now = self._reactor.seconds()
        for session in [each for each in self._sessions if each.deadline <= now]:
            log.warning("fastagi_slow", line=session.name)
            session.cut_off("slow")

    def _lost(self, session: AgiSession) -> None:
        self._sessions.discard(session)
        if self._emptied is not None and not self._sessions:
            emptied, self._emptied = self._emptied, None
            emptied.callback(None)
