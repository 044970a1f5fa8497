"""A draft is shared by all who edit menus: whoever works on it says what he has seen of it."""

from __future__ import annotations

from flask import flash, request
from sqlalchemy.orm import Session

from admin.access import visitor
from admin.instance import instance
from admin.logins import author
from admin.words import _
from hotseat.db import menu_drafts
from hotseat.db.audit import note
from hotseat.db.menu_drafts import DraftChanged


def unbegun(in_force: int) -> str:
    """For the version of a draft where there is none: an edit would begin with that revision."""
    return f"revision {in_force}"


def seen() -> str:
    """The version that the page showed which sent this form."""
    sent: str = request.form.get("seen", "")
    return sent


def drop(session: Session, menu: str, version: str) -> None:
    """Away with the draft that was seen; the audit keeps it. Raises DraftChanged."""
    document = menu_drafts.drop(session, menu, seen=version)
    note(
        session,
        author(visitor().login),
        instance().now(),
        what=f"draft of menu {menu}",
        done="dropped",
        before=document,
    )


def drop_published(session: Session, menu: str, version: str) -> None:
    """The same as the menu comes in force; what somebody has added to the draft meanwhile stays."""
    if menu_drafts.drafted(session, menu) is None:
        return
    try:
        drop(session, menu, version)
    except DraftChanged:
        flash(_("Somebody else has changed the draft meanwhile, so it is kept."), "error")
