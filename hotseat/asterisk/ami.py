"""The link to one Asterisk by its Manager Interface: kept up, listened to, asked and measured."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from typing import TypeAlias

import structlog
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.task import LoopingCall, deferLater
from twisted.python.failure import Failure

from hotseat.asterisk.ami_connection import (
    ACTION_LIMIT,
    LISTING_LIMIT,
    AmiConnection,
    AmiError,
    AmiRefused,
    AmiTimeout,
    LinkDown,
)
from hotseat.asterisk.ami_wire import AmiCounts, AmiParser, Headers, Message, challenge_key
from hotseat.asterisk.charset import DEFAULT_FALLBACK

__all__ = ["AmiError", "AmiLink", "AmiRefused", "AmiTimeout", "LinkDown"]

PING_SECONDS = 15.0
BOOTED = "FullyBooted"
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
REFUSED_WAIT = 60.0
"""Seconds to the next try after Asterisk refused the log-in: more would be a fail2ban's prey."""

LAST_SECOND = 1e11
"""A stamp beyond the year 5138 comes from a line that was torn."""

SECRET_PLACE = "secrets.json in the state folder, manager.conf in Asterisk's"

OnEvent: TypeAlias = Callable[[Message], None]
OnState: TypeAlias = Callable[[], None]

log = structlog.get_logger(__name__)


class AmiLink:
    """Connects, logs in by MD5 and comes back after every loss, until it is stopped.

    The link is up when Asterisk has said that it is fully booted; only then are actions taken.
    Subscriptions and state callbacks outlive the connection. What happened while the link was down
    is lost: whoever needs it takes a snapshot when the link comes up.
    """

    def __init__(
        self,
        clock: IReactorTime,
        endpoint: IStreamClientEndpoint,
        *,
        user: str,
        secret: str,
        secret_place: str = SECRET_PLACE,
        fallback: str = DEFAULT_FALLBACK,
        rng: random.Random | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.counts = AmiCounts()
        self._clock = clock
        self._endpoint = endpoint
        self._user = user
        self._secret = secret
        self._secret_place = secret_place
        self._fallback = fallback
        self._rng = rng or random.Random()
        self._wall_clock = wall_clock
        self._subscribers: dict[str, tuple[OnEvent, ...]] = {}
        self._on_up: list[OnState] = []
        self._on_down: list[OnState] = []
        self._connection: AmiConnection | None = None
        self._up = False
        self._running: Deferred[None] | None = None
        self._stopping = False
        self._skew = 0.0
        self._pinged_at: float | None = None
        """When the oldest ping since the last answer was sent."""
        self._last_ping = -math.inf
        self._ping_seconds = 0.0
        self._event_age = 0.0

    # -- asking -----------------------------------------------------------------------------------

    async def action(
        self, name: str, headers: Headers | None = None, timeout: float = ACTION_LIMIT
    ) -> Message:
        """Send an action; its response. Raises AmiRefused, AmiTimeout, LinkDown, ValueError."""
        return await self._live().action(name, headers, timeout)

    async def listing(
        self, name: str, headers: Headers | None = None, timeout: float = LISTING_LIMIT
    ) -> list[Message]:
        """Send an action that is answered by a list of events; its rows. Raises as `action`."""
        return await self._live().listing(name, headers, timeout)

    def _live(self) -> AmiConnection:
        if self._connection is None or not self._up:
            raise LinkDown("no link to Asterisk")
        return self._connection

    # -- listening --------------------------------------------------------------------------------

    def subscribe(self, event: str, on_event: OnEvent) -> Callable[[], None]:
        """Call `on_event` with every event of this name; returns what ends the subscription."""
        self._subscribers[event] = (*self._subscribers.get(event, ()), on_event)
        self._want()

        def unsubscribe() -> None:
            left = list(self._subscribers[event])
            left.remove(on_event)
            self._subscribers[event] = tuple(left)

        return unsubscribe

    def on_up(self, callback: OnState) -> None:
        """Call this whenever the link comes up."""
        self._on_up.append(callback)

    def on_down(self, callback: OnState) -> None:
        """Call this whenever the link was up and is lost."""
        self._on_down.append(callback)

    @property
    def up(self) -> bool:
        """Are actions taken?"""
        return self._up

    @property
    def lag_ms(self) -> int:
        """How late we are told, in milliseconds.

        The longest of: the last ping's round trip, the age of the ping that runs, the age of the
        last event since the last ping (where Asterisk has `timestampevents`).
        """
        running = 0.0 if self._pinged_at is None else self._clock.seconds() - self._pinged_at
        return round(1000 * max(running, self._ping_seconds, self._event_age))

    # -- keeping up -------------------------------------------------------------------------------

    def start(self) -> None:
        """Connect, and stay connected."""
        self._stopping = False
        self._running = Deferred.fromCoroutine(self._keep_connected())
        self._running.addErrback(_expect_cancelled)

    async def stop(self) -> None:
        """Close the link; returns when the connection is gone."""
        running, self._running = self._running, None
        if running is None:
            return
        connection = self._connection
        self._stopping = True
        running.cancel()
        await running
        if connection is not None:
            await connection.when_lost()

    async def _keep_connected(self) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                await self._connect_once()
                wait = FIRST_WAIT  # only here: Asterisk had taken our log-in
                log.warning("ami_lost", user=self._user)
            except AmiRefused as error:
                wait = REFUSED_WAIT
                log.error(
                    "ami_login_refused",
                    user=self._user,
                    said=str(error),
                    fix=f"compare the secrets: {self._secret_place}",
                    next_try_seconds=wait,
                )
            except Exception as error:
                if self._stopping:  # a cancelled connect raises an error of its own
                    return
                log.warning("ami_unreachable", error=str(error), next_try_seconds=wait)
            await deferLater(self._clock, wait * self._rng.uniform(0.75, 1.25))
            wait = min(wait * 2, LONGEST_WAIT)

    async def _connect_once(self) -> None:
        """One connection, to its loss. Raises what kept it from getting or logging in."""
        parser = AmiParser(self.counts, fallback=self._fallback)
        connection = AmiConnection(self._clock, parser, self._heard, self._stamped)
        await self._endpoint.connect(Factory.forProtocol(lambda: connection))
        self._connection = connection
        self._want()
        pinging = LoopingCall(self._ping, connection)
        pinging.clock = self._clock
        try:
            await self._log_in(connection)
            pinging.start(PING_SECONDS)
            await connection.when_lost()
        finally:
            if pinging.running:
                pinging.stop()
            connection.abort()
            self._connection = None
            self._go_down()

    async def _log_in(self, connection: AmiConnection) -> None:
        asked = await connection.action("Challenge", {"AuthType": "MD5"})
        key = challenge_key(asked.get("Challenge", ""), self._secret)
        login = {"AuthType": "MD5", "Username": self._user, "Key": key}
        await connection.action("Login", login)
        log.info("ami_logged_in", user=self._user, greeting=connection.parser.banner)

    def _want(self) -> None:
        """Let the parser drop events that nobody asked for."""
        if self._connection is not None:
            names = {BOOTED, *(name for name, calls in self._subscribers.items() if calls)}
            self._connection.parser.wanted = frozenset(name.encode() for name in names)

    def _heard(self, name: str, event: Message) -> None:
        if name == BOOTED and not self._up:
            self._up = True
            _call_all(self._on_up)
        for on_event in self._subscribers.get(name, ()):
            try:
                on_event(event)
            except Exception:
                log.exception("ami_subscriber_failed", event_name=name)

    def _go_down(self) -> None:
        self._pinged_at = None
        self._last_ping = -math.inf
        if self._up:
            self._up = False
            _call_all(self._on_down)

    # -- measuring --------------------------------------------------------------------------------

    def _ping(self, connection: AmiConnection) -> None:
        if connection.heard_at < self._last_ping:
            log.warning("ami_silent", user=self._user, seconds=PING_SECONDS)
            connection.abort()
        else:
            # Also while one is unanswered: its answer may be in a line that was torn.
            Deferred.fromCoroutine(self._measure(connection))

    def _stamped(self, stamp: str) -> None:
        """The last message of what came together was written by Asterisk at this time."""
        written = _seconds(stamp)
        if written is not None:
            self._event_age = self._wall_clock() - self._skew - written

    async def _measure(self, connection: AmiConnection) -> None:
        sent = self._last_ping = self._clock.seconds()
        if self._pinged_at is None:
            self._pinged_at = sent
        try:
            pong = await connection.action("Ping", timeout=None)
        except AmiError as error:
            log.info("ami_ping_failed", error=str(error))
            return
        self._pinged_at = None
        self._ping_seconds = self._clock.seconds() - sent
        self._event_age = 0.0  # the answer came after everything that was to be told before it
        stamp = _seconds(pong.get("Timestamp"))
        if stamp is not None:
            self._skew = self._wall_clock() - self._ping_seconds / 2 - stamp
        if not self._up:
            # Asterisk says FullyBooted right after the log-in, or later if it still starts.
            log.warning("ami_not_booted", user=self._user, fix="the user needs read = system")


def _seconds(stamp: str | None) -> float | None:
    """Seconds since 1970, as Asterisk writes them; None if nobody's clock can say so."""
    try:
        seconds = math.nan if stamp is None else float(stamp)
    except ValueError:
        return None
    return seconds if 0 <= seconds < LAST_SECOND else None


def _call_all(callbacks: list[OnState]) -> None:
    for callback in tuple(callbacks):
        try:
            callback()
        except Exception:
            log.exception("ami_state_callback_failed")


def _expect_cancelled(failure: Failure) -> None:
    failure.trap(CancelledError)
