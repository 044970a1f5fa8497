"""Users: invited, given roles, closed; there is always an administrator."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from hotseat.db import accounts
from hotseat.db.accounts import UserRecord
from hotseat.db.engine import reading
from hotseat.db.web_models import Audit
from hotseat.rights import Role
from tests.web.conftest import PASSWORD, Browser

Visit = Callable[[str], Browser]
MEI = {"login": "mei.lin", "name": "林梅", "roles": "supervisor", "agent": "1004"}


def user_in(engine: Engine, login: str) -> UserRecord:
    """As the database has them."""
    with reading(engine) as session:
        found = accounts.user_by_login(session, login)
    assert found is not None
    return found


def link_on(page: str) -> str:
    """The path of an invitation that a page shows."""
    return re.findall(r'value="https?://[^/"]+(/welcome/[^"]+)"', page)[0]


def test_who_is_invited_comes_in_by_a_link_that_is_shown_once(
    admin: Browser, browser: Callable[[], Browser], engine: Engine
) -> None:
    """The administrator never learns a password."""
    answer = admin.fill("/users/new", MEI)
    path = link_on(answer.text)
    token = path.rpartition("/")[2]
    assert answer.headers["Cache-Control"] == "no-store"
    mei = user_in(engine, "mei.lin")
    assert (mei.roles, mei.agent, mei.password) == ({Role.SUPERVISOR}, "1004", "")
    assert token not in admin.get("/users/").text
    assert token not in admin.get(f"/users/{mei.id}").text
    assert token not in admin.get("/audit/").text
    guest = browser()
    done = guest.fill(path, {"name": "林梅", "password": PASSWORD, "again": PASSWORD})
    assert done.status_code == 302
    assert "/figures/" in guest.get("/").text


@pytest.mark.parametrize("login", ["administrator", "Mei", "mei lin", "a", "", "../etc", "m" * 65])
def test_a_log_in_name_is_spelt_and_free(login: str, admin: Browser, engine: Engine) -> None:
    """Or the form says why not."""
    answer = admin.fill("/users/new", {**MEI, "login": login})
    assert 'class="error"' in answer.text
    with reading(engine) as session:
        assert len(accounts.users(session)) == len(Role)


def test_an_agent_is_one_user(admin: Browser, engine: Engine) -> None:
    """Who is linked last has the number."""
    admin.fill("/users/new", {**MEI, "agent": "1001"})
    assert user_in(engine, "mei.lin").agent == "1001"
    assert user_in(engine, "agent").agent is None
    assert (
        "Not a valid choice"
        in admin.fill("/users/new", {**MEI, "login": "x1", "agent": "9999"}).text
    )


def test_a_new_role_ends_the_log_ins_of_the_user(
    admin: Browser, visit: Visit, engine: Engine
) -> None:
    """And is in force with the next one; another name is no reason."""
    agent = visit("agent")
    number = user_in(engine, "agent").id
    fields = {"name": "Agent", "roles": "agent", "agent": "1001"}
    admin.fill(f"/users/{number}", {**fields, "name": "阿根"})
    assert agent.get("/").status_code == 200
    admin.fill(f"/users/{number}", {**fields, "roles": "manager"})
    assert agent.get("/").status_code == 302
    assert visit("agent").get("/audit/").status_code == 200


def test_there_is_always_an_administrator(admin: Browser, engine: Engine) -> None:
    """The last one can neither give up the role nor be closed, by nobody."""
    number = user_in(engine, "administrator").id
    fields = {"name": "Administrator", "agent": ""}
    answer = admin.fill(f"/users/{number}", {**fields, "roles": "manager"})
    assert "Somebody has to be administrator" in answer.text
    admin.get("/profile/")
    admin.post(f"/users/{number}/close")
    assert "Somebody has to be administrator" in admin.get("/users/").text
    me = user_in(engine, "administrator")
    assert (me.roles, me.closed) == ({Role.ADMINISTRATOR}, False)
    assert admin.get("/users/").status_code == 200


def test_closing_and_letting_in_again(
    admin: Browser, visit: Visit, browser: Callable[[], Browser], engine: Engine
) -> None:
    """Out at once; the password stays for later."""
    agent = visit("agent")
    number = user_in(engine, "agent").id
    admin.get(f"/users/{number}")
    admin.post(f"/users/{number}/close")
    assert agent.get("/").status_code == 302
    assert browser().log_in("agent").status_code == 403
    admin.get(f"/users/{number}")
    admin.post(f"/users/{number}/open")
    assert browser().log_in("agent").status_code == 302


def test_logging_out_somebody_else(admin: Browser, visit: Visit, engine: Engine) -> None:
    """Everywhere, and written down."""
    first, second = visit("agent"), visit("agent")
    number = user_in(engine, "agent").id
    admin.get(f"/users/{number}")
    admin.post(f"/users/{number}/log-out")
    assert {first.get("/").status_code, second.get("/").status_code} == {302}
    with reading(engine) as session:
        last = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert last is not None
    assert (last.login, last.what, last.done) == ("administrator", "user agent", "ended log-ins")


def test_the_audit_says_what_a_user_was_and_is(admin: Browser, engine: Engine) -> None:
    """Found by its filters, read on page by page."""
    number = user_in(engine, "agent").id
    admin.fill(
        f"/users/{number}", {"name": "Agent", "roles": "lead", "agent": "", "leads": "first"}
    )
    with reading(engine) as session:
        row = session.scalars(select(Audit).where(Audit.what == "user agent")).one()
    assert row.before == {"name": "Agent", "roles": ["agent"], "agent": "1001", "leads": []}
    assert row.after == {"name": "Agent", "roles": ["lead"], "agent": None, "leads": ["first"]}
    for query, there in (
        ("?what=user+agent", True),
        ("?login=administrator&done=changed", True),
        ("?login=agent", False),
        ("?day=2027-01-15", True),
        ("?day=2027-01-14", False),
        ("?what=%25", False),
        ("?before=1", False),
    ):
        assert ("- lead" in admin.get(f"/audit/{query}").text) is there, query
