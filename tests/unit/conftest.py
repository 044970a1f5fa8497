"""Databases to begin with: made once, copied for each test that needs one."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from hotseat.db.engine import open_engine, writing
from hotseat.db.migrations import upgrade
from hotseat.site.apply import apply
from hotseat.site.check import check
from hotseat.site.read import read
from hotseat.site.records import Site


@pytest.fixture(scope="session")
def demo() -> Site:
    """The built-in site."""
    return check(read(files("hotseat.site").joinpath("demo.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with tables and nothing in them."""
    path = tmp_path_factory.mktemp("tables") / "hotseat.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def demo_tables(tmp_path_factory: pytest.TempPathFactory, tables: Path, demo: Site) -> Path:
    """A database with the demo site in force."""
    path = tmp_path_factory.mktemp("demo") / "hotseat.db"
    path.write_bytes(tables.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    with writing(engine) as session:
        apply(session, demo, expected=0, now=1_800_000_000_000)
    engine.dispose()
    return path
