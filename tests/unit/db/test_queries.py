"""Questions that are asked at every start or every minute use an index among millions of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from hotseat.db.engine import reading
from hotseat.db.queries import journal_rows, last_journal_id, open_calls, recent_calls
from hotseat.db.snapshot import current_revision


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (open_calls, "call_open"),
        (recent_calls, "call_by_arrival"),
        (lambda session: recent_calls(session, since=5), "call_by_arrival"),
        (lambda session: recent_calls(session, call="C1"), "sqlite_autoindex_call_1"),
        (lambda session: journal_rows(session, call="C1"), "journal_by_call"),
        (journal_rows, "SCAN journal"),
        (lambda session: journal_rows(session, after=5), "INTEGER PRIMARY KEY"),
        (last_journal_id, "SEARCH journal"),
        (current_revision, "SEARCH config_revision"),
    ],
)
def test_a_question_is_answered_by_an_index(
    engine: Engine, ask: Callable[[Session], object], index: str
) -> None:
    """And nothing is sorted."""
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
        plan = [
            row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert index in " ".join(plan)
    assert not [step for step in plan if "TEMP B-TREE FOR ORDER BY" in step]
