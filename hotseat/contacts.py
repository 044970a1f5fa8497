"""All contacts of this server, and what the switch sees happen to them.

AGI replies and AMI events tell the same story in any order; a contact ends when its channel is
gone, and then has exactly one terminal row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

import structlog
from twisted.internet.defer import Deferred

from acd.effects import Note
from acd.events import (
    CallAdopted,
    CallerGone,
    OfferAnswered,
    OffersHeld,
    OffersResumed,
    SeatReleased,
)
from acd.ports import Journal, Side, Switch, SwitchAway, SwitchSnapshot
from acd.service import Service
from acd.types import CallId, Device, Millis
from hotseat.clock import Clock
from hotseat.contact import Contact
from hotseat.live_config import LiveConfig
from hotseat.seats import Seats

log = structlog.get_logger(__name__)

AWAY = "switch away"
ORPHANED: Millis = 10_000
"""So long after its line ended a contact without a word from the switch is looked for."""


class Recovery(Protocol):
    """Puts an earlier server's calls back; see `hotseat.restart`."""

    def snapshot(self, snapshot: SwitchSnapshot) -> None:
        """The switch is in sight; only the first time matters."""

    def settle(self) -> None:
        """One more caller is in line, or gone."""

    def recall(self, contact: Contact) -> None:
        """Fill in what an earlier server wrote of a call that comes back."""


class Contacts:
    """The running contacts by call id. Implements `acd.ports.SwitchWatcher`."""

    def __init__(
        self, *, config: LiveConfig, switch: Switch, journal: Journal, clock: Clock
    ) -> None:
        self.strangers: Counter[str] = Counter()
        self._config = config
        self._switch = switch
        self._journal = journal
        self._now = clock.now
        self._by_call: dict[CallId, Contact] = {}
        self._switch_started: str | None = None
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
        return len(self._by_call)

    def __iter__(self) -> Iterator[Contact]:
        return iter(self._by_call.values())

    def get(self, call: CallId) -> Contact | None:
        """The contact of a running call."""
        return self._by_call.get(call)

    def add(self, contact: Contact) -> None:
        """A contact begins, or comes back; from now on its channel is watched."""
        self._by_call[contact.call] = contact
        self._switch.follow(contact.facts.uniqueid, contact.facts.channel, contact.call)

    def adopt(self, contact: Contact, *, in_talk: bool) -> None:
        """A call found at start. One that talks keeps its seat busy and never waits again."""
        self.add(contact)
        if in_talk:
            written = contact.answered_at is not None
            self._adopt_talk(contact, contact.answered_at or self._now())
            if not written:
                self.changed(contact, answered_at=contact.answered_at, seat=contact.seat)

    def recall(self, contact: Contact) -> None:
        """Of this call only its ticket is known: an earlier server may have written more."""
        if self._recovery is not None:
            self._recovery.recall(contact)

    def in_line(self, contact: Contact) -> None:
        """The floor has been told that the contact waits."""
        contact.in_line = True
        self._settle()

    async def look_for_orphans(self) -> None:
        """End the contacts whose last event was lost: no line, no channel, no word of either."""
        late = self._now() - ORPHANED
        for contact in list(self._by_call.values()):
            if contact.line is None and contact.alone_since < late:
                try:
                    gone = await self._switch.look(contact.call) == "gone"
                except SwitchAway:
                    return
                if gone and contact.line is None and contact.call in self._by_call:
                    log.warning("orphan_ended", call=contact.call)
                    self._leave(contact)
                    await self.close_unseen(contact, self._last_sign(contact), lost=False)

    async def close_unseen(self, contact: Contact, at: Millis, *, lost: bool) -> None:
        """Write the end of a contact that nobody watched; `at` is the last that is known of it.

        The dialplan keeps the end of a talk that no server saw, and then it is known.
        """
        contact.estimated = True
        contact.lost |= lost and contact.queued_at is not None
        if contact.queued_at is not None and not lost:
            try:
                seen = await self._switch.ended_at(contact.call)
            except SwitchAway:
                seen = None
            if seen is not None:
                contact.talked, contact.estimated = True, False
                contact.talk_ended_at, at = contact.talk_ended_at or seen, seen
        self.record_end(contact, at)

    # -- acd.ports.SwitchWatcher ----------------------------------------------------------------

    def switch_up(self, snapshot: SwitchSnapshot) -> None:
        """Believe the switch: adopt talks, close what is gone, free the phones."""
        restarted = self._switch_started not in (None, snapshot.started)
        self._switch_started = snapshot.started
        self._journal.note(self._now(), Note("switch_up", facts={"started": snapshot.started}))
        if self._recovery is not None:
            self._recovery.snapshot(snapshot)
        present = {channel.uniqueid for channel in snapshot.channels}
        for contact in list(self._by_call.values()):
            # An open session proves that its channel lives, whatever an older snapshot says.
            if contact.line is None and contact.facts.uniqueid not in present:
                self._leave(contact)
                Deferred.fromCoroutine(
                    self.close_unseen(contact, self._last_sign(contact), lost=restarted)
                )
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
        contact = self._by_call.get(call)
        if contact is None or contact.answered_at is not None:
            return
        at = self._now()
        offer = contact.offer
        if offer is not None:
            contact.answered_at, contact.talked = at, True
            contact.seat = offer.seat_at(phone) or offer.seat
            self._service.tell(OfferAnswered(offer.offer, at, contact.seat))
        else:
            # It rang when the last server stopped, and was answered now.
            contact.seat = self._seats.seat_at(phone)
            self._adopt_talk(contact, at)
        self._journal.call_changed(
            at,
            call,
            {"answered_at": at, "seat": contact.seat, "offers": contact.offers},
        )

    def mobile_said(self, call: CallId, phone: str, said: str) -> None:
        """What the agent at a duty mobile answered to the question whether to take the call."""
        facts = {"phone": phone, "said": said}
        self._service.note(Note("mobile", call, self._seats.seat_at(phone), facts=facts))

    def leg_left(self, call: CallId, phone: str) -> None:
        """The seat's side of the talk is over."""
        contact = self._by_call.get(call)
        if contact is None or contact.talk_ended_at is not None:
            return
        contact.talk_ended_at = self._now()
        self.changed(contact, talk_ended_at=contact.talk_ended_at)
        if contact.seat is not None:
            self._service.tell(SeatReleased(contact.seat, call))

    def hang_up_asked(self, call: CallId, side: Side) -> None:
        """The first party to hang up ended the call."""
        contact = self._by_call.get(call)
        if contact is not None and contact.ended_by is None:
            contact.ended_by = side

    def cut_off(self, call: CallId) -> None:
        """Who waited has not given up: if there was no talk, the call is lost."""
        contact = self._by_call.get(call)
        if contact is not None and contact.queued_at is not None:
            contact.lost = True

    def line_died(self, call: CallId) -> None:
        """The caller's channel is gone: the end of the contact."""
        contact = self._by_call.get(call)
        if contact is not None:
            self._end(contact, self._now())

    def stranger(self, kind: str) -> None:
        """Somebody was refused by the switch."""
        self.strangers[kind] += 1
        log.info("stranger_refused", kind=kind)

    # -- the record -----------------------------------------------------------------------------

    def _adopt_talk(self, contact: Contact, at: Millis) -> None:
        contact.answered_at, contact.talked = at, True
        if contact.seat is None:
            return
        queue = self._config.queue(contact.queue or "")
        self._service.tell(
            CallAdopted(
                contact.call,
                contact.seat,
                contact.queue or "",
                at,
                wrap_up=queue.wrap_up_ms if queue is not None else 0,
            )
        )

    def _end(self, contact: Contact, at: Millis) -> None:
        self._leave(contact)
        self.record_end(contact, at)

    def _leave(self, contact: Contact) -> None:
        """The contact is over for floor and switch; its record is still to be written."""
        if contact.seat is not None and contact.answered_at and contact.talk_ended_at is None:
            # Its leg was never seen to leave, and nobody will look for it any more.
            self._service.tell(SeatReleased(contact.seat, contact.call))
        self._service.tell(CallerGone(contact.call))
        self._by_call.pop(contact.call, None)
        self._switch.forget(contact.call)
        self._settle()

    def _last_sign(self, contact: Contact) -> Millis:
        return contact.alone_since or self._now()

    def _settle(self) -> None:
        if self._recovery is not None:
            self._recovery.settle()

    def changed(self, contact: Contact, **fields: object) -> None:
        """Columns of the contact's summary are known now."""
        self._journal.call_changed(self._now(), contact.call, fields)

    def record_end(self, contact: Contact, at: Millis) -> None:
        """Write the one terminal row and the summary of a contact."""
        queue = self._config.queue(contact.queue or "")
        fields = contact.final_record(at, None if queue is None else queue.answer_within_ms)
        self._journal.call_changed(at, contact.call, fields)
        self.note(
            "ended",
            contact,
            outcome=contact.outcome.value,
            ended_by=str(fields["ended_by"]),
            path=" ".join(contact.path),
        )

    def note(self, kind: str, contact: Contact, **facts: str | int) -> None:
        """One row of the contact's history."""
        self._journal.note(
            self._now(),
            Note(kind, call=contact.call, seat=contact.seat, queue=contact.queue, facts=facts),
        )
