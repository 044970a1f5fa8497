"""What a starting server finds: kept seats, open calls, tickets on channels that lived on.

No offers are made until the switch has been seen and the callers who waited are back in line,
or a short grace has passed: the first to reconnect must not overtake the longest waiting.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from acd.events import OffersHeld, OffersResumed
from acd.ports import ChannelSeen, SwitchSnapshot
from acd.recovery import Ticket, TicketError, TicketState
from acd.service import Service
from acd.types import CallId, Millis
from hotseat.contact import Contact, contact_from
from hotseat.contacts import Contacts
from hotseat.history import CallRow
from hotseat.seats import Seats
from ivr.ports import LineFacts

log = structlog.get_logger(__name__)

RECOVERY = "recovery"
GRACE_SECONDS = 3.0
"""The dialplan asks again each second; two rounds and a little are enough for everybody."""


class Restart:
    """One recovery, from the first snapshot to the first offer."""

    def __init__(
        self,
        *,
        contacts: Contacts,
        seats: Seats,
        service: Service,
        clock: IReactorTime,
        open_calls: Sequence[CallRow],
        last_seen: Millis,
        last_switch_started: str | None,
    ) -> None:
        self._contacts = contacts
        self._seats = seats
        self._service = service
        self._clock = clock
        self._open_calls = {CallId(call.id): call for call in open_calls}
        self._last_seen = last_seen
        self._last_switch_started = last_switch_started
        self._expected: set[CallId] = set()
        self._grace: IDelayedCall | None = None
        self._over = False
        service.tell(OffersHeld(RECOVERY))

    def snapshot(self, snapshot: SwitchSnapshot) -> None:
        """The first sight of the switch: sort its channels by their tickets."""
        if self._grace is not None:
            return
        restarted = self._last_switch_started not in (None, snapshot.started)
        for channel in snapshot.channels:
            if channel.ticket:
                self._found(channel, snapshot)
        missing, self._open_calls = list(self._open_calls.values()), {}
        if missing:
            Deferred.fromCoroutine(self._close(missing, lost=restarted))
        log.info(
            "recovery",
            waiting=len(self._expected),
            talking=len(self._contacts) - len(self._expected),
            ended_meanwhile=len(missing),
            switch_restarted=restarted,
        )
        self._grace = self._clock.callLater(GRACE_SECONDS, self._finish)
        self.settle()

    def recall(self, contact: Contact) -> None:
        """Fill in what an earlier server wrote; the call is this one's to end from now on."""
        known = self._open_calls.pop(contact.call, None)
        if known is not None:
            contact.learn(known)

    def settle(self) -> None:
        """A caller is in line or gone; perhaps the last one that was expected."""
        if self._grace is None or self._over:
            return
        self._expected = {
            call
            for call in self._expected
            if (contact := self._contacts.get(call)) is not None and not contact.in_line
        }
        if not self._expected:
            self._grace.cancel()
            self._finish()

    def stop(self) -> None:
        """The server stops before the recovery is over."""
        if self._grace is not None and self._grace.active():
            self._grace.cancel()

    def _finish(self) -> None:
        self._over = True
        if self._expected:
            log.warning("recovery_incomplete", missing=len(self._expected))
        self._service.tell(OffersResumed(RECOVERY))

    def _found(self, channel: ChannelSeen, snapshot: SwitchSnapshot) -> None:
        try:
            ticket = Ticket.parse(channel.ticket)
        except TicketError as error:
            log.error("ticket_unreadable", channel=channel.channel, error=str(error))
            return
        if self._contacts.get(ticket.call) is not None:
            return  # its line came before the snapshot
        known = self._open_calls.get(ticket.call)
        contact = contact_from(ticket, _facts(channel.channel, channel.uniqueid, known))
        self.recall(contact)
        leg = _leg_in_talk(channel, snapshot)
        if leg is not None:
            contact.talked = True
            contact.seat = contact.seat or self._seats.seat_at(leg.phone)
        self._contacts.adopt(contact, in_talk=leg is not None)
        if ticket.state is TicketState.WAITING and leg is None:
            self._expected.add(ticket.call)

    async def _close(self, missing: list[CallRow], *, lost: bool) -> None:
        """Calls that ended while nobody watched: one terminal row each, marked as estimated."""
        for known in missing:
            facts = _facts("", known.uniqueid or "", known)
            contact = Contact(CallId(known.id), facts, known.arrived_at)
            contact.learn(known)
            ended = max(self._last_seen, contact.answered_at or contact.arrived)
            await self._contacts.close_unseen(contact, ended, lost=lost)


def _leg_in_talk(channel: ChannelSeen, snapshot: SwitchSnapshot) -> ChannelSeen | None:
    for other in snapshot.channels:
        if channel.bridge and other.bridge == channel.bridge and other.uniqueid != channel.uniqueid:
            return other
    return None


def _facts(channel: str, uniqueid: str, known: CallRow | None) -> LineFacts:
    return LineFacts(
        channel=channel,
        uniqueid=uniqueid,
        dialled=(known and known.number) or "",
        caller_number=(known and known.caller) or "",
        caller_name=(known and known.caller_name) or "",
        context=(known and known.came_from) or "",
    )
