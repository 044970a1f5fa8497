"""One conversation as its two phones heard it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hotseat.softphones.phone import PhoneCall
from tests.live.hotline import STRAIGHT, Hotline, now_ms, until
from tests.live.sound import Recording, Samples, longest_gap_ms, snr_db

SETTLE_MS = 400
"""The first packets of a stream and the jitter buffer's first fill are left out."""
LAST_WORDS_MS = 100


@dataclass(frozen=True, slots=True)
class Heard:
    """How well one side heard the other. `own_db` is its own tone coming back."""

    snr_db: float
    own_db: float
    gap_ms: int


@dataclass(frozen=True, slots=True)
class Talk:
    """A caller and a desk in one bridge, each sending a tone of its own."""

    caller: PhoneCall
    caller_hertz: int
    desk: PhoneCall
    desk_hertz: int
    asked: list[float] = field(default_factory=list)
    """When the agent was told to hang up."""

    @property
    def began(self) -> float:
        """When the desk's phone was picked up; the caller has been in the call for long."""
        return self.desk.wait("talking").at

    @property
    def ended(self) -> float:
        """When the desk's phone was put down by either side."""
        return self.desk.wait("ended").at

    def put_down(self) -> None:
        """The agent hangs up; comes back when the phone knows that it is over."""
        self.asked.append(now_ms())
        self.desk.hang_up()
        self.desk.wait("ended")

    def is_length(self, talk_ms: int | None, error_ms: int) -> bool:
        """Is this how long it was? It ended between the agent's BYE and the answer to it."""
        earliest = min([*self.asked, self.ended])
        return talk_ms is not None and (
            earliest - self.began - error_ms <= talk_ms <= self.ended - self.began + error_ms
        )

    def heard_by_caller(self) -> Heard:
        """What the caller heard of the desk. Waits for the caller's recording."""
        return self._heard(self.caller, self.desk_hertz, self.caller_hertz)

    def heard_by_desk(self) -> Heard:
        """What the desk heard of the caller. Waits for the desk's recording."""
        return self._heard(self.desk, self.caller_hertz, self.desk_hertz)

    def _heard(self, side: PhoneCall, other: int, own: int) -> Heard:
        sound = heard_between(side, self.began + SETTLE_MS, self.ended - LAST_WORDS_MS)
        return Heard(snr_db(sound, other), snr_db(sound, own), longest_gap_ms(sound, other))


def begin_talk(hotline: Hotline, agent: str, phone: str, caller: str) -> Talk:
    """A talk at a desk of which the agent takes no more calls, each side with its own tone."""
    place = int(phone.removeprefix("p10"))
    desk_hertz, caller_hertz = 300 + 50 * place, 1000 + 100 * place
    desk = hotline.desk(phone)
    desk.sends_tone(desk_hertz)
    desk.answers(after_ms=30)
    hotline.log_on(agent, phone)
    call = hotline.callers.call(STRAIGHT, caller=caller, hertz=caller_hertz)
    rung = desk.rung_by(caller)
    rung.wait("talking")
    # A pause in the instant before the bridge would take the call away again, and rightly.
    until(f"{agent} talks", lambda: hotline.seat(agent)["state"] == "talking", 5)
    hotline.ask("seat-pause", agent=agent, reason="last call")
    return Talk(call, caller_hertz, rung, desk_hertz)


def call_through(hotline: Hotline, caller: str) -> str:
    """A caller without a menu talks with a seat, which hangs up; returns the caller."""
    call = hotline.callers.call(STRAIGHT, caller=caller)
    hotline.rung_by(caller).wait("ended")
    call.wait("ended")
    return caller


def heard_between(call: PhoneCall, start: float, end: float) -> Samples:
    """What one phone heard between two instants of a call that is over."""
    whole = Path(call.wait("recorded").facts["recording"])
    return Recording.read(whole, call.wait("sound").at).between(start, end)
