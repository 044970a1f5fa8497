"""Import with its plan, and export; secrets are in neither."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template, request, url_for

from admin.access import allowed, visitor
from admin.instance import instance, look_again, site
from admin.logins import author
from admin.site_edit import Answer, Done, Outcome, Planned, Wrong, applied, put
from admin.words import _
from hotseat.db.audit import note
from hotseat.db.engine import writing
from hotseat.rights import Action
from hotseat.site.apply import SiteChangedMeanwhile
from hotseat.site.check import check
from hotseat.site.export import export
from hotseat.site.problems import SiteInvalid
from hotseat.site.read import read

pages = Blueprint("sitefile", __name__, url_prefix="/site-file")


@pages.route("/", methods=["GET", "POST"])
@allowed(Action.IMPORT_SITE)
def index() -> Answer:
    """The file as text; a file chosen in the browser comes into the text first."""
    text = _text()
    outcome = _put(text) if text else None
    if isinstance(outcome, Done):
        return applied(outcome, url_for(".index"))
    return render_template(
        "sitefile/index.html",
        text=text,
        planned=outcome if isinstance(outcome, Planned) else None,
        problems=outcome.problems if isinstance(outcome, Wrong) else (),
        hotline=site(),
    )


@pages.post("/export")
@allowed(Action.IMPORT_SITE)
def take_out() -> Response:
    """The site in force, as a file to keep or to edit; that it was taken is written down."""
    now = instance().now()
    with writing(instance().engine) as db:
        note(db, author(visitor().login), now, what="site", done="exported")
    return Response(
        export(site().as_written()),
        mimetype="application/yaml",
        headers={"Content-Disposition": 'attachment; filename="site.yaml"'},
    )


def _put(text: str) -> Outcome:
    try:
        return put("site", check(read(text)))
    except SiteInvalid as error:
        return Wrong(error.problems)
    except SiteChangedMeanwhile:
        look_again()
        return _put(text)


def _text() -> str:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        try:
            # Editors of another system put a mark in front.
            raw: bytes = sent.read()
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            flash(_("The file is not UTF-8. Save it as UTF-8 and try again."), "error")
            return ""
    text: str = request.form.get("text", "")
    return text.replace("\r\n", "\n")
