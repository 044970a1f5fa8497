"""Rings a seat's own place for a call that its agent makes, and leads it to FastAGI.

AMI's Originate rings one channel and, when it is answered, runs `[seat-dials]` on it. We choose the
channel's unique id (`ChannelId`), and so know it in every event from the first on.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IReactorTime

from acd.types import Millis
from hotseat.asterisk.agi_line import mobile_channel, mobile_terms, phone_channel
from hotseat.asterisk.ami import AmiError, AmiLink
from hotseat.asterisk.ami_wire import Message
from ivr.ports import DialResult, MobileLeg

log = structlog.get_logger(__name__)

CONTEXT = "seat-dials"
GRACE_SECONDS = 5.0
"""Asterisk tells that a ring timed out; later than this the word is lost."""

RESULTS = {
    "1": DialResult.DECLINED,
    "3": DialResult.NO_ANSWER,
    "4": DialResult.ANSWERED,
    "5": DialResult.BUSY,
    "8": DialResult.UNREACHABLE,
}
"""`Reason` of OriginateResponse: the control frame that ended the ringing (frame.h); 0 is a channel
that could not be made."""


class SeatRinger:
    """Implements `hotseat.dial_back.Ringer` on an AMI link."""

    def __init__(self, link: AmiLink, clock: IReactorTime) -> None:
        self._link = link
        self._clock = clock
        self._rung: dict[str, Deferred[DialResult]] = {}
        self._talks: dict[str, Callable[[], None]] = {}

    def watch(self) -> None:
        """Listen to the link; once, before it starts."""
        self._link.subscribe("OriginateResponse", self._answered)
        self._link.subscribe("BridgeEnter", self._bridged)

    async def ring(
        self,
        attempt: str,
        place: str | MobileLeg,
        *,
        shows: str,
        ring_ms: Millis,
        talks: Callable[[], None],
    ) -> DialResult:
        """Ring a phone or a mobile, which then comes by FastAGI as line `seat` of this attempt."""
        headers = {
            "Channel": phone_channel(place) if isinstance(place, str) else mobile_channel(place),
            "Context": CONTEXT,
            "Exten": attempt,
            "Priority": "1",
            "Timeout": str(ring_ms),
            "CallerID": f"<{shows}>",
            "ChannelId": attempt,
            "Async": "true",
        }
        if not isinstance(place, str):
            name, terms = mobile_terms(place)
            headers["Variable"] = f"{name}={terms}"
        answer = self._rung[attempt] = Deferred()
        self._talks[attempt] = talks
        try:
            await self._link.action("Originate", headers)
            return await answer.addTimeout(ring_ms / 1000 + GRACE_SECONDS, self._clock)
        except AmiError as error:
            log.warning("seat_not_rung", attempt=attempt, error=str(error))
            return DialResult.ERROR
        except TimeoutError:
            return DialResult.NO_ANSWER
        finally:
            del self._rung[attempt]

    def forget(self, attempt: str) -> None:
        """Nothing more is to be told of it."""
        self._talks.pop(attempt, None)

    def _answered(self, event: Message) -> None:
        answer = self._rung.get(event.get("Exten") or "")
        if answer is not None and not answer.called and event.get("Context") == CONTEXT:
            answer.callback(RESULTS.get(event.get("Reason") or "", DialResult.UNREACHABLE))

    def _bridged(self, event: Message) -> None:
        talks = self._talks.pop(event.get("Uniqueid") or "", None)
        if talks is not None:
            talks()
