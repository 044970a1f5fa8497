"""`hotseat backup` and `hotseat restore`."""

from __future__ import annotations

import time
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from hotseat.backup.archive import ArchiveUnreadable
from hotseat.backup.database import NotRestored, Progress
from hotseat.backup.database import backup as write_backup
from hotseat.backup.database import restore as restore_backup
from hotseat.config import Settings
from hotseat.control_client import NotRunning, Refused, ask
from hotseat.db.commands import opened
from hotseat.db.engine import open_engine, reason_of
from hotseat.db.spool import left_over, spool_file
from hotseat.terminal import as_json, fail, settings_or_exit, show


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-secrets", is_flag=True, help="Put the phones' SIP secrets in as well.")
@as_json
def backup(file: Path, with_secrets: bool, json_: bool) -> None:
    """Write the whole database to FILE: the site, its revisions, seats, calls, journal.

    As it is at one moment, while the server goes on. FILE is a zip of JSON lines, readable by its
    owner only (customers' numbers are in it), and fits SQLite and PostgreSQL alike.

    Without --with-secrets the phones' secrets are left out: a restore keeps those that it finds in
    the database and makes new ones for the other phones. Take --with-secrets for a move to another
    database, and keep that file like a password.

    \b
    Examples:
      hotseat backup hotline-2026-11-21.zip
      hotseat backup --with-secrets move.zip
    """
    if file.exists():
        fail(f"{file} is there already; name a new file")
    with opened() as engine:
        try:
            manifest = write_backup(
                engine, file, with_secrets=with_secrets, now=_now(), progress=_progress(json_)
            )
        except OSError as error:
            fail(f"{file}: {error.strerror}")
    if left := left_over(spool_file(settings_or_exit().state)):
        click.echo(f"not in it: {left:,} entries of the journal's spool", err=True)
    count = sum(manifest.rows.values())
    secrets = "with the phones' secrets" if with_secrets else "without secrets"
    show(json_, manifest.model_dump(), f"{file}: {count:,} rows, {secrets}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of all that is there.")
@click.option(
    "--spool",
    type=click.Choice(["replay", "aside"]),
    help="What becomes of history that no database took while it was away.",
)
@as_json
def restore(file: Path, replace: bool, spool: str | None, json_: bool) -> None:
    """Make the database what it was when FILE was written by `hotseat backup`.

    All of it, or nothing. Tables are made where there are none, and backups of an older hotseat are
    brought up to date. Stop the server first. What is in the database is lost: without --replace
    only an empty one is taken.

    A server whose database was away may have left history in journal.spool, newer than the backup:
    with --spool replay the next server writes it on top of FILE, with --spool aside the file is
    renamed and stays out.

    \b
    To move from SQLite to PostgreSQL:
      hotseat backup --with-secrets move.zip
      HOTSEAT_DATABASE=postgresql+psycopg://… hotseat restore move.zip
    """
    settings = settings_or_exit()
    if _serving(settings):
        fail("the server is running; stop it first (its callers hear music meanwhile)")
    spooled = spool_file(settings.state)
    left = left_over(spooled)
    if left and spool is None:
        fail(
            f"nothing is changed: {spooled} holds {left:,} entries of history that no database "
            "took; --spool replay has the next server write them on top of the backup, "
            "--spool aside keeps them out"
        )
    engine = open_engine(settings.database)
    try:
        restored = restore_backup(
            engine, file, replace=replace, now=_now(), progress=_progress(json_)
        )
    except (NotRestored, ArchiveUnreadable) as error:
        fail(f"nothing is changed: {error}")
    except (SQLAlchemyError, OSError) as error:
        fail(f"nothing is changed: {engine.url.render_as_string()}: {reason_of(error)}")
    finally:
        engine.dispose()
    rows = restored.manifest.rows
    said = [f"{sum(rows.values()):,} rows are back"]
    if left and spool == "aside":
        kept = spooled.with_suffix(f".spool-{_now()}")
        spooled.rename(kept)
        said.append(f"{left:,} entries of history are not: they are in {kept}")
    if restored.new_secrets:
        said.append("These have a new secret, which has to be given to them before they can ring")
        said.append("(`hotseat phone secret PHONE --show`): " + ", ".join(restored.new_secrets))
    said.append("Next: `hotseat asterisk render`, then start the server.")
    show(json_, {"rows": rows, "new_secrets": list(restored.new_secrets)}, "\n".join(said))


def _serving(settings: Settings) -> bool:
    try:
        ask(settings, "status")
    except NotRunning:
        return False
    except Refused:
        pass
    return True


def _progress(json_: bool) -> Progress:
    """Tells a person every two seconds how far it is."""
    told = time.monotonic()

    def tell(table: str, done: int, total: int) -> None:
        nonlocal told
        if not json_ and time.monotonic() - told > 2:
            told = time.monotonic()
            click.echo(f"  {table}: {done:,} of {total:,}", err=True)

    return tell


def _now() -> int:
    return time.time_ns() // 1_000_000
