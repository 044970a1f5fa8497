"""Call-backs worked off: taken, dialled, tried again later, closed. Every step is audited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin import live
from admin.access import allowed, can, require, visitor
from admin.callbacks.forms import MINUTE, CloseForm, LaterForm
from admin.callbacks.page import page
from admin.callbacks.reach import WORK, agents_in_reach, may_decide, own_agent, taker, within_reach
from admin.instance import instance, site
from admin.logins import author
from admin.site_edit import Answer
from admin.told import sentence
from admin.words import N_, _
from hotseat.callbacks import FINAL, Callback, IllegalStep, Result, State, queues_of
from hotseat.db.callbacks import change_audited
from hotseat.db.engine import writing
from hotseat.recordings import NotDeleted, delete_recording
from hotseat.rights import Action

pages = Blueprint("working", __name__)

Change = Callable[[Callback], Callback]

WRONG_FIELD: Final = N_("Nothing was kept: a field is not filled in rightly.")
TOO_LATE: Final = N_("Not possible any more: somebody was quicker. This is how it stands.")


@pages.post("/<call>/take")
@allowed(Action.WORK_CALLBACKS)
def take(call: str) -> Response:
    """It is the visitor's, or the agent's whom the visitor names."""
    callback = within_reach(call)
    agent = request.form.get("agent", "") or own_agent()
    if agent not in agents_in_reach() or callback.queue not in queues_of(site(), agent):
        abort(403)
    return _change(call, "taken", lambda found: found.take(agent))


@pages.post("/<call>/give-back")
@allowed(Action.WORK_CALLBACKS)
def give_back(call: str) -> Response:
    """It is everybody's again."""
    _require_taken(call)
    return _change(call, "given back", Callback.give_back)


@pages.post("/<call>/later")
@allowed(Action.WORK_CALLBACKS)
def later(call: str) -> Answer:
    """The customer was not reached by other means than a dial from here."""
    callback = _require_taken(call)
    form = LaterForm.sent()
    if not form.validate():
        flash(_(WRONG_FIELD), "error")
        return page(call, later=form)
    at = instance().now() + form.minutes.data * MINUTE
    tried = callback.result not in (Result.NONE, *FINAL)
    result = callback.result if tried else Result.NO_ANSWER
    return _change(call, "to be tried again", lambda found: found.later(result, at, found.note))


@pages.post("/<call>/close")
@allowed(Action.WORK_CALLBACKS)
def close(call: str) -> Answer:
    """Done, with what came of it; a note that cannot be kept is not lost."""
    callback, form = within_reach(call), CloseForm.sent()
    if callback.state is State.TAKEN and not can(WORK, taker(callback)):
        flash(_(TOO_LATE), "error")
        return page(call, close=form), 403
    if not form.validate():
        flash(_(WRONG_FIELD), "error")
        return page(call, close=form)
    result, note = Result(form.result.data), form.note.data.strip()
    try:
        _step(call, "worked off", lambda found: found.finish(result, note, instance().now()))
    except IllegalStep:
        flash(_(TOO_LATE), "error")
        return page(call, close=form), 409
    return _back(call)


@pages.post("/<call>/give-up")
@allowed(Action.WORK_CALLBACKS)
def give_up(call: str) -> Response:
    """Nobody calls any more."""
    _require_decision(call)
    note = request.form.get("note", "").strip()
    if not note:
        flash(_("Say why nobody calls any more."), "error")
        return _back(call)
    return _change(call, "given up", lambda found: found.drop(note, instance().now()))


@pages.post("/<call>/reopen")
@allowed(Action.WORK_CALLBACKS)
def reopen(call: str) -> Response:
    """Closed by mistake."""
    _require_decision(call)
    return _change(call, "opened again", Callback.reopen)


@pages.post("/<call>/heard")
@allowed(Action.WORK_CALLBACKS)
def heard(call: str) -> Response:
    """The visitor has listened to the message."""
    within_reach(call)
    return _change(call, "heard", lambda found: found.heard(instance().now()))


@pages.post("/<call>/delete-message")
@allowed(Action.DELETE_MESSAGES)
def delete_message(call: str) -> Response:
    """What the caller said is gone for good; the request stays."""
    callback = within_reach(call)
    try:
        delete_recording(instance().settings, callback.recording)
    except NotDeleted as error:
        flash(_("The message was not deleted: %(why)s", why=sentence(error.why)), "error")
        return _back(call)
    return _change(call, "message deleted", Callback.without_recording)


@pages.post("/<call>/dial")
@allowed(Action.WORK_CALLBACKS)
def dial(call: str) -> Response:
    """Ring the visitor's own place, and then the customer."""
    within_reach(call)
    agent = own_agent() or abort(403)
    if live.tell("callback-dial", call=call, agent=agent):
        flash(_("Your phone rings. Take it up: then the customer is called."), "done")
    return _back(call)


def _require_taken(call: str) -> Callback:
    """A call-back that the visitor, or an agent of the visitor's, has taken."""
    callback = within_reach(call)
    if callback.state is State.TAKEN:
        require(WORK, taker(callback))
    return callback


def _require_decision(call: str) -> None:
    if not may_decide(within_reach(call)):
        abort(403)


def _change(call: str, done: str, step: Change) -> Response:
    try:
        _step(call, done, step)
    except IllegalStep:
        flash(_(TOO_LATE), "error")
    return _back(call)


def _step(call: str, done: str, step: Change) -> None:
    """Raises IllegalStep."""
    now, by = instance().now(), author(visitor().login)
    with writing(instance().engine) as db:
        change_audited(db, call, step, by=by, now=now, done=done)


def _back(call: str) -> Response:
    return redirect(url_for("callbacks.one", call=call))
