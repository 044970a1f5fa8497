"""The PIN with which an agent checks in by telephone: set, renewed, withdrawn.

Only a hash is kept. A PIN that was made up here is shown on the answer, and nowhere later.
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.access import allowed, require, visitor
from admin.agents.forms import PinForm
from admin.instance import instance, site
from admin.logins import author
from admin.teams import owned_by
from admin.words import _
from hotseat.db.audit import note
from hotseat.db.engine import reading, writing
from hotseat.db.pins import drop_pin, keep_pin, kept_pin
from hotseat.pins import kept, new_pin
from hotseat.rights import Action
from hotseat.site.records import AgentRecord

pages = Blueprint("pins", __name__, url_prefix="/agent/<number>/pin")


@pages.route("/", methods=["GET", "POST"])
@allowed(Action.SET_PINS)
def sheet(number: str) -> str | Response:
    """Is there one? Choose the digits of a new one."""
    agent = _agent(number)
    form = PinForm.sent()
    if request.method == "POST" and form.validate():
        _keep(agent, form.pin.data)
        flash(_("The new PIN counts from now on."), "done")
        return redirect(url_for(".sheet", number=number))
    with reading(instance().engine) as db:
        there = bool(kept_pin(db, number))
    return render_template("agents/pin.html", agent=agent, form=form, there=there)


@pages.post("/new")
@allowed(Action.SET_PINS)
def renew(number: str) -> str:
    """Made up here, and shown this once."""
    agent = _agent(number)
    pin = new_pin()
    _keep(agent, pin)
    return render_template("agents/new_pin.html", agent=agent, pin=pin)


@pages.post("/withdraw")
@allowed(Action.SET_PINS)
def withdraw(number: str) -> Response:
    """No check-in by PIN any more."""
    agent = _agent(number)
    now = instance().now()
    with writing(instance().engine) as db:
        if drop_pin(db, number):
            note(db, author(visitor().login), now, what=_what(agent), done="taken away")
    flash(_("There is no PIN any more: a check-in by telephone is refused."), "done")
    return redirect(url_for(".sheet", number=number))


def _agent(number: str) -> AgentRecord:
    agent = site().agents.get(number)
    if agent is None:
        abort(404)
    require(Action.SET_PINS, owned_by(number))
    return agent


def _keep(agent: AgentRecord, pin: str) -> None:
    hashed, now = kept(pin), instance().now()
    with writing(instance().engine) as db:
        done = "renewed" if kept_pin(db, agent.number) else "set"
        keep_pin(db, agent.number, hashed)
        note(db, author(visitor().login), now, what=_what(agent), done=done)


def _what(agent: AgentRecord) -> str:
    return f"PIN of agent {agent.number}"
