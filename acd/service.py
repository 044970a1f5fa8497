"""One floor in service: events in, orders out, and one timer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import assert_never

import structlog
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from acd.effects import Check, Effect, Note, Offer, SeatGone, SeatKept, Withdraw, WrapUpSet
from acd.events import Event, OfferFailed, Tick
from acd.floor import Floor
from acd.ports import Journal, Lines
from acd.types import Failure, Millis

log = structlog.get_logger(__name__)


class Service:
    """Owns one Floor, carries out its effects and sends it its ticks."""

    def __init__(
        self,
        floor: Floor,
        *,
        lines: Lines,
        journal: Journal,
        clock: IReactorTime,
        now: Callable[[], Millis],
    ) -> None:
        self.floor = floor
        self._lines = lines
        self._journal = journal
        self._clock = clock
        self._now = now
        self._told: deque[Event] = deque()
        self._busy = False
        self._stopped = False
        self._timer: IDelayedCall | None = None
        self._timer_due: Millis = 0

    def tell(self, event: Event) -> None:
        """Let the floor know, and do what it wants done. Raises FloorError if it refuses.

        May be called from within the ports: such an event waits until the effects before it are
        carried out, and its refusal is logged, for its teller is gone by then.
        """
        if self._busy:
            self._told.append(event)
            return
        self._busy = True
        try:
            self._take_in(event)
        finally:
            while self._told:
                later = self._told.popleft()
                try:
                    self._take_in(later)
                except Exception:
                    log.exception("event_refused", told=repr(later))
            self._busy = False
            self._set_timer()

    def note(self, note: Note) -> None:
        """A row for the journal that the floor knows nothing of."""
        self._journal.note(self._now(), note)

    def stop(self) -> None:
        """No more ticks."""
        self._stopped = True
        self._cancel_timer()

    def _take_in(self, event: Event) -> None:
        now = self._now()
        for effect in self.floor.apply(event, now):
            try:
                self._carry_out(effect, now)
            except Exception:
                # One line that fails must not cost the others their offers.
                log.exception("effect_failed", effect=repr(effect))
                if isinstance(effect, Offer):
                    self.tell(OfferFailed(effect.offer, Failure.ERROR))

    def _carry_out(self, effect: Effect, now: Millis) -> None:
        match effect:
            case Note():
                self._journal.note(now, effect)
            case WrapUpSet(call, until):
                self._journal.call_changed(now, call, {"wrap_up_ended_at": until})
            case Offer():
                self._lines.offer(effect)
            case Withdraw():
                self._lines.withdraw(effect.offer, effect.call)
            case Check():
                self._lines.check(effect.offer, effect.call)
            case SeatKept():
                self._journal.keep_seat(now, effect)
            case SeatGone():
                self._journal.drop_seat(now, effect)
            case _:
                assert_never(effect)

    def _tick(self) -> None:
        self._timer = None
        self.tell(Tick())

    def _set_timer(self) -> None:
        due = None if self._stopped else self.floor.next_deadline()
        if due is None:
            self._cancel_timer()
        elif self._timer is None or due < self._timer_due:
            # A timer that is early costs one idle tick; moving it at each event would cost more.
            self._cancel_timer()
            self._timer_due = due
            self._timer = self._clock.callLater(max(0, due - self._now()) / 1000, self._tick)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
