"""What a walk through the menus asks of the site in force. Implements `ivr.session.Site`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from acd.escalation import own_number
from acd.types import Millis
from hotseat.clock import Clock
from hotseat.live_config import LiveConfig
from hotseat.public_holidays import special_days
from hotseat.site.records import NumberRecord
from ivr.hours import is_open
from ivr.menus import parse
from ivr.nodes import NORMAL_CLEARING, HangUp, MenuTree, Node, Queue

log = structlog.get_logger(__name__)

SORRY = ("sorry-hang-up",)


class Reception:
    """Opening hours and menus, as they are at the moment of asking."""

    def __init__(self, config: LiveConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._trees: dict[tuple[str, int], MenuTree] = {}

    def is_open(self, hours: str) -> bool:
        """Are these hours open now? Raises LookupError if the site has them no more."""
        site = self._config.now
        record = site.hours.get(hours)
        if record is None:
            raise LookupError(f"no hours {hours} any more")
        now = self._clock.now()
        special = special_days(record.holidays, _year(now)) if record.holidays else {}
        return is_open(record.calendar, special, ZoneInfo(site.time_zone), now)

    def menu(self, name: str) -> MenuTree:
        """The menu at the revision in force. Raises LookupError if the site has it no more."""
        number = self._config.now.numbers.get(name)
        if number is not None and number.agent:
            return _straight_to(number, self._config.now.languages[0])
        record = self._config.now.menus.get(name)
        if record is None:
            raise LookupError(f"no menu {name} any more")
        key = record.name, record.revision
        if key not in self._trees:
            self._trees[key] = parse(record.document, *key)
        return self._trees[key]

    async def menu_at(self, name: str, revision: int) -> MenuTree:
        """The menu at the revision that a caller began it with, else the one in force.

        Raises LookupError if there is neither.
        """
        key = name, revision
        if name in self._config.now.numbers:
            return self.menu(name)
        if key not in self._trees:
            try:
                record = await self._config.menu(*key)
            except LookupError as error:
                log.error("menu_revision_missing", menu=name, revision=revision, error=str(error))
                return self.menu(name)
            self._trees[key] = parse(record.document, *key)
        return self._trees[key]


def _straight_to(number: NumberRecord, language: str) -> MenuTree:
    """An agent's own number, as a menu that asks nothing. No menu of a site is called by digits."""
    ring = Queue(number.queue, {own_number(number.agent): 1}, 0, ("please-wait",), "end")
    nodes: dict[str, Node] = {"ring": ring, "end": HangUp((), NORMAL_CLEARING)}
    return MenuTree("ring", language, SORRY, nodes, number.number)


def _year(now: Millis) -> int:
    return datetime.fromtimestamp(now / 1000, UTC).year
