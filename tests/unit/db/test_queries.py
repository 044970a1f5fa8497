"""Questions that are asked at every start or every minute use an index among millions of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from hotseat.db.engine import reading
from hotseat.db.queries import journal_rows, last_journal_id, open_calls, recent_calls
from hotseat.db.reports import call_backs
from hotseat.db.snapshot import current_revision, last_placed


@pytest.mark.parametrize(
    ("ask", "by_sqlite", "by_postgresql"),
    [
        (open_calls, "call_open", "call_open"),
        (recent_calls, "call_by_arrival", "call_by_arrival"),
        (
            lambda session: recent_calls(session, since=5),
            "call_by_arrival",
            "call_by_arrival",
        ),
        (lambda session: recent_calls(session, call="C1"), "sqlite_autoindex_call_1", "pk_call"),
        (lambda session: journal_rows(session, call="C1"), "journal_by_call", "journal_by_call"),
        (journal_rows, "SCAN journal", "Scan Backward using pk_journal"),
        (
            lambda session: journal_rows(session, after=5),
            "INTEGER PRIMARY KEY",
            "Scan using pk_journal",
        ),
        (
            lambda session: journal_rows(session, limit=1, kinds=["switch_up"]),
            "journal_switch_up",
            "Scan Backward using journal_switch_up",
        ),
        (last_placed, "journal_placed", "journal_placed"),
        (
            lambda session: call_backs(session, 5, 9),
            "journal_called_back",
            "journal_called_back",
        ),
        (last_journal_id, "SEARCH journal", "Scan Backward using pk_journal"),
        (current_revision, "SEARCH config_revision", "Scan Backward using pk_config_revision"),
    ],
)
def test_a_question_is_answered_by_an_index(
    engine: Engine, ask: Callable[[Session], object], by_sqlite: str, by_postgresql: str
) -> None:
    """And what a LIMIT cuts is not sorted before."""
    asked: list[tuple[str, Any]] = []
    event.listen(
        engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, values, *rest: asked.append((statement, values)),
    )
    with reading(engine) as session:
        ask(session)
    statement, values = next(one for one in asked if one[0].startswith("SELECT"))
    with engine.connect() as connection:
        explain = {"sqlite": explained_by_sqlite, "postgresql": explained_by_postgresql}
        plan = explain[engine.dialect.name](connection, statement, values)
    used = {"sqlite": by_sqlite, "postgresql": by_postgresql}[engine.dialect.name]
    assert used in " ".join(plan)
    assert not [step for step in plan if "TEMP B-TREE FOR ORDER BY" in step]


def explained_by_sqlite(connection: Connection, statement: str, values: Any) -> list[str]:
    """The steps of its plan."""
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    return [row[3] for row in rows]


def explained_by_postgresql(connection: Connection, statement: str, values: Any) -> list[str]:
    """The steps of its plan if it thinks the tables are large, which are empty here."""
    for way in ("enable_seqscan", "enable_bitmapscan"):
        connection.exec_driver_sql(f"SET LOCAL {way} = off")
    return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
