"""What must hold for a floor after every event, recomputed from scratch."""

from __future__ import annotations

from acd.calls import CallState, need_of, place_of
from acd.deadlines import Deadline, Due
from acd.effects import Effect, Offer
from acd.floor import Floor
from acd.presence import SeatState, seat_word
from acd.routing import Verdict, meets, offerable, open_call, open_seat, serves
from acd.types import Millis


def check_floor(floor: Floor, now: Millis) -> None:
    """Every invariant of a settled floor. Raises AssertionError."""
    _one_thing_at_a_time(floor)
    _nobody_waits_in_vain(floor, now)
    _indexes_agree(floor, now)
    _deadlines_agree(floor, now)
    _places_agree(floor, now)


def check_choices(floor: Floor, effects: list[Effect], now: Millis) -> None:
    """Each offer just made went to the longest idle seat, past nobody who could have had it."""
    seats, calls = floor._seats, floor._calls
    for effect in effects:
        if not isinstance(effect, Offer):
            continue
        call, seat = calls[effect.call], seats[effect.seat]
        assert meets(seat.skills, call.terms.requires)
        assert seat.on_duty or call.terms.volunteers
        assert effect.phone == seat.phone
        for leg in effect.also:
            other_seat = seats[leg.seat]
            assert seat.mobile
            assert other_seat.mobile
            assert leg.phone == other_seat.phone
            assert meets(other_seat.skills, call.terms.requires)
        assert len(effect.legs) <= call.terms.together
        for other in calls.values():
            if other.place < call.place and open_call(other, now):
                serving = serves(seat.skills, seat.on_duty, need_of(other.terms))
                assert not serving or seat.id in other.barred, (
                    f"{other.terms.call} was overtaken by {effect.call}"
                )
        for idler in seats.values():
            if (idler.idle_since, idler.id) < (seat.idle_since, seat.id) and open_seat(idler, now):
                serving = serves(idler.skills, idler.on_duty, need_of(call.terms))
                assert not serving or idler.id in call.barred, (
                    f"{idler.id} was idle before {seat.id}"
                )


def _one_thing_at_a_time(floor: Floor) -> None:
    seats, calls = floor._seats, floor._calls
    ringing = {call.ringing.offer.offer: call for call in calls.values() if call.ringing}
    assert ringing == floor._offers
    engaged = [
        leg.seat for call in ringing.values() if call.ringing for leg in call.ringing.offer.legs
    ]
    engaged += [seat.id for seat in floor._talks.values()]
    assert len(engaged) == len(set(engaged)), "a seat holds two calls"
    for call_id, call in calls.items():
        assert (call.state is CallState.OFFERED) == (call.ringing is not None)
        assert call.state is CallState.TALKING or call_id not in floor._talks
        assert call.place == place_of(call.terms)
        assert call.need == need_of(call.terms)
    for call in ringing.values():
        assert call.ringing
        for leg in call.ringing.offer.legs:
            seat = seats[leg.seat]
            assert seat.state is SeatState.OFFERED
            assert seat.call == call.terms.call
    for call_id, seat in floor._talks.items():
        assert seats[seat.id] is seat
        assert seat.state is SeatState.TALKING
        assert seat.call == call_id
    for seat in seats.values():
        assert (seat.call is not None) == (seat.state in (SeatState.OFFERED, SeatState.TALKING))
        assert (seat.id in engaged) == (seat.call is not None)
        assert not seat.leaving or seat.call is not None
        assert (seat.wrap_up_until is not None) == (seat.state is SeatState.WRAP_UP)
        assert not seat.dials or seat.state in (SeatState.TALKING, SeatState.WRAP_UP)
        assert seat.word == seat_word(seat)
    assert floor._seating._phones == {seat.phone: seat.id for seat in seats.values()}


def _nobody_waits_in_vain(floor: Floor, now: Millis) -> None:
    held = floor._routing.held
    pairs = [
        (call.terms.call, seat.id)
        for call in floor._calls.values()
        for seat in floor._seats.values()
        if offerable(call, seat, now, held)
    ]
    assert pairs == []


def _indexes_agree(floor: Floor, now: Millis) -> None:
    seats, calls, routing = floor._seats, floor._calls, floor._routing
    lines: dict[object, list[object]] = {}
    for call in sorted(calls.values(), key=lambda call: call.place):
        if open_call(call, now) is Verdict.YES:
            lines.setdefault(call.need, []).append(call.place)
    assert routing._waiting._lines == lines
    for need, pool in routing._open._pools.items():
        assert pool == sorted(
            (seat.idle_since, seat.id)
            for seat in seats.values()
            if open_seat(seat, now) and serves(seat.skills, seat.on_duty, need)
        )
    for seat in seats.values():
        assert sorted(routing._open.met_by(seat.id)) == sorted(
            need for need in routing._open._pools if serves(seat.skills, seat.on_duty, need)
        )


def _deadlines_agree(floor: Floor, now: Millis) -> None:
    expected: dict[Deadline, Millis] = {}
    for seat in floor._seats.values():
        if seat.wrap_up_until is not None:
            expected[Deadline(Due.WRAP_UP, seat.id)] = seat.wrap_up_until
        if seat.held_until is not None:
            expected[Deadline(Due.SEAT_HELD, seat.id)] = seat.held_until
    for call in floor._calls.values():
        if call.held_until is not None:
            expected[Deadline(Due.CALL_HELD, call=call.terms.call)] = call.held_until
        for barred, until in call.barred.items():
            expected[Deadline(Due.BARRED, barred, call.terms.call)] = until
    running = dict(floor._deadlines._at)
    for offer in floor._offers:
        assert running.pop(Deadline(Due.OVERDUE, offer=offer)) > now
    assert running == expected
    assert all(at > now for at in running.values())
    first = floor.next_deadline()
    assert first == min(floor._deadlines._at.values(), default=None)


def _places_agree(floor: Floor, now: Millis) -> None:
    in_line = [call for call in floor._calls.values() if call.state is not CallState.TALKING]
    for call in floor._calls.values():
        outlook = floor.outlook(call.terms.call, now)
        assert (outlook is not None) == (call in in_line)
        if outlook is not None:
            ahead = [
                other
                for other in in_line
                if other.terms.queue == call.terms.queue and other.place < call.place
            ]
            assert outlook.place == len(ahead) + 1
