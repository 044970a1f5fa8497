"""Getting in: passwords, second factor, sessions, invitations, and those who try without."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pyotp
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from admin import logins
from hotseat.config import Settings
from hotseat.db import accounts
from hotseat.db.engine import reading, writing
from hotseat.db.models import User
from hotseat.db.web_models import Account, Audit, WebSession
from hotseat.invitations import VALID, first_run, invite_user
from hotseat.rights import Role
from tests.web.conftest import PASSWORD, Browser, Clock, T

Browsers = Callable[[], Browser]
Visit = Callable[[str], Browser]

WRONG = "not the password"


def cookie(browser: Browser) -> str:
    """The token that the browser holds."""
    found = browser.client.get_cookie("hotseat", domain=browser.base.split("//")[1].split(":")[0])
    return found.value if found else ""


def invited_path(engine: Engine, settings: Settings, login: str, now: int = T) -> str:
    """The path of a new invitation."""
    with writing(engine) as session:
        user = accounts.user_by_login(session, login)
        assert user is not None
        return invite_user(session, "", user.id, now)


# --- the first run ----------------------------------------------------------------------------


def test_the_first_link_makes_the_administrator(
    app: object, engine: Engine, browser: Browsers
) -> None:
    """Once; then there is somebody in charge, and no other first link."""
    with writing(engine) as session:
        for account in session.scalars(select(Account)):
            account.password = ""
        link = first_run(session, "", T)
    assert link is not None
    first = browser()
    answer = first.fill(link, {"name": "王芳", "password": PASSWORD, "again": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    page = first.get("/").text
    assert "王芳" in page
    assert "/users/" in page
    assert browser().get(link).status_code == 404
    with writing(engine) as session:
        assert first_run(session, "", T) is None
        admin = accounts.user_by_login(session, "admin")
    assert admin is not None
    assert admin.roles == {Role.ADMINISTRATOR}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "short", "again": "short"}, "at least 10"),
        ({"password": "agent-agent-agent", "again": "agent-agent-agent"}, "log-in name"),
        ({"password": "password1234", "again": "password1234"}, "first that are guessed"),
        ({"password": "correct horse", "again": "correct hoarse"}, "not the same"),
        ({"name": "", "password": PASSWORD, "again": PASSWORD}, "required"),
        ({"name": "a\nb", "password": PASSWORD, "again": PASSWORD}, "one line"),
    ],
)
def test_a_link_is_not_used_up_by_a_mistake(
    fields: dict[str, str],
    said: str,
    browser: Browsers,
    engine: Engine,
    settings: Settings,
    app: object,
) -> None:
    """The page says what is wrong, and the link still works."""
    path = invited_path(engine, settings, "agent")
    guest = browser()
    answer = guest.fill(path, {"name": "Mei", **fields})
    assert answer.status_code == 200
    assert said in answer.text
    assert (
        guest.fill(path, {"name": "Mei", "password": PASSWORD, "again": PASSWORD}).status_code
        == 302
    )


def test_a_link_ends(
    browser: Browsers, engine: Engine, settings: Settings, app: object, clock: Clock
) -> None:
    """After two days, or when a newer one is made."""
    path = invited_path(engine, settings, "agent")
    clock.now = T + VALID - 1
    assert browser().get(path).status_code == 200
    clock.now = T + VALID
    assert browser().get(path).status_code == 404
    clock.now = T
    newer = invited_path(engine, settings, "agent")
    assert browser().get(path).status_code == 404
    assert browser().get(newer).status_code == 200


def test_a_link_logs_others_out_but_does_not_pass_the_second_factor(
    visit: Visit, browser: Browsers, engine: Engine, settings: Settings
) -> None:
    """Whoever finds a link has one of two things."""
    old = visit("agent")
    with writing(engine) as session:
        user = accounts.user_by_login(session, "agent")
        assert user is not None
        accounts.account_of(session, user.id).totp_secret = pyotp.random_base32(32)
    path = invited_path(engine, settings, "agent")
    finder = browser()
    answer = finder.fill(path, {"name": "X Y", "password": PASSWORD, "again": PASSWORD})
    assert answer.headers["Location"] == "/login/code"
    assert finder.get("/").headers["Location"].startswith("/login")
    assert old.get("/").status_code == 302


# --- passwords --------------------------------------------------------------------------------


def test_who_logs_in_gets_in_and_out(visit: Visit, browser: Browsers) -> None:
    """And is written down."""
    mei = visit("agent")
    assert mei.get("/").status_code == 200
    token = cookie(mei)
    assert mei.post("/logout").status_code == 302
    assert mei.get("/").status_code == 302
    # The cookie is gone from the browser, and worth nothing to who kept a copy.
    thief = browser()
    thief.client.set_cookie("hotseat", token, domain=mei.base.split("//")[1].split(":")[0])
    assert thief.get("/").status_code == 302


def test_nobody_learns_which_log_ins_exist(browser: Browsers, engine: Engine, app: object) -> None:
    """The same answer for a wrong password, no such user, a closed one, one without password."""
    with writing(engine) as session:
        accounts.add_user(session, "invited", "Invited", ["agent"])
        closed = accounts.add_user(session, "closed", "Closed", ["agent"])
        accounts.account_of(session, closed).closed = True
    answers = set()
    for login in ("agent", "nobody", "closed", "invited"):
        guest = browser()
        answer = guest.log_in(login, WRONG)
        said = re.sub(r'value="[^"]*"', "", answer.text)
        answers.add((answer.status_code, said))
    assert len(answers) == 1
    assert answers.pop()[0] == 403


def test_an_unknown_log_in_takes_as_long(app: object, browser: Browsers) -> None:
    """A hash is computed for nobody's password too: the passwords object is asked each time."""
    from argon2 import PasswordHasher

    from admin.passwords import Passwords

    slow = Passwords(PasswordHasher(time_cost=20, memory_cost=1024, parallelism=1))
    digest = slow.digest(PASSWORD)

    def took(digest: str) -> float:
        began = time.perf_counter()
        for _ in range(5):
            assert not slow.fits(digest, WRONG)
        return time.perf_counter() - began

    known, unknown = took(digest), took("")
    assert 0.3 < unknown / known < 3.0


def test_who_guesses_has_to_wait_longer_and_longer(
    browser: Browsers, clock: Clock, app: object
) -> None:
    """Five tries are free; then even the right password has to wait, up to a minute."""
    guest = browser()
    for _ in range(5):
        assert guest.log_in("agent", WRONG).status_code == 403
    held = guest.log_in("agent", PASSWORD)
    assert held.status_code == 429
    assert "Wait 1 second" in held.text
    clock.now += 1_000
    assert guest.log_in("agent", WRONG).status_code == 403
    assert "Wait 2 seconds" in guest.log_in("agent", PASSWORD).text
    clock.now += 2_000
    assert guest.log_in("agent", PASSWORD).status_code == 302
    guest.get("/profile/")
    guest.post("/logout")
    assert guest.log_in("agent", WRONG).status_code == 403  # counts anew


def test_guessing_does_not_keep_the_owner_out_for_long(
    browser: Browsers, clock: Clock, app: object
) -> None:
    """A stranger who tries on and on costs the owner at most a minute."""
    stranger = browser()
    for _ in range(12):
        stranger.log_in("agent", WRONG)
        clock.now += 61_000
    assert browser().log_in("agent", PASSWORD).status_code == 302


def test_an_address_that_tries_many_log_ins_has_to_wait(
    browser: Browsers, clock: Clock, app: object
) -> None:
    """One password for a hundred names is guessing too."""
    stranger = browser()
    for number in range(20):
        assert stranger.log_in(f"user{number}", WRONG).status_code == 403
    assert stranger.log_in("agent", PASSWORD).status_code == 429
    clock.now += 1_000
    assert stranger.log_in("agent", PASSWORD).status_code == 302


def test_unknown_log_ins_are_held_off_like_others(browser: Browsers, app: object) -> None:
    """Or the waiting would tell who exists."""
    guest = browser()
    for _ in range(5):
        guest.log_in("nobody", WRONG)
    assert guest.log_in("nobody", WRONG).status_code == 429


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/users/", "/users/"),
        ("/users/?x=1", "/users/?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/%5Cevil", "/%5Cevil"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ],
)
def test_after_the_log_in_it_goes_on_here(
    target: str, lands: str, browser: Browsers, app: object
) -> None:
    """Never to somebody else's page."""
    from urllib.parse import quote

    path = f"/login?next={quote(target, safe='')}"
    answer = browser().log_in("administrator", path=path)
    assert (answer.status_code, answer.headers["Location"]) == (302, lands)


# --- sessions ---------------------------------------------------------------------------------


def test_a_token_from_before_the_log_in_is_worth_nothing(
    browser: Browsers, engine: Engine, app: object
) -> None:
    """Session fixation: whatever a browser came with, it leaves with another one."""
    guest = browser()
    host = guest.base.split("//")[1].split(":")[0]
    guest.client.set_cookie("hotseat", "chosen-by-somebody-else", domain=host)
    guest.get("/login")
    form_before = guest.client.get_cookie("hotseat_form", domain=host)
    guest.log_in("agent")
    assert cookie(guest) != "chosen-by-somebody-else"
    form_after = guest.client.get_cookie("hotseat_form", domain=host)
    assert form_before is not None
    assert form_after is None or form_after.value != form_before.value
    with reading(engine) as session:
        ids = set(session.scalars(select(WebSession.id)))
    assert ids == {logins.digest_of(cookie(guest))}


def test_a_second_log_in_ends_the_first_token(visit: Visit, browser: Browsers) -> None:
    """A browser has one."""
    mei = visit("agent")
    first = cookie(mei)
    mei.log_in("agent")
    assert cookie(mei) != first
    copy = browser()
    copy.client.set_cookie("hotseat", first, domain=mei.base.split("//")[1].split(":")[0])
    assert copy.get("/").status_code == 302


def test_the_cookie_is_for_the_browser_alone(app: object, browser: Browsers) -> None:
    """HttpOnly, SameSite; Secure and bound to the host behind TLS."""
    answer = browser().log_in("agent")
    [header] = [
        value for value in answer.headers.getlist("Set-Cookie") if value.startswith("hotseat=")
    ]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(header.split("; "))
    assert "Domain" not in header


def test_behind_tls_the_cookie_is_bound_to_it(
    settings: Settings, engine: Engine, clock: Clock
) -> None:
    """`__Host-`, Secure, and browsers are told to stay with https."""
    from admin import create_app
    from tests.web.conftest import WEAK_HASHER

    public = settings.model_copy(update={"admin_url": "https://hotline.example"})
    app = create_app(public, now=clock, hasher=WEAK_HASHER)
    app.testing = True
    visitor = Browser(app.test_client(), "https://hotline.example")
    visitor.get("/login")
    answer = visitor.client.post(
        "/login",
        base_url=visitor.base,
        headers={"Referer": "https://hotline.example/login"},
        data={
            "login": "agent",
            "password": PASSWORD,
            "csrf_token": re.findall(r'csrf_token" value="([^"]+)', visitor.page)[0],
        },
    )
    cookies = [
        value for value in answer.headers.getlist("Set-Cookie") if "__Host-hotseat=" in value
    ]
    assert len(cookies) == 1
    assert "Secure" in cookies[0]
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    app.extensions["hotseat"].engine.dispose()


def test_sessions_end_by_idling_and_by_age(visit: Visit, clock: Clock) -> None:
    """After two hours without a page, and after fourteen in any case."""
    mei = visit("agent")
    clock.now += logins.IDLE
    assert mei.get("/").status_code == 200
    clock.now += logins.IDLE + 1
    assert mei.get("/").status_code == 302
    mei = visit("agent")
    end = clock.now + logins.LONGEST
    while clock.now + logins.IDLE < end:
        clock.now += logins.IDLE
        assert mei.get("/").status_code == 200
    clock.now = end + 1
    assert mei.get("/").status_code == 302


def test_sessions_are_listed_and_ended(visit: Visit) -> None:
    """From another browser of the same user."""
    here, there = visit("agent"), visit("agent")
    page = here.get("/profile/").text
    [other] = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    assert here.post("/profile/sessions/end", {"session": other}).status_code == 302
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_nobody_ends_the_session_of_another(visit: Visit, engine: Engine) -> None:
    """Its id is no key to it (IDOR)."""
    victim, thief = visit("administrator"), visit("agent")
    thief.get("/profile/")
    thief.post("/profile/sessions/end", {"session": logins.digest_of(cookie(victim))})
    assert victim.get("/").status_code == 200


def test_a_new_password_ends_all_other_log_ins(visit: Visit, browser: Browsers) -> None:
    """And gives this one a new token."""
    here, there = visit("agent"), visit("agent")
    before = cookie(here)
    wrong = here.fill(
        "/profile/password",
        {"present": WRONG, "password": "a new one, long", "again": "a new one, long"},
    )
    assert "not your present password" in wrong.text
    done = here.post(
        "/profile/password",
        {"present": PASSWORD, "password": "a new one, long", "again": "a new one, long"},
    )
    assert done.status_code == 302
    assert cookie(here) != before
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert browser().log_in("agent", PASSWORD).status_code == 403
    assert browser().log_in("agent", "a new one, long").status_code == 302


# --- the second factor ------------------------------------------------------------------------


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


# --- what is written down ---------------------------------------------------------------------


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


def test_a_closed_user_is_out_at_once(visit: Visit, engine: Engine) -> None:
    """Even in the middle of something."""
    mei = visit("agent")
    with Session(engine) as session, session.begin():
        user = session.scalars(select(User).where(User.login == "agent")).one()
        accounts.account_of(session, user.id).closed = True
    assert mei.get("/").status_code == 302
