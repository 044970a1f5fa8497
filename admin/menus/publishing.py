"""Menus: publish a new text, an old revision again, or take one off. A draft is what stands in
the form; only a plan that was seen publishes it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from wtforms import StringField

from admin.access import allowed
from admin.forms import NamedForm, spelt
from admin.instance import instance, site
from admin.menus.shared_draft import drop_published, seen, unbegun
from admin.site_edit import (
    Also,
    Answer,
    Document,
    Done,
    Outcome,
    Planned,
    Wrong,
    applied,
    change,
    removal_page,
)
from admin.words import N_, _
from hotseat.db.engine import reading
from hotseat.db.menu_drafts import drafted
from hotseat.db.snapshot import menu_at, menu_revisions
from hotseat.rights import Action
from hotseat.site.export import as_text
from hotseat.site.fields import NAME
from hotseat.site.problems import Problem, SiteInvalid
from hotseat.site.read import read

pages = Blueprint("publishing", __name__)

FIRST = """\
start: welcome
language: {language}
nodes:
  welcome: {{play: [welcome], next: end}}
  end: {{hang_up: [goodbye]}}
"""
"""What a new menu begins as."""


class MenuForm(NamedForm):
    """The name of a new menu; its text is no field, as problems stand at its lines."""

    name = StringField(
        N_("Short name"), [spelt(NAME, N_("Use up to 32 of a-z, 0-9 and -, a letter first."))]
    )


@dataclass(frozen=True, slots=True)
class Changed:
    """A line of a difference."""

    kind: str
    """`added`, `gone`, `where` or `same`."""
    text: str


@pages.route("/new", methods=["GET", "POST"])
@allowed(Action.EDIT_MENUS)
def new() -> Answer:
    """Another menu."""
    form = MenuForm.sent()
    form.taken = site().menus
    name = form.name.data or ""
    text = _sent() or FIRST.format(language=next(iter(site().languages), "zh"))
    outcome = None
    if request.method == "POST" and form.validate():
        outcome = _publish(name, text)
    if isinstance(outcome, Done):
        return applied(outcome, url_for("menus.one", menu=name))
    return _form_page(outcome, text, form=form, menu=None)


@pages.route("/menu/<menu>/edit", methods=["GET", "POST"])
@allowed(Action.EDIT_MENUS)
def edit(menu: str) -> Answer:
    """The text of a menu, as a site file has it."""
    record = site().menus.get(menu) or abort(404)
    with reading(instance().engine) as session:
        draft = drafted(session, menu)
    text = as_text(record.document if draft is None else draft.document)
    outcome = None
    if request.method == "POST":
        text = _sent()
        outcome = _publish(menu, text, also=lambda session: drop_published(session, menu, seen()))
    if isinstance(outcome, Done):
        return applied(outcome, url_for("menus.one", menu=menu))
    version = unbegun(record.revision) if draft is None else draft.version
    at = seen() if request.method == "POST" else version
    return _form_page(
        outcome, text, form=None, menu=menu, seen=at, changed_meanwhile=draft and at != version
    )


@pages.route("/menu/<menu>/remove", methods=["GET", "POST"])
@allowed(Action.EDIT_MENUS)
def remove(menu: str) -> Answer:
    """Take a menu off the site; its revisions are kept."""
    if menu not in site().menus:
        abort(404)
    return removal_page(
        _("Remove the menu %(name)s", name=menu),
        what=f"menu {menu}",
        edit=lambda wanted: wanted["menus"].pop(menu),
        back=url_for("menus.index"),
    )


@pages.get("/menu/<menu>/revisions")
@allowed(Action.SEE_SITE)
def revisions(menu: str) -> Answer:
    """All that were ever published, also of a menu that is on the site no more."""
    with reading(instance().engine) as session:
        published = menu_revisions(session, menu)
    if not published:
        abort(404)
    return render_template(
        "menus/revisions.html", menu=menu, published=published, record=site().menus.get(menu)
    )


@pages.get("/menu/<menu>/revisions/<int:version>")
@allowed(Action.SEE_SITE)
def revision(menu: str, version: int) -> Answer:
    """One revision beside the one in force."""
    return _revision_page(menu, version, None)


@pages.post("/menu/<menu>/revisions/<int:version>")
@allowed(Action.EDIT_MENUS)
def publish_again(menu: str, version: int) -> Answer:
    """The old text as a new revision."""
    document = _document(menu, version)
    outcome = change(f"menu {menu}", lambda wanted: _put(wanted, menu, document))
    if isinstance(outcome, Done):
        return applied(outcome, url_for("menus.one", menu=menu))
    return _revision_page(menu, version, outcome)


def difference(old: str, new: str) -> list[Changed]:
    """Line by line, with three lines around each change; empty if there is none."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="")
    kinds = {"+": "added", "-": "gone", "@": "where"}
    return [Changed(kinds.get(line[0], "same"), line) for line in list(lines)[2:]]


def _publish(menu: str, text: str, *, also: Also | None = None) -> Outcome:
    """Plan or apply a text. Problems in it have its own lines and paths."""
    try:
        written = read(text)
    except SiteInvalid as error:
        return Wrong(error.problems)
    outcome = change(f"menu {menu}", lambda wanted: _put(wanted, menu, written.content), also=also)
    if not isinstance(outcome, Wrong):
        return outcome
    found = []
    for problem in outcome.problems:
        inside = problem.path.removeprefix(f"menus.{menu}.")
        if inside == problem.path:
            found.append(problem)
        else:
            found.append(Problem(inside, problem.text, written.line(inside)))
    return Wrong(tuple(found))


def _put(wanted: Document, menu: str, document: object) -> None:
    wanted["menus"][menu] = document


def _form_page(outcome: Outcome | None, text: str, **context: Any) -> Answer:
    return render_template(
        "menus/edit.html",
        text=text,
        planned=outcome if isinstance(outcome, Planned) else None,
        problems=outcome.problems if isinstance(outcome, Wrong) else (),
        **context,
    )


def _revision_page(menu: str, version: int, outcome: Outcome | None) -> Answer:
    document = _document(menu, version)
    record = site().menus.get(menu)
    in_force = "" if record is None else as_text(record.document)
    return render_template(
        "menus/revision.html",
        menu=menu,
        version=version,
        record=record,
        text=as_text(document),
        difference=difference(in_force, as_text(document)),
        planned=outcome if isinstance(outcome, Planned) else None,
        problems=outcome.problems if isinstance(outcome, Wrong) else (),
    )


def _document(menu: str, version: int) -> Mapping[str, object]:
    with reading(instance().engine) as session:
        found = menu_at(session, menu, version)
    if found is None:
        abort(404)
    return found.document


def _sent() -> str:
    text: str = request.form.get("text", "")
    return text.replace("\r\n", "\n")
