"""Work on a draft of a menu: one step at a time, undone and redone, checked, then published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.access import allowed, visitor
from admin.instance import instance, site
from admin.logins import author
from admin.menus.draft_page import NAMES, Draft, Shown, page
from admin.menus.fields import entry_from, first_entry, sounds
from admin.menus.findings import Finding, at_step, wrong
from admin.menus.shared_draft import drop, drop_published, seen, unbegun
from admin.menus.spots import spot_of, written
from admin.site_edit import Answer, Done, Planned, Wrong, applied, change
from admin.words import _
from hotseat.db import menu_drafts
from hotseat.db.audit import note
from hotseat.db.engine import reading, writing
from hotseat.db.menu_drafts import DraftChanged
from hotseat.rights import Action
from ivr.menus.edits import (
    ONWARD,
    Change,
    Document,
    Edit,
    EditRefused,
    Head,
    Insert,
    Move,
    Remove,
    Rename,
    Sweep,
    edited,
    free_name,
    kind_of,
)

pages = Blueprint("drafting", __name__)


@pages.get("/menu/<menu>/draft")
@allowed(Action.EDIT_MENUS)
def index(menu: str) -> Answer:
    """The draft with one step chosen, or with the form of a new one."""
    draft = _draft(menu)
    kind, spot = request.args.get("add", ""), request.args.get("at", "")
    if kind in NAMES:
        name = free_name(draft.document, NAMES[kind])
        return page(draft, Shown(kind=kind, spot=spot, name=name, entry=first_entry(kind)))
    chosen = request.args.get("step", "")
    return page(draft, Shown(chosen=chosen if chosen in draft.document["nodes"] else ""))


@pages.post("/menu/<menu>/draft")
@allowed(Action.EDIT_MENUS)
def edit(menu: str) -> Answer:
    """One edit; refused, its form comes back with what is wrong beside its fields."""
    draft = _draft(menu)
    name = request.form.get("step", "").strip()
    do = request.form.get("do", "")
    if do not in _EDITS:
        abort(400)
    if draft.version != seen():
        return _changed_meanwhile(draft, do, name)
    wanted = _EDITS[do](draft.document, name)
    try:
        after = edited(draft.document, wanted)
        if after != draft.document:
            _keep(draft, after)
    except EditRefused as error:
        refused = tuple(at_step(path, text) for path, text in error.problems)
        return page(draft, _as_sent(draft.document, wanted, refused))
    except DraftChanged:
        return _changed_meanwhile(_draft(menu), do, name)
    chosen = {"rename": request.form.get("to", ""), "remove": "", "head": ""}.get(do, name)
    return _back(menu, chosen)


@pages.post("/menu/<menu>/draft/steps")
@allowed(Action.EDIT_MENUS)
def steps_taken(menu: str) -> Answer:
    """Undo, redo, or throw the draft away."""
    draft = _draft(menu)
    do, chosen = request.form.get("do", ""), request.form.get("step", "")
    if do not in ("undo", "redo", "drop"):
        abort(400)
    try:
        if do == "drop":
            with writing(instance().engine) as session:
                drop(session, menu, seen())
        else:
            _step_taken(menu, do)
    except DraftChanged:
        return _changed_meanwhile(draft, do, chosen)
    if do != "drop":
        return _back(menu, chosen)
    flash(_("The draft is thrown away; the menu in force has not changed."), "done")
    where = "menus.one" if menu in site().menus else "menus.index"
    return redirect(url_for(where, menu=menu if menu in site().menus else None))


@pages.post("/menu/<menu>/draft/publish")
@allowed(Action.EDIT_MENUS)
def publish(menu: str) -> Answer:
    """Check the draft, show what would change, and put it in force once that was seen."""
    draft = _draft(menu)
    outcome = change(
        f"menu {menu}",
        lambda site: site["menus"].update({menu: draft.document}),
        also=lambda session: drop_published(session, menu, draft.version),
    )
    match outcome:
        case Done():
            return applied(outcome, url_for("menus.one", menu=menu))
        case Planned():
            return page(draft, Shown(planned=outcome))
        case Wrong(problems):
            return page(draft, Shown(problems=tuple(wrong(one, menu) for one in problems)))


def _draft(menu: str) -> Draft:
    with reading(instance().engine) as session:
        kept = menu_drafts.drafted(session, menu)
    if kept is not None:
        return Draft(menu, kept.document, kept, kept.version)
    record = site().menus.get(menu) or abort(404)
    return Draft(menu, record.document, None, unbegun(record.revision))


def _keep(draft: Draft, after: Document) -> None:
    """Raises DraftChanged."""
    login, now = visitor().login, instance().now()
    with writing(instance().engine) as session:
        at = draft.version
        if draft.kept is None:
            revision = site().menus[draft.menu].revision
            at = menu_drafts.begin(
                session, draft.menu, draft.document, based_on=revision, login=login, now=now
            )
        menu_drafts.edit(session, draft.menu, after, seen=at, login=login, now=now)
        _note(session, draft.menu, "changed", draft.document, after)


def _step_taken(menu: str, do: str) -> None:
    """Undo or redo. Raises DraftChanged."""
    with writing(instance().engine) as session:
        steps = 1 if do == "redo" else -1
        before, after = menu_drafts.go(session, menu, steps, seen=seen())
        _note(session, menu, "redone" if do == "redo" else "undone", before, after)


def _note(session: Session, menu: str, done: str, before: Document, after: Document) -> None:
    note(
        session,
        author(visitor().login),
        instance().now(),
        what=f"draft of menu {menu}",
        done=done,
        before=_differing(before, after),
        after=_differing(after, before),
    )


def _differing(of: Document, other: Document) -> dict[str, Any]:
    """The fields and steps of one document that the other has not, or has otherwise."""
    nodes = {
        name: entry for name, entry in of["nodes"].items() if other["nodes"].get(name) != entry
    }
    head = {name: value for name, value in of.items() if other.get(name) != value}
    return {**head, "nodes": nodes}


def _insert(document: Document, name: str) -> Edit:
    kind = request.form.get("kind", "")
    if kind not in NAMES:
        abort(400)
    entry = dict(entry_from(kind, request.form, {}))
    if not entry.get(ONWARD.get(kind, "")):
        # Left open: what is at the spot now comes after it.
        entry.pop(ONWARD.get(kind, ""), None)
    return Insert(name, entry, spot_of(request.form.get("at", "")))


def _change(document: Document, name: str) -> Edit:
    before = document["nodes"].get(name) or abort(404)
    return Change(name, entry_from(kind_of(before), request.form, before))


def _head(document: Document, _name: str) -> Edit:
    sent = request.form
    return Head(sent.get("start", ""), sent.get("language", ""), tuple(sounds(sent, "sorry")))


_EDITS: Final[Mapping[str, Callable[[Document, str], Edit]]] = {
    "insert": _insert,
    "change": _change,
    "move": lambda document, name: Move(name, spot_of(request.form.get("at", ""))),
    "remove": lambda document, name: Remove(name),
    "rename": lambda document, name: Rename(name, request.form.get("to", "").strip()),
    "sweep": lambda document, name: Sweep(),
    "head": _head,
}


def _as_sent(document: Document, sent: Edit, refused: tuple[Finding, ...] = ()) -> Shown:
    """The form that was sent, still filled."""
    match sent:
        case Insert(name, entry, spot):
            kind = request.form["kind"]
            return Shown(kind=kind, spot=written(spot), name=name, entry=entry, refused=refused)
        case Change(name, entry):
            return Shown(chosen=name, entry=entry, refused=refused)
        case Rename(name, to) if name in document["nodes"]:
            return Shown(chosen=name, renamed=to, refused=refused)
        case Move(name) | Remove(name) if name in document["nodes"]:
            return Shown(chosen=name, refused=refused)
        case Head():
            return Shown(head=sent, refused=refused)
        case _:
            return Shown(refused=refused)


def _changed_meanwhile(draft: Draft, do: str, chosen: str) -> Answer:
    """Nothing is done; what was typed is there beside what the draft is now."""
    flash(_("Somebody else has changed this draft meanwhile. Look at it and do it again."), "error")
    typed = do in ("insert", "head")
    typed = typed or (do in ("change", "rename") and chosen in draft.document["nodes"])
    if not typed:
        return _back(draft.menu, chosen)
    return page(draft, _as_sent(draft.document, _EDITS[do](draft.document, chosen)))


def _back(menu: str, chosen: str) -> Response:
    step = chosen or None
    return redirect(url_for(".index", menu=menu, step=step, _anchor="chosen" if step else None))
