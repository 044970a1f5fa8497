"""The live floor, and one seat of it."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from acd.presence import SEAT_WORDS
from admin import live
from admin.access import allowed, require
from admin.floor import shown
from admin.instance import site
from admin.teams import owned_by
from admin.words import _
from hotseat.rights import Action

pages = Blueprint("floor", __name__, url_prefix="/floor")

STEPS: Final = ("seat-pause", "seat-ready", "seat-logout")
"""What may be done to a seat from here, as the server calls it."""


@pages.get("/")
@allowed(Action.SEE_FLOOR)
def index() -> str:
    """The whole floor; a script keeps it up to date."""
    now = live.floor()
    rows = shown.duty_rows(now["duties"]) if now else []
    return render_template(
        "floor/index.html",
        now=now,
        oldest=shown.oldest(now) if now else None,
        duties=rows,
        missing=shown.missing(rows),
        shown=shown,
        hotline=site(),
        names=shown.names_of(site()),
        words=SEAT_WORDS,
        wall="wall" in request.args,
    )


@pages.post("/pass")
@allowed(Action.SEE_FLOOR)
def new_pass() -> tuple[dict[str, str], int]:
    """Where the live feed of this visitor is; the address is a secret."""
    return live.open_feed()


@pages.get("/names")
@allowed(Action.SEE_FLOOR)
def names() -> dict[str, Any]:
    """What queues and agents are called, for the script."""
    return shown.names_of(site())


@pages.get("/seats/<number>")
@allowed(Action.SEE_SEATS)
def seat(number: str) -> str:
    """One seat: what it does, and what may be done about it."""
    agent = site().agents.get(number)
    if agent is None:
        abort(404)
    require(Action.SEE_SEATS, owned_by(number))
    found, away = live.seat(number)
    return render_template(
        "floor/seat.html",
        agent=agent,
        seat=found,
        away=away,
        placing=None if away else live.placing(number),
        whose=owned_by(number),
    )


@pages.post("/seats/<number>/place")
@allowed(Action.PLACE_SEATS)
def place(number: str) -> Response:
    """A supervisor's word on where the agent is rung, or the end of it."""
    if number not in site().agents:
        abort(404)
    require(Action.PLACE_SEATS, owned_by(number))
    if live.tell("seat-override", agent=number, where=request.form.get("where", "")):
        flash(_("Done."), "done")
    return redirect(url_for("floor.seat", number=number))


@pages.post("/seats/<number>/<step>")
@allowed(Action.STEER_SEATS)
def steer(number: str, step: str) -> Response:
    """Pause a seat, make it ready, log it off."""
    if number not in site().agents or step not in STEPS:
        abort(404)
    require(Action.STEER_SEATS, owned_by(number))
    reason = request.form.get("reason", "").strip()
    told = {"agent": number, "reason": reason} if step == "seat-pause" else {"agent": number}
    if step == "seat-pause" and not reason:
        flash(_("Say why: the agent and the figures will show it."), "error")
    elif live.tell(step, **told):
        flash(_("Done."), "done")
    return redirect(url_for("floor.seat", number=number))
