"""What strangers and browsers must not be able to do, on any page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from admin.figures.table import as_csv, harmless
from hotseat.config import Settings, load_secrets
from hotseat.db import accounts
from hotseat.db.engine import reading
from hotseat.db.models import User
from hotseat.db.snapshot import phone_secrets
from hotseat.db.web_models import Account
from tests.web.conftest import DIGEST, Browser
from tests.web.history import call_id, write_history
from tests.web.test_roles import pages, path_of

ATTACK = "<script>alert('x')</script>\"'>{{7*7}}"


def test_a_form_without_its_token_is_refused(app: Flask, admin: Browser, engine: Engine) -> None:
    """Every page that takes a form, also the log-in (CSRF)."""
    for rule, method in pages(app):
        if method == "GET":
            continue
        for token in ({}, {"csrf_token": "forged"}):
            answer = admin.client.post(path_of(app, rule), base_url=admin.base, data=token)
            assert answer.status_code == 400, rule.rule
            assert "too old" in answer.text
    with reading(engine) as session:
        assert session.scalars(select(Account).where(Account.closed)).all() == []


def test_the_token_of_one_visitor_is_none_of_another(
    admin: Browser, visit: Callable[[str], Browser]
) -> None:
    """Whoever logs in may not lend out a token."""
    lent = re.findall(r'csrf_token" value="([^"]+)', visit("agent").page)[0]
    answer = admin.client.post(
        "/profile/look", base_url=admin.base, data={"csrf_token": lent, "look": "dark"}
    )
    assert answer.status_code == 400


def test_looking_changes_nothing(app: Flask, admin: Browser, engine: Engine) -> None:
    """GET is safe on every page."""

    def state() -> list[object]:
        with engine.connect() as connection:
            return [
                connection.exec_driver_sql(f'SELECT * FROM "{table}"').fetchall()
                for table in ("config_revision", "user", "account", "agent", "audit", "phone")
            ]

    before = state()
    for rule, method in pages(app):
        if method == "GET":
            admin.get(path_of(app, rule))
    assert state() == before


def test_every_answer_has_its_headers(app: Flask, admin: Browser) -> None:
    """Pages, files, errors and redirects."""
    paths = ["/", "/login", "/no-such-page", "/static/hotseat.css", "/figures/queues.csv"]
    for path in paths:
        answer = admin.get(path)
        answer.close()
        headers = answer.headers
        csp = headers["Content-Security-Policy"]
        assert "default-src 'self'" in csp
        assert "unsafe" not in csp
        assert "*" not in csp
        assert "frame-ancestors 'none'" in csp
        assert "form-action 'self'" in csp
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert ("no-store" in headers["Cache-Control"]) is not path.startswith("/static/")


def test_no_page_needs_what_the_policy_refuses() -> None:
    """No inline script, no inline style, no handler in an attribute, no other origin."""
    templates = Path(__file__).parents[2] / "admin" / "templates"
    for path in templates.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path
        assert not re.search(r'(src|href)="(https?:)?//', text), path


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost", ""])
def test_another_host_is_not_answered(host: str, app: Flask, settings: Settings) -> None:
    """DNS rebinding, and links to somewhere else in what we send."""
    answer = app.test_client().get("/login", base_url=f"http://{host or 'x'}:8080")
    assert answer.status_code == 400
    assert "csrf" not in answer.text


def test_what_people_type_is_text(
    admin: Browser, engine: Engine, visit: Callable[[str], Browser]
) -> None:
    """A caller's name, a queue's title, a user's name: never markup, never a template."""
    write_history(engine, calls=20, name=ATTACK)
    admin.put("/queues/skills/new", {"name": "attack", "title": ATTACK})
    admin.fill("/users/new", {"login": "mallory", "name": ATTACK, "roles": "agent", "agent": ""})
    for path in (
        f"/calls/call/{call_id(1)}",
        "/queues/",
        "/agents/",
        "/users/",
        "/audit/",
        "/audit/?login=" + ATTACK,
        "/agents/?q=" + ATTACK,
        "/calls/?caller=" + ATTACK,
        "/no-such-page/" + ATTACK,
    ):
        text = admin.get(path).text
        assert "<script>alert" not in text, path
        assert "\"'>{{" not in text, path
        assert "49" not in re.findall(r"alert\(&#39;x&#39;\).{0,30}", text), path
    assert "&lt;script&gt;" in admin.get(f"/calls/call/{call_id(1)}").text


@pytest.mark.parametrize(
    "path",
    [
        "/static/../__init__.py",
        "/static/..%2f__init__.py",
        "/static/%2e%2e/instance.py",
        "/static//etc/passwd",
        "/static/....//__init__.py",
        "/figures/..%2f..%2fetc%2fpasswd.csv",
        "/queues/queue/..%2f..%2fx",
        "/calls/call/../../users",
    ],
)
def test_paths_lead_nowhere_else(path: str, admin: Browser) -> None:
    """Out of the folder of files, or into another area."""
    answer = admin.get(path)
    assert answer.status_code in (301, 308, 404)
    assert "import" not in answer.text
    assert "root:" not in answer.text


def test_no_secret_is_on_any_page(
    app: Flask, admin: Browser, settings: Settings, engine: Engine
) -> None:
    """Of phones, of users, of the instance."""
    write_history(engine, calls=20)
    with reading(engine) as session:
        secrets = [secret for _, secret in phone_secrets(session)]
    secrets += [DIGEST, *load_secrets(settings).model_dump().values()]
    for rule, method in pages(app):
        if method == "GET":
            told = admin.get(path_of(app, rule)).data  # some are sound
            assert not [secret for secret in secrets if secret.encode() in told], rule.rule


def test_an_error_tells_nothing(
    app: Flask, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours is no lesson about the inside."""
    app.testing = False

    def broken(_: object) -> None:
        raise RuntimeError("the inside: /srv/secret/path")

    monkeypatch.setattr(accounts, "users", broken)
    answer = admin.get("/users/")
    assert answer.status_code == 500
    assert "could not be made" in answer.text
    assert "inside" not in answer.text


def test_without_its_database_a_page_says_so(
    app: Flask, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what goes on without it."""

    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr("admin.logins.session_of", away)
    answer = admin.get("/")
    assert answer.status_code == 503
    assert "Calls go on" in answer.text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("王芳", "王芳"),
        ("a=b", "a=b"),
        (-3, "-3"),
        (None, ""),
    ],
)
def test_no_cell_is_a_formula(cell: object, written: str) -> None:
    """In spreadsheets that run what begins so."""
    assert harmless(cell) == written


def test_a_csv_is_read_as_it_was_meant() -> None:
    """With its quotes and its Chinese."""
    text = as_csv(["队列", "=x"], [['a,"b"', 1], ["=cmd|' /C calc'!A0", None]])
    assert text.splitlines() == [
        "\ufeff队列,'=x",
        '"a,""b""",1',
        "'=cmd|' /C calc'!A0,",
    ]


def test_a_user_list_is_no_page_for_agents(visit: Callable[[str], Browser], engine: Engine) -> None:
    """Nor anything in it, by any address that can be guessed (IDOR)."""
    agent = visit("agent")
    with reading(engine) as session:
        ids = session.scalars(select(User.id)).all()
    for user in ids:
        assert agent.get(f"/users/{user}").status_code == 403
        agent.get("/profile/")
        assert agent.post(f"/users/{user}/invite").status_code == 403
        agent.get("/profile/")
        assert agent.post(f"/users/{user}", {"roles": "administrator"}).status_code == 403
