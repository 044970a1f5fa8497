"""The migrations make exactly the tables that the models describe."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from hotseat.db.engine import open_engine
from hotseat.db.migrations import DatabaseNotReady, require_current, upgrade
from hotseat.db.models import Base


@pytest.fixture
def empty(tmp_path: Path) -> Engine:
    """A database that is not there yet."""
    return open_engine(f"sqlite:///{tmp_path / 'state' / 'hotseat.db'}")


def declared(engine: Engine) -> dict[str, str]:
    """Every table and index as SQLite was told to make it, without Alembic's own."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version'")
        )
        return {name: " ".join((sql or "").split()) for name, sql in rows}


def test_migrations_make_what_the_models_say(empty: Engine, tmp_path: Path) -> None:
    """Alembic sees no difference, nor does a comparison of every constraint and index."""
    upgrade(empty)
    with empty.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    modelled = open_engine(f"sqlite:///{tmp_path / 'modelled.db'}")
    Base.metadata.create_all(modelled)
    assert declared(empty) == declared(modelled)


def test_upgrade_can_be_repeated(empty: Engine) -> None:
    """The second run finds the tables as they should be."""
    before, now = upgrade(empty)
    assert before is None
    assert upgrade(empty) == (now, now)
    require_current(empty)


def test_a_missing_database_is_not_made_by_looking(empty: Engine, tmp_path: Path) -> None:
    """The error says what to run."""
    with pytest.raises(DatabaseNotReady, match=r"no database yet; run `hotseat db upgrade`"):
        require_current(empty)
    assert not (tmp_path / "state").exists()


def test_an_empty_database_is_not_ready(empty: Engine) -> None:
    """Somebody else's file, or a version too old."""
    Path(empty.url.database or "").parent.mkdir()
    Path(empty.url.database or "").touch()
    with pytest.raises(DatabaseNotReady, match="tables are of version none, this hotseat needs"):
        require_current(empty)


def test_a_broken_file_is_named(empty: Engine) -> None:
    """Junk where the database should be."""
    path = Path(empty.url.database or "")
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(DatabaseNotReady, match=r"hotseat\.db: file is not a database"):
        require_current(empty)


def test_the_file_is_not_for_everybody(empty: Engine, tmp_path: Path) -> None:
    """It holds the secrets of the phones."""
    upgrade(empty)
    mode = stat.S_IMODE((tmp_path / "state" / "hotseat.db").stat().st_mode)
    assert mode & 0o007 == 0
