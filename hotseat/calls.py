"""The calls of this server: a line comes in, walks its menu, waits, talks and says goodbye.

`Calls` stands between the line (FastAGI), the floor and the switch (AMI), who do not know each
other. It decides nothing about who gets which call; it carries decisions out. What the switch sees
of a call meanwhile is gathered in `hotseat.contacts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from acd.effects import Offer
from acd.escalation import AskTheQueue, CallIn, GiveUp, KeepWaiting, asks_for_agent, is_own
from acd.events import (
    CallerGone,
    CallQueued,
    OfferAnswered,
    OfferFailed,
    TalkEnded,
    TermsChanged,
)
from acd.ports import Switch, SwitchAway
from acd.recovery import Ticket, TicketError, TicketState
from acd.service import Service
from acd.types import CallId, Failure, Millis, OfferId, requirement
from hotseat.bell import Bell
from hotseat.check_in import CheckIn
from hotseat.clock import Clock
from hotseat.contact import Contact, contact_from
from hotseat.contacts import Contacts, ticket_of
from hotseat.dial_back import DialBacks
from hotseat.hold import Hold
from hotseat.last_resort import LastResort
from hotseat.live_config import LiveConfig
from hotseat.reception import SORRY, Reception
from hotseat.site.records import QueueRecord, SiteNow, removed_queue
from ivr.interpreter import (
    TEMPORARY_FAILURE,
    EnqueueStep,
    Failed,
    Interpreter,
    Left,
    Outcome,
    Place,
)
from ivr.ports import DialResult, Line, LineFacts, LineFailed, LineGone
from ivr.prompts import sound_paths
from ivr.session import run_menu
from ivr.waiting import Told

log = structlog.get_logger(__name__)

NOT_IN_SERVICE = 1
"""Q.850: unallocated number. The carrier plays its own announcement; we never answer."""

LONGEST_UNMET: Millis = 15 * 60_000
"""The dialplan gives up earlier; an older stamp comes from a clock that was set."""

FAILURES = {
    DialResult.NO_ANSWER: Failure.NO_ANSWER,
    DialResult.DECLINED: Failure.DECLINED,
    DialResult.BUSY: Failure.BUSY,
    DialResult.UNREACHABLE: Failure.UNREACHABLE,
    DialResult.WITHDRAWN: Failure.WITHDRAWN,
    DialResult.REFUSED: Failure.REFUSED,
    DialResult.ERROR: Failure.ERROR,
}


@dataclass(frozen=True, slots=True)
class _Wait:
    """A contact in line, by which step of its menu, and what it hears."""

    contact: Contact
    step: EnqueueStep
    hold: Hold


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
        self._waiting_for_offer: dict[CallId, Deferred[Offer | None]] = {}
        self._waits: dict[CallId, _Wait] = {}
        self._service: Service

    def staff(self, service: Service) -> None:
        """Meet the floor; comes before the first line."""
        self._service = service

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
            await self._write(contact, line, TicketState.MENU)
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
                    await self._write(contact, line, TicketState.MENU)

        await run_menu(
            line,
            interpreter,
            site=self._reception,
            enqueue=partial(self._enqueue, contact, line),
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
        waiting = self._waiting_for_offer.pop(contact.call, None)
        if waiting is not None:
            waiting.errback(LineGone())
        contact.offer = None

    # -- waiting and ringing --------------------------------------------------------------------

    async def _enqueue(self, contact: Contact, line: Line, step: EnqueueStep) -> Outcome:
        """Wait for a person and talk; returns when the caller is free again."""
        if contact.talked:
            # Came back after a talk: a call that has talked never waits again.
            return Left("talked")
        if self._queue(contact, step) is None:
            return Failed(f"no queue {step.queue}")
        came_back = contact.queued_at
        if came_back is None:
            self._join(contact, step)
        elif not asks_for_agent(contact.requires):
            contact.widened = True  # as far as its ticket tells
        if line.facts.dial_status:
            # Left by an earlier Dial; with a ticket that says `waiting` it would mean a talk.
            await line.set({"DIALSTATUS": ""})
        await self._stand_in_line(contact, line, step)
        self._contacts.in_line(contact)
        hold = self._hold(contact, line, step)
        self._waits[contact.call] = _Wait(contact, step, hold)
        try:
            if await self._given_up(contact, line, hold, step):
                return Left("nobody left")
            if contact.offer is None:
                if came_back is None:
                    hold.begin(step.announce)
                else:
                    hold.come_back()
            while True:
                offer = await self._next_offer(contact)
                hold.rest()
                if offer is not None and await self._ring(contact, line, offer):
                    return Left("talked")
                self._last_resort.let_go(contact)
                if await self._given_up(contact, line, hold, step):
                    return Left("nobody left")
                if contact.offer is None:
                    await hold.go_on()
        except LineFailed:
            contact.lost = True  # sorry is said next, and that is all
            raise
        finally:
            hold.rest()
            self._last_resort.let_go(contact)
            if (wait := self._waits.get(contact.call)) is not None and wait.hold is hold:
                del self._waits[contact.call]

    async def _stand_in_line(self, contact: Contact, line: Line, step: EnqueueStep) -> None:
        """The ticket first: a server that comes after an offer has to find it."""
        self._weigh(contact, step)
        await self._write(contact, line, TicketState.WAITING)
        # Only now: the site may have changed while the ticket was written.
        self._service.tell(self._terms(contact, step))

    async def _given_up(self, contact: Contact, line: Line, hold: Hold, step: EnqueueStep) -> bool:
        """Turn to whoever can be asked yet; True if there is nobody and the caller was told."""
        while contact.offer is None:
            match self._last_resort.next_step(contact):
                case KeepWaiting():
                    return False
                case AskTheQueue():
                    contact.widened = True
                    await self._stand_in_line(contact, line, step)
                case CallIn(agent):
                    self._last_resort.call_in(contact, agent)
                case GiveUp():
                    hold.rest()
                    contact.in_line = False
                    self._service.tell(CallerGone(contact.call))
                    await self._last_resort.give_up(contact, line)
                    return True
        return False

    def look_again(self) -> None:
        """Is somebody left for those who wait? Agents log off, and duties end."""
        for call, waiting in list(self._waiting_for_offer.items()):
            contact = self._contacts.get(call)
            if contact is not None and not isinstance(
                self._last_resort.next_step(contact), KeepWaiting
            ):
                del self._waiting_for_offer[call]
                waiting.callback(None)

    def _queue(self, contact: Contact, step: EnqueueStep) -> QueueRecord | None:
        """The queue that a step leads to; None if there is none to begin to wait in."""
        queue = self._config.queue(step.queue)
        if queue is None and contact.queued_at is not None:
            # Removed, and forgotten by a restart: who waits is served as the ticket says.
            weight = contact.priority - step.priority
            queue = removed_queue(step.queue, dict(contact.requires), weight)
        return queue

    def _queue_of(self, contact: Contact, step: EnqueueStep) -> QueueRecord:
        """The queue in which the contact waits, as it is now."""
        queue = self._queue(contact, step)
        assert queue is not None, "a queue in which somebody waits is never forgotten"
        return queue

    def _join(self, contact: Contact, step: EnqueueStep) -> None:
        """The wait begins here, once; a session that comes back finds it begun."""
        # Who came while no server was there has waited already.
        contact.queued_at = at = self._now() - contact.unmet
        contact.queue = step.queue
        self._contacts.changed(contact, queue=step.queue, queued_at=at, language=contact.language)

    def _weigh(self, contact: Contact, step: EnqueueStep) -> None:
        """What the queue and the menu ask for now, and their weight.

        A skill that the site has no more is asked of nobody: nobody can have it. Who calls an
        agent's own number asks for the agent, and for the queue's skills only after that.
        """
        queue, skills = self._queue_of(contact, step), self._config.now.skills
        asked = {**queue.requires, **step.requires}
        if asks_for_agent(requirement(step.requires)):
            asked = dict(queue.requires if contact.widened else step.requires)
        contact.requires = requirement(
            {name: asked[name] for name in asked if name in skills or is_own(name)}
        )
        priority = queue.priority + step.priority
        if contact.priority != priority:
            contact.priority = priority
            self._contacts.changed(contact, priority=priority)

    def _terms(self, contact: Contact, step: EnqueueStep) -> CallQueued:
        """On which the contact waits from now on."""
        self._weigh(contact, step)
        queue = self._queue_of(contact, step)
        assert contact.queued_at is not None
        return CallQueued(
            contact.call,
            queue.name,
            contact.requires,
            contact.queued_at,
            priority=contact.priority,
            ring=queue.ring_ms,
            wrap_up=queue.wrap_up_ms,
            again=self._last_resort.again(queue),
            attempts=contact.offers,
            volunteers=queue.volunteers or asks_for_agent(contact.requires),
            mobile_ring=queue.duty.ring_ms,
            together=queue.duty.together,
        )

    def site_changed(self, old: SiteNow, new: SiteNow) -> None:
        """Who waits is served on the new terms from now on; offers and talks go on as they are."""
        still = Counter(wait.step.queue for wait in self._waits.values())
        for name in old.queues.keys() - new.queues.keys():
            log.warning("queue_removed", queue=name, waiting=still[name])
        for wait in list(self._waits.values()):
            self._service.tell(TermsChanged(self._terms(wait.contact, wait.step)))
            wait.hold.queue_changed()

    def _hold(self, contact: Contact, line: Line, step: EnqueueStep) -> Hold:
        async def tell(told: Told) -> None:
            contact.told = told
            # A server that takes the caller on must not tell a worse place.
            await self._write(contact, line, TicketState.WAITING)

        return Hold(
            line,
            self._reactor,
            queue=partial(self._queue_of, contact, step),
            outlook=lambda: self._service.floor.outlook(contact.call, self._now()),
            told=contact.told,
            tell=tell,
            log=log.bind(call=contact.call),
        )

    def _next_offer(self, contact: Contact) -> Deferred[Offer | None]:
        """The floor's next choice; None if it has to be looked whether anybody is left."""
        waiting: Deferred[Offer | None] = Deferred()
        if contact.offer is not None:
            waiting.callback(contact.offer)
        elif contact.line is None:
            waiting.errback(LineGone())
        else:
            self._waiting_for_offer[contact.call] = waiting
        return waiting

    async def _ring(self, contact: Contact, line: Line, offer: Offer) -> bool:
        """Ring one seat; True after a talk."""
        if contact.withdrawn:
            self._switch.offer_over(contact.call)
            self._offer_failed(contact, offer, Failure.WITHDRAWN)
            return False
        result = await self._bell.ring(contact, line, offer)
        self._switch.offer_over(contact.call)
        if result is DialResult.WITHDRAWN and not contact.withdrawn:
            # A phone may answer with our own cause 26; rung again at once, it would go in circles.
            result = DialResult.DECLINED
        if result is not DialResult.ANSWERED:
            self._offer_failed(contact, offer, FAILURES[result])
            return False
        if contact.withdrawn and contact.answered_at is None and await self._never_met(contact):
            # Picked up in the instant of the withdrawal: hung up before the two were bridged.
            await line.set({"DIALSTATUS": ""})
            self._offer_failed(contact, offer, Failure.WITHDRAWN)
            return False
        contact.talked = True
        contact.offer = None
        if not self._switch.up:
            contact.talk_ended_at = self._now()
            if contact.answered_at is None:
                self._service.tell(OfferAnswered(offer.offer, self._now()))
                contact.seat = offer.seat
        self._service.tell(TalkEnded(contact.call))
        return True

    async def _never_met(self, contact: Contact) -> bool:
        """Did the two not talk? The question also lets events catch up that were under way."""
        try:
            await self._switch.look(contact.call)
        except SwitchAway:
            return False
        return contact.answered_at is None

    def _offer_failed(self, contact: Contact, offer: Offer, cause: Failure) -> None:
        contact.offer = None
        contact.withdrawn = False
        self._service.tell(OfferFailed(offer.offer, cause))

    async def _write(self, contact: Contact, line: Line, state: TicketState) -> None:
        await line.set({"HOTSEAT_TICKET": ticket_of(contact, state)})

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
        waiting = self._waiting_for_offer.pop(offer.call, None)
        if waiting is not None:
            waiting.callback(offer)

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
