"""The floor: who gets which call. The only holder of seats, waiting calls and offers."""

from __future__ import annotations

from collections.abc import Mapping, Set
from itertools import islice
from typing import assert_never

from acd.calls import Call, CallState, CallStep, Ringing, need_of, place_of
from acd.deadlines import Deadline, Deadlines, Due
from acd.effects import Check, Effect, Note, Offer, Withdraw
from acd.events import (
    CallAdopted,
    CallerGone,
    CallQueued,
    DeviceChanged,
    Event,
    OfferAnswered,
    OfferFailed,
    OffersHeld,
    OffersResumed,
    RosterTold,
    SeatDials,
    SeatLoggedOff,
    SeatLoggedOn,
    SeatPaused,
    SeatReady,
    SeatReleased,
    ShiftBegins,
    ShiftEnds,
    SkillsChanged,
    TalkEnded,
    TermsChanged,
    Tick,
)
from acd.lines import Outlook, QueueLines
from acd.picture import (
    Explanation,
    FloorPicture,
    QueuePicture,
    SeatPicture,
    draw_call,
    draw_seat,
)
from acd.presence import MISSED, Seat, SeatState
from acd.routing import Routing, offerable, suits
from acd.seating import Seating, SeatRefused
from acd.types import CallId, Device, Failure, IllegalEvent, Leg, Millis, OfferId, SeatId

__all__ = ["Floor", "SeatRefused"]

MISSES = frozenset({Failure.NO_ANSWER, Failure.DECLINED})
"""Failures by which a seat shows that nobody is there, or wants the call."""

MOBILE_MISSES = MISSES | {Failure.BUSY, Failure.UNREACHABLE}
"""The same of a duty mobile: its agent has to be reachable, and we do not see its state."""

SEAT_HOLD_OFF: Mapping[Failure, Millis] = {
    # A busy phone answers within a millisecond: without a pause we would offer in a circle.
    Failure.BUSY: 3_000,
    Failure.UNREACHABLE: 5_000,
    Failure.REFUSED: 5_000,
    Failure.ERROR: 5_000,
}
CALL_HOLD_OFF: Millis = 1_000
"""After an offer that failed on our side, e.g. its session had to come back."""

OVERDUE: Millis = 3_000
"""An offer without an outcome so long after its ringing time is looked into."""

OVERDUE_AGAIN: Millis = 5_000


class Floor:
    """Seats, calls and offers, moved by events only.

    No clock and no I/O inside: `apply` is told the time, and whoever owns the floor sends a Tick at
    `next_deadline`. An event costs about O(log n) and the candidates looked at; nothing on the way
    of a call walks over all seats or all calls.
    """

    def __init__(self) -> None:
        self._seats: dict[SeatId, Seat] = {}
        self._calls: dict[CallId, Call] = {}
        self._offers: dict[OfferId, Call] = {}
        # A talk may outlive its call here: the caller is gone and the seat not yet released.
        self._talks: dict[CallId, Seat] = {}
        self._routing = Routing(self._seats, self._calls)
        self._lines = QueueLines()
        self._deadlines = Deadlines()
        self._effects: list[Effect] = []
        self._seating = Seating(self._seats, self._routing, self._deadlines, self._effects.append)
        self._now: Millis = 0

    def apply(self, event: Event, now: Millis) -> list[Effect]:
        """Take in what happened and say what is to be done about it.

        Late and repeated events change nothing. Raises FloorError, with the floor as it was, for
        what no sound outside can tell (IllegalEvent) and for what a seat may not do (SeatRefused).
        """
        self._effects.clear()
        self._take_in(event, now)
        self._now = now
        for deadline, at in self._deadlines.due(now):
            self._fall_due(deadline, at, now)
        self._seating.keep()
        for call, seat in self._routing.pairs(now):
            self._offer(call, seat, now)
        return self._effects.copy()

    def next_deadline(self) -> Millis | None:
        """When the next Tick is needed; None if nothing runs."""
        return self._deadlines.first()

    def picture(self) -> FloorPicture:
        """Everything that others may see."""
        return FloorPicture(
            seats=tuple(draw_seat(self._seats[seat]) for seat in sorted(self._seats)),
            calls=tuple(
                draw_call(call, self._talks.get(call.terms.call))
                for call in sorted(self._calls.values(), key=lambda call: call.place)
            ),
            held=self.held(),
        )

    def seat_ids(self) -> Set[SeatId]:
        """Who is logged on."""
        return self._seats.keys()

    def seat(self, seat_id: SeatId) -> SeatPicture | None:
        """One seat; None if it is not logged on."""
        seat = self._seats.get(seat_id)
        return None if seat is None else draw_seat(seat)

    def queue_of(self, call_id: CallId) -> str | None:
        """The queue of a call; None if it has left the floor (its seat may do so later)."""
        call = self._calls.get(call_id)
        return None if call is None else call.terms.queue

    def queue(self, queue: str) -> QueuePicture:
        """The line of one queue; costs one look at everybody in it."""
        line = [self._calls[call].terms.arrived for _, call in self._lines.line(queue)]
        return QueuePicture(waiting=len(line), oldest=min(line, default=None))

    def held(self) -> frozenset[str]:
        """Why no offers are made; empty while they are."""
        return frozenset(self._routing.held)

    def outlook(self, call_id: CallId, now: Millis) -> Outlook | None:
        """How a call stands in line; None if it does not. Costs O(log n)."""
        call = self._calls.get(call_id)
        if call is None or call.state is CallState.TALKING:
            return None
        return self._lines.outlook(call.terms.queue, call.place, now)

    def explain(self, call_id: CallId) -> Explanation:
        """What every seat lacks for this call. Raises KeyError if it is not on the floor.

        Looks at all seats and calls: it is for people who ask.
        """
        call = self._calls[call_id]
        ahead = sum(
            other.state is not CallState.TALKING
            and other.need == call.need
            and other.place < call.place
            for other in self._calls.values()
        )
        verdicts = tuple(
            (seat, offerable(call, self._seats[seat], self._now, self._routing.held))
            for seat in sorted(self._seats)
        )
        return Explanation(call_id, call.state, ahead, verdicts)

    def takers(self, call_id: CallId) -> frozenset[SeatId]:
        """Who may take this call sooner or later, when talks, rests and calls end by themselves.

        Not those who missed or declined it a moment ago, nor those paused because nobody is there.
        Looks at all seats: it is for calls that nobody took. Raises KeyError if the call is not on
        the floor.
        """
        call = self._calls[call_id]
        return frozenset(
            seat.id
            for seat in self._seats.values()
            if not seat.leaving and seat.paused != MISSED and suits(call, seat, self._now)
        )

    def _take_in(self, event: Event, now: Millis) -> None:
        match event:
            case Tick():
                pass  # what is due follows every event
            case (
                DeviceChanged()
                | SeatReady()
                | SeatPaused()
                | SeatLoggedOn()
                | SeatLoggedOff()
                | SkillsChanged()
            ):
                self._seating.take_in(event, now)
                self._stop_ringing(event.seat)
            case RosterTold() | ShiftBegins() | ShiftEnds():
                for seat_id in self._seating.take_roster(event, now):
                    self._stop_ringing(seat_id)
            case CallQueued():
                self._queued(event, now)
            case TermsChanged():
                self._terms_changed(event.terms, now)
            case OfferAnswered():
                if call := self._offers.get(event.offer):
                    self._answered(call, event.seat, {"at": event.at}, now)
            case OfferFailed():
                if call := self._offers.get(event.offer):
                    self._failed(call, event.cause, now)
            case SeatReleased():
                seat = self._talks.get(event.call)
                if seat is not None and seat.id == event.seat:
                    self._release(event.call, seat, now)
            case TalkEnded():
                self._talk_ended(event.call, now)
            case CallerGone():
                if call := self._calls.get(event.call):
                    self._gone(call, now)
            case CallAdopted():
                self._adopt(event, now)
            case SeatDials():
                self._dials(event, now)
            case OffersHeld():
                self._hold(event.reason)
            case OffersResumed():
                self._resume(event.reason)
            case _:
                assert_never(event)

    # ---- calls

    def _queued(self, event: CallQueued, now: Millis) -> None:
        if event.call in self._talks:
            raise IllegalEvent(f"call {event.call} has talked: it never returns to a queue")
        call, place = self._calls.get(event.call), place_of(event)
        if call is None:
            call = self._calls[event.call] = Call(
                event, place, need_of(event), attempts=event.attempts
            )
            self._note("queued", call, arrived=event.arrived, priority=event.priority)
        elif call.state is CallState.TALKING:
            raise IllegalEvent(f"call {event.call} has talked: it never returns to a queue")
        else:
            # Its session came back, or its menu sent it to another queue.
            if call.ringing:
                self._offer_over(call, call.ringing, Failure.ERROR, now)
            self._take_terms(call, event)
        self._lines.join(event.queue, place, now)
        self._routing.sort_call(call, now)

    def _terms_changed(self, terms: CallQueued, now: Millis) -> None:
        call = self._calls.get(terms.call)
        if call is None or call.state is CallState.TALKING:
            return
        if (call.terms.queue, call.place) == (terms.queue, place_of(terms)):
            # Out of the line and in again would end its pace if nobody else is in it.
            self._routing.drop_call(call)
            call.terms, call.need = terms, need_of(terms)
        else:
            self._take_terms(call, terms)
            self._lines.join(terms.queue, call.place, now)
        self._routing.sort_call(call, now)

    def _take_terms(self, call: Call, terms: CallQueued) -> None:
        """Out of its line, with other terms."""
        was = call.terms
        self._routing.drop_call(call)
        self._lines.leave(was.queue, call.place)
        call.terms, call.place, call.need = terms, place_of(terms), need_of(terms)
        if (was.queue, was.requires, place_of(was)) != (terms.queue, terms.requires, call.place):
            self._note("queued", call, arrived=terms.arrived, priority=terms.priority)

    def _gone(self, call: Call, now: Millis) -> None:
        was = call.state
        if call.ringing:
            self._withdraw(call, call.ringing, call.ringing.offer.seat, "caller gone")
            self._offer_over(call, call.ringing, Failure.CALLER_GONE, now)
        self._note("gone", call, state=was.value)
        self._drop(call)

    def _talk_ended(self, call_id: CallId, now: Millis) -> None:
        call = self._calls.get(call_id)
        if call is not None and call.ringing:
            self._answered(call, None, {}, now)  # nobody saw when: no instant is made up
        seat = self._talks.get(call_id)
        if seat is not None:
            self._release(call_id, seat, now)
        if call is not None:
            self._note("talk_ended", call)
            self._drop(call)

    def _drop(self, call: Call) -> None:
        call.step(CallStep.END)
        self._routing.drop_call(call)
        self._lines.leave(call.terms.queue, call.place)
        for seat in call.barred:
            self._deadlines.drop(Deadline(Due.BARRED, seat, call.terms.call))
        if call.held_until is not None:
            self._deadlines.drop(Deadline(Due.CALL_HELD, call=call.terms.call))
        del self._calls[call.terms.call]

    def _adopt(self, event: CallAdopted, now: Millis) -> None:
        call = self._calls.get(event.call)
        if event.call in self._talks or (call and call.state is CallState.TALKING):
            return
        if call and call.ringing and call.ringing.offer.phone_of(event.seat) is not None:
            self._answered(call, event.seat, {"at": event.at}, now)
            return
        if call is not None:
            raise IllegalEvent(f"call {event.call} is {call.state.value} here: not to be adopted")
        call = self._begin_talk(event, event.at)
        self._note("adopted", call, event.seat, at=event.at)
        seat = self._seats.get(event.seat)
        # A seat that rings for another call at this moment keeps that offer: it will be busy.
        if seat is not None and seat.call is None:
            self._seating.adopt(seat, event.call, event.wrap_up, now)
            self._talks[event.call] = seat

    def _dials(self, event: SeatDials, now: Millis) -> None:
        seat = self._talks.get(event.call)
        if seat is None or seat.id != event.seat:
            seat = self._seating.free_to_dial(event.seat)
            if event.call in self._calls:
                raise SeatRefused(f"call {event.call} is with somebody else at this moment")
            self._note("dials", self._begin_talk(event, now), seat.id)
            self._seating.adopt(seat, event.call, event.wrap_up, now, dials=True)
            self._talks[event.call] = seat
        seat.wrap_up = event.wrap_up

    def _begin_talk(self, event: CallAdopted | SeatDials, at: Millis) -> Call:
        terms = CallQueued(event.call, event.queue, (), at, wrap_up=event.wrap_up)
        call = Call(terms, place_of(terms), need_of(terms), state=CallState.TALKING)
        self._calls[event.call] = call
        return call

    # ---- offers and talks

    def _offer(self, call: Call, seat: Seat, now: Millis) -> None:
        terms = call.terms
        call.step(CallStep.OFFER)
        call.attempts += 1
        self._routing.sort_call(call, now)
        company = islice(self._routing.company(call, seat, now), terms.together - 1)
        offer = Offer(
            OfferId(f"{terms.call}-{call.attempts}"),
            terms.call,
            seat.id,
            seat.phone,
            terms.mobile_ring if seat.mobile else terms.ring,
            tuple(Leg(other.id, other.phone) for other in company),
        )
        call.ringing = Ringing(offer, call.need.volunteers)
        self._offers[offer.offer] = call
        overdue = Deadline(Due.OVERDUE, offer=offer.offer)
        self._deadlines.set(overdue, now + offer.ring + OVERDUE)
        for leg in offer.legs:
            self._seating.ring(self._seats[leg.seat], terms.call, terms.wrap_up, now)
            self._note(
                "offered", call, leg.seat, offer=offer.offer, phone=leg.phone, ring=offer.ring
            )
        self._effects.append(offer)

    def _stop_ringing(self, seat_id: SeatId) -> None:
        """Withdraw the offer of a seat that must not be rung any more.

        A phone in use is no reason: it is in use because we ring it.
        """
        seat = self._seats.get(seat_id)
        if seat is None or seat.state is not SeatState.OFFERED or seat.call is None:
            return
        call = self._calls[seat.call]
        ringing = call.ringing
        assert ringing is not None
        if seat.leaving:
            self._withdraw(call, ringing, seat.id, "logged off")
        elif seat.paused is not None:
            self._withdraw(call, ringing, seat.id, "paused")
        elif seat.phone != ringing.offer.phone_of(seat.id):
            self._withdraw(call, ringing, seat.id, "seat moved")
        elif seat.device is Device.AWAY:
            self._withdraw(call, ringing, seat.id, "phone away")
        elif not seat.on_duty and not ringing.volunteers:
            self._withdraw(call, ringing, seat.id, "off duty")

    def _withdraw(self, call: Call, ringing: Ringing, seat: SeatId, why: str) -> None:
        """Ask to stop it, once; the line is busy until its outcome comes.

        Because of `seat`. Others that are rung together with it are rung again at once.
        """
        if not ringing.withdrawn:
            ringing.withdrawn = True
            offer = ringing.offer.offer
            self._note("withdrawn", call, seat, offer=offer, why=why)
            self._effects.append(Withdraw(offer, call.terms.call, seat, why))

    def _failed(self, call: Call, cause: Failure, now: Millis) -> None:
        ringing = call.ringing
        assert ringing is not None
        if cause is Failure.CALLER_GONE:
            ringing.withdrawn = True  # its Dial is over: nothing is left to stop
            self._gone(call, now)
        elif ringing.withdrawn and cause in MISSES:
            self._offer_over(call, ringing, Failure.WITHDRAWN, now)  # nobody missed anything
        else:
            self._offer_over(call, ringing, cause, now)

    def _offer_over(self, call: Call, ringing: Ringing, cause: Failure, now: Millis) -> None:
        """No talk came of it: the call is back in its place, the seat free unless to blame."""
        self._end_ringing(call, ringing)
        call.step(CallStep.OFFER_OVER)
        for leg in ringing.offer.legs:
            self._leg_over(call, ringing.offer, leg.seat, cause, now)
        if cause is Failure.ERROR:
            call.held_until = now + CALL_HOLD_OFF
            self._deadlines.set(Deadline(Due.CALL_HELD, call=call.terms.call), call.held_until)
        self._routing.sort_call(call, now)

    def _leg_over(
        self, call: Call, offer: Offer, seat_id: SeatId, cause: Failure, now: Millis
    ) -> None:
        """One seat is rung no more, and not because it took the call."""
        seat = self._seats[seat_id]
        self._note("failed", call, seat_id, offer=offer.offer, cause=cause.value)
        missed = cause in (MOBILE_MISSES if seat.mobile else MISSES)
        if (missed or cause is Failure.REFUSED) and call.terms.again > 0:
            call.barred[seat_id] = until = now + call.terms.again
            self._deadlines.set(Deadline(Due.BARRED, seat_id, call.terms.call), until)
        self._seating.ring_over(seat, now, missed=missed, hold_off=SEAT_HOLD_OFF.get(cause, 0))

    def _answered(
        self, call: Call, by: SeatId | None, seen: Mapping[str, int], now: Millis
    ) -> None:
        ringing = call.ringing
        assert ringing is not None
        offer = ringing.offer
        seat = self._seats[by if by is not None and offer.phone_of(by) else offer.seat]
        self._end_ringing(call, ringing)
        call.step(CallStep.ANSWER)
        self._lines.answer(call.terms.queue, call.place, now)
        self._seating.answer(seat, now)
        self._talks[call.terms.call] = seat
        self._note("answered", call, seat.id, offer=offer.offer, **seen)
        for leg in offer.legs:
            if leg.seat != seat.id:
                self._leg_over(call, offer, leg.seat, Failure.ELSEWHERE, now)

    def _end_ringing(self, call: Call, ringing: Ringing) -> None:
        offer = ringing.offer.offer
        call.ringing = None
        del self._offers[offer]
        self._deadlines.drop(Deadline(Due.OVERDUE, offer=offer))

    def _release(self, call_id: CallId, seat: Seat, now: Millis) -> None:
        del self._talks[call_id]
        self._effects.append(Note("released", call_id, seat.id))
        self._seating.release(seat, now)

    # ---- holding back, time, notes

    def _hold(self, reason: str) -> None:
        if reason not in self._routing.held:
            self._routing.held.add(reason)
            self._effects.append(Note("held", facts={"reason": reason}))

    def _resume(self, reason: str) -> None:
        if reason in self._routing.held:
            self._routing.held.remove(reason)
            self._routing.resume()
            self._effects.append(Note("resumed", facts={"reason": reason}))

    def _fall_due(self, deadline: Deadline, at: Millis, now: Millis) -> None:
        match deadline.due:
            case Due.WRAP_UP:
                self._seating.rest_over(self._seats[deadline.seat], at, now)
            case Due.SEAT_HELD:
                self._seating.hold_over(self._seats[deadline.seat], now)
            case Due.CALL_HELD:
                call = self._calls[deadline.call]
                call.held_until = None
                self._routing.sort_call(call, now)
            case Due.BARRED:
                call = self._calls[deadline.call]
                del call.barred[deadline.seat]
                self._routing.sort_call(call, now)
            case Due.OVERDUE:
                call = self._offers[deadline.offer]
                assert call.ringing is not None
                seat = call.ringing.offer.seat
                self._effects.append(Check(deadline.offer, call.terms.call, seat))
                self._deadlines.set(deadline, now + OVERDUE_AGAIN)
            case _:
                assert_never(deadline.due)

    def _note(self, kind: str, call: Call, seat: SeatId | None = None, **facts: str | int) -> None:
        self._effects.append(Note(kind, call.terms.call, seat, call.terms.queue, facts))
