"""The FastAGI listener: the door that Asterisk's dialplan knocks at.

Each connection must come from an allowed address and name the key, a dialplan global that we read
by the first command: it never stands in the request, which shows in events and call records.
"""

from __future__ import annotations

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
from hotseat.asterisk.agi_wire import AgiError, AgiParser, format_command
from hotseat.asterisk.charset import DEFAULT_FALLBACK
from ivr.ports import LineFacts, LineGone

SESSION_LIMIT = 20_000
KEY_SECONDS = 5.0
"""How long a connection may take to name the key."""

BACKLOG = 1024
"""After a restart every waiting caller comes back within a second."""

_KEY_COMMAND = format_command("GET VARIABLE", "HOTSEAT_KEY")
_SWEEP_SECONDS = 1.0

log = structlog.get_logger(__name__)


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
        key_seconds: float = KEY_SECONDS,
        fallback: str = DEFAULT_FALLBACK,
    ) -> None:
        self.refused: Counter[str] = Counter()
        """Connections by reason: address, full, not_agi, slow, key, arguments."""
        self._reactor = reactor
        self._key = key.encode()
        self._allowed = frozenset(allowed)
        self._on_line = on_line
        self._session_limit = session_limit
        self._key_seconds = key_seconds
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
        session.deadline = self._reactor.seconds() + self._key_seconds
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
            # Not sooner: with nothing more to send the kernel would acknowledge the environment
            # late, and Nagle's algorithm keep Asterisk's reply back until then, for 40 ms.
            environment = await session.environment
            reply = await session.command(_KEY_COMMAND, self._key_seconds)
            if not hmac.compare_digest((reply.data or "").encode(), self._key):
                session.cut_off("key")
            else:
                return line_facts(environment)
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
