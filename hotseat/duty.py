"""The roster's way to the floor: who is on duty now, and one timer for the next change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import structlog
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from acd.events import RosterTold, ShiftBegins, ShiftEnds
from acd.service import Service
from acd.types import Millis, SeatId
from hotseat.roster.duty import DutyRoster
from hotseat.roster.shifts import Place
from hotseat.seats import Seats
from hotseat.site.records import SiteNow
from softphone_bridge.endpoints import Where

log = structlog.get_logger(__name__)


_WHERE = {Place.OFFICE: Where.DESK, Place.HOME: Where.MOBILE}


class Roster(Protocol):
    """Where the roster in force is found; implemented by `hotseat.live_roster.LiveRoster`."""

    @property
    def now(self) -> DutyRoster:
        """As it is at this moment."""

    def on_change(self, watcher: Callable[[], None]) -> None:
        """Call `watcher()` whenever it is another one."""


class DutyFeed:
    """Tells the floor of every change of duty.

    When a shift ends by the clock its agent is logged off, after the talk if there is one: a phone
    is free for the next shift, and a duty mobile does not ring at night because somebody forgot.
    Who stays on as a volunteer logs on again. A new roster logs nobody off.
    """

    def __init__(
        self,
        roster: Roster,
        *,
        service: Service,
        seats: Seats,
        clock: IReactorTime,
        now: Callable[[], Millis],
        site: Callable[[], SiteNow],
        changed: Callable[[], None],
    ) -> None:
        self._roster = roster
        self._changed = changed
        self._site = site
        self._service = service
        self._seats = seats
        self._clock = clock
        self._now = now
        self._on_duty: frozenset[SeatId] | None = None
        self._timer: IDelayedCall | None = None

    def start(self) -> None:
        """Tell the floor how it is, and follow from now on."""
        self._roster.on_change(self._tell_anew)
        self._tell_anew()

    def catch_up(self, since: Millis) -> None:
        """Log off those whose shift ended since then, while no server was there."""
        was = self._rostered(since)
        if was is not None and self._on_duty is not None:
            self._log_off(was - self._on_duty)

    def stop(self) -> None:
        """Follow no longer."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _tell_anew(self) -> None:
        self._on_duty = self._rostered(self._now())
        self._place_seats()
        self._service.tell(RosterTold(self._on_duty))
        self._changed()
        self._set_timer()

    def _place_seats(self) -> None:
        """Ring everybody on duty where the duty is done."""
        duties = self._roster.now.at(self._now())
        self._seats.roster_is(self._site(), {duty.agent: _WHERE[duty.place] for duty in duties})

    def _boundary(self) -> None:
        was, self._on_duty = self._on_duty, self._rostered(self._now())
        self._place_seats()  # first of all: whoever comes on duty at home is not rung at the desk
        if was is None or self._on_duty is None:
            self._service.tell(RosterTold(self._on_duty))
        else:
            # Who comes is there before the other goes: no call finds the hotline empty between.
            for seat in sorted(self._on_duty - was):
                self._service.tell(ShiftBegins(seat))
            for seat in sorted(was - self._on_duty):
                self._service.tell(ShiftEnds(seat))
            self._log_off(was - self._on_duty)
        self._changed()
        self._set_timer()

    def _log_off(self, seats: Iterable[SeatId]) -> None:
        for seat in sorted(seats):
            if self._seats.is_seated(seat):
                log.info("shift_over", seat=seat)
                self._seats.log_off(seat)

    def _rostered(self, now: Millis) -> frozenset[SeatId] | None:
        roster = self._roster.now
        return roster.agents_at(now) if roster.in_force(now) else None

    def _set_timer(self) -> None:
        self.stop()
        now = self._now()
        due = self._roster.now.next_boundary(now)
        if due is not None:
            self._timer = self._clock.callLater((due - now) / 1000, self._boundary)
