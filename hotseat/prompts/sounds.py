"""The sound that callers hear as a prompt."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hotseat.db.prompts import sound_in_force
from ivr.prompts import built_in


def sound_of(session: Session, language: str, name: str) -> bytes | None:
    """The wav: what was uploaded, else what comes with hotseat; None if there is neither."""
    uploaded = sound_in_force(session, language, name)
    if uploaded is not None:
        return uploaded
    # By the manifest: what comes from an address is never part of a path.
    ours = (one for one in built_in() if (one.language, one.name) == (language, name))
    found = next(ours, None)
    return None if found is None else found.file.read_bytes()
