"""The steps of a log-in: who it may be, how long they have to wait, what is written down."""

from __future__ import annotations

import structlog
from sqlalchemy.orm import Session

from acd.types import Millis
from admin import logins, throttle
from admin.instance import instance
from admin.second_factor import step_of, without
from admin.throttle import Patience
from hotseat.db import accounts
from hotseat.db.accounts import UserRecord, account_of
from hotseat.db.audit import note
from hotseat.db.engine import reading, writing

log = structlog.get_logger(__name__)


class HeldOff(Exception):
    """Too many wrong tries; `wait` milliseconds to go."""

    def __init__(self, wait: Millis) -> None:
        super().__init__(wait)
        self.wait = wait


def check_password(login: str, password: str) -> UserRecord | None:
    """The user, if it is their password. Raises HeldOff, whoever it is.

    Log-ins that do not exist are counted and take as long as others: nobody learns which do.
    """
    login = login.strip()[:64]
    _hold_off(("login " + login, throttle.PASSWORD), (_address(), throttle.ADDRESS))
    with reading(instance().engine) as session:
        user = accounts.user_by_login(session, login)
    digest = user.password if user is not None and not user.closed else ""
    if instance().passwords.fits(digest, password):
        return user
    _count(login, "login " + login, _address())
    return None


def check_code(user: UserRecord, code: str) -> bool:
    """Whether it is the code of now, or one that was written down; either works once.

    Raises HeldOff.
    """
    subject = f"code {user.login}"
    _hold_off((subject, throttle.CODE), (_address(), throttle.ADDRESS))
    now = instance().now()
    step = step_of(user.totp_secret, code, now)
    with writing(instance().engine) as session:
        account = account_of(session, user.id)
        left = without(account.recovery, code)
        if step is not None and step > account.totp_step:
            account.totp_step = step
        elif left is not None:
            account.recovery = left
        else:
            step = left = None
        if step is not None or left is not None:
            accounts.succeeded(session, subject)
            return True
    _count(user.login, subject, _address())
    return False


def let_in(session: Session, user: UserRecord) -> None:
    """Begin the session that counts, and write it down."""
    accounts.succeeded(session, "login " + user.login)
    accounts.succeeded(session, _address())
    logins.begin(session, user)
    note(
        session,
        logins.author(user.login),
        instance().now(),
        what=f"user {user.login}",
        done="logged in",
    )


def _address() -> str:
    return "address " + logins.address_of_browser()


def _hold_off(*subjects: tuple[str, Patience]) -> None:
    with reading(instance().engine) as session:
        failures = accounts.failures(session, [subject for subject, _ in subjects])
    now = instance().now()
    wait = max(
        (
            throttle.left(patience, failures[subject], now)
            for subject, patience in subjects
            if subject in failures
        ),
        default=0,
    )
    if wait:
        raise HeldOff(wait)


def _count(login: str, *subjects: str) -> None:
    now = instance().now()
    with writing(instance().engine) as session:
        for subject in subjects:
            accounts.failed(session, subject, now, forget_before=now - throttle.FORGOTTEN)
    log.warning("log_in_failed", login=login, address=logins.address_of_browser())
