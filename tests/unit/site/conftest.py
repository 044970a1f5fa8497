"""An empty database, and the text of the demo site."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hotseat.db.engine import open_engine


@pytest.fixture(scope="session")
def demo_text() -> str:
    """The built-in site file."""
    return files("hotseat.site").joinpath("demo.yaml").read_text(encoding="utf-8")


@pytest.fixture
def engine(tmp_path: Path, tables: Path) -> Iterator[Engine]:
    """A database with tables and nothing in them."""
    engine = open_engine(f"sqlite:///{shutil.copy(tables, tmp_path / 'hotseat.db')}")
    yield engine
    engine.dispose()
