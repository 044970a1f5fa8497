"""`hotseat backup` and `hotseat restore`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NoReturn

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
from hotseat.terminal import as_json, fail, settings_or_exit, show, tell
from words import said


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
        fail(said("%(file)s is there already; name a new file", file=str(file)))
    with opened() as engine:
        try:
            manifest = write_backup(
                engine, file, with_secrets=with_secrets, now=_now(), progress=_progress(json_)
            )
        except OSError as error:
            fail(f"{file}: {error.strerror}")
    if left := left_over(spool_file(settings_or_exit().state)):
        spooled = said("not in it: %(n)s entries of the journal's spool", n=f"{left:,}")
        click.echo(tell(spooled), err=True)
    whole = said(
        "%(file)s: %(n)s rows, %(secrets)s",
        file=str(file),
        n=f"{sum(manifest.rows.values()):,}",
        secrets=said("with the phones' secrets") if with_secrets else said("without secrets"),
    )
    show(json_, manifest.model_dump(), whole)


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
        fail(said("the server is running; stop it first (its callers hear music meanwhile)"))
    spooled = spool_file(settings.state)
    left = left_over(spooled)
    if left and spool is None:
        _nothing_changed(
            said(
                "%(file)s holds %(n)s entries of history that no database took;"
                " --spool replay has the next server write them on top of the backup,"
                " --spool aside keeps them out",
                file=str(spooled),
                n=f"{left:,}",
            )
        )
    engine = open_engine(settings.database)
    try:
        restored = restore_backup(
            engine, file, replace=replace, now=_now(), progress=_progress(json_)
        )
    except (NotRestored, ArchiveUnreadable) as error:
        _nothing_changed(str(error))
    except (SQLAlchemyError, OSError) as error:
        _nothing_changed(f"{engine.url.render_as_string()}: {reason_of(error)}")
    finally:
        engine.dispose()
    rows = restored.manifest.rows
    told = [said("%(n)s rows are back", n=f"{sum(rows.values()):,}")]
    if left and spool == "aside":
        kept = spooled.with_suffix(f".spool-{_now()}")
        spooled.rename(kept)
        told.append(
            said(
                "%(n)s entries of history are not: they are in %(file)s",
                n=f"{left:,}",
                file=str(kept),
            )
        )
    if restored.new_secrets:
        told.append(
            said(
                "These have a new secret, which has to be given to them before they can ring\n"
                "(`%(command)s`): %(phones)s",
                command="hotseat phone secret PHONE --show",
                phones=", ".join(restored.new_secrets),
            )
        )
    told.append(
        said("Next: `%(command)s`, then start the server.", command="hotseat asterisk render")
    )
    result = {"rows": rows, "new_secrets": list(restored.new_secrets)}
    show(json_, result, "\n".join(map(tell, told)))


def _nothing_changed(why: str) -> NoReturn:
    fail(said("nothing is changed: %(why)s", why=why))


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
    last = time.monotonic()

    def progress(table: str, done: int, total: int) -> None:
        nonlocal last
        if not json_ and time.monotonic() - last > 2:
            last = time.monotonic()
            click.echo(f"  {table}: {done:,} / {total:,}", err=True)

    return progress


def _now() -> int:
    return time.time_ns() // 1_000_000
