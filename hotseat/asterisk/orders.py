"""Orders to Asterisk for whose answer nobody waits."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from twisted.internet.defer import Deferred

from acd.types import CallId
from hotseat.asterisk.ami import AmiError, AmiLink

log = structlog.get_logger(__name__)

ELSEWHERE = "26"
"""Q.850 cause of a leg that we withdraw, "completed elsewhere": the phone logs no missed call."""


class Orders:
    """Sent and forgotten: a refusal means that the channel was gone already."""

    def __init__(self, link: AmiLink) -> None:
        self._link = link

    def hang_up(self, call: CallId | None, channel: str | None) -> None:
        """End a channel, if there is one, as taken by somebody else."""
        if channel is not None:
            self.send(call, "Hangup", {"Channel": channel, "Cause": ELSEWHERE})

    def send(self, call: CallId | None, action: str, headers: Mapping[str, str]) -> None:
        """Ask for an action, on behalf of this call if it is for one."""

        async def send() -> None:
            try:
                await self._link.action(action, headers)
            except AmiError as error:
                log.info("switch_order_failed", call=call, action=action, error=str(error))

        Deferred.fromCoroutine(send())
