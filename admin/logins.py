"""The log-in of a browser: a random token in a cookie, its digest in the database."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from flask import Response, current_app, g, request
from sqlalchemy.orm import Session

from acd.types import Millis
from admin.instance import instance
from hotseat.db.accounts import (
    SessionRecord,
    UserRecord,
    end_session,
    forget_old,
    open_session,
    saw_session,
    session_of,
)
from hotseat.db.audit import Author
from hotseat.db.engine import reading, writing

IDLE: Final[Millis] = 2 * 3_600_000
LONGEST: Final[Millis] = 14 * 3_600_000
"""The longest shift, and a little."""
HALF: Final[Millis] = 5 * 60_000
"""How long the code of the second factor may be owed."""
SEEN_EVERY: Final[Millis] = 60_000
"""How exactly it is known when a session was used last."""


def new_token() -> tuple[str, str]:
    """A token of 256 bits, and the digest to keep."""
    token = secrets.token_urlsafe(32)
    return token, digest_of(token)


def digest_of(token: str) -> str:
    """The token has 256 random bits: one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def cookie_name() -> str:
    """`__Host-` binds the cookie to https and to this very host (RFC 6265bis, 4.1.3.2)."""
    return "__Host-hotseat" if current_app.config["SESSION_COOKIE_SECURE"] else "hotseat"


def find(*, attended: bool = True) -> tuple[SessionRecord, UserRecord] | None:
    """The session that the browser shows, if it is in force; half sessions too.

    Only what is `attended`, asked for by a person, keeps it in force for longer.
    """
    token = request.cookies.get(cookie_name())
    if not token:
        return None
    engine, now = instance().engine, instance().now()
    with reading(engine) as session:
        found = session_of(session, digest_of(token))
    if found is None:
        return None
    record, user = found
    longest = LONGEST if record.whole else HALF
    if user.closed or now - record.seen_at > IDLE or now - record.began_at > longest:
        return None
    if attended and now - record.seen_at > SEEN_EVERY:
        with writing(engine) as session:
            saw_session(session, record.id, now)
    return found


def begin(session: Session, user: UserRecord, *, whole: bool = True) -> None:
    """Log the browser in under a new token; the one it had is void from now on."""
    now = instance().now()
    end(session)
    forget_old(session, idle_since=now - IDLE, began_before=now - LONGEST, now=now)
    token, digest = new_token()
    browser = request.user_agent.string
    open_session(
        session, SessionRecord(digest, user.id, whole, now, now, address_of_browser(), browser)
    )
    g.new_token = token


def end(session: Session) -> None:
    """Void the token that the browser shows."""
    token = request.cookies.get(cookie_name())
    if token:
        end_session(session, digest_of(token))
    g.new_token = ""


def send_cookie(response: Response) -> Response:
    """Tell the browser the token that was begun or ended during this request."""
    token: str | None = g.pop("new_token", None)
    if token:
        response.set_cookie(
            cookie_name(),
            token,
            httponly=True,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            samesite="Lax",
            path="/",
        )
    elif token == "":
        response.delete_cookie(
            cookie_name(),
            path="/",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response


def address_of_browser() -> str:
    """Where the request comes from."""
    return (request.remote_addr or "")[:45]


def author(login: str) -> Author:
    """For the audit: who does it, and from where."""
    return Author(login, address_of_browser())
