"""What a live view of the floor is told: the whole once, then what became different.

A frame is plain data for JSON. Instants are UTC milliseconds: whoever shows them counts on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from acd.floor import Floor
from acd.types import Millis, SeatId
from softphone_bridge.mobiles import is_mobile

Frame: TypeAlias = dict[str, Any]

QueueFigures: TypeAlias = Callable[[str], Mapping[str, Any]]
"""The figures of today of a queue."""


class Duties(Protocol):
    """The roster as the floor shows it; implemented by `hotseat.duty_board.DutyBoard`."""

    def rostered(self, now: Millis) -> bool:
        """Is there a roster for this moment?"""

    def at_home(self, now: Millis) -> Set[SeatId]:
        """Who does a duty at home now."""

    def drawn(self, now: Millis) -> Mapping[SeatId, list[Frame]]:
        """Who is on duty, who comes next, and who of them is there."""


@dataclass(frozen=True, slots=True)
class View:
    """What somebody may see."""

    seats: frozenset[SeatId] | None = None
    """None: all of them, and the queues."""

    def of(self, seats: Set[SeatId]) -> Set[SeatId]:
        """Those of these seats that are in view."""
        return seats if self.seats is None else seats & self.seats


@dataclass(slots=True)
class Touched:
    """What may look different from the last frame."""

    seats: set[SeatId] = field(default_factory=set)
    queues: set[str] = field(default_factory=set)
    duties: set[SeatId] = field(default_factory=set)
    """Those whose agents came or went."""
    offers: bool = False
    """Whether offers are made at all."""


class Frames:
    """Draws frames of one floor."""

    def __init__(self, floor: Floor, queue_figures: QueueFigures, duties: Duties) -> None:
        self._floor = floor
        self._queue_figures = queue_figures
        self._duties = duties

    def whole(self, view: View, queues: Iterable[str], now: Millis) -> Frame:
        """Everything in view; what a viewer knew before is void."""
        frame = self._frame(view, self._floor.seat_ids(), queues, now)
        if view.seats is None:
            frame["duties"] = self._duties.drawn(now)
            frame["rostered"] = self._duties.rostered(now)
        return {"whole": True, **frame, "held": sorted(self._floor.held())}

    def changed(self, touched: Touched, view: View, now: Millis) -> Frame | None:
        """What was touched, as it is now; None if nothing of it is in view.

        A seat that is `None` has logged off.
        """
        frame = self._frame(view, touched.seats, touched.queues, now)
        if touched.duties and view.seats is None:
            duties = self._duties.drawn(now)
            frame["duties"] = {seat: duties[seat] for seat in touched.duties & duties.keys()}
        if touched.offers:
            frame["held"] = sorted(self._floor.held())
        return frame if frame["seats"] or frame["queues"] or touched.offers else None

    def seat(self, seat_id: SeatId, now: Millis) -> Frame | None:
        """One seat as it is now; None if it is not logged on."""
        seat = self._floor.seat(seat_id)
        if seat is None:
            return None
        place = "desk"
        if is_mobile(seat.phone):
            place = "home" if seat_id in self._duties.at_home(now) else "mobile"
        return {
            "state": seat.word,
            "since": seat.since,
            "phone": seat.phone,
            "place": place,
            "paused": seat.paused,
            "leaving": seat.leaving,
            "call": seat.call,
            "queue": None if seat.call is None else self._floor.queue_of(seat.call),
            "rests_until": seat.wrap_up_until,
        }

    def _frame(self, view: View, seats: Set[SeatId], queues: Iterable[str], now: Millis) -> Frame:
        return {
            "now": now,
            "seats": {seat: self.seat(seat, now) for seat in view.of(seats)},
            "queues": {queue: self._queue(queue) for queue in queues if view.seats is None},
        }

    def _queue(self, queue: str) -> Frame:
        line = self._floor.queue(queue)
        return {
            "waiting": line.waiting,
            "oldest": line.oldest,
            "today": dict(self._queue_figures(queue)),
        }
