"""Who may be offered to whom: the one rule, the index of open seats, and who is next."""

from __future__ import annotations

import enum
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence, Set
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from acd.calls import Call, CallState, Need, Place
from acd.presence import Seat, SeatState
from acd.types import CallId, Device, Millis, Requirement, SeatId, Skills
from acd.waiting import Waiting
from words import said


class Verdict(enum.Enum):
    """Yes, or no and why. The value is what people read, in the language they read."""

    YES = said("yes")
    OFFERS_HELD = said("no offers are made at present")
    CALL_OFFERED = said("the call is being offered")
    CALL_TALKING = said("the call is talking")
    CALL_HELD_OFF = said("the call's last offer failed on our side a moment ago")
    SEAT_LEAVING = said("the agent is logging off")
    SEAT_OFFERED = said("the seat is being rung")
    SEAT_TALKING = said("the seat is talking")
    SEAT_WRAP_UP = said("the seat is in wrap-up")
    SEAT_PAUSED = said("the seat is paused")
    PHONE_IN_USE = said("the phone is in use")
    PHONE_AWAY = said("the phone is not reachable")
    SEAT_HELD_OFF = said("the phone was busy or out of reach a moment ago")
    OFF_DUTY = said("the agent is not on duty, and the queue takes no volunteers")
    SKILLS = said("the seat lacks a skill")
    CALLED_IN = said("the agent was called in for another call")
    BARRED = said("the seat missed or declined this call")

    def __bool__(self) -> bool:
        return self is Verdict.YES


_CALL_AT_WORK = {
    CallState.OFFERED: Verdict.CALL_OFFERED,
    CallState.TALKING: Verdict.CALL_TALKING,
}
_SEAT_AT_WORK = {
    SeatState.OFFERED: Verdict.SEAT_OFFERED,
    SeatState.TALKING: Verdict.SEAT_TALKING,
    SeatState.WRAP_UP: Verdict.SEAT_WRAP_UP,
}
_PHONE = {Device.IN_USE: Verdict.PHONE_IN_USE, Device.AWAY: Verdict.PHONE_AWAY}


def offerable(call: Call, seat: Seat, now: Millis, held: Set[str]) -> Verdict:
    """May `call` be offered to `seat` at `now`, while offers are held for the reasons `held`?"""
    if held:
        return Verdict.OFFERS_HELD
    verdict = open_call(call, now)
    if verdict is Verdict.YES:
        verdict = open_seat(seat, now)
    if verdict is not Verdict.YES:
        return verdict
    return suits(call, seat, now)


def suits(call: Call, seat: Seat, now: Millis) -> Verdict:
    """The part of `offerable` that looks at the two together."""
    if not seat.on_duty and not call.need.volunteers:
        return Verdict.OFF_DUTY
    if not meets(seat.skills, call.need.requires):
        return Verdict.SKILLS
    if seat.called_in is not None and seat.called_in != call.terms.call:
        return Verdict.CALLED_IN
    if call.barred and call.barred.get(seat.id, now) > now:
        return Verdict.BARRED
    return Verdict.YES


def open_call(call: Call, now: Millis) -> Verdict:
    """The part of `offerable` that looks at the call alone."""
    if call.state is not CallState.WAITING:
        return _CALL_AT_WORK[call.state]
    if call.held_until is not None and call.held_until > now:
        return Verdict.CALL_HELD_OFF
    return Verdict.YES


def open_seat(seat: Seat, now: Millis) -> Verdict:
    """The part of `offerable` that looks at the seat alone."""
    if seat.leaving:
        return Verdict.SEAT_LEAVING
    if seat.state is not SeatState.IDLE:
        return _SEAT_AT_WORK[seat.state]
    if seat.paused is not None:
        return Verdict.SEAT_PAUSED
    if seat.device is not Device.FREE:
        return _PHONE[seat.device]
    if seat.held_until is not None and seat.held_until > now:
        return Verdict.SEAT_HELD_OFF
    return Verdict.YES


def meets(skills: Skills, requires: Requirement) -> bool:
    """Has every required skill at the required level."""
    for skill, level in requires:
        has = skills.get(skill)
        if has is None or has < level:
            return False
    return True


def serves(skills: Skills, on_duty: bool, need: Need) -> bool:
    """The part of `offerable` that the index is made by: skills and duty."""
    return (on_duty or need.volunteers) and meets(skills, need.requires)


Rest: TypeAlias = tuple[Millis, SeatId]
"""A seat's place among the open ones: idle since, then its id."""


class OpenSeats:
    """The seats that can be rung now, longest idle first, by the needs that they serve.

    A pool is kept for each distinct need ever asked for. They come from the queues and
    menus of the site, so there are few; a pool once made is kept because the next such call would
    have to make it again from every seat with the skill.
    """

    def __init__(self) -> None:
        self._skills: dict[SeatId, Skills] = {}
        self._on_duty: set[SeatId] = set()
        self._skilled: dict[str, set[SeatId]] = {}
        self._pools: dict[Need, list[Rest]] = {}
        self._asking: dict[str | None, list[Need]] = {}
        self._met: dict[SeatId, list[Need]] = {}
        self._rest: dict[SeatId, Rest] = {}

    def enrol(self, seat: SeatId, skills: Skills, on_duty: bool) -> None:
        """The seat exists and can do this; it is not open yet."""
        self.dismiss(seat)
        self._skills[seat] = skills
        if on_duty:
            self._on_duty.add(seat)
        for skill in skills:
            self._skilled.setdefault(skill, set()).add(seat)
        self._met[seat] = [
            need
            for first in (None, *skills)
            for need in self._asking.get(first, ())
            if serves(skills, on_duty, need)
        ]

    def dismiss(self, seat: SeatId) -> None:
        """The seat is no more; nothing happens if it was not."""
        self.close(seat)
        for skill in self._skills.pop(seat, ()):
            skilled = self._skilled[skill]
            skilled.discard(seat)
            if not skilled:
                del self._skilled[skill]
        self._met.pop(seat, None)
        self._on_duty.discard(seat)

    def open(self, seat: SeatId, idle_since: Millis) -> None:
        """The seat can be rung; again with another `idle_since` moves it."""
        self.close(seat)
        self._rest[seat] = rest = (idle_since, seat)
        for need in self._met[seat]:
            insort(self._pools[need], rest)

    def close(self, seat: SeatId) -> None:
        """The seat cannot be rung; nothing happens if it could not before."""
        rest = self._rest.pop(seat, None)
        if rest is None:
            return
        for need in self._met[seat]:
            pool = self._pools[need]
            del pool[bisect_left(pool, rest)]

    def is_open(self, seat: SeatId) -> bool:
        """Can the seat be rung?"""
        return seat in self._rest

    def met_by(self, seat: SeatId) -> Sequence[Need]:
        """The needs asked for so far that this seat serves."""
        return self._met[seat]

    def pool(self, need: Need) -> Iterator[SeatId]:
        """The open seats that serve `need`, longest idle first."""
        pool = self._pools.get(need)
        if pool is None:
            pool = self._ask(need)
        return (seat for _, seat in pool)

    def _ask(self, need: Need) -> list[Rest]:
        """Make the pool of a need never asked for before."""
        first = need.requires[0][0] if need.requires else None
        self._asking.setdefault(first, []).append(need)
        pool = self._pools[need] = []
        for seat in self._skilled.get(first, ()) if first else self._skills:
            if serves(self._skills[seat], seat in self._on_duty, need):
                self._met[seat].append(need)
                if seat in self._rest:
                    pool.append(self._rest[seat])
        pool.sort()
        return pool


class Routing:
    """Finds the next call and the seat for it, looking only at what changed.

    Before an event no offerable pair exists, so whatever pair exists after it contains a call or a
    seat that the event made fresh. Those are looked at, nothing else.
    """

    def __init__(self, seats: Mapping[SeatId, Seat], calls: Mapping[CallId, Call]) -> None:
        self._seats = seats
        self._calls = calls
        self.held: set[str] = set()
        self._open = OpenSeats()
        self._waiting: Waiting[Need] = Waiting()
        self._fresh_seats: list[Seat] = []
        self._fresh_calls: list[Call] = []

    def enrol(self, seat: Seat, now: Millis) -> None:
        """The seat is new, or its skills or its duty are."""
        self._open.enrol(seat.id, seat.skills, seat.on_duty)
        self.sort_seat(seat, now)

    def dismiss(self, seat: Seat) -> None:
        """The seat is no more."""
        self._open.dismiss(seat.id)

    def sort_seat(self, seat: Seat, now: Millis) -> None:
        """Something about the seat changed: open or close it."""
        if open_seat(seat, now) is not Verdict.YES:
            self._open.close(seat.id)
        elif not self._open.is_open(seat.id):
            self._open.open(seat.id, seat.idle_since)
            self._fresh_seats.append(seat)

    def sort_call(self, call: Call, now: Millis) -> None:
        """Something about the call changed: put it in line or take it out."""
        if open_call(call, now) is Verdict.YES:
            self._waiting.add(call.need, call.place)
            self._fresh_calls.append(call)
        else:
            self._waiting.discard(call.need, call.place)

    def drop_call(self, call: Call) -> None:
        """The call is no more, or is about to get another place."""
        self._waiting.discard(call.need, call.place)

    def resume(self) -> None:
        """Offers are held no more: every waiting call may find a seat."""
        self._fresh_calls = [self._calls[call] for _, call in self._waiting.in_order()]

    def pairs(self, now: Millis) -> Iterator[tuple[Call, Seat]]:
        """Each call to be offered, first in line first, and the longest idle seat for it.

        Sort both (`sort_call`, `sort_seat`) before asking for the next pair.
        """
        seats, self._fresh_seats = self._fresh_seats, []
        calls, self._fresh_calls = self._fresh_calls, []
        if self.held:
            return  # the rule would say so too, but only after a look at every candidate
        if len(seats) == 1 and not calls:
            # The common case: nothing else is fresh, so no other seat can be due for that call.
            for place, _ in self._best_calls(seats, now):
                yield self._calls[place[1]], seats[0]
            return
        # A fresh seat brings its best call in, which may have waited long. By place, so that a
        # call which is fresh itself does not overtake that one. "": the call is fresh itself.
        ahead: list[tuple[Place, SeatId]] = [(call.place, SeatId("")) for call in calls]
        ahead += self._best_calls(seats, now)
        heapify(ahead)
        while ahead:
            (_, call_id), seat_id = heappop(ahead)
            call = self._calls.get(call_id)
            chosen = self._best_seat(call, now) if call else None
            if call and chosen:
                yield call, chosen
            # Its best call went to another seat, or ended: there may be a second best.
            if (seat := self._seats.get(seat_id)) and seat is not chosen:
                for entry in self._best_calls([seat], now):
                    heappush(ahead, entry)

    def company(self, call: Call, first: Seat, now: Millis) -> Iterator[Seat]:
        """Who is rung together with `first`, longest idle first, after the call left the line.

        Only duty mobiles, and none that another caller waits for.
        """
        if not first.mobile or call.terms.together == 1:
            return
        for seat_id in self._open.pool(call.need):
            seat = self._seats[seat_id]
            if seat is first or not seat.mobile or suits(call, seat, now) is not Verdict.YES:
                continue
            if next(self._best_calls([seat], now), None) is None:
                yield seat

    def _best_calls(self, seats: Sequence[Seat], now: Millis) -> Iterator[tuple[Place, SeatId]]:
        """For each seat the first call in line that may be offered to it, if there is one."""
        for seat in seats:
            if not self._open.is_open(seat.id):
                continue
            best: Place | None = None
            for need in self._open.met_by(seat.id):
                for place in self._waiting.line(need):
                    if best is not None and place > best:
                        break
                    if offerable(self._calls[place[1]], seat, now, self.held) is Verdict.YES:
                        best = place
                        break
            if best is not None:
                yield best, seat.id

    def _best_seat(self, call: Call, now: Millis) -> Seat | None:
        """The longest idle seat to which the call may be offered."""
        if open_call(call, now) is not Verdict.YES:
            return None
        for seat_id in self._open.pool(call.need):
            seat = self._seats[seat_id]
            if offerable(call, seat, now, self.held) is Verdict.YES:
                return seat
        return None
