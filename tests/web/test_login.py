"""Getting in: the first link, passwords, and those who try without."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pyotp
import pytest
from sqlalchemy import Engine, select

from hotseat.config import Settings
from hotseat.db import accounts
from hotseat.db.engine import writing
from hotseat.db.web_models import Account
from hotseat.invitations import VALID, first_run, invite_user
from hotseat.rights import Role
from tests.web.conftest import PASSWORD, Browser, Clock, T

Browsers = Callable[[], Browser]
Visit = Callable[[str], Browser]

WRONG = "not the password"


def invited_path(engine: Engine, settings: Settings, login: str, now: int = T) -> str:
    """The path of a new invitation."""
    with writing(engine) as session:
        user = accounts.user_by_login(session, login)
        assert user is not None
        return invite_user(session, "", user.id, now)


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


def test_who_logs_in_gets_in_and_out(visit: Visit, browser: Browsers) -> None:
    """And is written down."""
    mei = visit("agent")
    assert mei.get("/").status_code == 200
    token = mei.token
    assert mei.post("/logout").status_code == 302
    assert mei.get("/").status_code == 302
    # The cookie is gone from the browser, and worth nothing to who kept a copy.
    thief = browser()
    thief.client.set_cookie("hotseat", token, domain=mei.host)
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
