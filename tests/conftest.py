"""What fast and live tests share: a PostgreSQL server of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.postgresql import NoPostgreSQL, PostgreSQL


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """Started when the first test asks for it."""
    try:
        server = PostgreSQL()
    except NoPostgreSQL as missing:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs a PostgreSQL: {missing}")
        pytest.skip(str(missing))
    with server:
        yield server
