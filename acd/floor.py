"""The floor: who gets which call. The only holder of seats, waiting calls and offers."""

from __future__ import annotations

import enum
from typing import TypeAlias, assert_never

from acd.calls import Call, CallState, CallStep, Ringing, place_of
from acd.deadlines import Deadlines
from acd.effects import Check, Effect, Note, Offer, SeatGone, Withdraw
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
    SeatLoggedOff,
    SeatLoggedOn,
    SeatPaused,
    SeatReady,
    SeatReleased,
    SkillsChanged,
    TalkEnded,
    Tick,
)
from acd.picture import Explanation, FloorPicture, draw_call, draw_seat
from acd.presence import MISSED, MISSES_TO_PAUSE, Seat, SeatState, SeatStep
from acd.routing import Routing, offerable
from acd.types import (
    CallId,
    Device,
    Failure,
    FloorError,
    IllegalEvent,
    Millis,
    OfferId,
    SeatId,
)

MISSES = frozenset({Failure.NO_ANSWER, Failure.DECLINED})
SEAT_HOLD_OFF: dict[Failure, Millis] = {
    # A busy phone answers within a millisecond: without a pause we would offer in a circle.
    Failure.BUSY: 3_000,
    Failure.UNREACHABLE: 5_000,
    Failure.ERROR: 5_000,
}
CALL_HOLD_OFF: Millis = 1_000
"""After an offer that failed on our side, e.g. its session had to come back."""
OVERDUE: Millis = 3_000
"""An offer without an outcome so long after its ringing time is looked into."""
OVERDUE_AGAIN: Millis = 5_000


class SeatRefused(FloorError):
    """A seat cannot do what its agent asks; the text says why and what to do."""


class Due(enum.IntEnum):
    """What a deadline is for. Integers, because these keys are hashed all the time."""

    WRAP_UP = 1
    SEAT_HELD = 2
    CALL_HELD = 3
    BARRED = 4
    OVERDUE = 5


DueKey: TypeAlias = tuple[Due, str, str]


class Floor:
    """Seats, calls and offers, moved by events only.

    No clock and no I/O inside: `apply` is told the time, and whoever owns the floor sends a Tick at
    `next_deadline`. An event costs about O(log n) and the candidates looked at; nothing on the way
    of a call walks over all seats or all calls.
    """

    def __init__(self) -> None:
        self._seats: dict[SeatId, Seat] = {}
        self._phones: dict[str, SeatId] = {}
        self._calls: dict[CallId, Call] = {}
        self._offers: dict[OfferId, Call] = {}
        # A talk may outlive its call here: the caller is gone and the seat not yet released.
        self._talks: dict[CallId, Seat] = {}
        self._routing = Routing(self._seats, self._calls)
        self._deadlines: Deadlines[DueKey] = Deadlines()
        self._now: Millis = 0
        self._effects: list[Effect] = []
        self._to_keep: dict[SeatId, Seat] = {}

    def apply(self, event: Event, now: Millis) -> list[Effect]:
        """Take in what happened and say what is to be done about it.

        Late and repeated events change nothing. Raises FloorError, with the floor as it was, for
        what no sound outside can tell (IllegalEvent) and for what a seat may not do (SeatRefused).
        """
        self._effects = []
        self._take_in(event, now)
        self._now = now
        for (due, first, second), at in self._deadlines.due(now):
            self._fall_due(due, first, second, at, now)
        self._keep_seats()
        for call, seat in self._routing.pairs(now):
            self._offer(call, seat, now)
        return self._effects

    def next_deadline(self) -> Millis | None:
        """When the next Tick is needed; None if nothing runs."""
        return self._deadlines.first()

    def picture(self) -> FloorPicture:
        """Everything that others may see."""
        talks = {call: seat.id for call, seat in self._talks.items()}
        return FloorPicture(
            seats=tuple(draw_seat(self._seats[seat]) for seat in sorted(self._seats)),
            calls=tuple(
                draw_call(call, talks.get(call.terms.call))
                for call in sorted(self._calls.values(), key=lambda call: call.place)
            ),
            held=frozenset(self._routing.held),
        )

    def explain(self, call_id: CallId) -> Explanation:
        """What every seat lacks for this call. Raises KeyError if it is not on the floor.

        Looks at all seats and calls: it is for people who ask.
        """
        call = self._calls[call_id]
        ahead = sum(
            other.state is not CallState.TALKING
            and other.terms.requires == call.terms.requires
            and other.place < call.place
            for other in self._calls.values()
        )
        verdicts = tuple(
            (seat, offerable(call, self._seats[seat], self._now, self._routing.held))
            for seat in sorted(self._seats)
        )
        return Explanation(call_id, call.state, ahead, verdicts)

    def _take_in(self, event: Event, now: Millis) -> None:
        match event:
            case Tick():
                pass
            case DeviceChanged():
                self._device(event, now)
            case CallQueued():
                self._queued(event, now)
            case OfferAnswered():
                if call := self._offers.get(event.offer):
                    self._talk_begins(call, {"at": event.at}, now)
            case OfferFailed():
                self._failed(event, now)
            case SeatReleased():
                seat = self._talks.get(event.call)
                if seat is not None and seat.id == event.seat:
                    self._release(event.call, seat, now)
            case TalkEnded():
                self._talk_ended(event.call, now)
            case CallerGone():
                self._gone(event.call, now)
            case SeatReady():
                self._ready(self._seat(event.seat), now)
            case SeatPaused():
                self._pause(self._seat(event.seat), event.reason, now)
            case SeatLoggedOn():
                self._log_on(event, now)
            case SeatLoggedOff():
                self._log_off(event.seat, now)
            case SkillsChanged():
                if seat := self._seats.get(event.seat):
                    seat.skills = event.skills
                    self._routing.enrol(seat, now)
            case CallAdopted():
                self._adopt(event, now)
            case OffersHeld():
                if event.reason not in self._routing.held:
                    self._routing.held.add(event.reason)
                    self._effects.append(Note("held", facts={"reason": event.reason}))
            case OffersResumed():
                if event.reason in self._routing.held:
                    self._routing.held.discard(event.reason)
                    self._effects.append(Note("resumed", facts={"reason": event.reason}))
                    self._routing.resume()
            case _:
                assert_never(event)

    # ---- seats

    def _seat(self, seat_id: SeatId) -> Seat:
        seat = self._seats.get(seat_id)
        if seat is None or seat.leaving:
            raise SeatRefused(f"seat {seat_id} is not logged on; log it on at a phone first")
        return seat

    def _log_on(self, event: SeatLoggedOn, now: Millis) -> None:
        holder = self._phones.get(event.phone, event.seat)
        if holder != event.seat:
            raise SeatRefused(
                f"phone {event.phone} is used by seat {holder};"
                f" log off {holder} first or take another phone"
            )
        seat = self._seats.get(event.seat)
        if seat is None:
            self._take_seat(event, now)
        else:
            self._move_seat(seat, event, now)

    def _take_seat(self, event: SeatLoggedOn, now: Millis) -> None:
        seat = Seat(
            id=event.seat,
            skills=event.skills,
            phone=event.phone,
            device=event.device,
            idle_since=now if event.idle_since is None else event.idle_since,
            paused=event.paused,
        )
        self._seats[seat.id] = seat
        self._phones[seat.phone] = seat.id
        self._note_seat("logged_on", seat, phone=seat.phone, device=seat.device.value)
        if event.wrap_up_until is not None:
            seat.state = SeatState.WRAP_UP
            self._rest_until(seat, event.wrap_up_until)
        elif seat.paused is None:
            self._note_seat("ready", seat)
        self._routing.enrol(seat, now)
        self._to_keep[seat.id] = seat

    def _move_seat(self, seat: Seat, event: SeatLoggedOn, now: Millis) -> None:
        """The seat is there: log-on moves it to another phone or brings it back, no more."""
        moved = seat.phone != event.phone
        news = (event.device, event.skills) != (seat.device, seat.skills)
        if not (moved or news or seat.leaving):
            return
        if moved:
            del self._phones[seat.phone]
            self._phones[event.phone] = seat.id
            self._withdraw(seat, "seat moved")
        if seat.leaving:
            seat.kept = None
        seat.phone, seat.device, seat.skills, seat.leaving = (
            event.phone,
            event.device,
            event.skills,
            False,
        )
        self._note_seat("logged_on", seat, phone=seat.phone, device=seat.device.value)
        self._routing.enrol(seat, now)
        self._to_keep[seat.id] = seat

    def _log_off(self, seat_id: SeatId, now: Millis) -> None:
        seat = self._seats.get(seat_id)
        if seat is None or seat.leaving:
            return
        self._effects.append(SeatGone(seat.id))
        seat.leaving = True
        if seat.call is None:
            self._remove(seat)
        else:
            self._withdraw(seat, "logged off")

    def _remove(self, seat: Seat) -> None:
        self._deadlines.drop((Due.WRAP_UP, seat.id, ""))
        self._deadlines.drop((Due.SEAT_HELD, seat.id, ""))
        self._routing.dismiss(seat)
        del self._phones[seat.phone]
        del self._seats[seat.id]
        self._note_seat("logged_off", seat)

    def _pause(self, seat: Seat, reason: str, now: Millis) -> None:
        if seat.paused == reason:
            return
        seat.paused = reason
        self._note_seat("paused", seat, reason=reason)
        self._withdraw(seat, "paused")
        self._sort_seat(seat, now)

    def _ready(self, seat: Seat, now: Millis) -> None:
        was_paused, seat.paused = seat.paused is not None, None
        if seat.state is SeatState.WRAP_UP:
            self._rest_over(seat, now, now)
        elif was_paused and seat.state is not SeatState.TALKING:
            seat.idle_since = now
            self._note_seat("ready", seat)
        self._sort_seat(seat, now)

    def _device(self, event: DeviceChanged, now: Millis) -> None:
        seat = self._seats.get(event.seat)
        if seat is None or seat.device is event.device:
            return
        seat.device = event.device
        self._note_seat("device", seat, device=event.device.value)
        if event.device is Device.AWAY:
            self._withdraw(seat, "phone away")
        self._sort_seat(seat, now)

    def _rest_until(self, seat: Seat, until: Millis) -> None:
        seat.wrap_up_until = until
        self._deadlines.set((Due.WRAP_UP, seat.id, ""), until)
        self._note_seat("wrap_up", seat, until=until)

    def _rest_over(self, seat: Seat, since: Millis, now: Millis) -> None:
        self._deadlines.drop((Due.WRAP_UP, seat.id, ""))
        seat.step(SeatStep.REST_OVER)
        seat.wrap_up_until = None
        seat.idle_since = since
        if seat.paused is None:
            self._note_seat("ready", seat)
        self._sort_seat(seat, now)

    def _hold_seat(self, seat: Seat, until: Millis) -> None:
        seat.held_until = until
        self._deadlines.set((Due.SEAT_HELD, seat.id, ""), until)

    def _sort_seat(self, seat: Seat, now: Millis) -> None:
        self._routing.sort_seat(seat, now)
        self._to_keep[seat.id] = seat

    def _keep_seats(self) -> None:
        """Write down every seat that a restart would find different."""
        for seat in self._to_keep.values():
            kept = seat.to_keep()
            if kept != seat.kept and not seat.leaving:
                seat.kept = kept
                self._effects.append(kept)
        self._to_keep.clear()

    # ---- calls

    def _queued(self, event: CallQueued, now: Millis) -> None:
        call = self._calls.get(event.call)
        if event.call in self._talks or (call and call.state is CallState.TALKING):
            raise IllegalEvent(f"call {event.call} has talked: it never returns to a queue")
        place = place_of(event)
        if call is None:
            call = self._calls[event.call] = Call(event, place, attempts=event.attempts)
            moved = True
        else:
            if call.ringing:
                self._offer_over(call, call.ringing, Failure.ERROR, now)
            was = (call.terms.queue, call.terms.requires, call.place)
            moved = was != (event.queue, event.requires, place)
            self._routing.drop_call(call)
            call.terms, call.place = event, place
            call.attempts = max(call.attempts, event.attempts)
        if moved:
            self._note_call("queued", call, arrived=event.arrived, priority=event.priority)
        self._routing.sort_call(call, now)

    def _gone(self, call_id: CallId, now: Millis) -> None:
        call = self._calls.get(call_id)
        if call is None:
            return
        was = call.state
        if call.ringing:
            self._withdraw(self._seats[call.ringing.seat], "caller gone")
            self._offer_over(call, call.ringing, Failure.CALLER_GONE, now)
        self._note_call("gone", call, state=was.value)
        self._drop_call(call)

    def _talk_ended(self, call_id: CallId, now: Millis) -> None:
        call = self._calls.get(call_id)
        if call is not None and call.ringing:
            self._talk_begins(call, {}, now)  # its answer was not seen: no time is made up
        seat = self._talks.get(call_id)
        if seat is not None:
            self._release(call_id, seat, now)
        if call is not None:
            self._note_call("talk_ended", call)
            self._drop_call(call)

    def _drop_call(self, call: Call) -> None:
        call.step(CallStep.END)
        self._routing.drop_call(call)
        self._drop_bars(call)
        self._deadlines.drop((Due.CALL_HELD, call.terms.call, ""))
        del self._calls[call.terms.call]

    def _drop_bars(self, call: Call) -> None:
        for seat in call.barred:
            self._deadlines.drop((Due.BARRED, call.terms.call, seat))
        call.barred.clear()

    def _adopt(self, event: CallAdopted, now: Millis) -> None:
        call = self._calls.get(event.call)
        if event.call in self._talks or (call and call.state is CallState.TALKING):
            return
        if call and call.ringing and call.ringing.seat == event.seat:
            self._talk_begins(call, {"at": event.at}, now)
            return
        if call is not None:
            raise IllegalEvent(f"call {event.call} is {call.state.value} here: not to be adopted")
        terms = CallQueued(event.call, event.queue, (), event.at, wrap_up=event.wrap_up)
        call = Call(terms, place_of(terms), state=CallState.TALKING)
        self._calls[event.call] = call
        self._note_call("adopted", call, event.seat, at=event.at)
        seat = self._seats.get(event.seat)
        # A seat that we ring at this moment says so itself: its phone is busy.
        if seat is not None and seat.call is None:
            self._deadlines.drop((Due.WRAP_UP, seat.id, ""))
            seat.wrap_up_until = None
            seat.step(SeatStep.ADOPT)
            seat.call, seat.wrap_up = event.call, event.wrap_up
            self._talks[event.call] = seat
            self._sort_seat(seat, now)

    # ---- offers and talks

    def _offer(self, call: Call, seat: Seat, now: Millis) -> None:
        terms = call.terms
        call.step(CallStep.OFFER)
        seat.step(SeatStep.OFFER)
        call.attempts += 1
        offer = OfferId(f"{terms.call}-{call.attempts}")
        call.ringing = Ringing(offer, seat.id)
        seat.call, seat.wrap_up = terms.call, terms.wrap_up
        self._offers[offer] = call
        self._deadlines.set((Due.OVERDUE, offer, ""), now + terms.ring + OVERDUE)
        self._routing.sort_call(call, now)
        self._routing.sort_seat(seat, now)
        self._note_call("offered", call, seat.id, offer=offer, phone=seat.phone, ring=terms.ring)
        self._effects.append(Offer(offer, terms.call, seat.id, seat.phone, terms.ring))

    def _withdraw(self, seat: Seat, why: str) -> None:
        """Stop the seat's offer, if there is one; its outcome is still awaited."""
        call = self._calls.get(seat.call) if seat.call is not None else None
        ringing = call.ringing if call is not None else None
        if call is None or ringing is None or ringing.withdrawn:
            return
        ringing.withdrawn = True
        self._note_call("withdrawn", call, seat.id, offer=ringing.id, why=why)
        self._effects.append(Withdraw(ringing.id, call.terms.call, seat.id, why))

    def _failed(self, event: OfferFailed, now: Millis) -> None:
        call = self._offers.get(event.offer)
        if call is None or call.ringing is None:
            return
        if event.cause is Failure.CALLER_GONE:
            call.ringing.withdrawn = True  # its Dial is over: nothing is left to stop
            self._gone(call.terms.call, now)
        else:
            self._offer_over(call, call.ringing, event.cause, now)

    def _offer_over(self, call: Call, ringing: Ringing, cause: Failure, now: Millis) -> None:
        """No talk came of it: the call is back in its place and the seat free, unless to blame."""
        if ringing.withdrawn and cause in MISSES:
            cause = Failure.WITHDRAWN  # the switch may call it so; nobody missed anything
        seat = self._seats[ringing.seat]
        self._end_ringing(call, ringing)
        call.step(CallStep.OFFER_OVER)
        seat.step(SeatStep.OFFER_OVER)
        seat.call = None
        self._note_call("failed", call, seat.id, offer=ringing.id, cause=cause.value)
        if cause in MISSES:
            self._missed(call, seat, now)
        if cause in SEAT_HOLD_OFF:
            self._hold_seat(seat, now + SEAT_HOLD_OFF[cause])
        if cause is Failure.ERROR:
            call.held_until = now + CALL_HOLD_OFF
            self._deadlines.set((Due.CALL_HELD, call.terms.call, ""), call.held_until)
        if seat.leaving:
            self._remove(seat)
        else:
            self._sort_seat(seat, now)
        self._routing.sort_call(call, now)

    def _missed(self, call: Call, seat: Seat, now: Millis) -> None:
        seat.idle_since = now
        seat.misses += 1
        if seat.misses == MISSES_TO_PAUSE:
            seat.misses = 0
            seat.paused = MISSED
            self._note_seat("paused", seat, reason=MISSED)
        if call.terms.again > 0:
            call.barred[seat.id] = until = now + call.terms.again
            self._deadlines.set((Due.BARRED, call.terms.call, seat.id), until)

    def _talk_begins(self, call: Call, seen: dict[str, str | int], now: Millis) -> None:
        ringing = call.ringing
        assert ringing is not None
        seat = self._seats[ringing.seat]
        self._end_ringing(call, ringing)
        self._drop_bars(call)
        call.step(CallStep.ANSWER)
        seat.step(SeatStep.ANSWER)
        seat.misses = 0
        self._talks[call.terms.call] = seat
        self._note_call("answered", call, seat.id, offer=ringing.id, **seen)
        self._sort_seat(seat, now)

    def _end_ringing(self, call: Call, ringing: Ringing) -> None:
        call.ringing = None
        del self._offers[ringing.id]
        self._deadlines.drop((Due.OVERDUE, ringing.id, ""))

    def _release(self, call_id: CallId, seat: Seat, now: Millis) -> None:
        del self._talks[call_id]
        seat.step(SeatStep.RELEASE)
        seat.call = None
        self._effects.append(Note("released", call_id, seat.id))
        if seat.leaving:
            self._remove(seat)
        elif seat.wrap_up > 0:
            self._rest_until(seat, now + seat.wrap_up)
            self._sort_seat(seat, now)
        else:
            self._rest_over(seat, now, now)

    # ---- time and notes

    def _fall_due(self, due: Due, first: str, second: str, at: Millis, now: Millis) -> None:
        match due:
            case Due.WRAP_UP:
                self._rest_over(self._seats[SeatId(first)], at, now)
            case Due.SEAT_HELD:
                seat = self._seats[SeatId(first)]
                seat.held_until = None
                self._sort_seat(seat, now)
            case Due.CALL_HELD:
                call = self._calls[CallId(first)]
                call.held_until = None
                self._routing.sort_call(call, now)
            case Due.BARRED:
                call = self._calls[CallId(first)]
                del call.barred[SeatId(second)]
                self._routing.sort_call(call, now)
            case Due.OVERDUE:
                call = self._offers[OfferId(first)]
                assert call.ringing is not None
                self._effects.append(Check(call.ringing.id, call.terms.call, call.ringing.seat))
                self._deadlines.set((due, first, ""), now + OVERDUE_AGAIN)

    def _note_seat(self, kind: str, seat: Seat, **facts: str | int) -> None:
        self._effects.append(Note(kind, seat=seat.id, facts=facts))

    def _note_call(
        self, kind: str, call: Call, seat: SeatId | None = None, **facts: str | int
    ) -> None:
        self._effects.append(Note(kind, call.terms.call, seat, call.terms.queue, facts))
