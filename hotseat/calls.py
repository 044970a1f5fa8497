"""The calls of this server: a line comes in, walks its menu, waits, talks and says goodbye.

`Calls` stands between the line (FastAGI), the floor and the switch (AMI), who do not know each
other. It decides nothing about who gets which call; it carries decisions out. What the switch sees
of a call meanwhile is gathered in `hotseat.contacts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from acd.effects import Offer
from acd.events import CallerGone, TalkEnded
from acd.ports import Switch, SwitchAway
from acd.recovery import Ticket, TicketError, TicketState
from acd.service import Service
from acd.types import CallId, Millis, OfferId
from hotseat.bell import Bell
from hotseat.check_in import CheckIn
from hotseat.clock import Clock
from hotseat.contact import Contact, contact_from, ticket_of
from hotseat.contacts import Contacts
from hotseat.dial_back import DialBacks
from hotseat.last_resort import LastResort
from hotseat.live_config import LiveConfig
from hotseat.reception import SORRY, Reception
from hotseat.ringing import Ringing
from hotseat.site.records import SiteNow
from hotseat.wait import Wait
from ivr.interpreter import TEMPORARY_FAILURE, EnqueueStep, Interpreter, Outcome, Place
from ivr.ports import Line, LineFacts, LineGone
from ivr.prompts import sound_paths
from ivr.session import run_menu

log = structlog.get_logger(__name__)

NOT_IN_SERVICE = 1
"""Q.850: unallocated number. The carrier plays its own announcement; we never answer."""

LONGEST_UNMET: Millis = 15 * 60_000
"""The dialplan gives up earlier; an older stamp comes from a clock that was set."""


class Calls:
    """Serves lines from the first ring to the farewell. Implements `acd.ports.Lines`."""

    def __init__(
        self,
        *,
        contacts: Contacts,
        config: LiveConfig,
        switch: Switch,
        clock: Clock,
        reactor: IReactorTime,
        new_id: Callable[[], str],
        bell: Bell,
        last_resort: LastResort,
        check_in: CheckIn,
        dial_backs: DialBacks,
    ) -> None:
        self._contacts = contacts
        self._config = config
        self._switch = switch
        self._clock = clock
        self._now = clock.now
        self._reactor = reactor
        self._new_id = new_id
        self._reception = Reception(config, clock)
        self._bell = bell
        self._last_resort = last_resort
        self._check_in = check_in
        self._dial_backs = dial_backs
        self._in_line: dict[CallId, Wait] = {}
        self._service: Service
        self._ringing: Ringing

    def staff(self, service: Service) -> None:
        """Meet the floor; comes before the first line."""
        self._service = service
        self._ringing = Ringing(self._bell, self._switch, service, self._now)

    # -- a line ---------------------------------------------------------------------------------

    async def on_line(self, line: Line) -> None:
        """Serve one FastAGI session to its end."""
        try:
            if self._check_in.wants(line.facts):
                await self._check_in.serve(line)
                return
            if self._dial_backs.wants(line.facts):
                await self._dial_backs.serve(line)
                return
            contact = await self._meet(line)
            if contact is not None:
                await self._serve(contact, line)
        except LineGone:
            pass

    async def _meet(self, line: Line) -> Contact | None:
        """The contact of this line: a new one, or one that comes back with its ticket."""
        ticket = _ticket_on(line)
        contact = self._come_back(line, ticket) if ticket else self._arrive(line)
        if contact is None:
            await line.hang_up(NOT_IN_SERVICE)
            return None
        contact.line = line
        self._contacts.add(contact)
        Deferred.fromCoroutine(self._see_off(contact, line))
        if ticket is None:
            await line.set(ticket_of(contact, TicketState.MENU))
            await line.answer()
        return contact

    def _arrive(self, line: Line) -> Contact | None:
        """A new contact, None if nobody is at the number. Nothing is dialled, whoever asks."""
        facts, site = line.facts, self._config.now
        now = self._now()
        contact = Contact(CallId(self._new_id()), facts, self._arrival(facts, now))
        contact.unmet = now - contact.arrived
        number = site.numbers.get(facts.dialled)
        if number is None:
            contact.refused = True
            self._contacts.strangers[f"{facts.context}_number"] += 1
            self._contacts.record_end(contact, contact.arrived)
            log.info(
                "number_refused",
                call=contact.call,
                came_from=facts.context,
                number=_masked(facts.dialled),
            )
            return None
        menu = self._reception.menu(number.menu or number.number)
        contact.menu, contact.revision, contact.language = menu.name, menu.revision, menu.language
        self._contacts.note("arrived", contact, number=facts.dialled, came_from=facts.context)
        self._contacts.changed(contact, **contact.record())
        return contact

    def _arrival(self, facts: LineFacts, now: Millis) -> Millis:
        """When the call came: now, or while no server was there to meet it."""
        if facts.arrived is None:
            return now
        arrived = self._clock.from_wall(facts.arrived)
        return arrived if now - LONGEST_UNMET <= arrived <= now else now

    def _come_back(self, line: Line, ticket: Ticket) -> Contact:
        contact = self._contacts.get(ticket.call)
        if contact is None:
            contact = contact_from(ticket, line.facts)
            self._contacts.recall(contact)
        contact.facts = line.facts
        if ticket.state is TicketState.AFTER or (
            ticket.state is TicketState.WAITING and line.facts.dial_status == "ANSWER"
        ):
            contact.talked = True
            if line.facts.ended is not None and contact.talk_ended_at is None:
                contact.talk_ended_at = self._clock.from_wall(line.facts.ended)
            self._service.tell(TalkEnded(contact.call))
        self._contacts.note("came_back", contact, state=ticket.state.value)
        return contact

    async def _serve(self, contact: Contact, line: Line) -> None:
        try:
            interpreter = await self._interpreter(contact)
        except LookupError as error:
            log.error("menu_missing", call=contact.call, error=str(error))
            contact.lost = contact.queued_at is not None
            await line.play(sound_paths(SORRY))
            await line.hang_up(TEMPORARY_FAILURE)
            return

        async def moved(place: Place) -> None:
            contact.menu, contact.revision, contact.node = place
            contact.above, contact.path = interpreter.above, interpreter.path
            language = interpreter.facts["language"]
            if language != contact.language:
                contact.language = language
                if contact.queued_at is None:
                    # Worth a command: after a crash the caller is asked again in this language.
                    await line.set(ticket_of(contact, TicketState.MENU))

        def enqueue(step: EnqueueStep) -> Awaitable[Outcome]:
            wait = Wait(
                contact,
                line,
                step,
                roll=self._in_line,
                contacts=self._contacts,
                config=self._config,
                service=self._service,
                ringing=self._ringing,
                last_resort=self._last_resort,
                reactor=self._reactor,
                now=self._now,
            )
            return wait.to_the_end()

        await run_menu(
            line,
            interpreter,
            site=self._reception,
            enqueue=enqueue,
            on_position=moved,
            log=log.bind(call=contact.call),
        )
        contact.finished = True

    async def _interpreter(self, contact: Contact) -> Interpreter:
        """The walk through the menu, at the place where it stopped. Raises LookupError."""
        return Interpreter(
            await self._reception.menu_at(contact.menu, contact.revision),
            {"language": contact.language} if contact.language else {},
            at=contact.node or None,
            above=[
                (await self._reception.menu_at(place.menu, place.revision), place.node)
                for place in contact.above
            ],
        )

    async def _see_off(self, contact: Contact, line: Line) -> None:
        """Wait for the end of our control of the line."""
        await line.when_gone()
        if contact.line is not line:
            return
        contact.line, contact.in_line, contact.alone_since = None, False, self._now()
        if contact.answered_at and contact.talk_ended_at is None and not self._switch.up:
            contact.talk_ended_at = contact.alone_since  # nobody else will tell
        self._service.tell(CallerGone(contact.call))
        wait = self._in_line.get(contact.call)
        if wait is not None:
            wait.line_gone()
        contact.offer = None

    # -- those in line --------------------------------------------------------------------------

    def look_again(self) -> None:
        """Is somebody left for those who wait? Agents log off, and duties end."""
        for call, wait in list(self._in_line.items()):
            if self._contacts.get(call) is not None:
                wait.look_again()

    def site_changed(self, old: SiteNow, new: SiteNow) -> None:
        """Who waits is served on the new terms from now on; offers and talks go on as they are."""
        still = Counter(wait.step.queue for wait in self._in_line.values())
        for name in old.queues.keys() - new.queues.keys():
            log.warning("queue_removed", queue=name, waiting=still[name])
        for wait in list(self._in_line.values()):
            wait.site_changed()

    # -- acd.ports.Lines ------------------------------------------------------------------------

    def offer(self, offer: Offer) -> None:
        """The floor's choice for a waiting caller."""
        contact = self._contacts.get(offer.call)
        if contact is None:
            log.error("offer_for_nobody", call=offer.call, seat=offer.seat)
            self._service.tell(CallerGone(offer.call))
            return
        self._switch.offer_over(offer.call)  # a session that was lost cannot have said so
        contact.offer, contact.withdrawn = offer, False
        contact.offers += 1
        wait = self._in_line.get(offer.call)
        if wait is not None:
            wait.offered(offer)

    def withdraw(self, offer: OfferId, call: CallId) -> None:
        """The floor wants the seat left alone."""
        contact = self._contacts.get(call)
        if contact is not None and contact.offer is not None and contact.offer.offer == offer:
            contact.withdrawn = True
        self._switch.withdraw(call)

    def check(self, offer: OfferId, call: CallId) -> None:
        """The floor heard nothing for too long; an answer may have been missed."""

        async def ask() -> None:
            try:
                state = await self._switch.look(call)
                phone = await self._switch.partner(call) if state == "talking" else ""
            except SwitchAway:
                return
            contact = self._contacts.get(call)
            if state == "talking" and contact is not None and contact.offer is not None:
                self._contacts.talk_began(call, phone)
            else:
                self._switch.withdraw(call)

        log.warning("offer_overdue", call=call, offer=offer)
        Deferred.fromCoroutine(ask())


def _ticket_on(line: Line) -> Ticket | None:
    if not line.facts.ticket:
        return None
    try:
        return Ticket.parse(line.facts.ticket)
    except TicketError as error:
        log.error("ticket_unreadable", channel=line.facts.channel, error=str(error))
        return None  # better a menu heard twice than a caller who hears music for ever


def _masked(number: str) -> str:
    return "…" + number[-4:]
