"""The whole database into a file and back, from either database into either."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, LargeBinary, MetaData, Table, func, insert, select
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.backup.archive import FORMAT, ArchiveReader, ArchiveWriter, Manifest
from hotseat.db.engine import reading
from hotseat.db.migrations import (
    changing_tables,
    make_anew,
    migrate,
    newest_version,
    tables_version,
    versions,
)
from hotseat.db.models import Base, ConfigRevision
from hotseat.db.secret_columns import PASSING_TABLES, SECRET_COLUMNS
from words import said

ROWS_AT_ONCE = 1_000
SOUNDS_AT_ONCE = 10
"""Each of them may be two megabytes."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told (table, rows done, rows in all) every now and then."""

Kept: TypeAlias = Mapping[tuple[str, str, tuple[Any, ...]], str]
"""(table, column, primary key) -> the secret that is there."""


class NotRestored(Exception):
    """The database is as it was; the text says why."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back."""

    manifest: Manifest
    new_secrets: tuple[str, ...]
    """Whose secret is a new one, like `phone p101`."""


def backup(
    engine: Engine, path: Path, *, with_secrets: bool, now: Millis, progress: Progress
) -> Manifest:
    """Write all but the PASSING_TABLES, as it is at one moment, to a new file. Raises OSError."""
    with reading(engine) as session, ArchiveWriter(path) as archive:
        version = tables_version(session.connection())
        assert version is not None, "the caller has seen to it that there are tables"
        counts = {}
        for table in Base.metadata.sorted_tables:
            if table.name in PASSING_TABLES:
                continue
            with closing(_rows(session, table, with_secrets, progress)) as rows:
                counts[table.name] = archive.write(table.name, rows)
        manifest = Manifest(
            format=FORMAT,
            tables_version=version,
            taken_at=now,
            with_secrets=with_secrets,
            rows=counts,
        )
        archive.finish(manifest)
    return manifest


def restore(
    engine: Engine, path: Path, *, replace: bool, now: Millis, progress: Progress
) -> Restored:
    """Make the database what it was when the file was written: all of it, or nothing.

    Backups of older versions are brought up to date. Secrets that the file does not hold stay what
    they are in the database, or are made anew, which is a new revision of the site. What is in the
    database is lost, and only with `replace`. Raises NotRestored, ArchiveUnreadable.
    """
    with ArchiveReader(path) as archive, changing_tables(engine) as connection:
        manifest = archive.manifest
        if manifest.tables_version not in versions():
            raise NotRestored(
                said(
                    "%(file)s is from a newer hotseat (tables %(theirs)s, this one has %(ours)s);"
                    " update hotseat first",
                    file=str(path),
                    theirs=manifest.tables_version,
                    ours=newest_version(),
                )
            )
        migrate(connection)
        if not replace and (full := _full(connection)):
            raise NotRestored(
                said(
                    "the database is not empty (%(tables)s); --replace puts the backup in"
                    " the place of all that is in it",
                    tables=", ".join(full),
                )
            )
        kept = _secrets(connection)
        make_anew(connection, manifest.tables_version)
        new_secrets: list[str] = []
        for table in _tables(connection, manifest):
            rows = _with_secrets(archive.rows(table.name), table, kept, new_secrets)
            _load(connection, table, rows, manifest.rows[table.name], progress)
        migrate(connection)
        _set_sequences(connection)
        if new_secrets:
            _note_new_secrets(connection, new_secrets, now)
    return Restored(manifest, tuple(new_secrets))


def _rows(
    session: Session, table: Table, with_secrets: bool, progress: Progress
) -> Generator[dict[str, Any]]:
    hidden = frozenset() if with_secrets else SECRET_COLUMNS.get(table.name, {}).keys()
    columns = [column for column in table.columns if column.name not in hidden]
    total = session.scalar(select(func.count()).select_from(table)) or 0
    query = select(*columns).order_by(*table.primary_key)
    at_once, sounds = _at_once(table), _sounds(table)
    with session.execute(query, execution_options={"yield_per": at_once}) as found:
        for done, row in enumerate(found.mappings(), 1):
            if done % at_once == 0 or done == total:
                progress(table.name, done, total)
            yield {**row, **{name: b64encode(row[name]).decode() for name in sounds}}


def _sounds(table: Table) -> list[str]:
    """The columns that JSON cannot hold as they are."""
    return [column.name for column in table.columns if isinstance(column.type, LargeBinary)]


def _at_once(table: Table) -> int:
    return min(ROWS_AT_ONCE, SOUNDS_AT_ONCE) if _sounds(table) else ROWS_AT_ONCE


def _full(connection: Connection) -> list[str]:
    """The tables that have rows."""
    return [
        table.name
        for table in Base.metadata.sorted_tables
        if connection.execute(select(1).select_from(table).limit(1)).first()
    ]


def _secrets(connection: Connection) -> Kept:
    found = {}
    for name, columns in SECRET_COLUMNS.items():
        table = Base.metadata.tables[name]
        for column in columns:
            for secret, *key in connection.execute(
                select(table.columns[column], *table.primary_key)
            ):
                found[name, column, tuple(key)] = secret
    return found


def _tables(connection: Connection, manifest: Manifest) -> list[Table]:
    """The tables of the backup's version, each after those that it refers to."""
    there = MetaData()
    there.reflect(connection)
    strange = manifest.rows.keys() - there.tables.keys()
    if strange:
        raise NotRestored(
            said("tables %(tables)s are no tables of hotseat", tables=", ".join(sorted(strange)))
        )
    return [table for table in there.sorted_tables if table.name in manifest.rows]


def _with_secrets(
    rows: Iterator[dict[str, Any]], table: Table, kept: Kept, new: list[str]
) -> Iterator[dict[str, Any]]:
    makers = SECRET_COLUMNS.get(table.name, {})
    for row in rows:
        for secret_column, make in makers.items():
            if secret_column not in row:
                key = tuple(row[column.name] for column in table.primary_key)
                secret = kept.get((table.name, secret_column, key))
                if secret is None:
                    secret = make()
                    new.append(f"{table.name} {' '.join(map(str, key))}")
                row[secret_column] = secret
        yield row


def _load(
    connection: Connection,
    table: Table,
    rows: Iterator[dict[str, Any]],
    total: int,
    progress: Progress,
) -> None:
    done, sounds = 0, _sounds(table)
    while batch := list(islice(rows, _at_once(table))):
        for row in batch:
            row.update({name: _bytes(row[name], table.name) for name in sounds})
        connection.execute(insert(table), batch)
        done += len(batch)
        progress(table.name, done, total)


def _bytes(written: object, table: str) -> bytes:
    try:
        return b64decode(str(written), validate=True)
    except ValueError as error:
        what = said(
            "a sound in %(member)s is no Base64: %(why)s", member=f"{table}.jsonl", why=str(error)
        )
        raise NotRestored(what) from error


def _set_sequences(connection: Connection) -> None:
    """PostgreSQL counts ids in a sequence, which does not see what was inserted with an id."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            quoted = connection.dialect.identifier_preparer.format_table(table)
            sequence = func.pg_get_serial_sequence(quoted, column.name)
            connection.execute(select(func.setval(sequence, func.max(column))))


def _note_new_secrets(connection: Connection, new_secrets: list[str], now: Millis) -> None:
    """As a rotation does: the server re-renders the phones when the revision changes."""
    last = connection.scalar(select(func.max(ConfigRevision.revision))) or 0
    changes = [f"~ {owner}: new secret" for owner in new_secrets]
    connection.execute(
        insert(ConfigRevision).values(revision=last + 1, applied_at=now, changes=changes)
    )
