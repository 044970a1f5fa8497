"""Who is on duty now, who comes next, and who of them is there: as the live floor shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from acd.types import Millis, SeatId
from hotseat.roster.attendance import Attendance, LogOn, Verdict, attendance
from hotseat.roster.duty import DutyRoster
from hotseat.roster.shifts import Duty, Place, day_of, midnight
from hotseat.site.records import SiteNow


class DutyBoard:
    """Draws the duties that run, and those that begin later today, or else the very next.

    `log_ons` tells when these agents were logged on; `roster` and `site` are those in force.
    """

    def __init__(
        self,
        roster: Callable[[], DutyRoster],
        site: Callable[[], SiteNow],
        log_ons: Callable[[Iterable[str]], Sequence[LogOn]],
    ) -> None:
        self._roster = roster
        self._site = site
        self._log_ons = log_ons

    def at_home(self, now: Millis) -> Set[SeatId]:
        """Who does a duty at home now."""
        running = self._roster().at(now)
        return {SeatId(duty.agent) for duty in running if duty.place is Place.HOME}

    def rostered(self, now: Millis) -> bool:
        """Is there a roster for this moment? Otherwise whoever is logged on is on duty."""
        return self._roster().in_force(now)

    def drawn(self, now: Millis) -> dict[SeatId, list[dict[str, Any]]]:
        """Agent -> the duties that are shown, earliest first, as plain data.

        `word` is one of: on time, late, missing (never came), left, to come. `came` is when the
        agent was first there, None before.
        """
        site = self._site()
        running = self._roster().at(now)
        spans = self._log_ons({duty.agent for duty in running})
        board: dict[SeatId, list[dict[str, Any]]] = {}
        for one in attendance(running, spans, site.roster, now):
            drawn = _drawn(one.duty, site, _word(one), one.came)
            board.setdefault(SeatId(one.duty.agent), []).append(drawn)
        for duty in self._coming(site, now):
            drawn = _drawn(duty, site, "to come", None)
            board.setdefault(SeatId(duty.agent), []).append(drawn)
        return board

    def _coming(self, site: SiteNow, now: Millis) -> list[Duty]:
        roster, zone = self._roster(), ZoneInfo(site.time_zone)
        until = midnight(day_of(now, zone) + timedelta(days=1), zone)
        if (then := roster.next_duty({}, now)) is not None:
            until = max(until, then.begins + 1)
        return [duty for duty in roster.duties if now < duty.begins < until]


def _drawn(duty: Duty, site: SiteNow, word: str, came: Millis | None) -> dict[str, Any]:
    agent, shift = site.agents.get(duty.agent), site.shifts.get(duty.shift)
    return {
        "shift": duty.shift,
        "title": shift.title if shift is not None else duty.shift,
        "place": duty.place.value,
        "mobile": agent is not None and bool(agent.mobile),
        "begins": duty.begins,
        "ends": duty.ends,
        "word": word,
        "came": came,
    }


def _word(kept: Attendance) -> str:
    if Verdict.MISSING in kept.verdicts:
        return "missing" if kept.came is None else "left"
    return "late" if Verdict.LATE in kept.verdicts else "on time"
