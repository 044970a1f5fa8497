"""The audit: newest first, with a filter, to be read on and on."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template, request

from admin.access import allowed
from admin.days import bounds, read_day
from admin.instance import instance
from admin.words import N_
from hotseat.db.audit import audit_rows
from hotseat.db.engine import reading
from hotseat.rights import Action

pages = Blueprint("audit", __name__, url_prefix="/audit")

AT_ONCE: Final = 50

DONE: Final = {
    "changed": N_("changed"),
    "undone": N_("undone"),
    "redone": N_("redone"),
    "added": N_("added"),
    "invited": N_("invited"),
    "logged in": N_("logged in"),
    "ended log-ins": N_("ended log-ins"),
    "set password": N_("set a password"),
    "changed password": N_("changed the password"),
    "switched second factor on": N_("switched the second factor on"),
    "switched second factor off": N_("switched the second factor off"),
    "closed": N_("closed"),
    "opened": N_("let in again"),
    "set": N_("set"),
    "renewed": N_("renewed"),
    "taken away": N_("taken away"),
    "new secret": N_("made a new secret"),
    "exported": N_("exported"),
    "written": N_("written"),
    "published": N_("published"),
    "dropped": N_("dropped"),
    "asked": N_("asked"),
    "agree": N_("agreed"),
    "decline": N_("declined"),
    "approve": N_("approved"),
    "refuse": N_("not approved"),
    "withdraw": N_("taken back"),
    "removed": N_("removed"),
    "taken": N_("taken"),
    "given back": N_("given back"),
    "to be tried again": N_("to be tried again"),
    "worked off": N_("worked off"),
    "given up": N_("given up"),
    "opened again": N_("opened again"),
    "heard": N_("heard"),
    "message deleted": N_("message deleted"),
}
"""What stands in the column `done` -> how it is called."""


@pages.get("/")
@allowed(Action.SEE_AUDIT)
def index() -> str:
    """Who, when, what; before and after, on request."""
    args = request.args
    day = read_day(args.get("day", ""))
    since, until = (None, None) if day is None else bounds(day)
    with reading(instance().engine) as db:
        rows = audit_rows(
            db,
            limit=AT_ONCE + 1,
            before=args.get("before", type=int),
            login=args.get("login", "").strip(),
            what=args.get("what", "").strip(),
            done=args.get("done", ""),
            since=since,
            until=until,
        )
    return render_template(
        "audit/index.html", rows=rows[:AT_ONCE], more=len(rows) > AT_ONCE, kinds=DONE, asked=args
    )
