"""The table of uploaded prompts."""

from __future__ import annotations

from sqlalchemy import Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hotseat.db.models import Base, Instant, JournalId


class PromptTake(Base):
    """One recording of a prompt in one language. Its sound never changes.

    The one in force is heard; without one, what comes with hotseat is.
    """

    __tablename__ = "prompt_take"
    __table_args__ = (
        Index("prompt_take_by_name", "name", "language"),
        Index(
            "prompt_take_in_force",
            "name",
            "language",
            unique=True,
            sqlite_where=text("in_force"),
            postgresql_where=text("in_force"),
        ),
    )

    id: Mapped[int] = mapped_column(JournalId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(40))
    """As menus name it: `[a-z][a-z0-9_-]{0,39}`."""
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    """What is said."""
    voice: Mapped[str] = mapped_column(String(100))
    """Who speaks; "" if nobody knows."""
    sound: Mapped[bytes] = mapped_column(LargeBinary)
    """A wav of 8 kHz, 16 bit, mono."""
    length_ms: Mapped[int] = mapped_column(Integer)
    login: Mapped[str] = mapped_column(String(64))
    """Who uploaded it: no foreign key, for takes outlive users."""
    at: Mapped[int] = mapped_column(Instant)
    in_force: Mapped[bool]
