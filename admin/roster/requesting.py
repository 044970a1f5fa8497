"""Leave and swaps: ask, agree, approve; each word stays on record.

Only the agents themselves agree or decline. Asking and withdrawing is also open to whoever may ask
for them, whose log-in then stands in the note. Approving takes the right to edit the roster of
everybody who has a part.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeAlias

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from acd.types import Millis
from admin import live
from admin.access import allowed, can, require, visitor
from admin.days import today
from admin.instance import instance, site
from admin.logins import author
from admin.roster import said
from admin.roster.changing import tell_refusal
from admin.roster.forms import MOST, LeaveForm, SwapForm
from admin.roster.rules import agents_within, is_own, key_of, read_key, rules_for
from admin.shown import clock_minute
from admin.teams import owned_by
from admin.words import _
from hotseat.db import roster_requests, rosters
from hotseat.db.audit import note
from hotseat.db.engine import reading, writing
from hotseat.db.roster_writes import NotPublished
from hotseat.rights import Action
from hotseat.roster.requests import (
    OPEN,
    REQUEST_TABLE,
    IllegalStep,
    Request,
    State,
    Step,
    ask_leave,
    ask_swap,
)

pages = Blueprint("requests", __name__, url_prefix="/requests")

SHOWN: Final = 200
AHEAD: Final = timedelta(days=42)
"""So far ahead lie the shifts that can be swapped."""
BY_AGENTS: Final = (Step.AGREE, Step.DECLINE, Step.WITHDRAW)
BY_LEADS: Final = (Step.APPROVE, Step.REFUSE)

Asking: TypeAlias = Callable[[int, Millis], Request]
"""(number, now) -> the request."""


@pages.get("/")
@allowed(Action.SEE_ROSTER)
def index() -> str:
    """Those that the visitor has a part in, or may decide."""
    every = request.args.get("show") == "all"
    with reading(instance().engine) as session:
        found = rosters.requests(
            session, states=tuple(State) if every else tuple(OPEN), limit=SHOWN
        )
    return render_template(
        "roster/requests.html",
        requests=[(one, steps_of(one)) for one in found if _sees(one)],
        every=every,
        said=said,
        may_ask=bool(agents_within(Action.ASK_FOR_LEAVE)),
    )


@pages.route("/leave", methods=["GET", "POST"])
@allowed(Action.ASK_FOR_LEAVE)
def leave() -> str | Response:
    """Ask for leave."""
    form = LeaveForm.sent(
        agent=visitor().agent or "", first=today() + timedelta(days=1), last=None, stand_in=""
    )
    form.agent.choices = _people(agents_within(Action.ASK_FOR_LEAVE))
    form.stand_in.choices = [("", _("nobody")), *_people(sorted(site().agents))]
    if request.method == "POST" and form.validate():
        require(Action.ASK_FOR_LEAVE, owned_by(form.agent.data))
        done = _ask(
            lambda number, now: ask_leave(
                number,
                form.agent.data,
                form.first.data,
                form.last.data,
                now,
                form.stand_in.data,
                _signed(form.agent.data, form.note.data),
            )
        )
        if done is not None:
            return done
    return render_template("roster/leave.html", form=form)


@pages.route("/swap", methods=["GET", "POST"])
@allowed(Action.ASK_FOR_LEAVE)
def swap() -> str | Response:
    """Ask somebody to do a shift: first who, then which."""
    may = agents_within(Action.ASK_FOR_LEAVE)
    agent = request.args.get("agent", visitor().agent or "")
    other = request.args.get("other", "")
    if agent and agent not in may:
        require(Action.ASK_FOR_LEAVE, owned_by(agent))
    both = agent in may and other in site().agents and other != agent
    form = SwapForm.sent(gives=request.args.get("duty", ""), takes="")
    with reading(instance().engine) as session:
        form.gives.choices = _shifts(session, agent) if both else []
        form.takes.choices = [
            ("", _("nothing in exchange")),
            *(_shifts(session, other) if both else []),
        ]
    gives, takes = read_key(form.gives.data or ""), read_key(form.takes.data or "")
    if request.method == "POST" and both and form.validate() and gives is not None:
        done = _ask(
            lambda number, now: ask_swap(
                number, gives, other, now, takes, _signed(agent, form.note.data)
            )
        )
        if done is not None:
            return done
    return render_template(
        "roster/swap.html",
        form=form,
        may=_people(may),
        others=_people(sorted(site().agents)),
        agent=agent,
        other=other,
        duty=request.args.get("duty", ""),
        both=both,
    )


@pages.post("/<int:asked>/<step>")
@allowed(Action.ASK_FOR_LEAVE)
def decide(asked: int, step: str) -> Response:
    """One word more."""
    if step not in {one.value for one in (*BY_AGENTS, *BY_LEADS)}:
        abort(404)
    word = Step(step)
    text = " ".join(request.form.get("note", "").split())[:MOST]
    now = instance().now()
    try:
        with writing(instance().engine) as session:
            before = rosters.request_of(session, asked) or abort(404)
            if not _may(before, word):
                abort(403)
            by = _speaker(before, word)
            after = roster_requests.decide(
                session,
                asked,
                word,
                rules_for(session, before.first, before.last),
                by=by,
                now=now,
                note=_signed(by, text) if word is Step.WITHDRAW else text,
            )
            _audit(session, after, step, before)
    except NotPublished as refused:
        tell_refusal(refused)
    except IllegalStep:
        flash(_("Nothing was changed: it is past that, or it is not yours to decide."), "error")
    else:
        if after.is_binding:
            live.poke()
        flash(said.state(after.state), "done")
    return _back()


def _ask(make: Asking) -> Response | None:
    """Put it on record; None if it cannot be, which is told."""
    now = instance().now()
    try:
        with writing(instance().engine) as session:
            new = make(roster_requests.next_request(session), now)
            rules = rules_for(session, new.first, new.last)
            done = roster_requests.ask(session, new, rules, now)
            _audit(session, done, "asked", None)
    except NotPublished as refused:
        tell_refusal(refused)
        return None
    except IllegalStep:
        flash(_("Nothing was changed: it is past that, or it is not yours to decide."), "error")
        return None
    if done.is_binding:
        live.poke()
    flash(_("Asked. It counts once everybody whose word is needed has given it."), "done")
    return _back()


def _back() -> Response:
    """To where the visitor came from: all requests, or the own desk."""
    desk = request.args.get("from") == "desk"
    return redirect(url_for("desk.index" if desk else "roster.requests.index"))


def _audit(session: Session, after: Request, done: str, before: Request | None) -> None:
    facts = {
        "asker": after.asker,
        "other": after.other,
        "first": str(after.first),
        "last": str(after.last),
        **({"gives": str(after.gives)} if after.gives else {}),
        **({"takes": str(after.takes)} if after.takes else {}),
    }
    note(
        session,
        author(visitor().login),
        instance().now(),
        what=f"{after.kind.value} {after.id}",
        done=done,
        before=None if before is None else {"state": before.state.value},
        after={"state": after.state.value, **facts},
    )


def _sees(one: Request) -> bool:
    parts = [agent for agent in (one.asker, one.other) if agent]
    return any(is_own(agent) or can(Action.EDIT_ROSTER, owned_by(agent)) for agent in parts)


def steps_of(one: Request) -> tuple[Step, ...]:
    """What the visitor can do about it now."""
    return tuple(
        step
        for step in (Step.AGREE, Step.DECLINE, Step.APPROVE, Step.REFUSE, Step.WITHDRAW)
        if step in REQUEST_TABLE[one.state] and _may(one, step)
    )


def _may(one: Request, step: Step) -> bool:
    if step in (Step.AGREE, Step.DECLINE):
        return is_own(one.other)
    if step is Step.WITHDRAW:
        return is_own(one.other) or can(Action.ASK_FOR_LEAVE, owned_by(one.asker))
    parts = [agent for agent in (one.asker, one.other) if agent]
    return not any(map(is_own, parts)) and all(
        can(Action.EDIT_ROSTER, owned_by(agent)) for agent in parts
    )


def _speaker(one: Request, step: Step) -> str:
    """In whose name the visitor speaks."""
    if step in BY_LEADS:
        return visitor().login
    return one.other if is_own(one.other) else one.asker


def _signed(agent: str, text: str | None) -> str:
    """The note; of somebody who speaks for the agent with the log-in before it."""
    text = " ".join((text or "").split())
    return text if is_own(agent) else f"[{visitor().login}] {text}".rstrip()


def _people(agents: list[str]) -> list[tuple[str, str]]:
    return [(agent, said.person(agent)) for agent in agents]


def _shifts(session: Session, agent: str) -> list[tuple[str, str]]:
    """The coming duties of an agent."""
    now = instance().now()
    return [
        (
            key_of(duty.assignment),
            f"{duty.day} {_(said.WEEKDAYS[duty.day.weekday()])} {duty.shift}"
            f" {clock_minute(duty.begins)}–{clock_minute(duty.ends)}",
        )
        for duty in rosters.published(session, today(), today() + AHEAD)
        if duty.agent == agent and duty.begins > now
    ]
