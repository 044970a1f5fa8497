"""Drafts: begin, edit, publish, drop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import live
from admin.access import allowed, can, require, visitor
from admin.days import read_day, today
from admin.forms import error_beside
from admin.instance import instance, site
from admin.roster import said
from admin.roster.board import Gap, around, board, drafted, gaps, strips
from admin.roster.changing import change, kept, note_change, tell_refusal
from admin.roster.forms import FROM, BeginForm, PublishForm
from admin.roster.looked_at import looked_at, week_of
from admin.roster.rules import agents_within, read_key, require_all, rules_for
from admin.teams import owned_by
from admin.words import _
from hotseat.db.engine import reading, writing
from hotseat.db.roster_writes import (
    NotPublished,
    begin_draft,
    catch_up,
    check_draft,
    drop_draft,
    publish_draft,
    save_draft,
)
from hotseat.db.rosters import AROUND, draft_heads, published, roster_version, versions
from hotseat.rights import Action
from hotseat.roster.drafts import Draft, EditRefused
from hotseat.roster.rotations import ROTATIONS, RotationMisused
from hotseat.roster.rules import Findings, Rules
from hotseat.roster.shifts import Assignment, Duty
from hotseat.site.roster_rules import holidays_of

pages = Blueprint("drafts", __name__, url_prefix="/drafts")


@pages.route("/new", methods=["GET", "POST"])
@allowed(Action.EDIT_ROSTER)
def new() -> str | Response:
    """A draft for a period, filled or empty."""
    monday = week_of(today())[0] + timedelta(days=7)
    form = BeginForm.sent(
        first=read_day(request.args.get("first", "")) or monday,
        last=read_day(request.args.get("last", "")) or monday + timedelta(days=20),
    )
    for field, titles in ((form.source, FROM), (form.rotation, said.ROTATIONS)):
        field.choices = [(name, _(title)) for name, title in titles.items()]
    if request.method == "POST" and form.validate() and (number := _begin(form)) is not None:
        flash(_("Draft %(n)s is begun. Nothing of it counts before it is published.", n=number))
        return redirect(url_for("roster.drafts.index", draft=number))
    return render_template("roster/begin.html", form=form, agents=site().agents)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one state of a draft comes to."""

    duties: tuple[Duty, ...]
    outside: tuple[Duty, ...]
    """Published, of the days around."""
    findings: Findings
    gaps: tuple[Gap, ...]


@pages.get("/<int:draft>")
@allowed(Action.EDIT_ROSTER)
def index(draft: int) -> str:
    """The draft on the board, and what is to be said of it."""
    with reading(instance().engine) as session:
        head = next(iter(draft_heads(session, draft)), None) or abort(404)
        look = looked_at(head.first, head.last)
        rules = rules_for(session, head.first, head.last)
        near = around(session, look.days)
        state = head, roster_version(session), site().revision, rules.leaves
        seen = instance().remembered.get(
            ("draft", *state), lambda: _seen(session, kept(session, draft).draft, rules)
        )
        shown = board(
            session,
            look,
            seen.duties,
            near,
            strips=instance().remembered.get(
                ("strips", *state, look.days),
                lambda: strips(near, (*seen.outside, *seen.duties), look.days),
            ),
            published=look.days,
            today=today(),
        )
        behind = _changed_meanwhile(session, head.base, head.first, head.last)
    chosen = read_key(request.args.get("chosen", ""))
    return render_template(
        "roster/draft.html",
        board=shown,
        look=look,
        draft=head,
        findings=seen.findings,
        gaps=seen.gaps,
        said=said,
        behind=behind,
        chosen=chosen,
        form=PublishForm.sent(),
        agents=agents_within(Action.EDIT_ROSTER),
        shifts=site().shifts,
        in_reach=lambda agent: can(Action.EDIT_ROSTER, owned_by(agent)),
    )


@pages.post("/<int:draft>/edit")
@allowed(Action.EDIT_ROSTER)
def edit(draft: int) -> Response:
    """Put, move or take away one shift; put also on several days at once."""
    form = request.form
    old = read_key(form.get("old", ""))
    days = [day for day in map(read_day, form.getlist("day")) if day is not None]
    shift, agent = form.get("shift", ""), form.get("agent", "")
    done = form.get("do", "")
    if done not in ("put", "move", "remove") or (done != "put" and old is None):
        abort(400)
    if done != "remove" and (not days or shift not in site().shifts or agent not in site().agents):
        flash(_("Choose an agent, a day and a shift of the site."), "error")
        return redirect(_back(draft, days))

    def edited(of: Draft) -> Draft:
        if old is not None and done != "put":
            of = of.remove(old)
        for day in days if done != "remove" else ():
            of = of.assign(Assignment(day, shift, agent))
        return of

    change(draft, edited)
    return redirect(_back(draft, days or ([old.day] if old else [])))


@pages.post("/<int:draft>/catch-up")
@allowed(Action.EDIT_ROSTER)
def catch(draft: int) -> Response:
    """Take into the draft what was published since it was begun."""
    now = instance().now()
    with writing(instance().engine) as session:
        before = kept(session, draft)
        after = catch_up(session, draft, now)
        what = f"roster draft {draft}"
        note_change(session, what, "changed", before.draft.assignments, after.draft.assignments)
    flash(_("The draft has what was published meanwhile."), "done")
    return redirect(url_for("roster.drafts.index", draft=draft))


@pages.post("/<int:draft>/drop")
@allowed(Action.EDIT_ROSTER)
def drop(draft: int) -> Response:
    """Throw the draft away: by who began it, or by whoever may edit every roster."""
    with writing(instance().engine) as session:
        own = kept(session, draft)
        if own.made_by != visitor().login:
            require(Action.EDIT_ROSTER)
        drop_draft(session, draft)
        what = f"roster draft {draft}"
        note_change(session, what, "dropped", own.draft.assignments, frozenset())
    flash(_("The draft is gone. What is published stays."), "done")
    return redirect(url_for("roster.index"))


@pages.post("/<int:draft>/publish")
@allowed(Action.EDIT_ROSTER)
def publish(draft: int) -> Response:
    """Put it in force. A lead only if nothing changes for the agents of others."""
    form = PublishForm.sent()
    back = redirect(url_for("roster.drafts.index", draft=draft))
    if not form.validate():
        flash(_("Write the note on one line of up to 500 characters."), "error")
        return back
    now, login = instance().now(), visitor().login
    try:
        with writing(instance().engine) as session:
            own = kept(session, draft).draft
            before = _in_force(session, own.first, own.last)
            require_all(before ^ own.assignments)
            rules = rules_for(session, own.first, own.last)
            done = publish_draft(
                session, draft, rules, by=login, now=now, reason=form.reason.data.strip()
            )
            note_change(
                session,
                f"roster version {done.version}",
                "published",
                before,
                own.assignments,
                f"{own.first} – {own.last}: {form.reason.data}".rstrip(": "),
            )
    except NotPublished as refused:
        tell_refusal(refused)
        return back
    live.poke()
    flash(_("Version %(n)s of the roster is in force.", n=done.version), "done")
    return redirect(url_for("roster.index", day=own.first))


def _seen(session: Session, draft: Draft, rules: Rules) -> Seen:
    duties = drafted(draft.assignments, rules)
    findings = check_draft(session, draft, rules)
    outside = tuple(
        duty
        for duty in published(session, draft.first - AROUND, draft.last + AROUND)
        if not draft.first <= duty.day <= draft.last
    )
    return Seen(duties, outside, findings, gaps(findings.holes, duties, rules))


def _begin(form: BeginForm) -> int | None:
    """The number of the new draft; None if the rotation does not fit, which is told beside it."""
    now, login = instance().now(), visitor().login
    first, last = form.period
    try:
        with writing(instance().engine) as session:
            begun = begin_draft(session, first, last, login, now)
            draft = begun.draft
            match form.source.data:
                case "empty":
                    draft = draft.fill((), agents_within(Action.EDIT_ROSTER))
                case "rotation":
                    draft = _rotated(draft, form)
            require_all(begun.draft.assignments ^ draft.assignments)
            save_draft(session, begun.id, draft, now)
            note_change(
                session,
                f"roster draft {begun.id}",
                "added",
                begun.draft.assignments,
                draft.assignments,
                f"{first} – {last}",
            )
    except (RotationMisused, EditRefused):
        rotation = ROTATIONS[form.rotation.data]
        error_beside(
            form,
            "agents",
            _(
                "This rotation is for %(n)s different agents of the site, and for the shifts"
                " %(shifts)s, which the site must have.",
                n=len(rotation.rows),
                shifts=", ".join(sorted(rotation.shifts)),
            ),
        )
        return None
    return begun.id


def _rotated(draft: Draft, form: BeginForm) -> Draft:
    rotation = ROTATIONS[form.rotation.data]
    if rotation.shifts - site().shifts.keys() or set(form.row) - site().agents.keys():
        raise RotationMisused(rotation.name)
    found = rotation.fill(
        form.row,
        draft.first,
        draft.last,
        starts=form.starts.data or week_of(draft.first)[0],
        special=holidays_of(site().roster.holidays, draft.first, draft.last),
    )
    return draft.fill(found, form.row)


def _in_force(session: Session, first: date, last: date) -> frozenset[Assignment]:
    return frozenset(duty.assignment for duty in published(session, first, last))


def _changed_meanwhile(session: Session, base: int, first: date, last: date) -> bool:
    return any(
        one.version > base and one.first <= last and one.last >= first
        for one in versions(session, 100)
    )


def _back(draft: int, days: list[date]) -> str:
    shown = {name: request.form.get(name) for name in ("view", "team", "page")}
    where: dict[str, Any] = {"draft": draft, "day": days[0] if days else None, **shown}
    return url_for("roster.drafts.index", **where)
