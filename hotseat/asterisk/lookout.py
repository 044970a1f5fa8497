"""Keeps Asterisk in sight: looks at it when the link comes up, and gives it a sign of life."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import LoopingCall

from hotseat.asterisk.ami import AmiError, AmiLink
from hotseat.asterisk.orders import Orders

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 2.0
HEARTBEAT_SECONDS = 1.0
"""The dialplan takes three seconds of silence for our absence."""


class Lookout:
    """Has everything looked at until that succeeds once, each time that the link comes up."""

    def __init__(
        self,
        link: AmiLink,
        reactor: IReactorTime,
        *,
        look: Callable[[], Awaitable[None]],
        lost: Callable[[], None],
        orders: Orders,
    ) -> None:
        self._link = link
        self._reactor = reactor
        self._look = look
        self._lost = lost
        self._orders = orders
        self._again: IDelayedCall | None = None
        self._heartbeat = LoopingCall(self._beat)
        self._heartbeat.clock = reactor

    def watch(self) -> None:
        """Look out from now on. Call once, before the link starts."""
        self._link.on_up(self._link_up)
        self._link.on_down(self._link_down)

    def _link_up(self) -> None:
        self._again = None
        Deferred.fromCoroutine(self._take_a_look())

    def _link_down(self) -> None:
        if self._heartbeat.running:
            self._heartbeat.stop()
        if self._again is not None:
            self._again.cancel()
            self._again = None
        self._lost()

    async def _take_a_look(self) -> None:
        try:
            await self._look()
        except AmiError as error:
            log.warning("switch_snapshot_failed", error=str(error))
            self._look_later()
        except Exception:
            log.exception("switch_snapshot_failed")
            self._look_later()
        else:
            if not self._heartbeat.running:
                self._heartbeat.start(HEARTBEAT_SECONDS)

    def _look_later(self) -> None:
        """No offer is made before a snapshot is in, so one that failed is taken again."""
        if self._link.up:
            self._again = self._reactor.callLater(AGAIN_SECONDS, self._link_up)

    def _beat(self) -> None:
        """Let the dialplan know that a server is there: it keeps the end of a talk if none is."""
        seen = {"Variable": "HOTSEAT_SEEN", "Value": str(int(time.time()))}
        self._orders.send(None, "Setvar", seen)
