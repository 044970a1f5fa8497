"""A backup holds everything but secrets, and a restore is everything or nothing."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import Engine, inspect, select

from acd.effects import SeatKept
from acd.types import SeatId
from hotseat.backup.archive import ArchiveUnreadable
from hotseat.backup.database import NotRestored, Restored, backup, restore
from hotseat.db import migrations
from hotseat.db.audit import Author
from hotseat.db.engine import open_engine, reading, writing
from hotseat.db.migrations import require_current, versions
from hotseat.db.models import Base, ConfigRevision, User
from hotseat.db.prompts import NewTake, put_take, sounds_in_force
from hotseat.db.secret_columns import SECRET_COLUMNS
from hotseat.db.snapshot import phone_secrets
from hotseat.db.writes import write
from hotseat.history import CallChanged, JournalRow
from tests.databases import Databases, PostgreSQLDatabases, SQLiteDatabases

T = 1_800_000_000_000
CALLS = 25
AT_ONCE = 10
"""So that there are whole batches, and one that is not."""

SOUNDS = [b"\0\xff\r\n", bytes(range(256)) * 100]
"""Uploaded one over the other."""

Everything = dict[str, list[dict[str, Any]]]


def quiet(table: str, done: int, total: int) -> None:
    """Progress that nobody reads."""


def everything(engine: Engine) -> Everything:
    """Every row of every table."""
    with reading(engine) as session:
        return {
            table.name: [
                dict(row)
                for row in session.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in Base.metadata.sorted_tables
        }


def without_secrets(found: Everything) -> Everything:
    """The same with what a backup leaves out left out."""
    return {
        table: [
            {name: row[name] for name in row.keys() - SECRET_COLUMNS.get(table, {}).keys()}
            for row in rows
        ]
        for table, rows in found.items()
    }


def fill(engine: Engine) -> None:
    """Texts that formats stumble over, big ids, and a history."""
    with writing(engine) as session:
        for sound in SOUNDS:
            take = NewTake("zh", "welcome", "您好", "王芳", sound, 1000)
            put_take(session, take, Author("mei", ""), T)
        session.add_all(User(login=f"u{n}", name="Zoë 王\n\\\"'", roles=["admin"]) for n in (1, 2))
        write(
            session,
            [
                SeatKept(SeatId("1001"), "p101", "午饭", T, None),
                *(
                    JournalRow(
                        (T << 10) + n, T + n, "queued", f"C{n}", None, None, {"text": "€\x85"}
                    )
                    for n in range(CALLS)
                ),
                *(
                    CallChanged(f"C{n:04}", T + n, {"outcome": "lost", "estimated": n % 2 == 0})
                    for n in range(CALLS)
                ),
            ],
        )


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotseat.backup.database.ROWS_AT_ONCE", AT_ONCE)


@pytest.fixture
def full(databases: Databases) -> Iterator[Engine]:
    """A database that has been in service."""
    engine = open_engine(databases.demo())
    fill(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def target(databases: Databases) -> Iterator[Engine]:
    """A database without tables."""
    engine = open_engine(databases.empty())
    yield engine
    engine.dispose()


def saved(engine: Engine, folder: Path, *, with_secrets: bool = False) -> Path:
    """A backup of it."""
    path = folder / f"backup-{with_secrets}.zip"
    backup(engine, path, with_secrets=with_secrets, now=T, progress=quiet)
    return path


def put_back(engine: Engine, path: Path, *, replace: bool = False) -> Restored:
    """A restore."""
    return restore(engine, path, replace=replace, now=T + 1, progress=quiet)


def test_there_and_back_with_secrets_is_the_same(
    full: Engine, target: Engine, tmp_path: Path
) -> None:
    """Every row of every table."""
    before = everything(full)
    assert len(before["journal"]) == CALLS
    restored = put_back(target, saved(full, tmp_path, with_secrets=True))
    assert restored.new_secrets == ()
    assert everything(target) == before
    assert everything(full) == before
    require_current(target)


@pytest.mark.parametrize("to_postgresql", [True, False])
def test_from_one_database_to_the_other(
    sqlite: SQLiteDatabases, postgresql: PostgreSQLDatabases, tmp_path: Path, to_postgresql: bool
) -> None:
    """And the ids that PostgreSQL gives out next are free."""
    one, other = (sqlite, postgresql) if to_postgresql else (postgresql, sqlite)
    source, goal = open_engine(one.demo()), open_engine(other.empty())
    fill(source)
    put_back(goal, saved(source, tmp_path, with_secrets=True))
    assert everything(goal) == everything(source)
    with writing(goal) as session:
        session.add(User(login="u3", name="three", roles=[]))
    source.dispose()
    goal.dispose()


def test_uploaded_prompts_come_back_as_they_were(
    full: Engine, target: Engine, tmp_path: Path
) -> None:
    """Byte for byte, with the one that was heard."""
    put_back(target, saved(full, tmp_path))
    with reading(target) as session:
        assert sounds_in_force(session) == [("zh", "welcome", SOUNDS[-1])]


def test_a_sound_that_is_no_base64_changes_nothing(
    full: Engine, target: Engine, tmp_path: Path
) -> None:
    """Somebody edited the file."""
    path = saved(full, tmp_path)
    edited = tmp_path / "edited.zip"
    with ZipFile(path) as old, ZipFile(edited, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "prompt_take.jsonl":
                content = content.replace(b'"sound": "', b'"sound": "?')
            new.writestr(name, content)
    with pytest.raises(NotRestored, match="Base64"):
        put_back(target, edited)
    assert not inspect(target).has_table("prompt_take")


def test_a_backup_holds_no_secret(full: Engine, tmp_path: Path) -> None:
    """Unless it was asked for; either way it is not for everybody."""
    with reading(full) as session:
        secrets = [secret for _, secret in phone_secrets(session)]
    for with_secrets in (False, True):
        path = saved(full, tmp_path, with_secrets=with_secrets)
        with ZipFile(path) as file:
            text = b"".join(file.read(name) for name in file.namelist()).decode()
        assert [secret in text for secret in secrets] == [with_secrets] * len(secrets)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_column_that_sounds_secret_is_known_to_be() -> None:
    """Who adds a PIN to the tables is told here."""
    sounding = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if {"secret", "password", "pin", "token", "key"} & set(column.name.split("_"))
    }
    assert sounding == {(table, name) for table, names in SECRET_COLUMNS.items() for name in names}


def test_secrets_that_are_not_in_the_file_are_made(
    full: Engine, target: Engine, tmp_path: Path
) -> None:
    """And told, and a new revision of the site."""
    before = everything(full)
    restored = put_back(target, saved(full, tmp_path))
    phones = [row["name"] for row in before["phone"]]
    assert restored.new_secrets == tuple(f"phone {name}" for name in phones)
    after = everything(target)
    revision = after["config_revision"].pop()
    assert revision["changes"] == [f"~ phone {name}: new secret" for name in phones]
    assert without_secrets(after) == without_secrets(before)
    old, new = ({row["secret"] for row in found["phone"]} for found in (before, after))
    assert len(new) == len(phones)
    assert not old & new


def test_secrets_that_are_in_the_database_stay(full: Engine, tmp_path: Path) -> None:
    """Yesterday's backup does not unplug the phones of today."""
    path = saved(full, tmp_path)
    before = everything(full)
    with writing(full) as session:
        session.query(User).delete()
        session.add(ConfigRevision(revision=99, applied_at=T, changes=[]))
    restored = put_back(full, path, replace=True)
    assert restored.new_secrets == ()
    assert everything(full) == before


def test_what_is_there_is_not_replaced_unasked(full: Engine, tmp_path: Path) -> None:
    """The refusal names the tables with rows and the switch."""
    path = saved(full, tmp_path)
    with writing(full) as session:
        session.add(User(login="new", name="new", roles=[]))
    before = everything(full)
    with pytest.raises(NotRestored, match=r"not empty \(.*journal.*--replace"):
        put_back(full, path)
    assert everything(full) == before


def test_a_backup_of_one_moment(full: Engine, target: Engine, tmp_path: Path) -> None:
    """What is written while it runs is not in it, not even in the tables that come later."""
    before = everything(full)

    def meanwhile(table: str, done: int, total: int) -> None:
        if table == "journal" and done == total:
            with writing(full) as session:
                write(session, [JournalRow(1, 1, "late", None, None, None, {})])
                write(session, [CallChanged("late", T, {})])
                session.add(User(login="late", name="late", roles=[]))

    path = tmp_path / "backup.zip"
    backup(full, path, with_secrets=True, now=T, progress=meanwhile)
    assert len(everything(full)["journal"]) == CALLS + 1
    put_back(target, path)
    assert everything(target) == before


def spoil(path: Path, change: dict[str, bytes | None]) -> Path:
    """The same backup with members replaced or left out."""
    spoilt = path.with_name("spoilt.zip")
    with ZipFile(path) as source, ZipFile(spoilt, "w") as goal:
        for name in source.namelist():
            content = change.get(name, source.read(name))
            if content is not None:
                goal.writestr(name, content)
    return spoilt


SPOILT: list[tuple[dict[str, bytes | None], str]] = [
    ({"manifest.json": None}, "no manifest"),
    ({"manifest.json": b"{}"}, "no manifest"),
    ({"seat.jsonl": None}, r"seat\.jsonl is broken after row 0"),
    ({"seat.jsonl": b""}, r"seat\.jsonl has 0 rows, the manifest says 1"),
    ({"seat.jsonl": b'{"agent": '}, r"seat\.jsonl is broken after row 0"),
    ({"seat.jsonl": b"7\n"}, "a line is no object"),
    ({"seat.jsonl": b'{"agent": "1001", "phone": "p101", "idle": 1}\n'}, "idle"),
    ({"seat.jsonl": b'{"agent": "1001", "phone": null, "idle_since": 1}\n'}, "(?i)null"),
]


@pytest.mark.parametrize(("change", "said"), SPOILT)
def test_a_broken_backup_changes_nothing(
    full: Engine, tmp_path: Path, change: dict[str, bytes | None], said: str
) -> None:
    """Although the tables that come before it were loaded already."""
    path = spoil(saved(full, tmp_path), change)
    with writing(full) as session:
        session.add(User(login="new", name="new", roles=[]))
    before = everything(full)
    with pytest.raises(Exception, match=said):
        put_back(full, path, replace=True)
    assert everything(full) == before


def test_a_file_that_was_cut_off_is_refused(full: Engine, target: Engine, tmp_path: Path) -> None:
    """At any place; and an empty database is left as it was."""
    path = saved(full, tmp_path)
    whole = path.read_bytes()
    with ZipFile(path) as file:
        inside = file.getinfo("journal.jsonl").header_offset + 60
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(ArchiveUnreadable):
            put_back(target, path)
    path.write_bytes(whole[:inside] + b"\0\0\0\0" + whole[inside + 4 :])
    with pytest.raises(ArchiveUnreadable, match=r"journal\.jsonl is broken"):
        put_back(target, path)
    assert inspect(target).get_table_names() == []


def test_a_newer_backup_says_what_to_do(full: Engine, target: Engine, tmp_path: Path) -> None:
    """Its tables are not known here."""
    path = saved(full, tmp_path)
    with ZipFile(path) as file:
        manifest = json.loads(file.read("manifest.json"))
    newer = spoil(path, {"manifest.json": json.dumps({**manifest, "tables_version": "9"}).encode()})
    with pytest.raises(NotRestored, match=r"newer hotseat.*update hotseat first"):
        put_back(target, newer)


def test_an_older_backup_is_brought_up_to_date(
    full: Engine, target: Engine, tmp_path: Path
) -> None:
    """Through the migrations, like a database of that time."""
    path = saved(full, tmp_path, with_secrets=True)
    first = versions()[0]
    with migrations.changing_tables(target) as connection:
        migrations.migrate(connection, first)
        known = set(inspect(connection).get_table_names())
    with ZipFile(path) as file:
        manifest = json.loads(file.read("manifest.json"))
    rows = {table: count for table, count in manifest["rows"].items() if table in known}
    older = {**manifest, "tables_version": first, "rows": rows}
    added = {f"{table}.jsonl": None for table in manifest["rows"].keys() - known}
    put_back(target, spoil(path, {"manifest.json": json.dumps(older).encode(), **added}))
    require_current(target)
    before = everything(full)
    # What no site of that time could say: somebody is asked for from 09:00 to 24:00.
    known.add("cover")
    assert everything(target) == {name: before[name] if name in known else [] for name in before}


def test_a_failed_backup_leaves_no_file(full: Engine, tmp_path: Path) -> None:
    """Neither a whole one nor a part."""

    def broken(table: str, done: int, total: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        backup(full, tmp_path / "b.zip", with_secrets=False, now=T, progress=broken)
    assert list(tmp_path.iterdir()) == []
