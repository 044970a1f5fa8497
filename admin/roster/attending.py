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
from admin.teams import owned_by, teams
from admin.words import N_, _
from hotseat.db.engine import reading
from hotseat.db.rosters import published
from hotseat.rights import Action
from hotseat.roster.attendance import Attendance, Verdict, attendance, missing
from hotseat.roster.shifts import Duty

pages = Blueprint("attendance", __name__, url_prefix="/attendance")

SPANS: Final = {1: N_("one day"), 7: N_("seven days"), 31: N_("31 days")}
"""Days that are shown at once."""
MISSING_AT_ONCE: Final = 20
"""So many are named; how many there are is said anyway."""
AT_ONCE: Final = 100
"""Duties on one page."""
MOST: Final = 3_000
"""Agents times days that are looked at for one page; a file may hold more."""

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
    team: str
    cut: bool
    """Too many agents for so many days: only one is shown."""
    kept: tuple[Attendance, ...]
    missing: tuple[Duty, ...]
    """Right now, whatever day is asked for."""


@pages.get("/")
@allowed(Action.SEE_ROSTER)
def index() -> str:
    """Who came, when; and who should be there now."""
    seen = _look(MOST)
    counts = {verdict: sum(verdict in one.verdicts for one in seen.kept) for verdict in Verdict}
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "roster/attendance.html",
        seen=seen,
        shown=seen.kept[(page - 1) * AT_ONCE : page * AT_ONCE],
        page=page,
        pages=-(-len(seen.kept) // AT_ONCE),
        missing=seen.missing[:MISSING_AT_ONCE],
        teams=teams(),
        counts=counts,
        said=said,
        spans=SPANS,
        agents=sorted(_seen_agents("", "")),
        earlier=seen.day - timedelta(days=seen.days),
        later=seen.day + timedelta(days=seen.days),
    )


@pages.get("/attendance.csv")
@allowed(Action.SEE_ROSTER)
def file() -> Response:
    """The same for spreadsheets; spans are minutes."""
    seen = _look(None)
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


def _look(most: int | None) -> Seen:
    day = read_day(request.args.get("day", "")) or today()
    days = request.args.get("days", 1, type=int)
    days = days if days in SPANS else 1
    agent, team = request.args.get("agent", ""), request.args.get("team", "")
    wanted = _seen_agents(agent, team)
    # Who has left the site is in no team, and in the reach of whoever may see everybody.
    known, gone = site().agents, not agent and not team and can(Action.EDIT_ROSTER)
    cut = most is not None and days > 1 and len(wanted) * days > most
    days = 1 if cut else days
    now = instance().now()
    with reading(instance().engine) as session:
        spans = stays(session, *bounds(day, day + timedelta(days=days - 1)))
        last = day + timedelta(days=days - 1)
        # A list of a thousand names costs more than the rows that it leaves out.
        few = wanted if (agent or team) and len(wanted) <= AT_ONCE else None
        duties = published(session, day, last, agents=few)
        running = published(session, today() - timedelta(days=1), today())
        there = {stay.agent for stay in stays(session, *bounds(today())) if stay.ends is None}
    seen = _seen_agents("", "")
    return Seen(
        day,
        days,
        agent,
        team,
        cut,
        attendance(
            (one for one in duties if one.agent in wanted or (gone and one.agent not in known)),
            spans,
            site().roster,
            now,
        ),
        tuple(one for one in missing(running, there, now) if one.agent in seen),
    )


def _seen_agents(agent: str, team: str) -> set[str]:
    """The agents whose attendance the visitor may see, of this number and team if any is given."""
    whole = can(Action.EDIT_ROSTER)
    return {
        one.number
        for one in site().agents.values()
        if agent in ("", one.number)
        and team in ("", one.team)
        and (whole or is_own(one.number) or can(Action.EDIT_ROSTER, owned_by(one.number)))
    }
