"""Call-backs in the database: asked once, tried once, taken by one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine

from hotseat.callbacks import Callback, CallbackTried, IllegalStep, Result, State
from hotseat.db.audit import Author, audit_rows
from hotseat.db.callbacks import (
    CallbacksWanted,
    NoSuchCallback,
    callback_of,
    change_audited,
    change_callback,
    count_callbacks,
    find_callbacks,
)
from hotseat.db.engine import reading, writing
from hotseat.db.writes import Entry, write
from hotseat.history import CallbackAsked

T = 1_800_000_000_000


def put(engine: Engine, *entries: Entry) -> None:
    """One batch."""
    with writing(engine) as session:
        write(session, entries)


def asked(call: str, at: int = T, queue: str = "consult", recording: str = "") -> CallbackAsked:
    """What a caller leaves behind."""
    return CallbackAsked(call, at, queue, "+8613800138000", "zh", recording)


def kept(engine: Engine, call: str) -> Callback:
    """As a reader sees it."""
    with reading(engine) as session:
        found = callback_of(session, call)
    assert found is not None
    return found


def found(engine: Engine, newest_first: bool = False, **wanted: object) -> list[str]:
    """Names, in order; as many as are counted."""
    conditions = CallbacksWanted(**wanted)  # type: ignore[arg-type]
    with reading(engine) as session:
        rows = find_callbacks(session, conditions, limit=10, newest_first=newest_first)
        assert count_callbacks(session, conditions) == len(rows)
    return [row.call for row in rows]


def test_a_request_is_open_and_nobodys(engine: Engine) -> None:
    put(engine, asked("C1", recording="message-C1"))
    put(engine, asked("C1", at=T + 9))  # replayed
    assert kept(engine, "C1") == Callback("C1", T, "consult", "+8613800138000", "zh", "message-C1")


def test_the_oldest_promise_comes_first(engine: Engine) -> None:
    put(engine, asked("C1"), asked("C2", T + 1, "complaint"), asked("C3", T + 2, recording="m"))
    with writing(engine) as session:
        change_callback(session, "C1", lambda one: one.take("1001"))
        change_callback(session, "C1", lambda one: one.later(Result.BUSY, T + 50, ""))
    assert found(engine) == ["C2", "C3", "C1"]
    assert found(engine, newest_first=True) == ["C1", "C3", "C2"]
    assert found(engine, queues={"consult"}) == ["C3", "C1"]
    assert found(engine, queues=set()) == []
    assert found(engine, states=[State.TAKEN], taken_by="1001") == ["C1"]
    assert found(engine, taken_by="1002") == []
    assert found(engine, with_message=True) == ["C3"]


def test_a_try_counts_once_however_often_it_is_written(engine: Engine) -> None:
    put(engine, asked("C1"))
    second = CallbackTried("C1", T + 20, 2, "busy", T + 90)
    put(engine, CallbackTried("C1", T + 10, 1, "no answer", T + 60), second)
    put(engine, CallbackTried("C1", T + 10, 1, "no answer", T + 60))  # replayed
    now = kept(engine, "C1")
    assert (now.tries, now.tried_at, now.result) == (2, T + 20, Result.BUSY)
    assert (now.next_try_at, now.state) == (T + 90, State.OPEN)


def test_a_try_that_is_written_late_leaves_what_was_closed(engine: Engine) -> None:
    put(engine, asked("C1"))
    with writing(engine) as session:
        change_callback(session, "C1", lambda one: one.take("1001"))
        change_callback(session, "C1", lambda one: one.finish(Result.REFUSED, "no calls", T + 5))
    put(engine, CallbackTried("C1", T + 4, 1, "busy", T + 60))
    now = kept(engine, "C1")
    assert (now.tries, now.result, now.next_try_at) == (1, Result.REFUSED, None)
    assert (now.state, now.note, now.done_at) == (State.DONE, "no calls", T + 5)


def test_of_two_who_take_it_at_once_one_has_it(engine: Engine) -> None:
    put(engine, asked("C1"))
    together = Barrier(2)

    def take(agent: str) -> str:
        together.wait()
        with writing(engine) as session:
            try:
                change_callback(session, "C1", lambda one: one.take(agent))
            except IllegalStep as error:
                return str(error)
        return agent

    with ThreadPoolExecutor(2) as both:
        said = set(both.map(take, ["1001", "1002"]))
    taken_by = kept(engine, "C1").taken_by
    assert taken_by in said
    assert said - {taken_by} == {f"call-back C1 is taken by {taken_by}: impossible to take it"}


def test_a_step_is_audited_in_its_own_transaction_and_only_if_it_changes_something(
    engine: Engine,
) -> None:
    put(engine, asked("C1"))
    for now in (T + 1, T + 2):
        with writing(engine) as session:
            change_audited(
                session,
                "C1",
                lambda one: one.take("1001"),
                by=Author("mei", ""),
                now=now,
                done="taken",
            )
    with reading(engine) as session:
        (row,) = audit_rows(session, limit=9)
    assert (row.login, row.at, row.what, row.done) == ("mei", T + 1, "call-back C1", "taken")
    assert row.before is not None
    assert row.after is not None
    assert (row.before["taken_by"], row.after["taken_by"]) == (None, "1001")
    assert "13800138000" not in str(row)


def test_what_nobody_asked_for_cannot_be_changed(engine: Engine) -> None:
    with pytest.raises(NoSuchCallback, match="no call-back C9"), writing(engine) as session:
        change_callback(session, "C9", lambda one: one.take("1001"))
