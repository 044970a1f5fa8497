"""The code after the password, and the codes for a lost telephone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
from sqlalchemy import Engine, select

from admin import logins
from hotseat.db.engine import reading
from hotseat.db.web_models import Account, Audit
from tests.web.conftest import PASSWORD, Browser, Clock, T

Browsers = Callable[[], Browser]
Visit = Callable[[str], Browser]


def switch_on(mei: Browser, clock: Clock) -> tuple[str, list[str]]:
    """(secret, codes to write down)."""
    page = mei.get("/profile/second-factor").text
    secret = re.findall(r'name="secret" type="hidden" value="([A-Z2-7]{32})"', page)[0]
    assert "<svg" in page
    code = pyotp.TOTP(secret).at(clock.now // 1000)
    answer = mei.post(
        "/profile/second-factor", {"secret": secret, "code": code, "present": PASSWORD}
    )
    return secret, re.findall(r'<li class="code">([^<]+)</li>', answer.text)


def test_the_second_factor_is_asked_for(
    visit: Visit, browser: Browsers, clock: Clock, engine: Engine
) -> None:
    """Each code works once, a little late too; between password and code nothing is open."""
    secret, written = switch_on(visit("agent"), clock)
    assert len(written) == 8
    totp = pyotp.TOTP(secret)
    clock.now += 30_000
    guest = browser()
    assert guest.log_in("agent").headers["Location"] == "/login/code"
    assert guest.get("/").status_code == 302
    code = totp.at(clock.now // 1000)
    assert guest.fill("/login/code", {"code": "000000"}).status_code == 403
    assert guest.fill("/login/code", {"code": code}).status_code == 302
    assert guest.get("/").status_code == 200
    again = browser()
    again.log_in("agent")
    assert again.fill("/login/code", {"code": code}).status_code == 403  # replayed
    clock.now += 65_000
    late = totp.at(clock.now // 1000 - 30)
    assert again.fill("/login/code", {"code": late}).status_code == 302
    with reading(engine) as session:
        account = session.scalars(select(Account).where(Account.totp_secret != "")).one()
    assert all(code not in str(account.recovery) for code in written)


def test_a_written_code_works_once(visit: Visit, browser: Browsers, clock: Clock) -> None:
    """For a lost telephone."""
    _, written = switch_on(visit("agent"), clock)
    for status in (302, 403):
        guest = browser()
        guest.log_in("agent")
        assert guest.fill("/login/code", {"code": written[0].upper()}).status_code == status


def test_codes_cannot_be_guessed(visit: Visit, browser: Browsers, clock: Clock) -> None:
    """The right password does not count wrong codes anew."""
    secret, _ = switch_on(visit("agent"), clock)
    clock.now += 60_000
    for _ in range(5):
        guest = browser()
        guest.log_in("agent")
        assert guest.fill("/login/code", {"code": "123456"}).status_code == 403
    guest = browser()
    guest.log_in("agent")
    right = pyotp.TOTP(secret).at(clock.now // 1000)
    assert guest.fill("/login/code", {"code": right}).status_code == 429


def test_a_half_log_in_ends_soon(visit: Visit, browser: Browsers, clock: Clock) -> None:
    """Five minutes for the code."""
    switch_on(visit("agent"), clock)
    guest = browser()
    guest.log_in("agent")
    clock.now += logins.HALF + 1
    assert guest.get("/login/code").status_code == 302


def test_a_made_up_secret_is_not_taken(visit: Visit) -> None:
    """The form brings it back, but only in the right form."""
    mei = visit("agent")
    mei.get("/profile/second-factor")
    answer = mei.post(
        "/profile/second-factor", {"secret": "<b>", "code": "000000", "present": PASSWORD}
    )
    assert "<b>" not in answer.text
    assert "not right" in answer.text


def test_everything_about_log_ins_is_audited(visit: Visit, engine: Engine, clock: Clock) -> None:
    """Who, when, from where; never a secret."""
    secret, written = switch_on(visit("agent"), clock)
    with reading(engine) as session:
        rows = session.scalars(select(Audit).order_by(Audit.id)).all()
        said = [(row.at, row.login, row.what, row.done) for row in rows]
        whole = str([[row.before, row.after, row.words] for row in rows])
    assert said == [
        (T, "agent", "user agent", "logged in"),
        (T, "agent", "user agent", "switched second factor on"),
    ]
    assert rows[0].address == "127.0.0.1"
    for hidden in (secret, PASSWORD, *written):
        assert hidden not in whole
