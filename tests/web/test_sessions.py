"""What a log-in is: its token, its cookie, its end; and what is written down of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from admin import logins
from hotseat.config import Settings
from hotseat.db import accounts
from hotseat.db.engine import reading
from hotseat.db.models import User
from hotseat.db.web_models import WebSession
from tests.web.conftest import PASSWORD, Browser, Clock

Browsers = Callable[[], Browser]
Visit = Callable[[str], Browser]

WRONG = "not the password"


def test_a_token_from_before_the_log_in_is_worth_nothing(
    browser: Browsers, engine: Engine, app: object
) -> None:
    """Session fixation: whatever a browser came with, it leaves with another one."""
    guest = browser()
    guest.client.set_cookie("hotseat", "chosen-by-somebody-else", domain=guest.host)
    guest.get("/login")
    form_before = guest.client.get_cookie("hotseat_form", domain=guest.host)
    guest.log_in("agent")
    assert guest.token != "chosen-by-somebody-else"
    form_after = guest.client.get_cookie("hotseat_form", domain=guest.host)
    assert form_before is not None
    assert form_after is None or form_after.value != form_before.value
    with reading(engine) as session:
        ids = set(session.scalars(select(WebSession.id)))
    assert ids == {logins.digest_of(guest.token)}


def test_a_second_log_in_ends_the_first_token(visit: Visit, browser: Browsers) -> None:
    """A browser has one."""
    mei = visit("agent")
    first = mei.token
    mei.log_in("agent")
    assert mei.token != first
    copy = browser()
    copy.client.set_cookie("hotseat", first, domain=mei.host)
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
    thief.post("/profile/sessions/end", {"session": logins.digest_of(victim.token)})
    assert victim.get("/").status_code == 200


def test_a_new_password_ends_all_other_log_ins(visit: Visit, browser: Browsers) -> None:
    """And gives this one a new token."""
    here, there = visit("agent"), visit("agent")
    before = here.token
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
    assert here.token != before
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert browser().log_in("agent", PASSWORD).status_code == 403
    assert browser().log_in("agent", "a new one, long").status_code == 302


def test_a_closed_user_is_out_at_once(visit: Visit, engine: Engine) -> None:
    """Even in the middle of something."""
    mei = visit("agent")
    with Session(engine) as session, session.begin():
        user = session.scalars(select(User).where(User.login == "agent")).one()
        accounts.account_of(session, user.id).closed = True
    assert mei.get("/").status_code == 302
