"""What was published, when and by whom; and once more."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from admin import live
from admin.access import allowed, visitor
from admin.instance import instance
from admin.roster.changing import note_change, tell_refusal
from admin.roster.forms import PublishForm
from admin.roster.rules import reaches, require_all, rules_for
from admin.words import _
from hotseat.db import rosters
from hotseat.db.engine import reading, writing
from hotseat.db.roster_writes import NotPublished, publish_again
from hotseat.rights import Action

pages = Blueprint("versions", __name__, url_prefix="/versions")

AT_ONCE = 50


@pages.get("/")
@allowed(Action.SEE_ROSTER)
def index() -> str:
    """The newest first."""
    with reading(instance().engine) as session:
        found = rosters.versions(session, AT_ONCE)
    return render_template(
        "roster/versions.html",
        versions=found,
        form=PublishForm.sent(),
        may_edit=reaches(Action.EDIT_ROSTER),
    )


@pages.post("/<int:version>/again")
@allowed(Action.EDIT_ROSTER)
def again(version: int) -> Response:
    """Put an earlier version in force once more."""
    form = PublishForm.sent()
    back = redirect(url_for("roster.versions.index"))
    if not form.validate():
        flash(_("Write the note on one line of up to 500 characters."), "error")
        return back
    now, login = instance().now(), visitor().login
    try:
        with writing(instance().engine) as session:
            old = rosters.version_of(session, version) or abort(404)
            before = frozenset(
                duty.assignment for duty in rosters.published(session, old.first, old.last)
            )
            after = frozenset(duty.assignment for duty in rosters.version_duties(session, version))
            require_all(before ^ after)
            done = publish_again(
                session,
                version,
                rules_for(session, old.first, old.last),
                by=login,
                now=now,
                reason=form.reason.data.strip(),
            )
            note_change(
                session,
                f"roster version {done.version}",
                "published",
                before,
                after,
                f"version {version} again: {form.reason.data}".rstrip(": "),
            )
    except NotPublished as refused:
        tell_refusal(refused)
        return back
    live.poke()
    flash(_("Version %(n)s of the roster is in force.", n=done.version), "done")
    return redirect(url_for("roster.index", day=old.first))
