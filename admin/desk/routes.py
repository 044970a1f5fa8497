"""The desk of an agent. Whoever is no agent is told how to become one."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin import live
from admin.access import allowed, require, visitor
from admin.agents.mobiles import silent
from admin.callbacks.forms import RESULTS
from admin.callbacks.reach import my_callbacks, open_callbacks, taken_by_visitor
from admin.calls.routes import OUTCOMES
from admin.desk.duties import my_requests, my_shifts
from admin.desk.forms import CATEGORIES, NoteForm
from admin.instance import instance, site
from admin.logins import author
from admin.roster import said
from admin.teams import owned_by
from admin.words import N_, _
from hotseat.db import audit, notes
from hotseat.db.engine import reading, writing
from hotseat.db.reports import call_of
from hotseat.history import CallNote, CallRow, Category
from hotseat.rights import Action

pages = Blueprint("desk", __name__, url_prefix="/desk")

REASONS: Final = (N_("break"), N_("meal"), N_("training"), N_("meeting"), N_("paperwork"))
"""Pauses that are one press away; others are written."""

STEPS: Final = (
    *("seat-ready", "seat-pause", "seat-logout"),
    *("seat-login", "seat-mobile", "seat-place"),
)
EARLIER: Final = 8
MY_CALLS: Final = 10
MY_CALLBACKS: Final = 20
DAY_MS: Final = 86_400_000


@pages.get("/")
@allowed(Action.WORK_AT_DESK)
def index() -> str:
    """The desk as it is now; a script keeps it up to date."""
    agent = visitor().agent
    if agent is None or agent not in site().agents:
        return render_template("desk/nobody.html")
    now = instance().now()
    seat, away = live.seat(agent)
    with reading(instance().engine) as db:
        mine = notes.calls_of_seat(db, agent, now - DAY_MS, MY_CALLS)
        written = notes.notes_of(db, [call.id for call in mine])
        shifts = my_shifts(db, agent, now)
        asked = my_requests(db, agent, now)
    return render_template(
        "desk/index.html",
        agent=site().agents[agent],
        seat=seat,
        away=away,
        placing=None if away else live.placing(agent),
        silent=silent(site().outbound),
        reasons=REASONS,
        phones=sorted(site().phones),
        queues=site().queues,
        calls=mine,
        written=written,
        outcomes=OUTCOMES,
        categories=CATEGORIES,
        shifts=shifts,
        asked=asked,
        said=said,
        callbacks=my_callbacks(agent, MY_CALLBACKS),
        results=RESULTS,
        owed=open_callbacks(),
    )


@pages.post("/pass")
@allowed(Action.WORK_AT_DESK)
def new_pass() -> tuple[dict[str, str], int]:
    """Where the live feed of the own seat is; the address is a secret."""
    return live.open_feed([_own_agent()])


@pages.post("/steps/<step>")
@allowed(Action.WORK_AT_DESK)
def do(step: str) -> Response:
    """Log on, get ready, pause, log off; at a phone or the duty mobile."""
    if step not in STEPS:
        abort(404)
    told: dict[str, object] = {"agent": _own_agent()}
    if step == "seat-pause":
        told["reason"] = request.form.get("reason", "").strip() or _(REASONS[0])
    if step == "seat-login":
        told["phone"] = request.form.get("phone", "")
    if step == "seat-place":
        told["where"] = request.form.get("where", "")
    live.tell(step, **told)
    return redirect(url_for("desk.index"))


@pages.get("/calls/<call>")
@allowed(Action.WORK_AT_DESK)
def caller(call: str) -> str:
    """Who is calling, as a piece of the desk or as a page of its own."""
    row = _readable(call)
    with reading(instance().engine) as db:
        earlier = notes.earlier_calls(db, row, EARLIER)
        written = notes.notes_of(db, [row.id, *(each.id for each in earlier)])
    note = written.get(row.id)
    form = NoteForm.sent(
        category=note.category.value if note else "", text=note.text if note else ""
    )
    return render_template(
        "desk/piece.html" if "piece" in request.args else "desk/caller.html",
        call=row,
        earlier=earlier,
        written=written,
        form=form,
        agents=site().agents,
        queues=site().queues,
        outcomes=OUTCOMES,
        categories=CATEGORIES,
    )


@pages.post("/calls/<call>")
@allowed(Action.NOTE_ON_CALLS)
def write(call: str) -> Response:
    """Write something down of the call."""
    row = _readable(call)
    form = NoteForm.sent()
    if not form.validate():
        flash(_("The note was not kept: it is too long, or its category is unknown."), "error")
        return redirect(url_for("desk.caller", call=row.id))
    now = instance().now()
    after = CallNote(
        row.id, Category(form.category.data), form.text.data.strip(), visitor().login, now
    )
    with writing(instance().engine) as db:
        before = notes.note_of(db, row.id)
        notes.put_note(db, after)
        audit.note(
            db,
            author(visitor().login),
            now,
            what=f"note on call {row.id}",
            done="written",
            before=None if before is None else _audited(before),
            after=_audited(after),
        )
    flash(_("The note is kept."), "done")
    return redirect(url_for("desk.caller", call=row.id))


def _own_agent() -> str:
    agent = visitor().agent
    if agent is None or agent not in site().agents:
        abort(403)
    return agent


def _readable(call: str) -> CallRow:
    """A call that the visitor talked with or was rung for, or may read anyway."""
    with reading(instance().engine) as db:
        row = call_of(db, call)
        if row is None:
            abort(404)
        agent = visitor().agent
        rung = agent is not None and notes.was_offered(db, call, agent)
    if not rung and not taken_by_visitor(call):
        require(Action.SEE_CALLS, owned_by(row.seat))
    return row


def _audited(note: CallNote) -> dict[str, str]:
    return {"category": note.category.value, "text": note.text}
