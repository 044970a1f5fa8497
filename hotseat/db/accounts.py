"""Users and how they get in: accounts, invitations, sessions, wrong tries; as frozen records.

Passwords and tokens come here as digests only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, delete, func, select
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.db.models import Agent, User
from hotseat.db.web_models import Account, FailedLogIns, Invite, WebSession
from hotseat.rights import Actor, Role, roles_of

BROWSER_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """A user, with all that pages show and log-in needs."""

    id: int
    login: str
    name: str
    roles: frozenset[Role]
    agent: str | None
    leads: frozenset[str]
    password: str
    """Argon2id; "" without one."""
    totp_secret: str
    totp_step: int
    recovery: tuple[str, ...]
    language: str
    look: str
    closed: bool

    @property
    def actor(self) -> Actor:
        """The user as far as rights go."""
        return Actor(self.login, self.roles, self.agent, self.leads)


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One log-in of a browser; `id` is the digest of its token."""

    id: str
    user_id: int
    whole: bool
    began_at: Millis
    seen_at: Millis
    address: str
    browser: str


def users(session: Session) -> list[UserRecord]:
    """Everybody, by log-in."""
    return [_user(row) for row in session.execute(_USERS.order_by(User.login))]


def user_by_id(session: Session, user: int) -> UserRecord | None:
    """One user."""
    row = session.execute(_USERS.where(User.id == user)).first()
    return None if row is None else _user(row)


def user_by_login(session: Session, login: str) -> UserRecord | None:
    """One user, by the name they log in with."""
    row = session.execute(_USERS.where(User.login == login)).first()
    return None if row is None else _user(row)


def anybody_in_charge(session: Session) -> bool:
    """Is there an administrator who can log in?"""
    return any(
        Role.ADMINISTRATOR in user.roles and user.password and not user.closed
        for user in users(session)
    )


def last_seen(session: Session) -> dict[int, Millis]:
    """User -> when a page was asked for last, for those who are logged in."""
    rows = select(WebSession.user_id, func.max(WebSession.seen_at)).group_by(WebSession.user_id)
    return {user: seen for user, seen in session.execute(rows)}


def add_user(session: Session, login: str, name: str, roles: Sequence[str]) -> int:
    """A new user without a password; returns the id."""
    user = User(login=login, name=name, roles=sorted(roles))
    session.add(user)
    session.flush()
    session.add(_empty(user.id))
    session.flush()
    return user.id


def account_of(session: Session, user: int) -> Account:
    """The row to change; users from before the admin get one."""
    account = session.get(Account, user)
    if account is None:
        account = _empty(user)
        session.add(account)
    return account


def link_agent(session: Session, user: int, agent: str | None) -> None:
    """The user is this agent, or none. Two users cannot be one agent: the last one is."""
    for row in session.scalars(select(Agent).where(Agent.user_id == user)):
        if row.number != agent:
            row.user_id = None
    session.flush()
    if agent is not None and (found := session.get(Agent, agent)) is not None:
        found.user_id = user
    session.flush()


# --- invitations ------------------------------------------------------------------------------


def invite(session: Session, digest: str, user: int, expires_at: Millis) -> None:
    """Let the holder of the token set the user's password; earlier invitations end."""
    session.execute(delete(Invite).where(Invite.user_id == user))
    session.add(Invite(id=digest, user_id=user, expires_at=expires_at))


def invited(session: Session, digest: str, now: Millis) -> UserRecord | None:
    """Whose password the holder of the token may set."""
    found = session.get(Invite, digest)
    if found is None or found.expires_at <= now:
        return None
    return user_by_id(session, found.user_id)


def use_up_invites(session: Session, user: int) -> None:
    """They work once."""
    session.execute(delete(Invite).where(Invite.user_id == user))


# --- sessions ---------------------------------------------------------------------------------


def open_session(session: Session, record: SessionRecord) -> None:
    """Remember a log-in."""
    session.add(
        WebSession(
            id=record.id,
            user_id=record.user_id,
            whole=record.whole,
            began_at=record.began_at,
            seen_at=record.seen_at,
            address=record.address,
            browser=record.browser[:BROWSER_LENGTH],
        )
    )


def session_of(session: Session, digest: str) -> tuple[SessionRecord, UserRecord] | None:
    """The session of this token, and whose it is."""
    row = session.get(WebSession, digest)
    user = None if row is None else user_by_id(session, row.user_id)
    return None if row is None or user is None else (_session(row), user)


def sessions_of(session: Session, user: int) -> list[SessionRecord]:
    """Where the user is logged in, the latest first."""
    rows = select(WebSession).where(WebSession.user_id == user).order_by(WebSession.seen_at.desc())
    return [_session(row) for row in session.scalars(rows)]


def saw_session(session: Session, digest: str, now: Millis) -> None:
    """It was used just now."""
    row = session.get(WebSession, digest)
    if row is not None:
        row.seen_at = now


def end_session(session: Session, digest: str) -> None:
    """Log this browser out."""
    session.execute(delete(WebSession).where(WebSession.id == digest))


def end_sessions(session: Session, user: int, *, but: str | None = None) -> None:
    """Log the user out everywhere, but for one session."""
    session.execute(delete(WebSession).where(WebSession.user_id == user, WebSession.id != but))


def forget_old(session: Session, *, idle_since: Millis, began_before: Millis, now: Millis) -> None:
    """Sessions and invitations that are over."""
    session.execute(
        delete(WebSession).where(
            (WebSession.seen_at < idle_since) | (WebSession.began_at < began_before)
        )
    )
    session.execute(delete(Invite).where(Invite.expires_at <= now))


# --- wrong tries ------------------------------------------------------------------------------


def failures(session: Session, subjects: Sequence[str]) -> dict[str, tuple[int, Millis]]:
    """subject -> (wrong tries in a row, when the last one was)."""
    rows = select(FailedLogIns).where(FailedLogIns.subject.in_(subjects))
    return {row.subject: (row.count, row.last_at) for row in session.scalars(rows)}


def failed(session: Session, subject: str, now: Millis, *, forget_before: Millis) -> None:
    """One more; tries before `forget_before` are forgotten."""
    session.execute(delete(FailedLogIns).where(FailedLogIns.last_at < forget_before))
    row = session.get(FailedLogIns, subject)
    if row is None:
        session.add(FailedLogIns(subject=subject, count=1, last_at=now))
    else:
        row.count += 1
        row.last_at = now


def succeeded(session: Session, subject: str) -> None:
    """Count anew."""
    session.execute(delete(FailedLogIns).where(FailedLogIns.subject == subject))


# --- rows to records --------------------------------------------------------------------------

_USERS: Select[User, Account | None, str | None] = (
    select(User, Account, func.max(Agent.number))
    .outerjoin(Account, Account.user_id == User.id)
    .outerjoin(Agent, Agent.user_id == User.id)
    .group_by(User.id, Account.user_id)
)


def _user(row: Row[User, Account | None, str | None]) -> UserRecord:
    user, account, agent = row
    account = account or _empty(user.id)
    return UserRecord(
        id=user.id,
        login=user.login,
        name=user.name,
        roles=roles_of(user.roles),
        agent=agent,
        leads=frozenset(account.leads),
        password=account.password,
        totp_secret=account.totp_secret,
        totp_step=account.totp_step,
        recovery=tuple(account.recovery),
        language=account.language,
        look=account.look,
        closed=account.closed,
    )


def _empty(user: int) -> Account:
    return Account(
        user_id=user,
        password="",
        totp_secret="",
        totp_step=0,
        recovery=[],
        leads=[],
        language="",
        look="",
        closed=False,
    )


def _session(row: WebSession) -> SessionRecord:
    return SessionRecord(
        row.id, row.user_id, row.whole, row.began_at, row.seen_at, row.address, row.browser
    )
