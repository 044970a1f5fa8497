"""One caller's wait for a person, from the place in line to the end of the talk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from acd.effects import Offer
from acd.escalation import AskTheQueue, CallIn, GiveUp, KeepWaiting, asks_for_agent
from acd.events import CallerGone, CallQueued, TermsChanged
from acd.recovery import TicketState
from acd.service import Service
from acd.types import CallId, Millis
from hotseat.contact import Contact, ticket_of
from hotseat.contacts import Contacts
from hotseat.hold import Hold
from hotseat.last_resort import LastResort
from hotseat.live_config import LiveConfig
from hotseat.ringing import Ringing
from hotseat.site.records import QueueRecord
from hotseat.terms import asked, queue_of, terms_of
from ivr.interpreter import EnqueueStep, Failed, Left, Outcome
from ivr.ports import Line, LineFailed, LineGone
from ivr.waiting import Told

log = structlog.get_logger(__name__)


class Wait:
    """A contact in line, by which step of its menu and on which line."""

    def __init__(
        self,
        contact: Contact,
        line: Line,
        step: EnqueueStep,
        *,
        roll: dict[CallId, Wait],
        contacts: Contacts,
        config: LiveConfig,
        service: Service,
        ringing: Ringing,
        last_resort: LastResort,
        reactor: IReactorTime,
        now: Callable[[], Millis],
    ) -> None:
        self.contact = contact
        self.step = step
        self._line = line
        self._roll = roll
        self._contacts = contacts
        self._config = config
        self._service = service
        self._ringing = ringing
        self._last_resort = last_resort
        self._now = now
        self._waiting: Deferred[Offer | None] | None = None

        async def tell(told: Told) -> None:
            contact.told = told
            # A server that takes the caller on must not tell a worse place.
            await line.set(ticket_of(contact, TicketState.WAITING))

        self._hold = Hold(
            line,
            reactor,
            queue=partial(queue_of, config, contact, step),
            outlook=lambda: service.floor.outlook(contact.call, now()),
            told=contact.told,
            tell=tell,
            log=log.bind(call=contact.call),
        )

    async def to_the_end(self) -> Outcome:
        """Wait for a person and talk; returns when the caller is free again.

        It stands on the roll meanwhile. Raises LineGone, LineFailed.
        """
        contact, hold = self.contact, self._hold
        if contact.talked:
            # Came back after a talk: a call that has talked never waits again.
            return Left("talked")
        came_back = contact.queued_at is not None
        if not came_back:
            if self._config.queue(self.step.queue) is None:
                return Failed(f"no queue {self.step.queue}")
            self._join()
        elif not asks_for_agent(contact.requires):
            contact.widened = True  # as far as its ticket tells
        if self._line.facts.dial_status:
            # Left by an earlier Dial; with a ticket that says `waiting` it would mean a talk.
            await self._line.set({"DIALSTATUS": ""})
        await self._stand_in_line()
        self._contacts.in_line(contact)
        self._roll[contact.call] = self
        try:
            if await self._given_up():
                return Left("nobody left")
            if contact.offer is None:
                if came_back:
                    hold.come_back()
                else:
                    hold.begin(self.step.announce)
            while True:
                offer = await self._next_offer()
                hold.rest()
                if offer is not None and await self._ringing.ring(contact, self._line, offer):
                    return Left("talked")
                self._last_resort.let_go(contact)
                if await self._given_up():
                    return Left("nobody left")
                if contact.offer is None:
                    await hold.go_on()
        except LineFailed:
            contact.lost = True  # sorry is said next, and that is all
            raise
        finally:
            hold.rest()
            self._last_resort.let_go(contact)
            if self._roll.get(contact.call) is self:
                del self._roll[contact.call]

    # -- what becomes of it ---------------------------------------------------------------------

    def offered(self, offer: Offer | None) -> None:
        """The floor has chosen; None if it has to be looked whether anybody is left."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(offer)

    def look_again(self) -> None:
        """Is somebody left? Agents log off, and duties end."""
        if self._waiting is not None and not isinstance(
            self._last_resort.next_step(self.contact), KeepWaiting
        ):
            self.offered(None)

    def line_gone(self) -> None:
        """Nobody listens on the line any more."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.errback(LineGone())

    def site_changed(self) -> None:
        """The wait goes on under the new terms, music and announcements as well."""
        self._service.tell(TermsChanged(self._terms()))
        self._hold.queue_changed()

    # -- in line --------------------------------------------------------------------------------

    def _join(self) -> None:
        """The wait begins here, once; a session that comes back finds it begun."""
        contact = self.contact
        # Who came while no server was there has waited already.
        contact.queued_at = at = self._now() - contact.unmet
        contact.queue = queue = self.step.queue
        self._contacts.changed(contact, queue=queue, queued_at=at, language=contact.language)

    def _weigh(self) -> QueueRecord:
        """What is asked for now, and its weight; the queue that asks."""
        contact, step = self.contact, self.step
        queue = queue_of(self._config, contact, step)
        skills = self._config.now.skills
        contact.requires = asked(queue, step, skills, widened=contact.widened)
        priority = queue.priority + step.priority
        if contact.priority != priority:
            contact.priority = priority
            self._contacts.changed(contact, priority=priority)
        return queue

    def _terms(self) -> CallQueued:
        """On which the contact waits from now on."""
        queue = self._weigh()
        return terms_of(self.contact, queue, self._last_resort.again(queue))

    async def _stand_in_line(self) -> None:
        """The ticket first: a server that comes after an offer has to find it."""
        self._weigh()
        await self._line.set(ticket_of(self.contact, TicketState.WAITING))
        # Only now: the site may have changed while the ticket was written.
        self._service.tell(self._terms())

    async def _given_up(self) -> bool:
        """Turn to whoever can be asked yet; True if there is nobody and the caller was told."""
        contact = self.contact
        while contact.offer is None:
            match self._last_resort.next_step(contact):
                case KeepWaiting():
                    return False
                case AskTheQueue():
                    contact.widened = True
                    await self._stand_in_line()
                case CallIn(agent):
                    self._last_resort.call_in(contact, agent)
                case GiveUp():
                    self._hold.rest()
                    contact.in_line = False
                    self._service.tell(CallerGone(contact.call))
                    await self._last_resort.give_up(contact, self._line)
                    return True
        return False

    def _next_offer(self) -> Deferred[Offer | None]:
        waiting: Deferred[Offer | None] = Deferred()
        if self.contact.offer is not None:
            waiting.callback(self.contact.offer)
        elif self.contact.line is None:
            waiting.errback(LineGone())
        else:
            self._waiting = waiting
        return waiting
