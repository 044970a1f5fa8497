"""A calm end: nothing new begins, what talks goes on to its last word, then the server stops.

New callers, and those who wait, hear music: their dialplan asks again each second until the next
server answers, and everybody keeps the place in line. A plain stop would be as safe for the
calls; what it costs is the farewell and the exact end of the talks that run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sized

import structlog
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall

from acd.events import OffersHeld
from acd.service import Service
from hotseat.contacts import Contacts

log = structlog.get_logger(__name__)

DRAIN = "drain"
LOOK_SECONDS = 0.25


class Drain:
    """Begins once; there is no way back but the next start, which costs no caller anything."""

    def __init__(
        self,
        *,
        contacts: Contacts,
        dial_backs: Sized,
        service: Service,
        close_door: Callable[[], Awaitable[None]],
        clock: IReactorTime,
        drained: Callable[[], None],
    ) -> None:
        self._contacts = contacts
        self._dial_backs = dial_backs
        self._service = service
        self._close_door = close_door
        self._drained = drained
        self._looking = LoopingCall(self._look)
        self._looking.clock = clock

    async def begin(self) -> dict[str, int]:
        """Take no new lines and make no offers; says how many calls are waited for."""
        if not self._looking.running:
            log.info("drain_begins", talking=self.talking, contacts=len(self._contacts))
            self._service.tell(OffersHeld(DRAIN))
            await self._close_door()
            # Not at once: whoever asked wants to hear the answer.
            self._looking.start(LOOK_SECONDS, now=False)
        return {"talking": self.talking}

    @property
    def talking(self) -> int:
        """Calls that talk, ring at a seat or hear their farewell, and customers called back."""
        contacts = sum(contact.talked or contact.offer is not None for contact in self._contacts)
        return contacts + len(self._dial_backs)

    @property
    def left(self) -> int | None:
        """How many calls are still waited for; None before it begins."""
        return self.talking if self._looking.running else None

    def stop(self) -> None:
        """The server stops before the drain is over."""
        if self._looking.running:
            self._looking.stop()

    def _look(self) -> None:
        if not self.talking:
            log.info("drained", waiting=len(self._contacts))
            self._looking.stop()
            self._drained()
