"""Drafts of menus: one a menu, shared by all who may edit it, with every step to go back to."""

from __future__ import annotations

import hashlib
import json
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
    version: str
    """Of this very state: whoever does something to the draft says which one was seen."""
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
    first = session.scalars(
        select(func.min(MenuDraftStep.step)).where(MenuDraftStep.menu == menu)
    ).one()
    last = _last(session, menu)
    return Drafted(
        menu=menu,
        document=step.document,
        based_on=draft.based_on,
        version=_version(draft, last),
        step=draft.step,
        first=first,
        last=last.step,
        login=step.login,
        at=step.at,
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
) -> str:
    """Step 0 of a draft; its version. Raises DraftChanged if there is a draft already."""
    if session.get(MenuDraft, menu) is not None:
        raise DraftChanged(menu)
    draft = MenuDraft(menu=menu, based_on=based_on, step=0)
    session.add(draft)
    try:
        session.flush()
    except IntegrityError as error:
        # PostgreSQL: somebody else has begun it since we looked.
        raise DraftChanged(menu) from error
    return _version(draft, _add(session, menu, 0, document, login, now))


def edit(
    session: Session, menu: str, document: Mapping[str, Any], *, seen: str, login: str, now: Millis
) -> None:
    """One more step, in the place of all that were undone. Raises DraftChanged."""
    draft = _at(session, menu, seen)
    steps = delete(MenuDraftStep).where(MenuDraftStep.menu == menu)
    session.execute(steps.where(MenuDraftStep.step > draft.step))
    session.execute(steps.where(MenuDraftStep.step <= draft.step - KEPT))
    _add(session, menu, draft.step + 1, document, login, now)
    draft.step += 1


def go(
    session: Session, menu: str, steps: int, *, seen: str
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Undo (-1) or redo (1) so many steps: (what the draft said, what it says now).

    Raises DraftChanged, also if there is no such step.
    """
    draft = _at(session, menu, seen)
    here = session.get_one(MenuDraftStep, (menu, draft.step))
    there = session.get(MenuDraftStep, (menu, draft.step + steps))
    if there is None:
        raise DraftChanged(menu)
    draft.step = there.step
    return here.document, there.document


def drop(session: Session, menu: str, *, seen: str) -> Mapping[str, Any]:
    """Away with the draft; what it said at last. Raises DraftChanged, also if there is none."""
    draft = _at(session, menu, seen)
    document = session.get_one(MenuDraftStep, (menu, draft.step)).document
    session.execute(delete(MenuDraftStep).where(MenuDraftStep.menu == menu))
    session.execute(delete(MenuDraft).where(MenuDraft.menu == menu))
    return document


def _at(session: Session, menu: str, seen: str) -> MenuDraft:
    """The draft, kept from all others until the end of the transaction. Raises DraftChanged."""
    draft = session.get(MenuDraft, menu, with_for_update=True)
    if draft is None or _version(draft, _last(session, menu)) != seen:
        raise DraftChanged(menu)
    return draft


def _last(session: Session, menu: str) -> MenuDraftStep:
    steps = select(MenuDraftStep).where(MenuDraftStep.menu == menu)
    return session.scalars(steps.order_by(MenuDraftStep.step.desc()).limit(1)).one()


def _version(draft: MenuDraft, last: MenuDraftStep) -> str:
    """The step it is at says too little: undone and edited anew, a draft is at the same one again.

    Every edit leaves a last step of its own, and all steps are told by the last one.
    """
    state = (draft.based_on, draft.step, last.step, last.at, last.login, last.document)
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]


def _add(
    session: Session, menu: str, step: int, document: Mapping[str, Any], login: str, now: Millis
) -> MenuDraftStep:
    added = MenuDraftStep(menu=menu, step=step, document=dict(document), login=login, at=now)
    session.add(added)
    session.flush()
    return added
