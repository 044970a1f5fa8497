"""What all tests share: the demo site, and databases to copy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from hotseat.site.check import check
from hotseat.site.read import read
from hotseat.site.records import Site
from tests.databases import SQLiteDatabases
from tests.postgresql import NoPostgreSQL, PostgreSQL
from tests.sides import Sides

# Commands answer in the language of the locale; tests read English unless they say otherwise.
os.environ["LC_ALL"] = "C.UTF-8"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sides | None:
    """`--dist loadfile` knows which files belong together."""
    return Sides(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL, so that `make check` can leave it to `make test`.

    Live tests come first: at the end short files keep both processes busy (`tests/sides.py`).
    """
    for item in items:
        kind = getattr(item, "callspec", None)
        wants = {"postgresql", "postgresql_server"} & set(getattr(item, "fixturenames", ()))
        if wants or (kind is not None and kind.params.get("each_kind") == "postgresql"):
            item.add_marker(pytest.mark.postgresql)
    items.sort(key=lambda item: item.get_closest_marker("live") is None)


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


@pytest.fixture(scope="session")
def demo() -> Site:
    """The built-in site."""
    return check(read(files("hotseat.site").joinpath("demo.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory, demo: Site) -> SQLiteDatabases:
    """Databases in files."""
    return SQLiteDatabases(tmp_path_factory.mktemp("sqlite"), demo)
