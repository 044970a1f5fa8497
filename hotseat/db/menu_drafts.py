"""Drafts of menus: one a menu, shared by all who may edit it, with every step to go back to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.db.web_models import MenuDraft, MenuDraftStep

KEPT = 200
"""So many steps can be undone."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft as it stands."""

    menu: str
    document: Mapping[str, Any]
    based_on: int
    """The revision of the menu that it began with; 0 of a new menu."""
    step: int
    first: int
    """The earliest step that undoing comes to."""
    last: int
    """The latest step that redoing comes to."""
    login: str
    """Who made the step that it is at, and when."""
    at: Millis


class DraftChanged(Exception):
    """Somebody else has changed the draft since it was looked at; nothing is done."""


def drafted(session: Session, menu: str) -> Drafted | None:
    """The draft of a menu; None if there is none."""
    draft = session.get(MenuDraft, menu)
    if draft is None:
        return None
    step = session.get_one(MenuDraftStep, (menu, draft.step))
    first, last = session.execute(
        select(func.min(MenuDraftStep.step), func.max(MenuDraftStep.step)).where(
            MenuDraftStep.menu == menu
        )
    ).one()
    return Drafted(
        menu, step.document, draft.based_on, draft.step, first, last, step.login, step.at
    )


def menus_drafted(session: Session) -> list[str]:
    """The menus that there are drafts of."""
    return list(session.scalars(select(MenuDraft.menu).order_by(MenuDraft.menu)))


def begin(
    session: Session,
    menu: str,
    document: Mapping[str, Any],
    *,
    based_on: int,
    login: str,
    now: Millis,
) -> None:
    """Step 0 of a draft. Raises DraftChanged if there is a draft already."""
    if session.get(MenuDraft, menu) is not None:
        raise DraftChanged(menu)
    session.add(MenuDraft(menu=menu, based_on=based_on, step=0))
    try:
        session.flush()
    except IntegrityError as error:
        # PostgreSQL: somebody else has begun it since we looked.
        raise DraftChanged(menu) from error
    _add(session, menu, 0, document, login, now)


def edit(
    session: Session, menu: str, document: Mapping[str, Any], *, seen: int, login: str, now: Millis
) -> None:
    """One more step, in the place of all that were undone. Raises DraftChanged."""
    draft = _at(session, menu, seen)
    steps = delete(MenuDraftStep).where(MenuDraftStep.menu == menu)
    session.execute(steps.where(MenuDraftStep.step > seen))
    session.execute(steps.where(MenuDraftStep.step <= seen - KEPT))
    _add(session, menu, seen + 1, document, login, now)
    draft.step = seen + 1


def go_to(
    session: Session, menu: str, step: int, *, seen: int
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Undo or redo, up to a step: (what the draft said, what it says now).

    Raises DraftChanged, also if there is no such step.
    """
    draft = _at(session, menu, seen)
    there = session.get(MenuDraftStep, (menu, step))
    if there is None:
        raise DraftChanged(menu)
    draft.step = step
    return session.get_one(MenuDraftStep, (menu, seen)).document, there.document


def drop(session: Session, menu: str, *, seen: int) -> Mapping[str, Any]:
    """Away with the draft; what it said at last. Raises DraftChanged, also if there is none."""
    _at(session, menu, seen)
    document = session.get_one(MenuDraftStep, (menu, seen)).document
    session.execute(delete(MenuDraftStep).where(MenuDraftStep.menu == menu))
    session.execute(delete(MenuDraft).where(MenuDraft.menu == menu))
    return document


def _at(session: Session, menu: str, seen: int) -> MenuDraft:
    """The draft, kept from all others until the end of the transaction. Raises DraftChanged."""
    draft = session.get(MenuDraft, menu, with_for_update=True)
    if draft is None or draft.step != seen:
        raise DraftChanged(menu)
    return draft


def _add(
    session: Session, menu: str, step: int, document: Mapping[str, Any], login: str, now: Millis
) -> None:
    session.add(MenuDraftStep(menu=menu, step=step, document=dict(document), login=login, at=now))
    session.flush()
