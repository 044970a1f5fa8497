"""Agents call customers back: first the seat's own place rings, then the customer.

The whole way passes the outbound gate, and its rows stand in the journal of the call in which the
call-back was asked for. An agent who does not take it up changes nothing; a customer who was not
reached is a try.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, assert_never

import structlog
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from acd.effects import Note
from acd.events import SeatDials, TalkEnded
from acd.ports import Journal
from acd.service import Service
from acd.types import CallId, Millis, SeatId
from hotseat.bell import Bell
from hotseat.callbacks import (
    RETRY_AFTER,
    WORKED,
    Callback,
    CallbackTried,
    Result,
    State,
    queues_of,
)
from hotseat.clock import Clock
from hotseat.live_config import LiveConfig
from hotseat.outbound import Refusal
from hotseat.outbound_calls import OutboundCalls
from hotseat.seats import Seats
from hotseat.site.records import DutyTerms
from ivr.ports import DialResult, Line, LineFacts, LineFailed, MobileLeg
from ivr.prompts import sound_paths
from softphone_bridge.mobiles import is_mobile
from words import Message, said

log = structlog.get_logger(__name__)

DESK_RINGS: Final[Millis] = 25_000
CUSTOMER_RINGS: Final[Millis] = 45_000
LINE_SECONDS: Final = 10.0
"""An answered place that does not come to us by then never will."""
REMEMBERED: Final = 10_000
"""Of so many call-backs the number of the last try is known without the database."""

RESULTS: Final = {
    DialResult.ANSWERED: Result.REACHED,
    DialResult.NO_ANSWER: Result.NO_ANSWER,
    DialResult.BUSY: Result.BUSY,
    DialResult.DECLINED: Result.DECLINED,
    DialResult.WITHDRAWN: Result.DECLINED,
}
"""What came of the customer's leg; UNREACHABLE for all others."""

CAUSES: Final = {Result.BUSY: 17, Result.NO_ANSWER: 19, Result.DECLINED: 21, Result.UNREACHABLE: 20}
"""Q.850: what the agent's phone shows when the customer was not reached."""


class DialRefused(Exception):
    """Nobody is called back now; the text says why and what to do."""


class Ringer(Protocol):
    """Rings agents at their own places."""

    async def ring(
        self,
        attempt: str,
        place: str | MobileLeg,
        *,
        shows: str,
        ring_ms: Millis,
        talks: Callable[[], None],
    ) -> DialResult:
        """Ring it; ANSWERED: it comes as a line `seat` that dialled `attempt`.

        `talks` is called when the line meets whom it dialled.
        """

    def forget(self, attempt: str) -> None:
        """Nothing more is to be told of it."""


@dataclass(slots=True, eq=False)
class _DialBack:
    """One try that runs."""

    attempt: str
    callback: Callback
    seat: SeatId
    met: bool = False
    """The agent's line is here."""
    dialled_at: Millis | None = None
    talked_at: Millis | None = None
    ringing: Deferred[None] | None = None
    overdue: IDelayedCall | None = None

    @property
    def call(self) -> CallId:
        return CallId(self.callback.call)

    def in_time(self) -> None:
        """The line need not be waited for any more."""
        if self.overdue is not None and self.overdue.active():
            self.overdue.cancel()


class DialBacks:
    """The tries that run, by the name of the attempt."""

    def __init__(
        self,
        *,
        config: LiveConfig,
        journal: Journal,
        clock: Clock,
        reactor: IReactorTime,
        ringer: Ringer,
        outbound: OutboundCalls,
        bell: Bell,
        new_id: Callable[[], str],
        find: Callable[[str], Awaitable[Callback | None]],
        take: Callable[[str, str, str], Awaitable[None]],
        keep: Callable[[CallbackTried], None],
        on_line: Callable[[CallId], bool],
        closed: Callable[[], str | None],
    ) -> None:
        self._config = config
        self._journal = journal
        self._now = clock.now
        self._reactor = reactor
        self._ringer = ringer
        self._outbound = outbound
        self._bell = bell
        self._new_id = new_id
        self._find = find
        self._take = take
        self._keep = keep
        self._on_line = on_line
        self._closed = closed
        self._under_way: dict[str, _DialBack] = {}
        self._tries: OrderedDict[CallId, int] = OrderedDict()
        self._service: Service
        self._seats: Seats

    def staff(self, service: Service, seats: Seats) -> None:
        """Meet the floor; comes before the first line."""
        self._service = service
        self._seats = seats

    def __len__(self) -> int:
        """How many are under way, from the ringing of the seat to the end of the talk."""
        return len(self._under_way)

    def stop(self) -> None:
        """The server stops: no seat is waited for any more."""
        for dial in list(self._under_way.values()):
            dial.in_time()
            if dial.ringing is not None:
                dial.ringing.cancel()

    async def begin(self, call: str, agent: str, by: str) -> dict[str, Any]:
        """Take the call-back for the agent, in the name of `by`, and ring the agent's place.

        Raises DialRefused, SeatRefused and IllegalStep, and then nothing rings.
        """
        self._place(agent)
        callback = await self._find(call)
        if callback is None:
            raise DialRefused(
                said("no call-back %(call)s, or the database does not answer", call=call)
            )
        self._check(callback, agent)
        seat = SeatId(agent)
        if any(dial.seat == seat for dial in self._under_way.values()):
            raise DialRefused(said("agent %(agent)s is calling somebody back already", agent=agent))
        if refusal := self._outbound.refusal(callback.caller, call=CallId(call), seat=seat):
            raise DialRefused(said("this number may not be called: %(why)s", why=_why(refusal)))
        dial = _DialBack(self._new_id(), callback, seat)
        self._service.tell(SeatDials(seat, dial.call, callback.queue))
        self._under_way[dial.attempt] = dial
        try:
            await self._take(call, agent, by)
            # The database took its time: the agent may have left or moved, the switch be away.
            place = self._place(agent)
            leg = self._leg(dial, place)
        except Exception:
            del self._under_way[dial.attempt]
            self._service.tell(TalkEnded(dial.call))
            raise
        dial.ringing = Deferred.fromCoroutine(self._ring(dial, leg))
        return {"call": call, "agent": agent, "phone": place}

    def wants(self, facts: LineFacts) -> bool:
        """Is this the line of an agent who calls somebody?"""
        return facts.context == "seat"

    async def serve(self, line: Line) -> None:
        """From the agent's answer to the end of the talk. Raises LineGone."""
        dial = self._under_way.get(line.facts.dialled)
        if dial is None or dial.met:
            await line.hang_up()
            return
        dial.met = True
        dial.in_time()
        result = Result.NO_ANSWER  # also of an agent who hangs up while it rings
        try:
            result = await self._call_customer(dial, line)
            await line.hang_up(CAUSES.get(result, 16))
        finally:
            self._over(dial, Result.REACHED if dial.talked_at is not None else result)

    def _place(self, agent: str) -> str:
        """Where the agent is rung, at this moment. Raises DialRefused."""
        place = self._seats.place_of(agent)
        if place is None:
            raise DialRefused(
                said("agent %(agent)s is not logged on; log on where it shall ring", agent=agent)
            )
        if why := self._closed():
            raise DialRefused(said("nobody is called at present: %(why)s", why=why))
        return place

    def _check(self, callback: Callback, agent: str) -> None:
        """May this agent call back now? Raises DialRefused."""
        if callback.state not in WORKED:
            raise DialRefused(said("this call-back is closed already"))
        if callback.state is State.TAKEN and callback.taken_by != agent:
            raise DialRefused(
                said("this call-back is taken by %(agent)s", agent=callback.taken_by or "")
            )
        if callback.taken_by != agent and callback.queue not in queues_of(self._config.now, agent):
            raise DialRefused(
                said(
                    "agent %(agent)s does not serve queue %(queue)s",
                    agent=agent,
                    queue=callback.queue,
                )
            )
        if not callback.caller:
            raise DialRefused(said("the caller's number is not known"))
        if self._on_line(CallId(callback.call)):
            raise DialRefused(said("the caller is still on the line"))

    def _leg(self, dial: _DialBack, place: str) -> str | MobileLeg:
        if not is_mobile(place):
            return place
        leg = self._bell.mobile_leg(dial.call, dial.seat, (), dial.callback.caller)
        if leg is None:
            raise DialRefused(
                said("the mobile of agent %(agent)s may not be dialled", agent=dial.seat)
            )
        return leg

    async def _ring(self, dial: _DialBack, leg: str | MobileLeg) -> None:
        try:
            result = await self._ringer.ring(
                dial.attempt,
                leg,
                shows=dial.callback.caller,
                ring_ms=self._ring_ms(dial, leg),
                talks=lambda: self._talks(dial),
            )
        except CancelledError:
            return
        except Exception:
            # Whatever it was, the seat must not stay busy for ever.
            log.exception("seat_not_rung", call=dial.call, seat=dial.seat)
            result = DialResult.ERROR
        if dial.met or dial.attempt not in self._under_way:
            return
        if result is DialResult.ANSWERED:
            dial.overdue = self._reactor.callLater(LINE_SECONDS, self._over, dial, Result.NONE)
            return
        self._note("seat_not_there", dial, why=result.value)
        self._over(dial, Result.NONE)

    def _ring_ms(self, dial: _DialBack, leg: str | MobileLeg) -> Millis:
        """A mobile's agent has to listen and to press a key, too."""
        if isinstance(leg, str):
            return DESK_RINGS
        queue = self._config.queue(dial.callback.queue)
        return (queue.duty if queue is not None else DutyTerms()).ring_ms

    async def _call_customer(self, dial: _DialBack, line: Line) -> Result:
        site = self._config.now
        number = self._outbound.allow(dial.callback.caller, call=dial.call, seat=dial.seat)
        if number is None or site.outbound is None:
            await self._say_not_possible(line)
            return Result.NONE
        dial.dialled_at = self._now()
        ended = await line.dial_out(
            number, caller_id=site.outbound.caller_id, ring_ms=CUSTOMER_RINGS
        )
        return RESULTS.get(ended, Result.UNREACHABLE)

    async def _say_not_possible(self, line: Line) -> None:
        line.speak_language(self._config.now.languages[0])
        try:
            await line.play(sound_paths(("not-possible",)))
        except LineFailed as error:
            log.warning("prompt_missing", error=str(error))

    def _talks(self, dial: _DialBack) -> None:
        dial.talked_at = self._now()
        queue = self._config.queue(dial.callback.queue)
        rest = queue.wrap_up_ms if queue is not None else 0
        self._service.tell(SeatDials(dial.seat, dial.call, dial.callback.queue, rest))
        self._note("reached", dial)

    def _over(self, dial: _DialBack, result: Result) -> None:
        del self._under_way[dial.attempt]
        self._ringer.forget(dial.attempt)
        now = self._now()
        if dial.dialled_at is not None:
            tries = self._next_try(dial)
            later = None if result is Result.REACHED else now + RETRY_AFTER
            self._keep(CallbackTried(dial.call, now, tries, result.value, later))
            self._note(
                "called_back",
                dial,
                result=result.value,
                on_line_ms=now - dial.dialled_at,
                talk_ms=0 if dial.talked_at is None else now - dial.talked_at,
                tries=tries,
            )
        log.info("dial_back_over", call=dial.call, seat=dial.seat, result=result.value)
        self._service.tell(TalkEnded(dial.call))

    def _next_try(self, dial: _DialBack) -> int:
        # What was read may be older than the last try, which the journal has yet to write.
        tries = max(self._tries.pop(dial.call, 0), dial.callback.tries) + 1
        self._tries[dial.call] = tries
        if len(self._tries) > REMEMBERED:
            self._tries.popitem(last=False)
        return tries

    def _note(self, kind: str, dial: _DialBack, **facts: str | int) -> None:
        note = Note(kind, dial.call, dial.seat, dial.callback.queue, facts)
        self._journal.note(self._now(), note)


def _why(refusal: Refusal) -> Message:
    """What the gate said, for people."""
    match refusal:
        case Refusal.CLOSED:
            return said("the site says nothing about outbound calls")
        case Refusal.STOPPED:
            return said("outbound calls are stopped")
        case Refusal.NO_NUMBER:
            return said("no telephone number")
        case Refusal.PREFIX:
            return said("no prefix that is allowed")
        case Refusal.COSTLY:
            return said("a premium number")
        case Refusal.NUMBER_CAP | Refusal.HOUR_CAP | Refusal.DAY_CAP:
            return said("too many calls in the last hours")
        case _:
            assert_never(refusal)
