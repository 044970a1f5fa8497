"""One hotline for all live tests, swept clean before each; on failure its logs are shown."""

from __future__ import annotations

import os
import random
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.hotline import Hotline
from tests.live.premises import CommandFailed
from tests.postgresql import PostgreSQL

CHECKOUT = Path(__file__).parents[2]
LOG_LINES = 60
PHONE_EVENTS = 12

_opened: list[Hotline] = []


@pytest.fixture(scope="session")
def house(request: pytest.FixtureRequest) -> Iterator[Hotline]:
    """The hotline of this test run."""
    with opened(request.session, f"live-{os.getpid()}") as hotline:
        yield hotline


@pytest.fixture
def house_on_postgresql(
    request: pytest.FixtureRequest, postgresql_server: PostgreSQL
) -> Iterator[Hotline]:
    """Another hotline, whose database is the tests' PostgreSQL."""
    url = postgresql_server.url(postgresql_server.copy())
    with opened(request.session, f"live-postgresql-{os.getpid()}", url) as hotline:
        yield hotline


@contextmanager
def opened(
    session: pytest.Session,
    folder: str | Path,
    database: str = "",
    recordings: Path | None = None,
) -> Iterator[Hotline]:
    """A hotline that is up; its Asterisk's programs are shared with `make run` of the checkout."""
    shared = CHECKOUT / ".hotseat"
    root = Path(os.environ.get("HOTSEAT_ASTERISK__ROOT", shared / "asterisk" / "root"))
    with Hotline(shared / folder, root, database, recordings) as hotline:
        try:
            hotline.install()
        except CommandFailed as error:
            if os.environ.get("CI"):
                pytest.fail(f"CI needs an Asterisk: {error}")
            pytest.skip(f"no Asterisk: {error}")
        _opened.append(hotline)
        hotline.open()
        yield hotline
    _opened.remove(hotline)
    if not session.testsfailed:
        hotline.remove()


@pytest.fixture
def hotline(house: Hotline) -> Hotline:
    """The hotline with nobody on the phone and nobody seated."""
    house.clear()
    return house


@pytest.fixture
def apart(hotline: Hotline) -> Iterator[Hotline]:
    """The hotline for a test with another clock, a roster or wrong rows: it leaves no history."""
    with hotline.set_aside():
        yield hotline


@pytest.fixture
def seed() -> int:
    """The seed of a random test; printed, and repeated with HOTSEAT_TEST_SEED."""
    number = int(os.environ.get("HOTSEAT_TEST_SEED") or random.randrange(10**6))
    print(f"seed {number} (repeat with HOTSEAT_TEST_SEED={number})")
    return number


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what server, Asterisk and phones wrote last before a failure."""
    report = yield
    if _opened and report.failed:
        hotline = _opened[-1]
        for title, path in (
            ("server.log", hotline.server_log),
            ("Asterisk's messages", hotline.asterisk_log),
        ):
            report.sections.append((title, _tail(path)))
        for phone in hotline.desks:
            events = "\n".join(map(str, phone.events[-PHONE_EVENTS:]))
            report.sections.append((f"phone {phone.user}", events))
    return report


def _tail(path: Path) -> str:
    if not path.exists():
        return "(not there)"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-LOG_LINES:])
