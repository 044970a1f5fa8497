"""Changing a draft: rights, the audit and the draft itself in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import abort, flash
from sqlalchemy.orm import Session

from admin.access import visitor
from admin.instance import instance
from admin.logins import author
from admin.roster import said
from admin.roster.rules import require_all
from admin.words import _
from hotseat.db.audit import note
from hotseat.db.engine import writing
from hotseat.db.roster_writes import (
    NotPublished,
    PublishedMeanwhile,
    ReasonNeeded,
    lock_roster,
    save_draft,
)
from hotseat.db.rosters import KeptDraft, draft_of
from hotseat.roster.drafts import Draft, EditRefused
from hotseat.roster.shifts import Assignment

Edit = Callable[[Draft], Draft]


def kept(session: Session, number: int) -> KeptDraft:
    """A draft, or the page that says that there is none."""
    found = draft_of(session, number)
    if found is None:
        abort(404)
    return found


def change(number: int, edit: Edit) -> bool:
    """Edit a draft; what cannot be is told and changes nothing. Was it done?"""
    now = instance().now()
    try:
        with writing(instance().engine) as session:
            lock_roster(session)
            before = kept(session, number).draft
            after = edit(before)
            require_all(before.assignments ^ after.assignments)
            save_draft(session, number, after, now)
            what = f"roster draft {number}"
            note_change(session, what, "changed", before.assignments, after.assignments)
    except EditRefused:
        flash(
            _(
                "The draft is as it was: that shift is outside of its days, stands there already,"
                " or was taken away meanwhile."
            ),
            "error",
        )
        return False
    return True


def note_change(
    session: Session,
    what: str,
    done: str,
    before: frozenset[Assignment],
    after: frozenset[Assignment],
    words: str = "",
) -> None:
    """Into the audit, with what goes and what comes."""
    note(
        session,
        author(visitor().login),
        instance().now(),
        what=what,
        done=done,
        before=_listed(before - after),
        after=_listed(after - before),
        words=words,
    )


def tell_refusal(refused: NotPublished) -> None:
    """On the next page: why the roster stays as it is."""
    match refused:
        case ReasonNeeded():
            text = _("It leaves holes or breaks a rule: give a reason, which is kept with it.")
        case PublishedMeanwhile():
            text = _(
                "The published roster was changed since the draft was begun. Let the draft catch"
                " up first."
            )
        case _:
            text = _("This cannot be:") + " " + said.objections(refused.objections)
    flash(text, "error")


def _listed(those: Iterable[Assignment]) -> dict[str, list[str]] | None:
    found = [str(one) for one in sorted(those)]
    return {"assignments": found} if found else None
