"""A simulated agent, and what the server is told of the seat."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hotseat.config import Settings
from hotseat.control_client import NotRunning, Refused, ask
from hotseat.demo.people import Turn
from words import said


class Seated:
    """An agent of the site. Everything here is also an agent's command."""

    def __init__(
        self,
        settings: Settings,
        *,
        agent: str,
        title: str,
        turns: Iterator[Turn],
        tell: Callable[[str], None],
    ) -> None:
        self.name = f"{agent} {title}".strip()
        self.turns = turns
        self.agent = agent
        self._settings = settings
        self._tell = tell

    def ask(self, command: str, **args: object) -> None:
        """Do it at the own seat; the audience is told why not."""
        try:
            ask(self._settings, command, agent=self.agent, **args)
        except (NotRunning, Refused) as error:
            self._tell(said("%(who)s: %(why)s", who=self.name, why=str(error)))

    def pause(self, reason: str) -> bool:
        """Take no calls for now; False if the shift has ended meanwhile."""
        return self._if_there("seat-pause", reason=reason)

    def ready(self) -> bool:
        """Take calls again; False as above."""
        return self._if_there("seat-ready")

    def log_off(self) -> None:
        """Go home, unless the end of the shift has done so already."""
        self._if_there("seat-logout")

    def _if_there(self, command: str, **args: object) -> bool:
        try:
            ask(self._settings, command, agent=self.agent, **args)
        except (NotRunning, Refused):
            return False
        return True
