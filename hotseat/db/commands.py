"""`hotseat db`, `hotseat calls`, `hotseat journal`: the tables, and what they remember."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hotseat.db.engine import open_engine, reading, reason_of
from hotseat.db.migrations import DatabaseNotReady, require_current, upgrade
from hotseat.db.queries import journal_rows, open_calls, recent_calls
from hotseat.db.snapshot import SiteUnreadable, site_now
from hotseat.history import CallRow, JournalRow, Outcome
from hotseat.operation.terms import term
from hotseat.tables import span, table
from hotseat.terminal import Ago, as_json, fail, moment, settings_or_exit, show, tell
from words import said


@contextmanager
def opened() -> Iterator[Engine]:
    """The instance's database with its tables as they should be, or a clear end."""
    engine = open_engine(settings_or_exit().database)
    try:
        require_current(engine)
        yield engine
    except (DatabaseNotReady, SiteUnreadable) as error:
        fail(str(error))
    except SQLAlchemyError as error:
        fail(f"{engine.url.render_as_string()}: {reason_of(error)}")
    finally:
        engine.dispose()


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
@as_json
def upgrade_command(json_: bool) -> None:
    """Make the tables, or bring those of an older hotseat up to date.

    Nothing is lost and it can be repeated. Stop the server first.

    \b
    Example:
      hotseat db upgrade
    """
    engine = open_engine(settings_or_exit().database)
    try:
        before, now = upgrade(engine)
    except (SQLAlchemyError, OSError) as error:
        fail(f"{engine.url.render_as_string()}: {reason_of(error)}")
    finally:
        engine.dispose()
    if before == now:
        told = said("the tables are of version %(now)s", now=now)
    elif before is None:
        told = said("the tables are of version %(now)s, all of them new", now=now)
    else:
        told = said("the tables are of version %(now)s, were %(before)s", now=now, before=before)
    show(json_, {"before": before, "now": now}, told)


def _since(span_ms: int | None) -> int | None:
    return None if span_ms is None else time.time_ns() // 1_000_000 - span_ms


def _zone(session: Session) -> ZoneInfo:
    """The clocks of the site."""
    return ZoneInfo(site_now(session).time_zone)


@click.command()
@click.argument("call", required=False)
@click.option("-n", "--limit", type=click.IntRange(1), default=20, help="How many (20).")
@click.option("--queue", help="Only calls of this queue.")
@click.option("--seat", help="Only calls of this agent.")
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    type=click.Choice([outcome.value for outcome in Outcome]),
    help="Only calls that came out so; may be repeated.",
)
@click.option("--since", type=Ago(), help="Only calls that arrived in this span: 30s, 10m, 2h, 7d.")
@click.option("--open", "open_", is_flag=True, help="Only calls that go on.")
@as_json
def calls(
    call: str | None,
    limit: int,
    queue: str | None,
    seat: str | None,
    outcomes: tuple[str, ...],
    since: int | None,
    open_: bool,
    json_: bool,
) -> None:
    """Show calls, the newest first: who, where to, how long, how they ended.

    \b
    Examples:
      hotseat calls
      hotseat calls --open
      hotseat calls --queue complaint --outcome abandoned --since 2h
      hotseat calls 01JCXW5T0Q3N5D1B8A0K2V7M4R --json
    """
    with opened() as engine, reading(engine) as session:
        if open_:
            found = open_calls(session)
        else:
            found = recent_calls(
                session,
                limit=limit,
                since=_since(since),
                call=call,
                queue=queue,
                seat=seat,
                outcomes=[Outcome(outcome) for outcome in outcomes],
            )
        zone = _zone(session)
    show(json_, [_plain(row) for row in found], _calls_table(found, zone) or said("no calls"))


def _calls_table(found: list[CallRow], zone: ZoneInfo) -> str:
    heads = (
        *(said("call"), said("arrived"), said("caller"), said("dialled"), said("queue")),
        *(said("waited"), said("seat"), said("talked"), said("offers"), said("outcome")),
        said("ended by"),
    )
    return table(
        [tell(head) for head in heads],
        [
            (
                row.id,
                moment(row.arrived_at, zone),
                row.caller,
                row.number,
                row.queue,
                span(row.wait_ms),
                row.seat,
                span(row.talk_ms),
                row.offers,
                tell(_outcome(row)),
                tell(term(row.ended_by.value)) if row.ended_by else None,
            )
            for row in found
        ],
    )


def _outcome(row: CallRow) -> str:
    if row.outcome is None:
        return term("open")
    outcome = term(row.outcome.value)
    return said("%(outcome)s (estimated)", outcome=outcome) if row.estimated else outcome


@click.command()
@click.option("-n", "--limit", type=click.IntRange(1), default=40, help="How many (40).")
@click.option("--call", help="Only rows of this call.")
@click.option("--seat", help="Only rows of this agent.")
@click.option("--kind", "kinds", multiple=True, help="Only rows of this kind; may be repeated.")
@click.option("--since", type=Ago(), help="Only rows of this span: 30s, 10m, 2h, 7d.")
@click.option("--after", type=int, metavar="ID", help="The rows right after this one, to read on.")
@as_json
def journal(
    limit: int,
    call: str | None,
    seat: str | None,
    kinds: tuple[str, ...],
    since: int | None,
    after: int | None,
    json_: bool,
) -> None:
    """Show what happened, step by step, the newest last.

    \b
    Examples:
      hotseat journal
      hotseat journal --call 01JCXW5T0Q3N5D1B8A0K2V7M4R
      hotseat journal --seat 1001 --since 1h
      hotseat journal --kind offered --kind failed -n 200 --json
    """
    with opened() as engine, reading(engine) as session:
        found = journal_rows(
            session,
            limit=limit,
            call=call,
            seat=seat,
            kinds=kinds,
            since=_since(since),
            after=after,
        )
        zone = _zone(session)
    show(json_, [_plain(row) for row in found], _journal_table(found, zone) or said("nothing yet"))


def _journal_table(found: list[JournalRow], zone: ZoneInfo) -> str:
    heads = (
        *(said("at"), said("kind"), said("call"), said("seat"), said("queue")),
        said("facts"),
    )
    return table(
        [tell(head) for head in heads],
        [
            (
                moment(row.at, zone),
                _kind(row),
                row.call,
                row.seat,
                row.queue,
                "  ".join(f"{name}={fact}" for name, fact in row.facts.items()),
            )
            for row in found
        ],
    )


def _kind(row: JournalRow) -> str:
    """The word by which rows are asked for; in another language what it means stands beside."""
    meaning = tell(term(row.kind))
    return row.kind if meaning == row.kind else f"{row.kind} {meaning}"


def _plain(row: CallRow | JournalRow) -> dict[str, Any]:
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in asdict(row).items()
    }
