"""The demo site and an empty database."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hotseat.db.engine import open_engine
from hotseat.db.migrations import upgrade
from hotseat.site.check import check
from hotseat.site.read import read
from hotseat.site.records import Site


@pytest.fixture(scope="session")
def demo_text() -> str:
    """The built-in site file."""
    return files("hotseat.site").joinpath("demo.yaml").read_text(encoding="utf-8")


@pytest.fixture
def demo(demo_text: str) -> Site:
    """The built-in site."""
    return check(read(demo_text))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with tables and nothing in them."""
    engine = open_engine(f"sqlite:///{tmp_path / 'hotseat.db'}")
    upgrade(engine)
    yield engine
    engine.dispose()
