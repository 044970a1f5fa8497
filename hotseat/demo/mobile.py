"""A simulated agent at home: the registered duty mobile, which rings at the carrier."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from hotseat.config import Settings
from hotseat.demo.people import KeyPress, Turn
from hotseat.demo.scenes import OnTheLine
from hotseat.demo.seated import Seated
from hotseat.softphones.phone import Phone, PhoneCall

LISTENS_SECONDS: Final = 5.0
"""So long the agent hears who calls before pressing 1."""


class Mobile(Seated):
    """An agent of the site whose mobile is `number`, as the carrier is told it."""

    accepts: tuple[KeyPress, ...] = (KeyPress(LISTENS_SECONDS, "1"),)

    def __init__(
        self,
        settings: Settings,
        *,
        agent: str,
        title: str,
        number: str,
        carrier: Phone,
        on_duty: bool,
        caller_of: Callable[[str], str | None],
        turns: Iterator[Turn],
        tell: Callable[[str], None],
    ) -> None:
        super().__init__(settings, agent=agent, title=title, turns=turns, tell=tell)
        self._number = number
        self._carrier = carrier
        self._on_duty = on_duty
        self._caller_of = caller_of
        self._taken = 0

    def sit_down(self) -> None:
        """Check in, if on home duty; others are rung here once somebody says so."""
        if self._on_duty:
            self.ask("seat-mobile")

    def rings(self) -> bool:
        """Has a call come that was not looked at yet?"""
        return len(self._calls()) > self._taken

    def call(self) -> PhoneCall:
        """The next one of these."""
        call = self._calls()[self._taken]
        self._taken += 1
        return call

    def talks_to(self, _call: OnTheLine) -> str | None:
        """Who is on the line: the mobile itself was only shown the company's number."""
        return self._caller_of(self.agent)

    def leave(self) -> None:
        """Go off duty, if on it."""
        if self._on_duty:
            self.log_off()

    def _calls(self) -> list[PhoneCall]:
        calls = (PhoneCall(self._carrier, invite.call or 0) for invite in self._carrier.invites())
        return [call for call in calls if call.called == self._number]
