"""Call-backs to look at: the list, one of them, and what its caller said."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, abort, render_template, request, send_file

from admin import live
from admin.access import allowed, can, unattended
from admin.callbacks.forms import REASONS, RESULTS, STATES, CloseForm, LaterForm
from admin.callbacks.reach import (
    agents_in_reach,
    may_decide,
    number_of,
    own_agent,
    queues_in_reach,
    taker,
    within_reach,
)
from admin.callbacks.working import pages as working
from admin.calls.routes import STEPS_SAID
from admin.instance import instance, site
from admin.words import N_
from hotseat.callbacks import FINAL, WORKED, Callback, State, queues_of
from hotseat.db.callbacks import CallbacksWanted, count_callbacks, find_callbacks
from hotseat.db.engine import reading
from hotseat.db.queries import journal_rows
from hotseat.recordings import recording_file
from hotseat.rights import Action

pages = Blueprint("callbacks", __name__, url_prefix="/callbacks")
pages.register_blueprint(working)

AT_ONCE: Final = 50
STEPS: Final = 200

SHOWN: Final = {
    "owed": N_("owed"),
    "mine": N_("mine"),
    **{state.value: title for state, title in STATES.items()},
    "all": N_("all"),
}
"""Which call-backs the list shows."""

TOLD: Final = (
    *("callback_asked", "dials", "outbound_refused", "seat_not_there"),
    *("outbound", "reached", "called_back"),
)
"""Rows of the journal that tell of a call-back."""


@pages.get("/")
@allowed(Action.WORK_CALLBACKS)
def index() -> str:
    """Call-backs of the visitor's queues, the oldest promise first."""
    asked = {name: request.args.get(name, "") for name in ("show", "queue", "message", "order")}
    queues, agent = queues_in_reach(), own_agent()
    show = asked["show"] if asked["show"] in SHOWN else "owed"
    if show == "mine" and agent is not None:
        queues = None  # what was taken stays one's own, whatever the site says now
    elif asked["queue"]:
        named = frozenset({asked["queue"]})
        queues = named if queues is None else queues & named
    wanted = CallbacksWanted(
        queues=queues,
        states=_states(show),
        taken_by=agent or "" if show == "mine" else None,
        with_message=bool(asked["message"]),
    )
    page = max(1, request.args.get("page", 1, type=int))
    with reading(instance().engine) as db:
        total = count_callbacks(db, wanted)
        found = find_callbacks(
            db,
            wanted,
            limit=AT_ONCE,
            offset=(page - 1) * AT_ONCE,
            newest_first=asked["order"] == "newest",
        )
    reachable = queues_in_reach()
    return render_template(
        "callbacks/index.html",
        callbacks=found,
        total=total,
        page=page,
        pages=-(-total // AT_ONCE),
        asked={**asked, "show": show},
        shown=SHOWN,
        queues={
            name: queue
            for name, queue in site().queues.items()
            if reachable is None or name in reachable
        },
        **_words(),
    )


@pages.get("/<call>")
@allowed(Action.WORK_CALLBACKS)
def one(call: str) -> str:
    """One call-back, and what can be done with it."""
    callback, agent = within_reach(call), own_agent()
    with reading(instance().engine) as db:
        steps = journal_rows(db, call=call, limit=STEPS, kinds=TOLD)
    suits = callback.result if callback.result in FINAL else FINAL[0]
    close = CloseForm.sent(result=suits.value, note=callback.note)
    return render_template(
        "callbacks/one.html",
        callback=callback,
        steps=steps,
        said=STEPS_SAID,
        mine=agent is not None and callback.taken_by == agent,
        agent=agent,
        takers=[
            number for number in agents_in_reach() if callback.queue in queues_of(site(), number)
        ],
        may_work=can(Action.WORK_CALLBACKS, taker(callback)),
        may_decide=may_decide(callback),
        recorded=_recording(callback) is not None,
        seconds=_seconds(callback),
        mark=_mark(callback, agent),
        close=close,
        later=LaterForm.sent(),
        queues=site().queues,
        **_words(),
    )


@pages.get("/<call>/now")
@allowed(Action.WORK_CALLBACKS)
@unattended
def now(call: str) -> dict[str, str]:
    """Changes whenever the page would look different."""
    return {"mark": _mark(within_reach(call), own_agent())}


@pages.get("/<call>/message")
@allowed(Action.WORK_CALLBACKS)
def message(call: str) -> Response:
    """What the caller said, to be listened to in the browser."""
    path = _recording(within_reach(call)) or abort(404)
    return send_file(path, mimetype="audio/wav", conditional=True)


def _states(show: str) -> tuple[State, ...]:
    if show in ("owed", "mine"):
        return tuple(WORKED)
    return () if show == "all" else (State(show),)


def _words() -> dict[str, Any]:
    """What both pages need to tell of call-backs."""
    return {
        "states": STATES,
        "results": RESULTS,
        "reasons": REASONS,
        "agents": site().agents,
        "number_of": number_of,
        "now": instance().now(),
        "own": own_agent(),
    }


def _recording(callback: Callback) -> Path | None:
    return recording_file(instance().settings, callback.recording) if callback.recording else None


def _seconds(callback: Callback) -> int | None:
    path = _recording(callback)
    if path is None:
        return None
    try:
        with wave.open(str(path), "rb") as sound:
            return round(sound.getnframes() / sound.getframerate())
    except (OSError, EOFError, wave.Error):
        return None


def _mark(callback: Callback, agent: str | None) -> str:
    # Nobody else's seat can be dialling: the server is asked only then.
    seat = live.seat(agent)[0] if agent is not None and callback.taken_by == agent else None
    doing = seat["state"] if seat is not None and seat["call"] == callback.call else ""
    return f"{callback.state.value} {callback.taken_by} {callback.tries} {doing}"
