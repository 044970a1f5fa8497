"""Attendance: log-ons held against the published roster, as a page and as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from flask import Blueprint, Response, render_template, request

from admin.access import allowed, can
from admin.days import bounds, read_day, today
from admin.figures.table import as_csv
from admin.instance import instance, site
from admin.presence import stays
from admin.roster import said
from admin.roster.rules import is_own, name_of
from admin.shown import minute
from admin.teams import owned_by
from admin.words import N_, _
from hotseat.db.engine import reading
from hotseat.db.rosters import published
from hotseat.rights import Action
from hotseat.roster.attendance import Attendance, Verdict, attendance, missing
from hotseat.roster.shifts import Duty

pages = Blueprint("attendance", __name__, url_prefix="/attendance")

SPANS: Final = {1: N_("one day"), 7: N_("seven days"), 31: N_("31 days")}
"""Days that are shown at once."""

COLUMNS: Final = (
    N_("Day"),
    N_("Shift"),
    N_("Agent"),
    N_("Name"),
    N_("Verdict"),
    N_("Begins"),
    N_("Ends"),
    N_("Came"),
    N_("Went"),
    N_("Late by"),
    N_("Left early by"),
    N_("There for"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is asked for, and what was found."""

    day: date
    days: int
    agent: str
    kept: tuple[Attendance, ...]
    missing: tuple[Duty, ...]
    """Right now, whatever day is asked for."""


@pages.get("/")
@allowed(Action.SEE_ROSTER)
def index() -> str:
    """Who came, when; and who should be there now."""
    seen = _look()
    counts = {verdict: sum(verdict in one.verdicts for one in seen.kept) for verdict in Verdict}
    return render_template(
        "roster/attendance.html",
        seen=seen,
        counts=counts,
        said=said,
        spans=SPANS,
        agents=[agent for agent in sorted(site().agents) if _sees(agent)],
        earlier=seen.day - timedelta(days=seen.days),
        later=seen.day + timedelta(days=seen.days),
    )


@pages.get("/attendance.csv")
@allowed(Action.SEE_ROSTER)
def file() -> Response:
    """The same for spreadsheets; spans are minutes."""
    seen = _look()
    rows = [
        (
            one.duty.day,
            one.duty.shift,
            one.duty.agent,
            name_of(one.duty.agent),
            _("; ").join(_(text) for word, text in said.VERDICTS.items() if word in one.verdicts),
            minute(one.duty.begins),
            minute(one.duty.ends),
            minute(one.came),
            minute(one.went),
            one.late // 60_000,
            one.early // 60_000,
            one.there // 60_000,
        )
        for one in seen.kept
    ]
    return Response(
        as_csv([_(column) for column in COLUMNS], rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="attendance-{seen.day}.csv"'},
    )


def _look() -> Seen:
    day = read_day(request.args.get("day", "")) or today()
    days = request.args.get("days", 1, type=int)
    days = days if days in SPANS else 1
    agent = request.args.get("agent", "")
    now = instance().now()
    with reading(instance().engine) as session:
        spans = stays(session, *bounds(day, day + timedelta(days=days - 1)))
        duties = published(session, day, day + timedelta(days=days - 1))
        running = published(session, today() - timedelta(days=1), today())
        there = {stay.agent for stay in stays(session, *bounds(today())) if stay.ends is None}
    return Seen(
        day,
        days,
        agent,
        attendance(
            (one for one in duties if _sees(one.agent) and agent in ("", one.agent)),
            spans,
            site().roster,
            now,
        ),
        tuple(one for one in missing(running, there, now) if _sees(one.agent)),
    )


def _sees(agent: str) -> bool:
    return is_own(agent) or can(Action.EDIT_ROSTER, owned_by(agent))
