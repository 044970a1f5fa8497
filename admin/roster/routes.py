"""The published roster, by week or month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from admin.access import allowed
from admin.days import today
from admin.instance import instance, site
from admin.roster import said
from admin.roster.attending import pages as attending
from admin.roster.board import Gap, Strip, around, board, gaps, strips
from admin.roster.drafting import pages as drafting
from admin.roster.looked_at import Look, looked_at
from admin.roster.requesting import pages as requesting
from admin.roster.rules import reaches
from admin.roster.versions import pages as versions
from hotseat.db.engine import reading
from hotseat.db.rosters import (
    AROUND,
    draft_heads,
    published,
    published_days,
    roster_version,
)
from hotseat.rights import Action
from hotseat.roster.rules import Rules
from hotseat.roster.shifts import Duty, day_of

pages = Blueprint("roster", __name__, url_prefix="/roster")
for part in (attending, drafting, requesting, versions):
    pages.register_blueprint(part)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a version of the roster and a revision of the site say of some dates."""

    rostered: tuple[Duty, ...]
    days: frozenset[date]
    """Those that are published."""
    strips: tuple[Strip, ...]
    gaps: tuple[Gap, ...]


@pages.get("/")
@allowed(Action.SEE_ROSTER)
def index() -> str:
    """Who works when."""
    look = looked_at()
    first, last = look.days[0], look.days[-1]
    with reading(instance().engine) as session:
        rules = around(session, look.days)
        seen = instance().remembered.get(
            ("published", roster_version(session), site().revision, first, last),
            lambda: _seen(session, look, rules),
        )
        shown = board(
            session,
            look,
            seen.rostered,
            rules,
            strips=seen.strips,
            published=seen.days,
            today=today(),
        )
        making = draft_heads(session) if reaches(Action.EDIT_ROSTER) else []
    return render_template(
        "roster/index.html",
        board=shown,
        look=look,
        gaps=seen.gaps,
        said=said,
        drafts=making,
        any_published=bool(seen.days),
        may_edit=reaches(Action.EDIT_ROSTER),
        may_ask=reaches(Action.ASK_FOR_LEAVE),
    )


def _seen(session: Session, look: Look, rules: Rules) -> Seen:
    first, last = look.days[0], look.days[-1]
    near = published(session, first - AROUND, last + AROUND)
    days = frozenset(published_days(session, first, last))
    holes = [
        hole
        for hole in rules.demand.holes(near, first, last)
        if day_of(hole.begins, rules.demand.zone) in days
    ]
    return Seen(
        tuple(duty for duty in near if first <= duty.day <= last),
        days,
        strips(rules, near, look.days),
        gaps(holes, near, rules),
    )
