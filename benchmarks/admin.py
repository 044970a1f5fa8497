"""The web pages of a large hotline: 1,000 agents and a million calls in a hundred days, on SQLite.

Every page that needs no form is opened again and again by Flask's own client, so that the figure is
what a page costs the server: no network, no browser. The bound is on the slowest page.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert

from admin import create_app
from benchmarks.report import Reach
from hotseat.config import Settings
from hotseat.db import accounts
from hotseat.db.engine import open_engine, writing
from hotseat.db.migrations import upgrade
from hotseat.db.models import Call
from hotseat.site.apply import apply
from hotseat.site.check import check
from hotseat.site.export import written
from hotseat.site.read import SiteFile, read

AGENTS = 1_000
CALLS = 1_000_000
AT_ONCE = 10_000
DAYS = 100
DAY_MS = 86_400_000
ROUNDS = 40
BOUND_MS = 150.0
PASSWORD = "not a secret here"
SEARCHES = ("/calls/?agent=2005", "/calls/?caller=123456", "/agents/?q=2999")


def run() -> list[Reach]:
    """Fill, open every page, and tell the slowest."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state=Path(folder))
        engine = open_engine(settings.database)
        upgrade(engine)
        began = time.perf_counter()
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        _fill(engine, hasher.hash(PASSWORD))
        print(f"filled in {time.perf_counter() - began:.0f} s")
        app = create_app(settings, hasher=hasher, examine=lambda _: [])
        client = app.test_client()
        _log_in(client, settings.admin_address)
        paths = sorted(
            rule.rule
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and not rule.arguments
        )
        slowest = max(
            (_p95(client, settings.admin_address, path), path)
            for path in (*paths, f"/calls/call/{_call_id(5)}", "/agents/agent/2005", *SEARCHES)
        )
        app.extensions["hotseat"].engine.dispose()
        engine.dispose()
    return [Reach(f"p95 {slowest[1]}", slowest[0], "ms", BOUND_MS, "lower")]


def _fill(engine: Engine, digest: str) -> None:
    demo = files("hotseat.site").joinpath("demo.yaml").read_text(encoding="utf-8")
    site = written(check(read(demo)))
    for number in range(2_000, 2_000 + AGENTS):
        skills = {"consult": number % 10 + 1, "english": 1}
        site["agents"][str(number)] = {"name": f"客服{number}", "skills": skills}
    with writing(engine) as session:
        apply(session, check(SiteFile(site, {})), expected=0, now=1)
        user = accounts.add_user(session, "admin", "Admin", ["administrator"])
        accounts.account_of(session, user).password = digest
    now = time.time_ns() // 1_000_000
    chance = random.Random(1)
    with engine.begin() as connection:
        for first in range(0, CALLS, AT_ONCE):
            rows = [
                _call(number, now - int(chance.random() * DAYS * DAY_MS))
                for number in range(first, min(CALLS, first + AT_ONCE))
            ]
            connection.execute(insert(Call), rows)


def _call_id(number: int) -> str:
    return f"{number:026d}"


def _call(number: int, at: int) -> dict[str, Any]:
    return {
        "id": _call_id(number),
        "number": "4008001000",
        "caller": f"138{number:08d}",
        "priority": 0,
        "arrived_at": at,
        "queued_at": at + 9_000,
        "answered_at": at + 20_000,
        "talk_ended_at": at + 90_000,
        "ended_at": at + 91_000,
        "seat": str(2_000 + number % AGENTS),
        "queue": ("consult", "complaint", "callback")[number % 3],
        "offers": 1,
        "outcome": "answered",
        "ended_by": "caller",
        "wait_ms": 11_000,
        "talk_ms": 70_000,
        "in_time": number % 5 > 0,
        "estimated": False,
    }


def _log_in(client: FlaskClient, base: str) -> None:
    page = client.get("/login", base_url=base).text
    token = re.findall(r'csrf_token" value="([^"]+)', page)[0]
    form = {"csrf_token": token, "login": "admin", "password": PASSWORD}
    assert client.post("/login", base_url=base, data=form).status_code == 302


def _p95(client: FlaskClient, base: str, path: str) -> float:
    """Milliseconds; the first round warms up."""
    took = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        status = client.get(path, base_url=base).status_code
        took.append(1_000 * (time.perf_counter() - began))
        assert status in (200, 302, 503), f"{path}: {status}"
    found = sorted(took[1:])[int(ROUNDS * 0.95) - 1]
    print(f"{path:<34} p95 {found:7.1f} ms")
    return found
