"""A floor at a readable clock, for tests that tell it one story."""

from __future__ import annotations

from typing import TypeVar

from acd.effects import Check, Effect, Note, Offer, SeatGone, SeatKept, Withdraw, WrapUpSet
from acd.events import (
    CallerGone,
    CallQueued,
    DeviceChanged,
    Event,
    OfferAnswered,
    OfferFailed,
    SeatLoggedOff,
    SeatLoggedOn,
    SeatPaused,
    SeatReady,
    SeatReleased,
    TalkEnded,
    Tick,
)
from acd.floor import Floor
from acd.picture import CallPicture, SeatPicture
from acd.types import CallId, Device, Failure, Millis, OfferId, SeatId, Skills, requirement

Kind = TypeVar("Kind", Offer, Withdraw, Check, Note, SeatKept, SeatGone, WrapUpSet)

CONSULT = {"consult": 1}


class Desk:
    """Tells a floor what happens, one second after the other unless told otherwise."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.now: Millis = 1_000_000
        self.effects: list[Effect] = []

    def tell(self, event: Event, after: Millis = 1_000) -> list[Effect]:
        """The event, `after` milliseconds later."""
        self.now += after
        self.effects = self.floor.apply(event, self.now)
        return self.effects

    def wait(self, span: Millis) -> list[Effect]:
        """Nothing happens for so long but deadlines, each at its instant."""
        end = self.now + span
        effects: list[Effect] = []
        while (due := self.floor.next_deadline()) is not None and due <= end:
            effects += self.tell(Tick(), due - self.now)
        self.now = end
        self.effects = effects
        return effects

    def seat(self, seat: str, skills: Skills = CONSULT, device: Device = Device.FREE) -> None:
        """Log on at the phone of the same number."""
        self.tell(SeatLoggedOn(SeatId(seat), skills, f"p{seat}", device))

    def call(self, call: str, skills: Skills = CONSULT, **terms: int) -> None:
        """A caller joins the line."""
        arrived = terms.pop("arrived", self.now + 1_000)
        self.tell(CallQueued(CallId(call), "consult", requirement(skills), arrived, **terms))

    def answered(self, offer: str) -> None:
        """The seat picks up."""
        self.tell(OfferAnswered(OfferId(offer), self.now + 1_000))

    def failed(self, offer: str, cause: Failure) -> None:
        """The seat does not."""
        self.tell(OfferFailed(OfferId(offer), cause))

    def talk(self, call: str, seat: str) -> None:
        """The call, its only offer answered by the seat."""
        self.call(call)
        assert self.rings(call) == seat
        self.answered(f"{call}-1")

    def released(self, seat: str, call: str) -> None:
        """The seat hangs up."""
        self.tell(SeatReleased(SeatId(seat), CallId(call)))

    def ended(self, call: str) -> None:
        """The caller's Dial returns."""
        self.tell(TalkEnded(CallId(call)))

    def gone(self, call: str) -> None:
        """The caller hangs up."""
        self.tell(CallerGone(CallId(call)))

    def pause(self, seat: str, reason: str = "lunch") -> None:
        """The agent pauses."""
        self.tell(SeatPaused(SeatId(seat), reason))

    def ready(self, seat: str) -> None:
        """The agent is ready."""
        self.tell(SeatReady(SeatId(seat)))

    def off(self, seat: str) -> None:
        """The agent logs off."""
        self.tell(SeatLoggedOff(SeatId(seat)))

    def phone(self, seat: str, device: Device) -> None:
        """The seat's phone changes."""
        self.tell(DeviceChanged(SeatId(seat), device))

    def did(self, kind: type[Kind]) -> list[Kind]:
        """The effects of this kind that the last step had."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def notes(self, *kinds: str) -> list[Note]:
        """The journal rows of these kinds that the last step wrote."""
        return [note for note in self.did(Note) if note.kind in kinds]

    def offered(self) -> list[tuple[str, str]]:
        """Who was offered to whom in the last step."""
        return [(offer.call, offer.seat) for offer in self.did(Offer)]

    def rings(self, call: str) -> str | None:
        """The seat that the call is offered to or talks with."""
        return self.seen_call(call).seat

    def seen_seat(self, seat: str) -> SeatPicture:
        """The seat in the picture."""
        return next(seen for seen in self.floor.picture().seats if seen.seat == seat)

    def seen_call(self, call: str) -> CallPicture:
        """The call in the picture."""
        return next(seen for seen in self.floor.picture().calls if seen.call == call)

    def calls(self) -> list[str]:
        """All calls on the floor in the order of service."""
        return [seen.call for seen in self.floor.picture().calls]
