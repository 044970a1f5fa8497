"""A hotline with the demo site, its pages, and users of every role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from admin import create_app
from hotseat.config import Settings
from hotseat.db import accounts
from hotseat.db.engine import open_engine, writing
from hotseat.rights import Role
from tests.databases import SQLiteDatabases

T = 1_800_000_000_000
"""Friday 2027-01-15 16:00 in Shanghai."""
PASSWORD = "correct horse battery"
WEAK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DIGEST = WEAK_HASHER.hash(PASSWORD)

FINDINGS = (
    {"subject": "server", "verdict": "ok", "said": "revision 1, 9 calls", "fix": ""},
    {"subject": "disk", "verdict": "warn", "said": "1.2 of 30 GiB free", "fix": "make room"},
    {"subject": "ami", "verdict": "fail", "said": "127.0.0.1: no", "fix": "hotseat asterisk up"},
)
"""What the doctor says."""

AGENTS = {Role.AGENT: "1001", Role.LEAD: "1002"}
"""Whom the users of these roles are linked to; the lead has no team at first."""


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: int = T

    def __call__(self) -> int:
        return self.now


@dataclass
class Browser:
    """A browser of one visitor: keeps cookies, sends the CSRF token of the last page."""

    client: FlaskClient
    base: str
    page: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Where the pages are, without the port."""
        return self.base.split("//")[1].split(":")[0]

    @property
    def token(self) -> str:
        """What the browser holds of a log-in."""
        found = self.client.get_cookie("hotseat", domain=self.host)
        return found.value if found else ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """Look at a page."""
        return self._keep(self.client.get(path, base_url=self.base, headers=headers))

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form as the page before would have."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        form = {"csrf_token": token[1] if token else "", **(data or {})}
        return self._keep(self.client.post(path, base_url=self.base, data=form, **more))

    def fill(self, path: str, data: dict[str, Any]) -> TestResponse:
        """Open a form and send it."""
        self.get(path)
        return self.post(path, data)

    def put(self, path: str, data: dict[str, Any]) -> TestResponse:
        """Change the site: send the form, see the plan, apply it."""
        planned = self.fill(path, data)
        seen = re.search(r'name="plan_seen" value="([^"]+)"', planned.text)
        assert seen, f"no plan in the answer to {path}: {planned.status_code}"
        return self.post(path, {**data, "plan_seen": seen[1]})

    def log_in(self, login: str, password: str = PASSWORD, path: str = "/login") -> TestResponse:
        """Name and password."""
        self.get(path)
        return self.post(path, {"login": login, "password": password})

    def _keep(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and "csrf_token" in response.text:
            self.page = response.text
        return response


@pytest.fixture
def clock() -> Clock:
    """The time of the pages."""
    return Clock()


@pytest.fixture
def settings(sqlite: SQLiteDatabases, tmp_path: Path) -> Iterator[Settings]:
    """An instance with the demo site."""
    yield Settings(state=tmp_path / "state", database=sqlite.demo())
    sqlite.drop()


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """Its database, with a user of every role; the log-in is the role's word."""
    engine = open_engine(settings.database)
    with writing(engine) as session:
        for role in Role:
            user = accounts.add_user(session, role.value, role.value.title(), [role.value])
            accounts.account_of(session, user).password = DIGEST
            accounts.link_agent(session, user, AGENTS.get(role))
    yield engine
    engine.dispose()


@pytest.fixture
def app(settings: Settings, engine: Engine, clock: Clock) -> Iterator[Flask]:
    """The pages; errors come out instead of being shown."""
    app = create_app(settings, now=clock, hasher=WEAK_HASHER, examine=lambda _: list(FINDINGS))
    app.testing = True
    yield app
    app.extensions["hotseat"].engine.dispose()


@pytest.fixture
def browser(app: Flask, settings: Settings) -> Callable[[], Browser]:
    """New browsers."""
    return lambda: Browser(app.test_client(), settings.admin_address)


@pytest.fixture
def visit(browser: Callable[[], Browser]) -> Callable[[str], Browser]:
    """A browser in which somebody is logged in."""

    def visit(login: str) -> Browser:
        visiting = browser()
        assert visiting.log_in(login).status_code == 302
        visiting.get("/profile/")
        return visiting

    return visit


@pytest.fixture
def admin(visit: Callable[[str], Browser]) -> Browser:
    """The administrator's browser."""
    return visit("administrator")
