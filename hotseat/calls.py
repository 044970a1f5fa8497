"""The calls of this server: a line comes in, walks its menu, waits, talks, and is told of.

`Calls` stands between three who do not know each other: the line (FastAGI), the floor, and the
switch (AMI). It decides nothing about who gets which call; it carries decisions out and gathers
the story of each contact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Protocol

import structlog
from twisted.internet.defer import Deferred

from acd.effects import Note, Offer
from acd.events import (
    CallAdopted,
    CallerGone,
    CallQueued,
    OfferAnswered,
    OfferFailed,
    OffersHeld,
    OffersResumed,
    SeatReleased,
    TalkEnded,
)
from acd.ports import Journal, Side, Switch, SwitchAway, SwitchSnapshot
from acd.recovery import Ticket, TicketState
from acd.service import Service
from acd.types import CallId, Device, Failure, Millis, OfferId, requirement
from hotseat.clock import Clock
from hotseat.contact import Contact, contact_from
from hotseat.live_config import LiveConfig
from hotseat.seats import Seats
from hotseat.site.records import QueueRecord
from ivr.interpreter import EnqueueStep, Failed, Interpreter, Left, Outcome
from ivr.menus.schema import parse
from ivr.nodes import MenuTree
from ivr.ports import DialResult, Line, LineFailed, LineGone
from ivr.session import run_menu

log = structlog.get_logger(__name__)

NOT_IN_SERVICE = 1
"""Q.850: unallocated number. The carrier plays its own announcement; we never answer."""

FAILURES = {
    DialResult.NO_ANSWER: Failure.NO_ANSWER,
    DialResult.DECLINED: Failure.DECLINED,
    DialResult.BUSY: Failure.BUSY,
    DialResult.UNREACHABLE: Failure.UNREACHABLE,
    DialResult.WITHDRAWN: Failure.WITHDRAWN,
    DialResult.ERROR: Failure.ERROR,
}

AWAY = "switch away"


class Recovery(Protocol):
    """Puts an earlier server's calls back; see `hotseat.restart`."""

    def snapshot(self, snapshot: SwitchSnapshot) -> None:
        """The switch is in sight; only the first time matters."""

    def settle(self) -> None:
        """One more caller is in line, or gone."""


class Calls:
    """All contacts of this server. Implements `acd.ports.Lines` and `acd.ports.SwitchWatcher`."""

    def __init__(
        self,
        *,
        config: LiveConfig,
        switch: Switch,
        journal: Journal,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._config = config
        self._switch = switch
        self._journal = journal
        self._clock = clock
        self._now = clock.now
        self._new_id = new_id
        self._contacts: dict[CallId, Contact] = {}
        self._waiting_for_offer: dict[CallId, Deferred[Offer]] = {}
        self._switch_started: str | None = None
        self.strangers: Counter[str] = Counter()
        self._recovery: Recovery | None = None
        self._service: Service
        self._seats: Seats

    def staff(self, service: Service, seats: Seats) -> None:
        """Meet the floor; comes before the first line."""
        self._service = service
        self._seats = seats

    def recover_by(self, recovery: Recovery) -> None:
        """Who reads the first snapshot and counts those who come back."""
        self._recovery = recovery

    def __len__(self) -> int:
        return len(self._contacts)

    def contact(self, call: CallId) -> Contact | None:
        """The story of a running call."""
        return self._contacts.get(call)

    # -- a line ---------------------------------------------------------------------------------

    async def on_line(self, line: Line) -> None:
        """Serve one FastAGI session to its end."""
        try:
            contact = await self._meet(line)
            if contact is not None:
                await self._serve(contact, line)
        except LineGone:
            pass

    async def _meet(self, line: Line) -> Contact | None:
        """The contact of this line: a new one, or one that comes back with its ticket."""
        ticket = Ticket.parse(line.facts.ticket) if line.facts.ticket else None
        contact = self._come_back(line, ticket) if ticket else await self._begin(line)
        if contact is None:
            return None
        contact.line = line
        self._switch.follow(line.facts.uniqueid, line.facts.channel, contact.call)
        Deferred.fromCoroutine(self._see_off(contact, line))
        return contact

    async def _begin(self, line: Line) -> Contact | None:
        facts = line.facts
        call = CallId(self._new_id())
        contact = Contact(call, facts, self._now())
        number = self._config.now.numbers.get(facts.dialled)
        if number is None:
            await self._refuse(contact, line)
            return None
        menu = self._config.now.menus[number.menu]
        contact.menu, contact.revision = menu.name, menu.revision
        contact.language = str(menu.document.get("language", ""))
        self._contacts[call] = contact
        self._note("arrived", contact, number=facts.dialled, came_from=facts.context)
        self._journal.call_changed(self._now(), call, contact.record())
        await line.set({"HOTSEAT_CALL": call, "HOTSEAT_TICKET": self._ticket(contact, "menu")})
        await line.answer()
        return contact

    async def _refuse(self, contact: Contact, line: Line) -> None:
        """Nobody is at that number. Nothing is dialled, whoever asks."""
        contact.refused = True
        self.strangers[f"{contact.facts.context}_number"] += 1
        log.info(
            "number_refused",
            call=contact.call,
            came_from=contact.facts.context,
            number=_masked(contact.facts.dialled),
        )
        at = self._now()
        self._journal.call_changed(at, contact.call, contact.final_record(at))
        self._note("ended", contact, outcome="refused")
        await line.hang_up(NOT_IN_SERVICE)

    def _come_back(self, line: Line, ticket: Ticket) -> Contact:
        contact = self._contacts.get(ticket.call)
        if contact is None:
            contact = self._contacts[ticket.call] = contact_from(ticket, line.facts)
        contact.facts = line.facts
        if ticket.state in (TicketState.TALKED, TicketState.AFTER) or (
            line.facts.dial_status == "ANSWER"
            and ticket.state in (TicketState.WAITING, TicketState.OFFERED)
        ):
            contact.talked = True
            if line.facts.ended is not None:
                contact.talk_ended_at = self._clock.from_wall(line.facts.ended)
            self._service.tell(TalkEnded(contact.call))
        self._note("came_back", contact, state=ticket.state.value)
        return contact

    async def _serve(self, contact: Contact, line: Line) -> None:
        menu = await self._menu_of(contact)
        interpreter = Interpreter(
            menu,
            {"language": contact.language} if contact.language else {},
            at=contact.node or None,
        )

        async def moved(node: str) -> None:
            contact.node, contact.path = node, interpreter.path
            language = interpreter.facts["language"]
            if language != contact.language:
                contact.language = language
                if contact.queued_at is None:
                    # Worth a command: after a crash the caller is asked again in this language.
                    await self._write(contact, line, "menu")

        await run_menu(
            line,
            interpreter,
            enqueue=partial(self._enqueue, contact, line),
            on_position=moved,
            log=log.bind(call=contact.call),
        )
        contact.finished = True

    async def _menu_of(self, contact: Contact) -> MenuTree:
        """The menu at the revision that the call began with."""
        record = await self._config.menu(contact.menu, contact.revision)
        return parse(record.document)

    async def _see_off(self, contact: Contact, line: Line) -> None:
        """Wait for the end of our control of the line."""
        await line.when_gone()
        if contact.line is not line:
            return
        contact.line, contact.in_line = None, False
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
            await self._write(contact, line, "after")
            return Left("talked")
        queue = self._config.now.queues.get(step.queue)
        if queue is None:
            return Failed(f"no queue {step.queue}")
        announce = step.announce
        arrived = contact.queued_at
        if arrived is None:
            arrived = self._join(contact, queue, step)
        else:
            announce = ()  # came back to its place in line
        await line.set({"DIALSTATUS": "", "HOTSEAT_TICKET": self._ticket(contact, "waiting")})
        self._service.tell(
            CallQueued(
                contact.call,
                queue.name,
                contact.requires,
                arrived,
                priority=contact.priority,
                ring=queue.ring_ms,
                wrap_up=queue.wrap_up_ms,
                again=queue.again_ms,
                attempts=contact.offers,
            )
        )
        contact.in_line = True
        self._settle()
        if contact.offer is None:
            Deferred.fromCoroutine(self._announce(contact, line, announce, queue.music))
        while True:
            offer = await self._next_offer(contact)
            if await self._ring(contact, line, offer):
                await self._write(contact, line, "after")
                return Left("talked")
            if contact.offer is None:
                await line.music(queue.music)

    def _join(self, contact: Contact, queue: QueueRecord, step: EnqueueStep) -> Millis:
        """The wait begins here, once; a session that comes back finds it begun."""
        at = self._now()
        contact.queued_at = at
        contact.queue = queue.name
        contact.priority = queue.priority + step.priority
        contact.requires = requirement({**queue.requires, **step.requires})
        self._journal.call_changed(
            at,
            contact.call,
            {
                "queue": queue.name,
                "priority": contact.priority,
                "queued_at": at,
                "language": contact.language,
            },
        )
        return at

    async def _announce(
        self, contact: Contact, line: Line, sounds: tuple[str, ...], music: str
    ) -> None:
        """A sentence, then music. An offer cuts the sentence and brings its own music."""
        try:
            if sounds:
                try:
                    await line.play(sounds)
                except LineFailed as error:
                    log.warning("announcement_failed", call=contact.call, error=str(error))
            if contact.offer is None:
                await line.music(music)
        except LineGone:
            pass  # told by the line itself

    def _next_offer(self, contact: Contact) -> Deferred[Offer]:
        waiting: Deferred[Offer] = Deferred()
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
            self._offer_failed(contact, offer, Failure.WITHDRAWN)
            return False
        queue = self._config.now.queues.get(contact.queue or "")
        result = await line.dial(
            [offer.phone],
            ring_ms=offer.ring,
            music_class=queue.music if queue is not None else "default",
        )
        self._switch.offer_over(contact.call)
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
        if contact.answered_at is None and not self._switch.up:
            self._service.tell(OfferAnswered(offer.offer, self._now()))
            contact.seat = offer.seat
        self._service.tell(TalkEnded(contact.call))
        return True

    async def _never_met(self, contact: Contact) -> bool:
        """Did the two not talk? The question also lets events catch up that were under way."""
        try:
            await self._switch.in_talk(contact.call)
        except SwitchAway:
            return False
        return contact.answered_at is None

    def _offer_failed(self, contact: Contact, offer: Offer, cause: Failure) -> None:
        contact.offer = None
        contact.withdrawn = False
        self._service.tell(OfferFailed(offer.offer, cause))

    # -- acd.ports.Lines ------------------------------------------------------------------------

    def offer(self, offer: Offer) -> None:
        """The floor's choice for a waiting caller."""
        contact = self._contacts[offer.call]
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
                talking = await self._switch.in_talk(call)
            except SwitchAway:
                return
            if talking:
                self._service.tell(OfferAnswered(offer, self._now()))
            else:
                self._switch.withdraw(call)

        log.warning("offer_overdue", call=call, offer=offer)
        Deferred.fromCoroutine(ask())

    # -- acd.ports.SwitchWatcher ----------------------------------------------------------------

    def switch_up(self, snapshot: SwitchSnapshot) -> None:
        """Believe the switch: adopt talks, close what is gone, free the phones."""
        restarted = self._switch_started not in (None, snapshot.started)
        self._switch_started = snapshot.started
        self._journal.note(self._now(), Note("switch_up", facts={"started": snapshot.started}))
        if self._recovery is not None:
            self._recovery.snapshot(snapshot)
        present = {channel.uniqueid for channel in snapshot.channels}
        for contact in list(self._contacts.values()):
            if contact.facts.uniqueid not in present:
                contact.lost = restarted and contact.queued_at is not None
                contact.estimated = True
                self._end(contact)
        self._seats.phones_are(snapshot.phones)
        self._service.tell(OffersResumed(AWAY))

    def switch_down(self) -> None:
        """No new offers: we could not withdraw them."""
        self._journal.note(self._now(), Note("switch_down"))
        self._service.tell(OffersHeld(AWAY))

    def phone_changed(self, phone: str, device: Device) -> None:
        """A phone became free, in use or unreachable."""
        self._seats.phone_changed(phone, device)

    def talk_began(self, call: CallId, phone: str) -> None:
        """Caller and seat hear each other."""
        contact = self._contacts.get(call)
        if contact is None or contact.answered_at is not None:
            return
        at = self._now()
        offer = contact.offer
        if offer is not None:
            contact.answered_at, contact.talked, contact.seat = at, True, offer.seat
            self._service.tell(OfferAnswered(offer.offer, at))
        else:
            # It rang when the last server stopped, and was answered now.
            contact.seat = self._seats.seat_at(phone)
            self._adopt_talk(contact, at)
        self._switch.write_ticket(call, self._ticket(contact, "talked"))
        self._journal.call_changed(
            at,
            call,
            {"answered_at": at, "seat": contact.seat, "offers": contact.offers},
        )

    def leg_left(self, call: CallId, phone: str) -> None:
        """The seat's side of the talk is over."""
        contact = self._contacts.get(call)
        if contact is None or contact.talk_ended_at is not None:
            return
        contact.talk_ended_at = self._now()
        if contact.seat is not None:
            self._service.tell(SeatReleased(contact.seat, call))

    def hang_up_asked(self, call: CallId, side: Side) -> None:
        """The first party to hang up ended the call."""
        contact = self._contacts.get(call)
        if contact is not None and contact.ended_by is None:
            contact.ended_by = side

    def line_died(self, call: CallId) -> None:
        """The caller's channel is gone: the end of the contact."""
        contact = self._contacts.get(call)
        if contact is not None:
            self._end(contact)

    def stranger(self, kind: str) -> None:
        """Somebody was refused by the switch."""
        self.strangers[kind] += 1
        log.info("stranger_refused", kind=kind)

    # -- the record -----------------------------------------------------------------------------

    def adopt(self, contact: Contact, *, in_talk: bool) -> None:
        """A call found at start. One that talks keeps its seat busy and never waits again."""
        self._contacts[contact.call] = contact
        self._switch.follow(contact.facts.uniqueid, contact.facts.channel, contact.call)
        if in_talk:
            self._adopt_talk(contact, contact.answered_at or self._now())

    def _adopt_talk(self, contact: Contact, at: Millis) -> None:
        contact.answered_at, contact.talked = at, True
        if contact.seat is None:
            return
        queue = self._config.now.queues.get(contact.queue or "")
        self._service.tell(
            CallAdopted(
                contact.call,
                contact.seat,
                contact.queue or "",
                at,
                wrap_up=queue.wrap_up_ms if queue is not None else 0,
            )
        )

    def _end(self, contact: Contact) -> None:
        self._service.tell(CallerGone(contact.call))
        self._contacts.pop(contact.call, None)
        self._switch.forget(contact.call)
        self.record_end(contact, self._now())
        self._settle()

    def _settle(self) -> None:
        if self._recovery is not None:
            self._recovery.settle()

    def record_end(self, contact: Contact, at: Millis) -> None:
        """Write the one terminal row and the summary of a contact."""
        fields = contact.final_record(at)
        self._journal.call_changed(at, contact.call, fields)
        self._note(
            "ended",
            contact,
            outcome=contact.outcome.value,
            ended_by=str(fields["ended_by"]),
            path=" ".join(contact.path),
        )

    def _note(self, kind: str, contact: Contact, **facts: str | int) -> None:
        self._journal.note(
            self._now(),
            Note(kind, call=contact.call, seat=contact.seat, queue=contact.queue, facts=facts),
        )

    async def _write(self, contact: Contact, line: Line, state: str) -> None:
        await line.set({"HOTSEAT_TICKET": self._ticket(contact, state)})

    def _ticket(self, contact: Contact, state: str) -> str:
        return Ticket(
            state=TicketState(state),
            call=contact.call,
            arrived=contact.queued_at or contact.arrived,
            queue=contact.queue or "",
            priority=contact.priority,
            requires=contact.requires,
            attempts=contact.offers,
            seat=contact.seat,
            menu=contact.menu,
            revision=contact.revision,
            node=contact.node,
            language=contact.language,
            talked_at=contact.answered_at,
        ).format()


def _masked(number: str) -> str:
    return "…" + number[-4:]
