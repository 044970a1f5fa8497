"""The whole state of the running server, gathered from its parts when somebody asks."""

from __future__ import annotations

from typing import Any

from acd.floor import Floor
from acd.types import Millis
from hotseat.asterisk.agi import FastAgiListener
from hotseat.asterisk.ami import AmiLink
from hotseat.asterisk.node import Node
from hotseat.clock import Clock
from hotseat.contacts import Contacts
from hotseat.figures import Figures
from hotseat.journal import JournalWriter
from hotseat.live_config import LiveConfig
from hotseat.live_roster import LiveRoster
from hotseat.operation.drain import Drain
from hotseat.status import duty_status, floor_status, site_status
from softphone_bridge.feed import Feed


class LiveStatus:
    """Looks at every part, and keeps nothing."""

    def __init__(
        self,
        *,
        config: LiveConfig,
        roster: LiveRoster,
        floor: Floor,
        figures: Figures,
        contacts: Contacts,
        feed: Feed,
        drain: Drain,
        link: AmiLink,
        node: Node,
        listener: FastAgiListener,
        writer: JournalWriter,
        clock: Clock,
        reactor: Any,
        started: Millis,
    ) -> None:
        self._config = config
        self._roster = roster
        self._floor = floor
        self._figures = figures
        self._contacts = contacts
        self._feed = feed
        self._drain = drain
        self._link = link
        self._node = node
        self._listener = listener
        self._writer = writer
        self._now = clock.now
        self._reactor = reactor
        self._started = started

    def tell(self, most_calls: int | None = None) -> dict[str, Any]:
        """How it is at this moment, with so many of the waiting calls; spans are milliseconds."""
        now = self._now()
        site, picture = self._config.now, self._floor.picture()
        return {
            "site": site_status(site, self._config.problem),
            "now": now,
            "up_ms": now - self._started,
            **floor_status(picture, site, now, most_calls),
            "duty": duty_status(self._roster.now, picture, site, now),
            "today": self._figures.today(),
            "contacts": len(self._contacts),
            "viewers": self._feed.viewers,
            "draining": self._drain.left,
            "ami": {"up": self._node.up, "lag_ms": self._link.lag_ms},
            "agi": {"sessions": self._listener.sessions, "open": self._listener.open},
            "journal": {
                "lag_ms": self._writer.lag,
                "lost": self._writer.lost,
                "trouble": self._writer.trouble,
            },
            "timers": len(self._reactor.getDelayedCalls()),
            "strangers": {
                **self._contacts.strangers,
                **{f"fastagi_{why}": n for why, n in self._listener.refused.items()},
            },
        }
