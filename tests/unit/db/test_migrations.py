"""The migrations make exactly the tables that the models describe."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from hotseat.db.engine import open_engine
from hotseat.db.migrations import (
    DatabaseNotReady,
    changing_tables,
    require_current,
    upgrade,
)
from hotseat.db.models import Base
from tests.databases import Databases


@pytest.fixture
def empty(tmp_path: Path) -> Engine:
    """A SQLite database that is not there yet."""
    return open_engine(f"sqlite:///{tmp_path / 'state' / 'hotseat.db'}")


@pytest.fixture
def blank(databases: Databases) -> Iterator[Engine]:
    """A database without tables."""
    engine = open_engine(databases.empty())
    yield engine
    engine.dispose()


DECLARED = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version'",
    "postgresql": """
        SELECT indexname, indexdef FROM pg_indexes
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        UNION ALL
        SELECT conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
                AND conrelid::regclass::text <> 'alembic_version'
        UNION ALL
        SELECT table_name || '.' || column_name,
                concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default)
            FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    """,
}


def declared(engine: Engine) -> list[tuple[str, str]]:
    """Every table, constraint and index as the database was told to make it."""
    with engine.connect() as connection:
        rows = connection.execute(text(DECLARED[engine.dialect.name]))
        # SQLite writes the name of a table in quotes after it has renamed it.
        return sorted(
            (name, " ".join((words or "").replace('"', "").split())) for name, words in rows
        )


def test_a_row_that_refers_to_nothing_stops_a_change_of_tables(blank: Engine) -> None:
    upgrade(blank)
    with pytest.raises(IntegrityError), changing_tables(blank) as connection:
        connection.execute(text("INSERT INTO number (number, menu) VALUES ('400', 'none')"))
    with blank.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM number")).scalar() == 0
    with pytest.raises(IntegrityError), blank.begin() as connection:
        connection.execute(text("INSERT INTO number (number, menu) VALUES ('400', 'none')"))


def test_migrations_make_what_the_models_say(blank: Engine, databases: Databases) -> None:
    """Alembic sees no difference, nor does a comparison of every constraint and index."""
    upgrade(blank)
    with blank.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    modelled = open_engine(databases.tables())
    with modelled.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert "journal_one_end" in dict(declared(blank))
    assert declared(blank) == declared(modelled)
    modelled.dispose()


def test_upgrade_can_be_repeated(blank: Engine) -> None:
    """The second run finds the tables as they should be."""
    before, now = upgrade(blank)
    assert before is None
    assert upgrade(blank) == (now, now)
    require_current(blank)


def test_two_upgrades_at_once_make_the_tables_once(blank: Engine) -> None:
    """`make run` twice: the later one waits and finds nothing to do."""
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(upgrade, [blank, blank]))
    assert sorted(before is None for before, now in done) == [False, True]
    require_current(blank)


def test_a_database_out_of_reach_is_named_without_its_password() -> None:
    """What a person reads has the place and the reason."""
    away = open_engine("postgresql+psycopg://hotseat:very-secret@127.255.0.1:9/hotseat")
    with pytest.raises(DatabaseNotReady) as refused:
        require_current(away)
    assert "127.255.0.1" in str(refused.value)
    assert "Connection refused" in str(refused.value)
    assert "very-secret" not in str(refused.value)


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
