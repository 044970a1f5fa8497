"""What all pages share: settings, database, clock, and the site in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from flask import current_app, g
from sqlalchemy import Engine

from acd.types import Millis
from admin.health.doctor import Findings
from admin.passwords import Passwords
from admin.remembered import Remembered
from hotseat.config import Settings
from hotseat.db.engine import reading
from hotseat.db.snapshot import current_revision, site_now
from hotseat.site.export import written
from hotseat.site.records import EMPTY_SITE, SiteNow

NAME: Final = "hotseat"


@dataclass(frozen=True, slots=True)
class InForce:
    """The site of one revision, also as its file would say it (not to be changed)."""

    site: SiteNow
    document: Mapping[str, Any]


@dataclass(slots=True)
class Instance:
    """One hotline, as its admin knows it."""

    settings: Settings
    engine: Engine
    now: Callable[[], Millis]
    passwords: Passwords
    examine: Callable[[Settings], Findings | None]
    """The doctor."""
    remembered: Remembered = field(default_factory=Remembered)
    _in_force: InForce = field(default=InForce(EMPTY_SITE, written(EMPTY_SITE.as_written())))

    def look(self) -> InForce:
        """The site in force; read again only when its revision has changed."""
        known = self._in_force
        with reading(self.engine) as session:
            if current_revision(session) != known.site.revision:
                site = site_now(session)
                known = self._in_force = InForce(site, written(site.as_written()))
        return known


def instance() -> Instance:
    """That of the app which answers."""
    return cast(Instance, current_app.extensions[NAME])


def in_force() -> InForce:
    """The site as it was at the first look of this request: a page tells of one revision."""
    if "in_force" not in g:
        g.in_force = instance().look()
    return cast(InForce, g.in_force)


def look_again() -> None:
    """The site has changed during this request."""
    g.pop("in_force", None)


def site() -> SiteNow:
    """The site in force."""
    return in_force().site


def zone() -> ZoneInfo:
    """The clocks of the site."""
    return ZoneInfo(site().time_zone)
