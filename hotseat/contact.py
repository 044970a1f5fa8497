"""The story of one contact, from first ring to the end, and how it is told in the call record."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.effects import Offer
from acd.ports import Side
from acd.recovery import Ticket, TicketState
from acd.types import CallId, Millis, Requirement, SeatId
from hotseat.history import CallRow, EndedBy, Outcome
from ivr.interpreter import Place
from ivr.ports import Line, LineFacts
from ivr.waiting import Told


@dataclass(slots=True, eq=False)
class Contact:
    """What is known of one call. Facts are set once; they come late, twice and in any order."""

    call: CallId
    facts: LineFacts
    arrived: Millis
    menu: str = ""
    revision: int = 0
    node: str = ""
    """Where the caller is; `menu` and `revision` are that node's."""
    above: tuple[Place, ...] = ()
    """Where the caller will go on after the menus entered, outermost first."""
    language: str = ""
    path: tuple[str, ...] = ()
    """Nodes entered and keys pressed, in turn."""

    queue: str | None = None
    priority: int = 0
    requires: Requirement = ()
    queued_at: Millis | None = None
    answered_at: Millis | None = None
    talk_ended_at: Millis | None = None
    seat: SeatId | None = None
    unmet: Millis = 0
    """How long the caller was on the line before a server was there to meet him."""
    offers: int = 0
    told: Told = Told()  # noqa: RUF009  (frozen)
    """What the caller has been told while waiting."""
    ended_by: Side | None = None

    talked: bool = False
    """An answered Dial returned, or the talk was seen: never back to a queue."""
    refused: bool = False
    lost: bool = False
    finished: bool = False
    """We hung up after the menu's end."""
    estimated: bool = False
    """The end happened out of our sight; its time is the last one known."""

    line: Line | None = None
    in_line: bool = False
    """The floor has been told that the caller waits, by this line."""
    alone_since: Millis = 0
    """When the last line ended, if there is none now."""
    offer: Offer | None = None
    withdrawn: bool = False
    called_in: set[SeatId] = field(default_factory=set)
    """Agents who were asked for this call although they are not on duty."""
    widened: bool = False
    """The agent whose own number was called did not answer: everybody of the queue may."""
    call_back: bool = False
    """Nobody could take the call; it is on record that the caller is to be called back."""

    @property
    def outcome(self) -> Outcome:
        """How the contact would count if it ended now."""
        if self.refused:
            return Outcome.REFUSED
        if self.talked:
            return Outcome.ANSWERED
        if self.call_back:
            return Outcome.CALLBACK
        if self.lost:
            return Outcome.LOST
        return Outcome.MENU if self.queued_at is None else Outcome.ABANDONED

    def record(self) -> dict[str, object]:
        """The columns known when the contact begins; what is not known is left out."""
        first = self.above[0] if self.above else Place(self.menu, self.revision, self.node)
        known = {
            "number": self.facts.dialled,
            "caller": self.facts.caller_number,
            "caller_name": self.facts.caller_name,
            "came_from": self.facts.context,
            "uniqueid": self.facts.uniqueid,
            "arrived_at": self.arrived,
            "menu": first.menu,
            "menu_revision": first.revision,
            "language": self.language,
        }
        return {column: value for column, value in known.items() if value}

    def final_record(self, ended: Millis, allowed: Millis | None) -> dict[str, object]:
        """All columns, known now that the contact is over at `ended`.

        `allowed` is the longest wait that its queue calls in time.
        """
        talk_ended = self.talk_ended_at
        if self.talked and talk_ended is None and self.answered_at is not None:
            talk_ended = ended
        wait = talk = None
        if self.queued_at is not None and not (self.talked and self.answered_at is None):
            wait = (self.answered_at or ended) - self.queued_at
        if self.answered_at is not None and talk_ended is not None:
            talk = talk_ended - self.answered_at
        return {
            **self.record(),
            "queue": self.queue,
            "priority": self.priority,
            "queued_at": self.queued_at,
            "answered_at": self.answered_at,
            "seat": self.seat,
            "talk_ended_at": talk_ended,
            "ended_at": ended,
            "outcome": self.outcome.value,
            "ended_by": self._ended_by.value,
            "wait_ms": wait,
            "talk_ms": talk,
            "in_time": None if wait is None or allowed is None else wait <= allowed,
            "offers": self.offers,
            "estimated": self.estimated,
        }

    def learn(self, known: CallRow) -> None:
        """Fill in what an earlier server wrote of this call."""
        self.arrived = known.arrived_at
        self.queue = self.queue or known.queue
        self.queued_at = self.queued_at or known.queued_at
        self.answered_at = self.answered_at or known.answered_at
        self.talk_ended_at = self.talk_ended_at or known.talk_ended_at
        self.talked = self.talked or known.answered_at is not None
        self.offers = max(self.offers, known.offers)
        if self.seat is None and known.seat is not None:
            self.seat = SeatId(known.seat)

    @property
    def _ended_by(self) -> EndedBy:
        if self.ended_by is not None:
            return EndedBy(self.ended_by)
        if self.talked:
            return EndedBy.UNKNOWN  # one of the two hung up, and nobody saw who
        ours = self.finished or self.refused or (self.lost and not self.estimated)
        return EndedBy.SYSTEM if ours else EndedBy.UNKNOWN


def contact_from(ticket: Ticket, facts: LineFacts) -> Contact:
    """A contact that an earlier server began, as far as its ticket tells."""
    waiting = bool(ticket.queue)
    return Contact(
        ticket.call,
        facts,
        ticket.arrived,
        menu=ticket.menu,
        revision=ticket.revision,
        node=ticket.node,
        above=tuple(Place(*place) for place in ticket.above),
        told=Told(place=ticket.told),
        language=ticket.language,
        queue=ticket.queue or None,
        priority=ticket.priority,
        requires=ticket.requires,
        queued_at=ticket.arrived if waiting else None,
        talked=ticket.state is TicketState.AFTER,
        offers=ticket.attempts,
    )


def ticket_of(contact: Contact, state: TicketState) -> dict[str, str]:
    """What the contact's channel carries in this state, as a variable of the channel."""
    ticket = Ticket(
        state=state,
        call=contact.call,
        arrived=contact.queued_at or contact.arrived,
        queue=contact.queue or "",
        priority=contact.priority,
        requires=contact.requires,
        attempts=contact.offers,
        menu=contact.menu,
        revision=contact.revision,
        node=contact.node,
        above=contact.above,
        told=contact.told.place,
        language=contact.language,
    )
    return {"HOTSEAT_TICKET": ticket.format()}
