"""The site in force, held in memory: one reference that is swapped, or stays as it is.

The command line pokes after an apply, and the revision is polled as well: a poke can get lost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from hotseat.db.engine import reason_of
from hotseat.db.pool import Database
from hotseat.db.snapshot import SiteUnreadable, current_revision, menu_at, site_now
from hotseat.site.check import check
from hotseat.site.export import written
from hotseat.site.problems import SiteInvalid, problem
from hotseat.site.read import SiteFile
from hotseat.site.records import EMPTY_SITE, MenuRecord, QueueRecord, SiteNow
from words import said

log = structlog.get_logger(__name__)

POLL_SECONDS = 2.0
MENU_SECONDS = 2.0
"""A caller who came back hears music meanwhile."""

Watcher = Callable[[SiteNow, SiteNow], None]


class LiveConfig:
    """`now` is the site in force. Nobody keeps a copy: it is asked for where it is needed."""

    def __init__(
        self, database: Database, reactor: Any, poll_seconds: float = POLL_SECONDS
    ) -> None:
        self.now = EMPTY_SITE
        self._database = database
        self._poll_seconds = poll_seconds
        self._poll = LoopingCall(self._look)
        self._poll.clock = reactor
        self._watchers: list[Watcher] = []
        self._menus: dict[tuple[str, int], MenuRecord] = {}
        self._removed: dict[str, QueueRecord] = {}
        self._refused = 0
        """The revision that was found wrong; it is told once."""
        self.problem: str | None = None
        """Why what stands in the database is not what is in force; None if it is."""
        self._away = False

    async def start(self) -> None:
        """Load the site and watch it from now on. Raises SQLAlchemyError, SiteInvalid."""
        self._swap(await self._database.run(_checked_site))
        # Looking at once would find what was just loaded.
        self._poll.start(self._poll_seconds, now=False)

    def stop(self) -> None:
        """Watch no longer."""
        if self._poll.running:
            self._poll.stop()

    def on_change(self, watcher: Watcher) -> None:
        """Call `watcher(old, new)` after each swap."""
        self._watchers.append(watcher)

    async def reload(self) -> str | None:
        """Load the site again. None, or why everything stays as it is."""
        try:
            site = await self._database.run(_checked_site)
        except SiteInvalid as error:
            self.problem = said(
                "the site in the database is wrong, nothing is changed: %(why)s", why=str(error)
            )
            return self.problem
        except SQLAlchemyError as error:
            why = reason_of(error)
            return said("the database is away, nothing is changed: %(why)s", why=why)
        self.problem = None
        if site.revision > self.now.revision:
            self._swap(site)
        return None

    def queue(self, name: str) -> QueueRecord | None:
        """A queue of the site, also one that was removed while this server ran.

        Who waits in it, or comes to it by a menu from before, is still served.
        """
        return self.now.queues.get(name) or self._removed.get(name)

    async def menu(self, name: str, revision: int) -> MenuRecord:
        """A published revision of a menu: calls go on with the one that they began with.

        Raises LookupError if there never was one, or the database does not say so in time.
        """
        in_force = self.now.menus.get(name)
        if in_force is not None and in_force.revision == revision:
            return in_force
        found = self._menus.get((name, revision))
        if found is None:
            found = await self._database.within(
                MENU_SECONDS, partial(menu_at, name=name, revision=revision), None
            )
            if found is None:
                raise LookupError(f"revision {revision} of menu {name} was not found in time")
            self._menus[name, revision] = found
        return found

    def _look(self) -> Deferred[None]:
        # An error that came out here would end the polling.
        return Deferred.fromCoroutine(self._look_for_change()).addErrback(_tell)

    async def _look_for_change(self) -> None:
        try:
            revision = await self._database.run(current_revision)
        except SQLAlchemyError as error:
            if not self._away:
                log.error("site_not_watched", reason=f"database away: {reason_of(error)}")
            self._away = True
            return
        if self._away:
            log.warning("site_watched_again")
        self._away = False
        if revision in (self.now.revision, self._refused):
            return
        problem = await self.reload()
        if problem is not None:
            self._refused = revision
            log.error("site_refused", revision=revision, reason=problem)

    def _swap(self, site: SiteNow) -> None:
        old, self.now = self.now, site
        # A call in a menu must not wait for the database because the menu was published anew.
        self._menus.update({(menu.name, menu.revision): menu for menu in old.menus.values()})
        self._removed.update(old.queues)
        for watcher in self._watchers:
            try:
                watcher(old, site)
            except Exception:
                log.exception("site_watcher_failed", revision=site.revision)


def _tell(failure: Failure) -> None:
    log.error("site_not_watched", reason=failure.getTraceback())


def _checked_site(session: Session) -> SiteNow:
    """The site in force. Raises SiteInvalid if it would not pass as a file."""
    try:
        site = site_now(session)
    except SiteUnreadable as error:
        raise SiteInvalid([problem("", said("%(reason)s", reason=error.args[0]))]) from error
    if site.revision:
        check(SiteFile(written(site.as_written()), {}))
    return site
