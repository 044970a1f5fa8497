"""The file of a backup: a zip with `manifest.json` and one `TABLE.jsonl` for each table.

A line is one row as a JSON object, column -> value, so that any program can read it and either
database can take it; sounds are in Base64. The manifest comes last and a zip ends with its list of
contents: a file that was cut off is never taken for a whole one, and every member carries a
checksum.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from pydantic import BaseModel, ValidationError

from acd.types import Millis
from words import said

FORMAT = "hotseat backup 1"
MANIFEST = "manifest.json"

Row = Mapping[str, Any]


class ArchiveUnreadable(Exception):
    """The file is no backup, or a broken one; the text says where."""


class Manifest(BaseModel):
    """What the file says of itself."""

    format: str
    tables_version: str
    """The version of the tables that it was made of."""
    taken_at: Millis
    with_secrets: bool
    rows: dict[str, int]
    """table -> how many."""


class ArchiveWriter:
    """Writes beside `path`, and takes its place when everything is on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")

    def __enter__(self) -> Self:
        # Customers' numbers are in it, if not secrets.
        handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._zip = ZipFile(self._file, "w", ZIP_DEFLATED, compresslevel=4)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._zip.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            if error is None:
                self._part.rename(self._path)
        finally:
            self._file.close()
            self._part.unlink(missing_ok=True)

    def write(self, table: str, rows: Iterable[Row]) -> int:
        """Write a table; returns how many rows it had. Raises OSError."""
        count = 0
        with self._zip.open(f"{table}.jsonl", "w", force_zip64=True) as file:
            for row in rows:
                file.write(json.dumps(row).encode("ascii") + b"\n")
                count += 1
        return count

    def finish(self, manifest: Manifest) -> None:
        """The last thing to write."""
        self._zip.writestr(MANIFEST, manifest.model_dump_json(indent=2))


class ArchiveReader:
    """Reads what ArchiveWriter wrote. Raises ArchiveUnreadable, also while rows are read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        try:
            self._zip = ZipFile(self._path)
        except OSError as error:
            raise ArchiveUnreadable(f"{self._path}: {error.strerror}") from error
        except BadZipFile as error:
            what = said(
                "%(file)s: no backup, or cut off: %(why)s", file=str(self._path), why=str(error)
            )
            raise ArchiveUnreadable(what) from error
        with suppress(KeyError, ValidationError, BadZipFile, zlib.error):
            self.manifest = Manifest.model_validate_json(self._zip.read(MANIFEST))
            if self.manifest.format == FORMAT:
                return self
        self._zip.close()
        raise ArchiveUnreadable(
            said('%(file)s: no manifest of a "%(format)s"', file=str(self._path), format=FORMAT)
        )

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a table, as many as the manifest says."""
        count = 0
        try:
            with self._zip.open(f"{table}.jsonl") as file:
                for line in file:
                    row = json.loads(line)
                    if not isinstance(row, dict):
                        raise ValueError(said("a line is no object"))
                    count += 1
                    yield row
        except (KeyError, BadZipFile, ValueError, EOFError, zlib.error) as error:
            what = said(
                "%(file)s: %(member)s is broken after row %(n)s: %(why)s",
                file=str(self._path),
                member=f"{table}.jsonl",
                n=count,
                why=str(error),
            )
            raise ArchiveUnreadable(what) from error
        if count != self.manifest.rows[table]:
            raise ArchiveUnreadable(
                said(
                    "%(file)s: %(member)s has %(n)s rows, the manifest says %(wanted)s",
                    file=str(self._path),
                    member=f"{table}.jsonl",
                    n=count,
                    wanted=self.manifest.rows[table],
                )
            )
