"""The tables of the admin: who gets in, who is in, and what they changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotseat.db.models import Base, Instant, JournalId, Name

Digest = String(64)
"""SHA-256 of something that only its holder knows, in hexadecimal."""


class Account(Base):
    """What a user needs to get in, and how pages look to them."""

    __tablename__ = "account"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id"), primary_key=True, autoincrement=False
    )
    password: Mapped[str] = mapped_column(String(200))
    """Argon2id, in the PHC form; "" as long as the user has none."""
    totp_secret: Mapped[str] = mapped_column(String(64))
    """Base32; "" without a second factor."""
    totp_step: Mapped[int] = mapped_column(Instant)
    """The last 30-second step whose code was taken: none is taken twice."""
    recovery: Mapped[list[str]]
    """Digests of the codes that are left for a lost telephone."""
    leads: Mapped[list[str]]
    """The teams that the user is lead of."""
    language: Mapped[str] = mapped_column(String(8))
    """"" to go by the browser."""
    look: Mapped[str] = mapped_column(String(8))
    """`light`, `dark`, or "" to go by the browser."""
    closed: Mapped[bool]
    """May not log in any more."""


class WebSession(Base):
    """One log-in of a browser."""

    __tablename__ = "web_session"
    __table_args__ = (Index("web_session_by_user", "user_id"),)

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    whole: Mapped[bool]
    """False while the code of the second factor is still owed."""
    began_at: Mapped[int] = mapped_column(Instant)
    seen_at: Mapped[int] = mapped_column(Instant)
    address: Mapped[str] = mapped_column(String(45))
    browser: Mapped[str] = mapped_column(String(200))


class Invite(Base):
    """A link by which a user sets a password, once."""

    __tablename__ = "invite"

    id: Mapped[str] = mapped_column(Digest, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[int] = mapped_column(Instant)


class FailedLogIns(Base):
    """Wrong passwords and codes in a row, by log-in and by address."""

    __tablename__ = "failed_log_ins"

    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    """`login …` or `address …`."""
    count: Mapped[int]
    last_at: Mapped[int] = mapped_column(Instant)


class MenuDraft(Base):
    """A menu that somebody works on; nothing of it counts before it is published."""

    __tablename__ = "menu_draft"

    menu: Mapped[str] = mapped_column(Name, primary_key=True)
    """No foreign key: a new menu is on the site only when it is published."""
    based_on: Mapped[int]
    """The revision that it began with; 0 of a new menu."""
    step: Mapped[int]
    """The step that it is at: undoing goes back, and the steps after it are kept for redoing."""


class MenuDraftStep(Base):
    """The draft after one edit; step 0 is what it began with."""

    __tablename__ = "menu_draft_step"

    menu: Mapped[str] = mapped_column(ForeignKey("menu_draft.menu"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]]
    login: Mapped[str] = mapped_column(String(64))
    at: Mapped[int] = mapped_column(Instant)


class Audit(Base):
    """One thing that somebody changed. Rows are only ever added."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_by_time", "at"), Index("audit_by_login", "login", "at"))

    id: Mapped[int] = mapped_column(JournalId, primary_key=True, autoincrement=True)
    at: Mapped[int] = mapped_column(Instant)
    login: Mapped[str] = mapped_column(String(64))
    """Who: no foreign key, for the audit outlives the user."""
    address: Mapped[str] = mapped_column(String(45))
    what: Mapped[str] = mapped_column(String(200))
    """`queue consult`, `user mei`."""
    done: Mapped[str] = mapped_column(String(32))
    """`changed`, `added`, `removed`, `logged in`, …"""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    words: Mapped[str] = mapped_column(Text)
    """The change in words, one a line; "" if there is nothing to add."""
