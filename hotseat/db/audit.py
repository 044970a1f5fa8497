"""The audit: who changed what, and when; added in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.db.web_models import Audit

_WHAT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Author:
    """Who does it, and from where."""

    login: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One thing that was done. `id` gives the order; 0 before it is written."""

    id: int = 0
    at: Millis
    login: str
    address: str
    what: str
    """`queue consult`, `user mei`."""
    done: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    words: str = ""


def note(
    session: Session,
    author: Author,
    now: Millis,
    *,
    what: str,
    done: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    words: str = "",
) -> None:
    """Add one row. Secrets are no part of `before` and `after`."""
    session.add(
        Audit(
            at=now,
            login=author.login,
            address=author.address,
            what=what[:_WHAT_LENGTH],
            done=done,
            before=None if before is None else dict(before),
            after=None if after is None else dict(after),
            words=words,
        )
    )


def audit_rows(
    session: Session,
    *,
    limit: int,
    before: int | None = None,
    login: str = "",
    what: str = "",
    done: str = "",
    since: Millis | None = None,
    until: Millis | None = None,
) -> list[AuditRecord]:
    """The last rows that fit every given condition, newest first; `before` a row's id reads on."""
    query = select(Audit).order_by(Audit.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Audit.id < before)
    if login:
        query = query.where(Audit.login == login)
    if what:
        query = query.where(Audit.what.contains(what, autoescape=True))
    if done:
        query = query.where(Audit.done == done)
    if since is not None:
        query = query.where(Audit.at >= since)
    if until is not None:
        query = query.where(Audit.at < until)
    return [
        AuditRecord(
            id=row.id,
            at=row.at,
            login=row.login,
            address=row.address,
            what=row.what,
            done=row.done,
            before=row.before,
            after=row.after,
            words=row.words,
        )
        for row in session.scalars(query)
    ]
