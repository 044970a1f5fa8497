"""A simulated agent: one softphone, one seat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from hotseat.config import Settings
from hotseat.control_client import NotRunning, Refused, ask
from hotseat.demo.people import Turn
from hotseat.softphones.phone import NotHeard, Phone, PhoneCall, PhoneError


class Desk:
    """An agent of the site at one of its phones. Everything here is also an agent's command."""

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
        self.name = f"{agent} {title}".strip()
        self.turns = turns
        self._settings = settings
        self._agent = agent
        self._phone = phone
        self._secret = secret
        self._words = words
        self._tell = tell
        self._taken = 0

    def sit_down(self) -> None:
        """Register the phone and log on. Raises PhoneError, NotHeard."""
        self._phone.says(self._words)
        self._phone.register(self._secret)
        self._ask("seat-login", phone=self._phone.user)

    def rings(self) -> bool:
        """Has a call come that was not looked at yet?"""
        return len(self._phone.invites()) > self._taken

    def call(self) -> PhoneCall:
        """The next one of these."""
        invite = self._phone.invites()[self._taken]
        self._taken += 1
        assert invite.call is not None
        return PhoneCall(self._phone, invite.call)

    def pause(self, reason: str) -> None:
        """Take no calls for now."""
        self._ask("seat-pause", reason=reason)

    def ready(self) -> None:
        """Take calls again."""
        self._ask("seat-ready")

    def leave(self) -> None:
        """Log off and take the phone off the hotline."""
        with suppress(PhoneError, NotHeard):
            self._phone.hang_up_all()
        self._ask("seat-logout")
        with suppress(PhoneError, NotHeard):
            self._phone.unregister()
        self._phone.close()

    def _ask(self, command: str, **args: object) -> None:
        try:
            ask(self._settings, command, agent=self._agent, **args)
        except (NotRunning, Refused) as error:
            self._tell(f"{self.name}: {error}")
