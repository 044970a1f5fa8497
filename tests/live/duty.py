"""Agents at their duty mobiles, which all ring at one carrier."""

from __future__ import annotations

from dataclasses import dataclass, field

from hotseat.softphones.phone import PhoneCall
from tests.live.hotline import NIGHT, Hotline, now_ms
from tests.live.premises import until

MOBILES = {"1001": "+8613800010001", "1002": "+8613800010002", "1003": "+8613800010003"}
"""Agent -> registered mobile, as in site.yaml."""


@dataclass(frozen=True, slots=True)
class Night:
    """A hotline with agents at home."""

    hotline: Hotline
    began: float = field(default_factory=now_ms)

    def on_duty(self, *agents: str) -> None:
        """Seat agents at their mobiles, which ring and are not answered."""
        self.hotline.carrier.rings()
        for agent in agents:
            self.hotline.ask("seat-mobile", agent=agent)

    def call(self, caller: str, number: str = NIGHT) -> PhoneCall:
        """A caller in the evening."""
        return self.hotline.callers.call(number, caller=caller, hertz=1000)

    def rings(self, agent: str, since: float = 0) -> PhoneCall:
        """The call at this agent's mobile."""
        return self.hotline.carrier.rung_as(MOBILES[agent], since=since or self.began)

    def asked(self, agent: str, since: float = 0) -> PhoneCall:
        """The same, picked up: the mobile hears who calls, and is asked for a key."""
        mobile = self.rings(agent, since)
        mobile.pick_up()
        mobile.wait("sound")
        return mobile

    def state(self, agent: str) -> str:
        """What the agent's seat is doing."""
        state: str = self.hotline.seat(agent)["state"]
        return state

    def talks(self, agent: str) -> None:
        """Wait for the talk."""
        until(f"{agent} talks", lambda: self.state(agent) == "talking", 5)

    def channels(self) -> int:
        """How many channels Asterisk has."""
        return self.hotline.channels()
