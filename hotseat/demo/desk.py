"""A simulated agent in the office: one softphone, one seat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from hotseat.config import Settings
from hotseat.demo.people import KeyPress, Turn
from hotseat.demo.scenes import OnTheLine
from hotseat.demo.seated import Seated
from hotseat.softphones.phone import NotHeard, Phone, PhoneCall, PhoneError


class Desk(Seated):
    """An agent of the site at one of its phones."""

    accepts: tuple[KeyPress, ...] = ()

    def __init__(
        self,
        settings: Settings,
        *,
        agent: str,
        title: str,
        phone: Phone,
        secret: str,
        words: Path,
        turns: Iterator[Turn],
        tell: Callable[[str], None],
    ) -> None:
        super().__init__(settings, agent=agent, title=title, turns=turns, tell=tell)
        self._phone = phone
        self._secret = secret
        self._words = words
        self._taken = 0

    def sit_down(self) -> None:
        """Register the phone and log on. Raises PhoneError, NotHeard."""
        self._phone.says(self._words)
        self._phone.register(self._secret)
        self.ask("seat-login", phone=self._phone.user)

    def rings(self) -> bool:
        """Has a call come that was not looked at yet?"""
        return len(self._phone.invites()) > self._taken

    def call(self) -> PhoneCall:
        """The next one of these."""
        invite = self._phone.invites()[self._taken]
        self._taken += 1
        assert invite.call is not None
        return PhoneCall(self._phone, invite.call)

    def talks_to(self, call: OnTheLine) -> str | None:
        """Who is on the line, once they hear each other."""
        return None if call.find("talking") is None else call.caller

    def leave(self) -> None:
        """Log off and take the phone off the hotline."""
        with suppress(PhoneError, NotHeard):
            self._phone.hang_up_all()
        self.log_off()
        with suppress(PhoneError, NotHeard):
            self._phone.unregister()
        self._phone.close()
