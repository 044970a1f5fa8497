"""What all pages share: settings, database, clock, and the site in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Engine

from acd.types import Millis
from admin.health.doctor import Findings
from admin.passwords import Passwords
from hotseat.config import Settings
from hotseat.db.engine import reading
from hotseat.db.snapshot import current_revision, site_now
from hotseat.site.records import EMPTY_SITE, SiteNow

NAME: Final = "hotseat"


@dataclass(slots=True)
class Instance:
    """One hotline, as its admin knows it."""

    settings: Settings
    engine: Engine
    now: Callable[[], Millis]
    passwords: Passwords
    examine: Callable[[Settings], Findings | None]
    """The doctor."""
    _site: SiteNow = field(default=EMPTY_SITE)

    @property
    def site(self) -> SiteNow:
        """The site in force; read again only when its revision has changed."""
        with reading(self.engine) as session:
            if current_revision(session) != self._site.revision:
                self._site = site_now(session)
        return self._site


def instance() -> Instance:
    """That of the app which answers."""
    return cast(Instance, current_app.extensions[NAME])


def site() -> SiteNow:
    """The site in force."""
    return instance().site


def zone() -> ZoneInfo:
    """The clocks of the site."""
    return ZoneInfo(site().time_zone)
