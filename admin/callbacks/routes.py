"""Call-backs to look at: the list, one of them, and what its caller said."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, render_template, request, send_file

from admin.access import allowed, unattended
from admin.callbacks.forms import STATES
from admin.callbacks.page import mark, page, recording, words
from admin.callbacks.reach import own_agent, queues_in_reach, within_reach
from admin.callbacks.working import pages as working
from admin.instance import instance, site
from admin.words import N_
from hotseat.callbacks import WORKED, State
from hotseat.db.callbacks import CallbacksWanted, count_callbacks, find_callbacks
from hotseat.db.engine import reading
from hotseat.rights import Action

pages = Blueprint("callbacks", __name__, url_prefix="/callbacks")
pages.register_blueprint(working)

AT_ONCE: Final = 50
SHOWN: Final = {
    "owed": N_("owed"),
    "mine": N_("mine"),
    **{state.value: title for state, title in STATES.items()},
    "all": N_("all"),
}
"""Which call-backs the list shows."""


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
    at_page = max(1, request.args.get("page", 1, type=int))
    with reading(instance().engine) as db:
        total = count_callbacks(db, wanted)
        found = find_callbacks(
            db,
            wanted,
            limit=AT_ONCE,
            offset=(at_page - 1) * AT_ONCE,
            newest_first=asked["order"] == "newest",
        )
    reachable = queues_in_reach()
    return render_template(
        "callbacks/index.html",
        callbacks=found,
        total=total,
        page=at_page,
        pages=-(-total // AT_ONCE),
        asked={**asked, "show": show},
        shown=SHOWN,
        queues={
            name: queue
            for name, queue in site().queues.items()
            if reachable is None or name in reachable
        },
        **words(),
    )


@pages.get("/<call>")
@allowed(Action.WORK_CALLBACKS)
def one(call: str) -> str:
    """One call-back, and what can be done with it."""
    return page(call)


@pages.get("/<call>/now")
@allowed(Action.WORK_CALLBACKS)
@unattended
def now(call: str) -> dict[str, str]:
    """Changes whenever the page would look different."""
    return {"mark": mark(within_reach(call), own_agent())}


@pages.get("/<call>/message")
@allowed(Action.WORK_CALLBACKS)
def message(call: str) -> Response:
    """What the caller said, to be listened to in the browser."""
    path = recording(within_reach(call)) or abort(404)
    return send_file(path, mimetype="audio/wav", conditional=True)


def _states(show: str) -> tuple[State, ...]:
    if show in ("owed", "mine"):
        return tuple(WORKED)
    return () if show == "all" else (State(show),)
