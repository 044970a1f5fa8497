"""The web pages of a large hotline: 1,000 agents and a million calls in a hundred days, on SQLite.

Every page that `app.url_map` knows is opened again and again by Flask's own client, so that the
figure is what a page costs the server: no network, no browser. Each has its own bound.
"""

from __future__ import annotations

import math
import re
import shutil
import tempfile
import time
from pathlib import Path

from argon2 import PasswordHasher
from flask.testing import FlaskClient

from admin import create_app
from admin.serving import calm_collector
from benchmarks.admin.addresses import addresses
from benchmarks.admin.floor import running_server
from benchmarks.admin.hotline import BOSS, NOW, filled
from benchmarks.report import Reach
from hotseat.config import Settings
from hotseat.db import accounts
from hotseat.db.engine import open_engine, writing

ROUNDS = 40
BOUND_MS = 150.0
PASSWORD = "not a secret here"


def run() -> list[Reach]:
    """Fill a database unless one is at hand, open every page, and tell each one's p95."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state=Path(folder))
        # A copy, for a visit writes: its session, when it was seen.
        shutil.copyfile(filled(), settings.state / "hotseat.db")
        _let_in(settings, hasher.hash(PASSWORD))
        app = create_app(settings, now=lambda: NOW, hasher=hasher, examine=lambda _: [])
        client = app.test_client()
        base = settings.admin_address
        try:
            with running_server(settings):
                _log_in(client, base)
                calm_collector()  # as the process of the pages does
                reach = [_measured(client, base, path) for path in addresses(app)]
        finally:
            app.extensions["hotseat"].engine.dispose()
    return reach


def _measured(client: FlaskClient, base: str, path: str) -> Reach:
    """The 95th percentile in milliseconds; the first round warms up."""
    took = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        answer = client.get(path, base_url=base)
        took.append(1_000 * (time.perf_counter() - began))
        if answer.status_code not in (200, 302):
            raise RuntimeError(f"{path}: {answer.status}; is its sample in addresses.py right?")
    p95 = sorted(took[1:])[math.ceil(0.95 * ROUNDS) - 1]
    print(f"{path:<56} p95 {p95:7.1f} ms  {len(answer.data) / 1000:7.0f} kB", flush=True)
    return Reach(f"p95 {path}", p95, "ms", BOUND_MS, "lower")


def _let_in(settings: Settings, digest: str) -> None:
    engine = open_engine(settings.database)
    with writing(engine) as session:
        boss = accounts.user_by_login(session, BOSS)
        assert boss is not None
        accounts.account_of(session, boss.id).password = digest
    engine.dispose()


def _log_in(client: FlaskClient, base: str) -> None:
    page = client.get("/login", base_url=base).text
    token = re.findall(r'csrf_token" value="([^"]+)', page)[0]
    form = {"csrf_token": token, "login": BOSS, "password": PASSWORD}
    answer = client.post("/login", base_url=base, data=form)
    if answer.status_code != 302:
        raise RuntimeError(f"the log-in failed: {answer.status}")
