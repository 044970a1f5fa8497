"""What a new server reads of the day so far."""

from __future__ import annotations

from sqlalchemy import Engine

from acd.stats import Ended
from acd.types import Millis
from hotseat.db.engine import reading, writing
from hotseat.db.queries import ended_since
from hotseat.db.writes import write
from hotseat.history import CallChanged


def call(
    name: str, arrived: Millis, outcome: str | None, wait: Millis | None, ended: Millis = 5_000
) -> CallChanged:
    queue = None if wait is None else "consult"
    fields = {
        "arrived_at": arrived,
        "queue": queue,
        "outcome": outcome,
        "ended_at": None if outcome is None else ended,
        "wait_ms": wait,
        "in_time": None if wait is None else wait <= 10,
    }
    return CallChanged(name, arrived, fields)


def test_ended_calls_are_summed_by_queue_and_outcome(engine: Engine) -> None:
    with writing(engine) as session:
        write(
            session,
            [
                call("yesterday", 999, "answered", 5),
                call("a", 1_000, "answered", 10),
                call("b", 1_001, "answered", 20),
                call("c", 1_002, "abandoned", 7),
                call("ended since", 1_002, "answered", 9, ended=5_001),
                call("goes on", 1_003, None, 3),
                call("pressed nothing", 1_004, "menu", None),
            ],
        )
    with reading(engine) as session:
        found = ended_since(session, 1_000, 5_000)
    assert sorted(found, key=str) == [
        Ended("abandoned", "consult", 7, 1, 1),
        Ended("answered", "consult", 30, 2, 1),
        Ended("menu", None, 0, 1),
    ]
