"""`hotseat user` as a person or a program runs it, and what a backup does to log-ins."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select

from hotseat.cli import main
from hotseat.config import Settings
from hotseat.db import accounts
from hotseat.db.accounts import SessionRecord
from hotseat.db.audit import audit_rows
from hotseat.db.engine import open_engine, reading, writing
from hotseat.db.web_models import Invite
from hotseat.invitations import VALID, first_run, invite_user
from hotseat.rights import Role
from tests.databases import Databases

Run = Callable[..., Result]
T = 1_800_000_000_000


@pytest.fixture
def run(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`hotseat …` in an instance of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSEAT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOTSEAT_DATABASE", url)

    def run(*words: str, code: int = 0, language: str = "en") -> Result:
        result = CliRunner().invoke(main, ["--lang", language, *words])
        assert result.exit_code == code, result.output
        return result

    return run


def test_a_user_is_made_and_invited(run: Run, engine: Engine) -> None:
    """The link is for the address of the pages; it is written down that there is one."""
    assert "nobody yet" in run("user", "list").stdout
    link = run("user", "invite", "mei", "--name", "梅", "--role", "supervisor").stdout.strip()
    assert link.startswith(Settings().admin_address + "/welcome/")
    [mei] = json.loads(run("user", "list", "--json").stdout)
    assert (mei["login"], mei["name"], mei["roles"]) == ("mei", "梅", ["supervisor"])
    assert mei["password"] is False
    again = json.loads(run("user", "invite", "mei", "--json").stdout)["link"]
    assert again != link
    with reading(engine) as session:
        rows = audit_rows(session, limit=9)
    assert [(row.login, row.what, row.done) for row in rows] == [
        ("command line", "user mei", "invited")
    ] * 2
    assert link.rpartition("/")[2] not in str(rows)


def test_the_list_is_chinese_at_a_chinese_terminal(run: Run, engine: Engine) -> None:
    """Programs read the same as ever."""
    assert "还没有用户" in run("user", "list", language="zh").stdout
    with writing(engine) as session:
        accounts.add_user(session, "mei", "梅", ["supervisor"])
        gone = accounts.add_user(session, "gone", "Gone", ["lead"])
        accounts.account_of(session, gone).closed = True
    heads, *rows = run("user", "list", language="zh").stdout.splitlines()
    assert heads.split() == ["登录名", "姓名", "角色", "客服", "状态"]
    assert [row.split() for row in rows] == [
        ["gone", "Gone", "组长", "–", "已停用"],
        ["mei", "梅", "主管", "–", "已邀请"],
    ]
    english = run("user", "list", "--json").stdout
    assert run("user", "list", "--json", language="zh").stdout == english


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody",), "no user nobody; add --role administrator"),
        (("Mei Lin", "--role", "agent"), "is no log-in name"),
        (("root", "--role", "agent"), "there is a user root already"),
        (("gone",), "user gone is closed"),
    ],
)
def test_what_cannot_be_is_said(
    words: tuple[str, ...], said: str, run: Run, engine: Engine
) -> None:
    """In either language; and nobody is made or invited."""
    with writing(engine) as session:
        accounts.add_user(session, "root", "Root", ["administrator"])
        gone = accounts.add_user(session, "gone", "Gone", ["agent"])
        accounts.account_of(session, gone).closed = True
    assert said in run("user", "invite", *words, code=1).output
    assert re.search("[一-鿿]", run("user", "invite", *words, code=1, language="zh").output)
    with reading(engine) as session:
        assert [user.login for user in accounts.users(session)] == ["gone", "root"]


def test_the_first_link_is_for_an_administrator(engine: Engine) -> None:
    """A new one at each start, until somebody is in charge; the ones before are void."""
    with writing(engine) as session:
        first = first_run(session, "http://x", T)
    with writing(engine) as session:
        second = first_run(session, "http://x", T)
        [admin] = accounts.users(session)
    assert first is not None
    assert second not in (None, first)
    assert admin.roles == {Role.ADMINISTRATOR}
    with writing(engine) as session:
        accounts.account_of(session, admin.id).password = "digest"
    with writing(engine) as session:
        assert first_run(session, "http://x", T) is None


def test_sessions_and_invitations_pass(engine: Engine) -> None:
    """Those that are over go at the next log-in."""
    with writing(engine) as session:
        user = accounts.add_user(session, "mei", "Mei", ["agent"])
        invite_user(session, "", user, T)
        for name, began, seen in (
            ("old", T, T + 90),
            ("idle", T + 50, T + 50),
            ("new", T + 99, T + 99),
        ):
            accounts.open_session(
                session, SessionRecord(name, user, True, began, seen, "127.0.0.1", "x" * 500)
            )
    with writing(engine) as session:
        accounts.forget_old(session, idle_since=T + 60, began_before=T + 10, now=T + VALID)
    with writing(engine) as session:
        assert [found.id for found in accounts.sessions_of(session, user)] == ["new"]
        accounts.end_sessions(session, user, but="new")
        assert accounts.last_seen(session) == {user: T + 99}
        accounts.end_sessions(session, user)
        assert accounts.last_seen(session) == {}


def test_a_restore_brings_no_log_in_back(
    run: Run, engine: Engine, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Users come back, passwords only with the secrets, sessions and links never."""
    with writing(engine) as session:
        user = accounts.add_user(session, "mei", "Mei", ["administrator"])
        accounts.account_of(session, user).password = "a-digest"
        invite_user(session, "", user, T)
        accounts.open_session(session, SessionRecord("s", user, True, T, T, "127.0.0.1", ""))
    run("backup", "without.zip")
    run("backup", "--with-secrets", "with.zip")
    for name, password in (("without.zip", ""), ("with.zip", "a-digest")):
        url = databases.empty()
        monkeypatch.setenv("HOTSEAT_DATABASE", url)
        run("restore", name)
        restored = open_engine(url)
        with reading(restored) as session:
            [mei] = accounts.users(session)
            assert (mei.login, mei.password) == ("mei", password)
            assert accounts.sessions_of(session, mei.id) == []
            assert session.scalars(select(Invite)).all() == []
        restored.dispose()
