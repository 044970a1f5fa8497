"""The live floor, and one seat of it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from acd.picture import SEAT_WORDS
from admin import live
from admin.access import actor, allowed, require, visitor
from admin.instance import instance, site
from admin.teams import owned_by
from admin.words import _
from hotseat.control_client import NotRunning, Refused
from hotseat.rights import Action, Scope, reach

pages = Blueprint("floor", __name__, url_prefix="/floor")

STEPS: Final = ("seat-pause", "seat-ready", "seat-logout")
"""What may be done to a seat from here, as the server calls it."""


@pages.get("/")
@allowed(Action.SEE_FLOOR)
def index() -> str:
    """The whole floor; a script keeps it up to date."""
    return render_template(
        "floor/index.html",
        now=live.status(),
        hotline=site(),
        words=SEAT_WORDS,
        wall="wall" in request.args,
    )


@pages.post("/pass")
@allowed(Action.SEE_FLOOR)
def new_pass() -> tuple[dict[str, str], int]:
    """Where the live feed of this visitor is; the address is a secret."""
    try:
        granted = live.command(
            "feed-open", login=visitor().login, origin=request.host_url.rstrip("/")
        )
    except (NotRunning, Refused) as error:
        return {"error": str(error)}, 503
    return {"feed": f"{instance().settings.feed_address}?{urlencode(granted)}"}, 200


@pages.get("/names")
@allowed(Action.SEE_FLOOR)
def names() -> dict[str, dict[str, str]]:
    """What queues and agents are called, for the script."""
    now = site()
    return {
        "queues": {queue.name: queue.title for queue in now.queues.values()},
        "agents": {agent.number: agent.name for agent in now.agents.values()},
    }


@pages.get("/seats/<number>")
@allowed(Action.SEE_SEATS)
def seat(number: str) -> str:
    """One seat: what it does, and what may be done about it."""
    agent = site().agents.get(number)
    if agent is None:
        abort(404)
    require(Action.SEE_SEATS, owned_by(number))
    status = live.status() if reach(actor(), Action.SEE_FLOOR) is not Scope.NONE else None
    return render_template(
        "floor/seat.html",
        agent=agent,
        now=status,
        seat=_seat(status, number),
        whose=owned_by(number),
    )


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
    else:
        try:
            live.command(step, **told)
            flash(_("Done."), "done")
        except NotRunning:
            flash(_("The server does not answer; nothing was done."), "error")
        except Refused as error:
            flash(str(error), "error")
    return redirect(url_for("floor.seat", number=number))


def _seat(status: dict[str, Any] | None, number: str) -> dict[str, Any] | None:
    seats = [] if status is None else status["seats"]
    return next((seat for seat in seats if seat["seat"] == number), None)
