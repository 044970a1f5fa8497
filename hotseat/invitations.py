"""Links by which a user sets a password, once: for the first administrator and for all others."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.db import accounts
from hotseat.rights import Role

VALID: Final[Millis] = 48 * 3_600_000
FIRST_LOGIN: Final = "admin"
LOGIN: Final = re.compile("[a-z0-9][a-z0-9._-]{1,63}")
"""How a log-in name is spelt."""


def invite_user(session: Session, address: str, user: int, now: Millis) -> str:
    """A link for this user; links made before are void. `address` is that of the web pages."""
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    accounts.invite(session, digest, user, now + VALID)
    return f"{address}/welcome/{token}"


def first_run(session: Session, address: str, now: Millis) -> str | None:
    """A link that makes the first administrator; None if there is one who can log in."""
    if accounts.anybody_in_charge(session):
        return None
    found = accounts.user_by_login(session, FIRST_LOGIN)
    user = (
        found.id
        if found is not None
        else accounts.add_user(session, FIRST_LOGIN, "Administrator", [Role.ADMINISTRATOR.value])
    )
    return invite_user(session, address, user, now)
