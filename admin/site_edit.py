"""Changing the site from a page: the same check, plan and apply as `hotseat site`.

A page edits the site as its file would say it (`document()`), so fields that it knows nothing of
stay as they are. The first post shows the plan; the second brings back the digest of the plan that
was shown. If by then the plan would be another one (somebody else was faster, or the form was
edited again) it is shown once more instead of being applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

from flask import flash, redirect, render_template, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import live, told
from admin.access import visitor
from admin.forms import Form, error_beside
from admin.instance import in_force, instance, look_again, site
from admin.logins import author
from admin.words import _
from hotseat.db.audit import note
from hotseat.db.engine import writing
from hotseat.site.apply import SiteChangedMeanwhile, apply
from hotseat.site.check import check
from hotseat.site.export import written
from hotseat.site.plan import Change, plan
from hotseat.site.problems import Problem, SiteInvalid
from hotseat.site.read import SiteFile
from hotseat.site.records import Site, SiteNow
from words import said

Document: TypeAlias = dict[str, Any]
Edit: TypeAlias = Callable[[Document], None]
Also: TypeAlias = Callable[[Session], None]
Answer: TypeAlias = str | Response | tuple[str, int]

SEEN = "plan_seen"
"""The form field with the digest."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Not applied yet: what would change."""

    changes: tuple[Change, ...]
    digest: str
    stale: bool
    """Another plan was shown before this one."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The site would not be sound."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """It is in force; `complaint` is what the running server says against it."""

    revision: int
    changes: tuple[Change, ...]
    complaint: str | None


Outcome: TypeAlias = Planned | Wrong | Done


def document() -> Document:
    """The site in force as its file would say it; the caller's own copy."""
    return deepcopy(dict(in_force().document))


def section(name: str) -> Mapping[str, Any]:
    """One section of it, to be read alone."""
    found: Mapping[str, Any] = in_force().document.get(name, {})
    return found


def change(what: str, edit: Edit, *, also: Also | None = None) -> Outcome:
    """Plan an edit of the site, or apply it if its plan was seen. `what` is for the audit.

    `also` is done in the transaction that puts the site in force, so both are done or neither.
    """
    wanted = document()
    edit(wanted)
    try:
        return put(what, check(SiteFile(wanted, {})), also=also)
    except SiteInvalid as error:
        return Wrong(error.problems)
    except SiteChangedMeanwhile:
        look_again()
        return change(what, edit, also=also)


def put(what: str, wanted: Site, *, also: Also | None = None) -> Outcome:
    """The same with a whole site. Raises SiteChangedMeanwhile."""
    now = site()
    changes = tuple(plan(now, wanted))
    digest = _digest(now, wanted, changes)
    seen = request.form.get(SEEN, "")
    if seen != digest:
        return Planned(changes, digest, stale=bool(seen))
    if not changes:
        return Done(now.revision, (), None)
    try:
        revision = _apply(what, now, wanted, changes, also)
    except IntegrityError:
        return Wrong((Problem("", said("Something that is kept elsewhere still needs it.")),))
    look_again()
    return Done(revision, changes, live.poke())


def form_page(
    form: Form,
    template: str,
    *,
    what: str,
    edit: Edit,
    path: str,
    back: str,
    sound: bool = True,
    **context: Any,
) -> Answer:
    """A form for one entry of the site. Problems at `path` are shown beside their fields.

    `sound` is False if the view has found something wrong that is in no field of the form.
    """
    planned: Planned | None = None
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and form.validate() and sound:
        match change(what, edit):
            case Done() as done:
                return applied(done, back)
            case Planned() as planned:
                pass
            case Wrong(found):
                problems = _beside(form, found, path)
    return render_template(template, form=form, planned=planned, problems=problems, **context)


def removal_page(title: str, *, what: str, edit: Edit, back: str) -> Answer:
    """What goes with an entry of the site, before it goes."""
    match change(what, edit):
        case Done() as done:
            return applied(done, back)
        case Planned() as planned:
            return render_template("removal.html", title=title, planned=planned, back_to=back)
        case Wrong(problems):
            return render_template("removal.html", title=title, problems=problems, back_to=back)


def applied(done: Done, back: str) -> Response:
    """Say so on the next page."""
    say(done)
    return redirect(back)


def say(done: Done) -> None:
    """On the next page: it is in force, or what the server has against it."""
    if done.complaint is not None:
        flash(
            _("It is saved, but the running server did not take it:") + " " + done.complaint,
            "error",
        )
    else:
        flash(_("Revision %(n)s of the site is in force.", n=done.revision), "done")


def _beside(form: Form, problems: tuple[Problem, ...], path: str) -> tuple[Problem, ...]:
    """Put problems beside the fields that they are about; returns the rest."""
    rest = []
    for problem in problems:
        inside = problem.path.removeprefix(path + ".")
        field = inside.split(".")[-1] if inside.startswith("while_waiting.") else inside
        field = field.partition(".")[0]
        if problem.path.startswith(path + ".") and field in form:
            error_beside(form, field, told.sentence(problem.text))
        else:
            rest.append(problem)
    return tuple(rest)


def _apply(
    what: str, now: SiteNow, wanted: Site, changes: tuple[Change, ...], also: Also | None
) -> int:
    at = instance().now()
    with writing(instance().engine) as session:
        done = apply(session, wanted, expected=now.revision, now=at)
        note(
            session,
            author(visitor().login),
            at,
            what=what,
            done="changed",
            before=_differing(now.as_written(), wanted),
            after=_differing(wanted, now.as_written()),
            words="\n".join(map(str, changes)),
        )
        if also is not None:
            also(session)
    return done.revision


def _digest(now: SiteNow, wanted: Site, changes: tuple[Change, ...]) -> str:
    text = "\n".join((str(now.revision), *map(str, changes), repr(written(wanted))))
    return hashlib.sha256(text.encode()).hexdigest()


def _differing(of: Site, other: Site) -> dict[str, object]:
    """The entries of one site that the other has not, or has otherwise."""
    here, there = written(of), written(other)
    found: dict[str, object] = {}
    for name, entries in here.items():
        known = there.get(name)
        if entries == known:
            continue
        if isinstance(entries, Mapping) and isinstance(known, Mapping):
            entries = {key: entry for key, entry in entries.items() if known.get(key) != entry}
        if entries:
            found[name] = entries
    return found
