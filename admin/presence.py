"""Who was logged on, and who paused: read for a span of days with what bears on it."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from acd.types import Millis
from admin.instance import instance
from hotseat.db.rosters import log_steps, logged_on, pause_steps
from hotseat.roster.attendance import LogOn, log_ons
from hotseat.roster.times import Pause, pauses

DAY: Final[Millis] = 86_400_000
LOOK_BACK: Final = 2 * DAY
"""Whoever logged on so long ago and is still on is found; others are in the table of seats."""
LOOK_ON: Final = DAY
"""A duty of the last day may go on into the next one."""


def stays(session: Session, since: Millis, until: Millis) -> list[LogOn]:
    """Who was logged on from `since` until before `until`, and until a day later."""
    begin, end = since - LOOK_BACK, until + LOOK_ON
    now = instance().now()
    known = dict.fromkeys(logged_on(session), begin) if end > now else {}
    return log_ons(log_steps(session, begin, min(end, now + 1)), known)


def breaks(session: Session, found: list[LogOn], since: Millis, until: Millis) -> list[Pause]:
    """The pauses of those who were logged on, from `since` until before `until`."""
    return pauses(pause_steps(session, since - DAY, until), found)
