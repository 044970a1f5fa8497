"""The published roster, by week or month."""

from __future__ import annotations

from flask import Blueprint, render_template

from admin.access import allowed
from admin.days import today
from admin.instance import instance
from admin.roster import said
from admin.roster.attending import pages as attending
from admin.roster.board import around, board, gaps
from admin.roster.drafting import pages as drafting
from admin.roster.looked_at import looked_at
from admin.roster.requesting import pages as requesting
from admin.roster.rules import reaches
from admin.roster.versions import pages as versions
from hotseat.db.engine import reading
from hotseat.db.rosters import AROUND, drafts, published, published_days
from hotseat.rights import Action
from hotseat.roster.shifts import day_of

pages = Blueprint("roster", __name__, url_prefix="/roster")
for part in (attending, drafting, requesting, versions):
    pages.register_blueprint(part)


@pages.get("/")
@allowed(Action.SEE_ROSTER)
def index() -> str:
    """Who works when."""
    look = looked_at()
    first, last = look.days[0], look.days[-1]
    with reading(instance().engine) as session:
        rules = around(session, look.days)
        rostered = published(session, first - AROUND, last + AROUND)
        told = published_days(session, first, last)
        shown = board(session, look, rostered, rules, published=told, today=today())
        making = drafts(session) if reaches(Action.EDIT_ROSTER) else []
    holes = [
        hole
        for hole in rules.demand.holes(rostered, first, last)
        if day_of(hole.begins, rules.demand.zone) in told
    ]
    return render_template(
        "roster/index.html",
        board=shown,
        look=look,
        gaps=gaps(holes, rostered, rules),
        said=said,
        drafts=making,
        any_published=bool(told),
        may_edit=reaches(Action.EDIT_ROSTER),
        may_ask=reaches(Action.ASK_FOR_LEAVE),
    )
