"""Who sits where and can be rung: the seats' side of the floor."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from acd.deadlines import Deadline, Deadlines, Due
from acd.effects import Effect, Note, SeatGone, WrapUpSet
from acd.events import (
    DeviceChanged,
    DutyEvent,
    RosterTold,
    SeatEvent,
    SeatLoggedOff,
    SeatLoggedOn,
    SeatPaused,
    SeatReady,
    ShiftBegins,
    ShiftEnds,
    SkillsChanged,
)
from acd.presence import MISSED, MISSES_TO_PAUSE, Seat, SeatState, SeatStep
from acd.routing import Routing
from acd.types import CallId, Device, FloorError, Millis, SeatId
from words import said


class SeatRefused(FloorError):
    """A seat cannot do what its agent asks; the text says why and what to do."""


class Seating:
    """All seats and their phones. `say` takes the effects."""

    def __init__(
        self,
        seats: dict[SeatId, Seat],
        routing: Routing,
        deadlines: Deadlines,
        say: Callable[[Effect], None],
    ) -> None:
        self._seats = seats
        self._phones: dict[str, SeatId] = {}
        self._routing = routing
        self._deadlines = deadlines
        self._say = say
        self._to_keep: dict[SeatId, Seat] = {}
        self._rostered: set[SeatId] | None = None
        """Who is on duty by the roster, logged on or not; None: there is no roster."""

    def take_in(self, event: SeatEvent, now: Millis) -> None:
        """What an agent did, or an agent's phone. Raises SeatRefused and then changes nothing."""
        match event:
            case DeviceChanged():
                self._device(event, now)
            case SeatReady():
                self._ready(self._seated(event.seat), now)
            case SeatPaused():
                self._pause(self._seated(event.seat), event.reason, now)
            case SeatLoggedOn():
                self._log_on(event, now)
            case SeatLoggedOff():
                self._log_off(event.seat, now)
            case SkillsChanged():
                if seat := self._seats.get(event.seat):
                    seat.skills = event.skills
                    self._enrol(seat, now)
            case _:
                assert_never(event)

    def take_roster(self, event: DutyEvent, now: Millis) -> list[SeatId]:
        """What the roster says; returns the seats that came on duty by it or went off."""
        rostered = self._rostered
        match event:
            case RosterTold(on_duty):
                self._rostered = None if on_duty is None else set(on_duty)
                told = list(self._seats.values())
            case ShiftBegins(seat_id) | ShiftEnds(seat_id) if rostered is not None:
                (rostered.add if isinstance(event, ShiftBegins) else rostered.discard)(seat_id)
                told = [self._seats[seat_id]] if seat_id in self._seats else []
            case _:
                return []  # without a roster no shift means anything
        changed = [seat for seat in told if seat.on_duty is not self._is_on_duty(seat)]
        for seat in changed:
            seat.on_duty = not seat.on_duty
            self._note("on_duty" if seat.on_duty else "off_duty", seat)
            self._enrol(seat, now)
        return [seat.id for seat in changed]

    def keep(self) -> None:
        """Write down every seat that a restart would find different."""
        for seat in self._to_keep.values():
            if not seat.leaving and seat.called_in is None:
                self._say(seat.to_keep())
        self._to_keep.clear()

    # ---- what agents do

    def _seated(self, seat_id: SeatId) -> Seat:
        seat = self._seats.get(seat_id)
        if seat is None or seat.leaving:
            raise SeatRefused(f"seat {seat_id} is not logged on; log it on at a phone first")
        return seat

    def free_to_dial(self, seat_id: SeatId) -> Seat:
        """The seat, whose agent may call somebody now. Raises SeatRefused."""
        seat = self._seated(seat_id)
        if seat.call is not None:
            raise SeatRefused(
                said("seat %(seat)s is on a call; dial when it is over", seat=seat_id)
            )
        if seat.device is not Device.FREE:
            raise SeatRefused(
                said(
                    "phone %(phone)s is in use or out of reach; dial when it is free",
                    phone=seat.phone,
                )
            )
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
            self._take(event, now)
        elif seat.leaving or (seat.phone, seat.device, seat.skills, seat.called_in) != (
            event.phone,
            event.device,
            event.skills,
            event.called_in,
        ):
            self._move(seat, event, now)

    def _take(self, event: SeatLoggedOn, now: Millis) -> None:
        seat = Seat(
            id=event.seat,
            skills=event.skills,
            phone=event.phone,
            device=event.device,
            idle_since=now if event.idle_since is None else event.idle_since,
            on_duty=self._is_on_duty(event),
            paused=event.paused,
            mobile=event.mobile,
            called_in=event.called_in,
        )
        self._seats[seat.id] = seat
        self._phones[seat.phone] = seat.id
        self._note("logged_on", seat, phone=seat.phone, device=seat.device.value)
        if event.wrap_up_until is not None:
            seat.state = SeatState.WRAP_UP
            seat.rests_after = event.rests_after
            self._rest(seat, event.wrap_up_until)
        else:
            self._come_free(seat)
        self._enrol(seat, now)
        self._to_keep[seat.id] = seat

    def _is_on_duty(self, seat: Seat | SeatLoggedOn) -> bool:
        """By the roster, or for the call that the agent was called in for."""
        name = seat.id if isinstance(seat, Seat) else seat.seat
        return self._rostered is None or seat.called_in is not None or name in self._rostered

    def _move(self, seat: Seat, event: SeatLoggedOn, now: Millis) -> None:
        """The seat exists: log-on brings it to this phone, or back. Only `ready` ends a pause."""
        del self._phones[seat.phone]
        self._phones[event.phone] = seat.id
        seat.phone, seat.device, seat.skills = event.phone, event.device, event.skills
        seat.mobile, seat.called_in = event.mobile, event.called_in
        seat.on_duty = self._is_on_duty(event)
        seat.leaving = False
        self._note("logged_on", seat, phone=seat.phone, device=seat.device.value)
        self._enrol(seat, now)
        self._to_keep[seat.id] = seat

    def _log_off(self, seat_id: SeatId, now: Millis) -> None:
        seat = self._seats.get(seat_id)
        if seat is None or seat.leaving:
            return
        seat.leaving = True
        # At once, also during a talk: a restart must not find an agent who went home.
        self._say(SeatGone(seat.id))
        if seat.call is None:
            self._remove(seat, now)

    def _remove(self, seat: Seat, now: Millis) -> None:
        self._cut_rest(seat, now)
        self._deadlines.drop(Deadline(Due.WRAP_UP, seat.id))
        self._deadlines.drop(Deadline(Due.SEAT_HELD, seat.id))
        self._routing.dismiss(seat)
        del self._phones[seat.phone]
        del self._seats[seat.id]
        self._note("logged_off", seat)

    def _pause(self, seat: Seat, reason: str, now: Millis) -> None:
        if seat.paused != reason:
            seat.paused = reason
            self._to_keep[seat.id] = seat
            kind = "paused" if seat.state is SeatState.IDLE else "pause_asked"
            self._note(kind, seat, reason=reason)
            self._settle(seat, now)

    def _ready(self, seat: Seat, now: Millis) -> None:
        was_paused, seat.paused = seat.paused is not None, None
        if was_paused:
            self._to_keep[seat.id] = seat
        if seat.state is SeatState.WRAP_UP:
            self.rest_over(seat, now, now)
        elif was_paused and seat.state is not SeatState.TALKING:
            seat.idle_since = now
            if seat.state is SeatState.IDLE:
                self._note("pause_over", seat)
            self._note("ready", seat)
        self._settle(seat, now)

    def _device(self, event: DeviceChanged, now: Millis) -> None:
        seat = self._seats.get(event.seat)
        if seat is not None and seat.device is not event.device:
            seat.device = event.device
            self._note("device", seat, device=event.device.value)
            self._settle(seat, now)

    # ---- what calls do to seats

    def ring(self, seat: Seat, call: CallId, wrap_up: Millis, now: Millis) -> None:
        """The seat is offered the call, after which it will rest so long."""
        seat.step(SeatStep.OFFER)
        seat.call, seat.wrap_up = call, wrap_up
        self._settle(seat, now)

    def ring_over(self, seat: Seat, now: Millis, *, missed: bool, hold_off: Millis) -> None:
        """No talk came of the offer: count a miss, leave the phone alone so long, or neither."""
        seat.step(SeatStep.OFFER_OVER)
        seat.call = None
        if missed:
            seat.idle_since = now
            seat.misses += 1
            self._to_keep[seat.id] = seat
        if seat.misses == MISSES_TO_PAUSE:
            seat.misses = 0
            seat.paused = MISSED
        if hold_off:
            seat.held_until = now + hold_off
            self._deadlines.set(Deadline(Due.SEAT_HELD, seat.id), seat.held_until)
        if seat.leaving:
            self._remove(seat, now)
            return
        if seat.paused is not None:
            self._come_free(seat)
        self._settle(seat, now)

    def answer(self, seat: Seat, now: Millis) -> None:
        """The offer became a talk."""
        seat.step(SeatStep.ANSWER)
        seat.misses = 0
        seat.look(now)

    def adopt(
        self, seat: Seat, call: CallId, wrap_up: Millis, now: Millis, *, dials: bool = False
    ) -> None:
        """The seat is found in a talk, or dials."""
        pauses = seat.paused is not None and seat.state is SeatState.IDLE
        seat.step(SeatStep.ADOPT)
        if pauses:
            self._note("pause_over", seat)  # it waits for the end of this talk
        self._cut_rest(seat, now)
        seat.call, seat.wrap_up, seat.dials = call, wrap_up, dials
        self._to_keep[seat.id] = seat
        self._deadlines.drop(Deadline(Due.WRAP_UP, seat.id))
        self._settle(seat, now)

    def release(self, seat: Seat, now: Millis) -> None:
        """The seat's talk is over: rest, or leave."""
        seat.step(SeatStep.RELEASE)
        seat.call, seat.rests_after = None, seat.call
        if seat.leaving:
            self._remove(seat, now)
        elif seat.wrap_up > 0:
            self._rest(seat, now + seat.wrap_up)
            self._settle(seat, now)
        else:
            self.rest_over(seat, now, now)

    # ---- time

    def _rest(self, seat: Seat, until: Millis) -> None:
        seat.wrap_up_until = until
        self._to_keep[seat.id] = seat
        self._deadlines.set(Deadline(Due.WRAP_UP, seat.id), until)
        self._note_rest(seat, seat.rests_after, until)
        if seat.rests_after is not None and not seat.dials:
            self._say(WrapUpSet(seat.rests_after, until))

    def _cut_rest(self, seat: Seat, at: Millis) -> None:
        """No wrap-up any more from `at` on, at the latest."""
        until, call, dialled = seat.wrap_up_until, seat.rests_after, seat.dials
        seat.wrap_up_until = seat.rests_after = None
        seat.dials = False
        if call is None or until is None or until <= at:
            return
        if dialled:
            self._note_rest(seat, call, at)
        else:
            self._say(WrapUpSet(call, at))

    def _note_rest(self, seat: Seat, call: CallId | None, until: Millis) -> None:
        self._say(Note("wrap_up", call, seat.id, facts={"until": until}))

    def _come_free(self, seat: Seat) -> None:
        """Neither call nor wrap-up binds the seat: it can be rung, unless it pauses."""
        if seat.paused is None:
            self._note("ready", seat)
        else:
            self._note("paused", seat, reason=seat.paused)

    def rest_over(self, seat: Seat, since: Millis, now: Millis) -> None:
        """Wrap-up is over since `since`."""
        seat.step(SeatStep.REST_OVER)
        self._cut_rest(seat, since)
        seat.idle_since = since
        self._to_keep[seat.id] = seat
        self._deadlines.drop(Deadline(Due.WRAP_UP, seat.id))
        self._come_free(seat)
        self._settle(seat, now)

    def hold_over(self, seat: Seat, now: Millis) -> None:
        """The phone that was busy or out of reach may be tried again."""
        seat.held_until = None
        self._settle(seat, now)

    def _settle(self, seat: Seat, now: Millis) -> None:
        """Something about the seat changed."""
        seat.look(now)
        self._routing.sort_seat(seat, now)

    def _enrol(self, seat: Seat, now: Millis) -> None:
        """The seat is new, or its skills or its duty are."""
        seat.look(now)
        self._routing.enrol(seat, now)

    def _note(self, kind: str, seat: Seat, **facts: str | int) -> None:
        self._say(Note(kind, seat=seat.id, facts=facts))
