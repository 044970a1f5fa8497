"""Changing the site from a page: the same check, plan and apply as `hotseat site`.

A page says how the site would look (`edit`). The first post shows the plan; the second brings back
the digest of the plan that was shown. If by then the plan would be another one (somebody else was
faster, or the form was edited again) it is shown once more instead of being applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from flask import request

from admin import live
from admin.access import visitor
from admin.instance import instance, site
from admin.logins import author
from hotseat.db.audit import note
from hotseat.db.engine import writing
from hotseat.site.apply import SiteChangedMeanwhile, apply
from hotseat.site.check import check
from hotseat.site.export import written
from hotseat.site.plan import Change, plan
from hotseat.site.problems import Problem, SiteInvalid
from hotseat.site.read import SiteFile
from hotseat.site.records import Site, SiteNow

Edit: TypeAlias = Callable[[Site], Site]

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


def change(what: str, edit: Edit) -> Outcome:
    """Plan an edit of the site, or apply it if its plan was seen. `what` is for the audit."""
    now = site()
    try:
        wanted = check(SiteFile(written(edit(now.as_written())), {}))
    except SiteInvalid as error:
        return Wrong(error.problems)
    changes = tuple(plan(now, wanted))
    digest = _digest(now, changes)
    seen = request.form.get(SEEN, "")
    if seen != digest:
        return Planned(changes, digest, stale=bool(seen))
    if not changes:
        return Done(now.revision, (), None)
    try:
        revision = _apply(what, now, wanted, changes)
    except SiteChangedMeanwhile:
        return change(what, edit)
    return Done(revision, changes, live.poke())


def _apply(what: str, now: SiteNow, wanted: Site, changes: tuple[Change, ...]) -> int:
    at = instance().now()
    with writing(instance().engine) as session:
        applied = apply(session, wanted, expected=now.revision, now=at)
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
    return applied.revision


def _digest(now: SiteNow, changes: tuple[Change, ...]) -> str:
    text = "\n".join((str(now.revision), *map(str, changes)))
    return hashlib.sha256(text.encode()).hexdigest()


def _differing(of: Site, other: Site) -> dict[str, object]:
    """The entries of one site that the other has not, or has otherwise."""
    here, there = written(of), written(other)
    found: dict[str, object] = {}
    for section, entries in here.items():
        differing = {
            name: entry for name, entry in entries.items() if there[section].get(name) != entry
        }
        if differing:
            found[section] = differing
    return found
