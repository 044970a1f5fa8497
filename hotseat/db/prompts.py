"""Uploaded prompts: every take that is kept, and which of them is heard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.db.audit import Author, note
from hotseat.db.engine import lock_site
from hotseat.db.prompt_models import PromptTake
from words import said

TEXT_LENGTH = 1_000
VOICE_LENGTH = 100
KEPT = 10
"""Takes of one prompt in one language; the oldest goes when another comes."""


@dataclass(frozen=True, slots=True)
class NewTake:
    """A recording that is to be heard from now on; `sound` is a wav of 8 kHz, 16 bit, mono."""

    language: str
    name: str
    text: str
    voice: str
    sound: bytes
    length_ms: Millis


@dataclass(frozen=True, slots=True)
class Take:
    """What is known of a recording, but for its sound."""

    id: int
    language: str
    name: str
    text: str
    voice: str
    length_ms: Millis
    login: str
    """Who uploaded it."""
    at: Millis
    in_force: bool


_KNOWN = (
    *(PromptTake.id, PromptTake.language, PromptTake.name, PromptTake.text, PromptTake.voice),
    *(PromptTake.length_ms, PromptTake.login, PromptTake.at, PromptTake.in_force),
)


def takes_in_force(session: Session) -> list[Take]:
    """Those that are heard."""
    query = select(*_KNOWN).where(PromptTake.in_force).order_by(PromptTake.name)
    return [Take(*row) for row in session.execute(query)]


def takes_of(session: Session, name: str) -> list[Take]:
    """All that are kept of one prompt, in every language, the newest first."""
    query = select(*_KNOWN).where(PromptTake.name == name).order_by(PromptTake.id.desc())
    return [Take(*row) for row in session.execute(query)]


def take_sound(session: Session, take: int) -> bytes | None:
    """The wav of a take; None if it is not kept any more."""
    return session.scalar(select(PromptTake.sound).where(PromptTake.id == take))


def sound_in_force(session: Session, language: str, name: str) -> bytes | None:
    """The wav of the take that is heard; None if nothing that was uploaded is."""
    query = select(PromptTake.sound).where(PromptTake.in_force)
    return session.scalar(query.where(PromptTake.language == language, PromptTake.name == name))


def sounds_in_force(session: Session) -> list[tuple[str, str, bytes]]:
    """(language, name, wav) of those that are heard."""
    query = select(PromptTake.language, PromptTake.name, PromptTake.sound)
    rows = session.execute(query.where(PromptTake.in_force))
    return [(language, name, sound) for language, name, sound in rows]


def put_take(session: Session, new: NewTake, author: Author, now: Millis) -> Take:
    """Keep a recording, and have it heard in the place of what was."""
    lock_site(session)
    was = _withdraw(session, new.language, new.name)
    values: dict[str, Any] = {
        "language": new.language,
        "name": new.name,
        "text": new.text,
        "voice": new.voice,
        "length_ms": new.length_ms,
        "login": author.login,
        "at": now,
        "in_force": True,
    }
    adding = insert(PromptTake).values(**values, sound=new.sound).returning(PromptTake.id)
    take = Take(id=session.scalars(adding).one(), **values)
    _forget_oldest(session, new.language, new.name)
    _note(session, author, now, was, take)
    return take


def use_take(session: Session, take: int, author: Author, now: Millis) -> Take:
    """Have an earlier take heard again. Raises LookupError if it is not kept any more."""
    lock_site(session)
    row = session.execute(select(*_KNOWN).where(PromptTake.id == take)).first()
    if row is None:
        raise LookupError(f"no take {take}")
    found = Take(*row)
    if found.in_force:
        return found
    was = _withdraw(session, found.language, found.name)
    session.execute(update(PromptTake).where(PromptTake.id == take).values(in_force=True))
    found = replace(found, in_force=True)
    _note(session, author, now, was, found)
    return found


def drop_take(session: Session, language: str, name: str, author: Author, now: Millis) -> Take:
    """Have none of the uploaded takes heard; they stay. Raises LookupError if none was."""
    lock_site(session)
    was = _withdraw(session, language, name)
    if was is None:
        prompt = f"{language}/{name}"
        raise LookupError(said("nothing uploaded is in force as %(prompt)s", prompt=prompt))
    _note(session, author, now, was, None)
    return was


def _withdraw(session: Session, language: str, name: str) -> Take | None:
    """The take that was heard up to now."""
    this = (PromptTake.language == language, PromptTake.name == name, PromptTake.in_force)
    row = session.execute(select(*_KNOWN).where(*this)).first()
    session.execute(update(PromptTake).where(*this).values(in_force=False))
    return None if row is None else Take(*row)


def _forget_oldest(session: Session, language: str, name: str) -> None:
    this = (PromptTake.language == language, PromptTake.name == name)
    kept = select(PromptTake.id).where(*this).order_by(PromptTake.id.desc()).limit(KEPT)
    newest = session.scalars(kept).all()
    session.execute(delete(PromptTake).where(*this, PromptTake.id.not_in(newest)))


def _note(
    session: Session, author: Author, now: Millis, was: Take | None, take: Take | None
) -> None:
    one = take or was
    assert one is not None
    note(
        session,
        author,
        now,
        what=f"prompt {one.language}/{one.name}",
        done="dropped" if take is None else "added" if was is None else "changed",
        before=None if was is None else _facts(was),
        after=None if take is None else _facts(take),
    )


def _facts(take: Take) -> dict[str, object]:
    return {
        "take": take.id,
        "text": take.text,
        "voice": take.voice,
        "seconds": take.length_ms / 1000,
    }
