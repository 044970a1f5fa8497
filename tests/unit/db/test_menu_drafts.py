"""Drafts of menus: every step can be undone and done again, exactly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from hotseat.db.engine import open_engine, reading, writing
from hotseat.db.menu_drafts import (
    KEPT,
    DraftChanged,
    Drafted,
    begin,
    drafted,
    drop,
    edit,
    go,
    menus_drafted,
)
from tests.databases import PostgreSQLDatabases
from tests.unit.db.test_pool import make_impatient

T = 1_800_000_000_000


def document(n: int) -> dict[str, Any]:
    """One that can be told from others."""
    return {"start": f"s{n}", "nodes": {f"s{n}": {"hang_up": []}}}


def draft(engine: Engine) -> Drafted:
    """As it stands."""
    with reading(engine) as session:
        found = drafted(session, "main")
    assert found is not None
    return found


def version(session: Session) -> str:
    """Of the draft as it stands."""
    found = drafted(session, "main")
    assert found is not None
    return found.version


@pytest.fixture
def begun(engine: Engine) -> Engine:
    """A draft at step 0."""
    with writing(engine) as session:
        begin(session, "main", document(0), based_on=3, login="mei", now=T)
    return engine


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25
)
@given(st.lists(st.sampled_from(["edit", "undo", "redo"]), max_size=20))
def test_undo_restores_exactly(engine: Engine, does: list[str]) -> None:
    """Whatever was done: the draft is what a list of documents with a place in it says."""
    known, at = [document(0)], 0
    with writing(engine) as session:
        if (left := drafted(session, "main")) is not None:
            drop(session, "main", seen=left.version)
        begin(session, "main", document(0), based_on=3, login="mei", now=T)
    for n, do in enumerate(does, start=1):
        with writing(engine) as session:
            if do == "edit":
                edit(session, "main", document(n), seen=version(session), login="mei", now=T + n)
                known[at + 1 :] = [document(n)]
                at += 1
            elif do == "undo" and at:
                go(session, "main", -1, seen=version(session))
                at -= 1
            elif do == "redo" and at + 1 < len(known):
                go(session, "main", 1, seen=version(session))
                at += 1
        found = draft(engine)
        assert (found.document, found.step, found.last) == (known[at], at, len(known) - 1)


def test_two_who_edit_at_once(begun: Engine) -> None:
    """The second is told, and nothing is lost."""
    seen = draft(begun).version
    with writing(begun) as session:
        edit(session, "main", document(1), seen=seen, login="mei", now=T)
    with pytest.raises(DraftChanged), writing(begun) as session:
        edit(session, "main", document(2), seen=seen, login="li", now=T)
    with pytest.raises(DraftChanged), writing(begun) as session:
        go(session, "main", 1, seen=version(session))
    with pytest.raises(DraftChanged), writing(begun) as session:
        begin(session, "main", document(2), based_on=4, login="li", now=T)
    assert draft(begun).document == document(1)
    assert draft(begun).login == "mei"


def test_no_two_states_are_taken_for_each_other(begun: Engine) -> None:
    """Undone and edited anew, a draft is at the same step as before; undone again, it leads on to
    another one."""
    with writing(begun) as session:
        known = [version(session)]
        for n in (1, 2):
            edit(session, "main", document(n), seen=known[-1], login="mei", now=T)
            edited = version(session)
            go(session, "main", -1, seen=edited)
            known += [edited, version(session)]
            go(session, "main", 1, seen=known[-1])
            assert version(session) == edited
            go(session, "main", -1, seen=edited)
    assert len(set(known)) == 5


def test_what_was_seen_is_the_draft_of_then(begun: Engine) -> None:
    """Thrown away and begun anew from another revision, it is another draft."""
    seen = draft(begun).version
    with writing(begun) as session:
        drop(session, "main", seen=seen)
        begin(session, "main", document(0), based_on=4, login="mei", now=T)
    with pytest.raises(DraftChanged), writing(begun) as session:
        edit(session, "main", document(1), seen=seen, login="li", now=T)


def test_a_draft_that_went_on_is_not_dropped(begun: Engine) -> None:
    """Nor is one that there is not: somebody else was faster."""
    seen = draft(begun).version
    with writing(begun) as session:
        edit(session, "main", document(1), seen=seen, login="mei", now=T)
    with pytest.raises(DraftChanged), writing(begun) as session:
        drop(session, "main", seen=seen)
    seen = draft(begun).version
    assert draft(begun).document == document(1)
    with writing(begun) as session:
        drop(session, "main", seen=seen)
    with pytest.raises(DraftChanged), writing(begun) as session:
        drop(session, "main", seen=seen)


def test_undo_tells_what_it_changed(begun: Engine) -> None:
    """For the audit."""
    with writing(begun) as session:
        edit(session, "main", document(1), seen=version(session), login="mei", now=T)
        assert go(session, "main", -1, seen=version(session)) == (document(1), document(0))


def test_who_edits_waits_for_who_is_at_it(begun: Engine, url: str) -> None:
    """What was seen is compared with what the other leaves, not with what he found."""
    impatient = open_engine(url)
    event.listen(impatient, "connect", make_impatient)
    seen = draft(begun).version
    with writing(begun) as first:
        edit(first, "main", document(1), seen=seen, login="mei", now=T)
        with pytest.raises(OperationalError, match="lock"), writing(impatient) as second:
            go(second, "main", 1, seen=seen)
    with pytest.raises(DraftChanged), writing(impatient) as second:
        edit(second, "main", document(2), seen=seen, login="li", now=T)
    impatient.dispose()


def test_two_who_begin_at_once(postgresql: PostgreSQLDatabases) -> None:
    """The second is told; SQLite lets only one write anyway."""
    engine = open_engine(postgresql.tables())

    def faster(_session: Session, _context: object, _rows: object) -> None:
        with writing(engine) as other:
            begin(other, "main", document(1), based_on=3, login="li", now=T)

    with pytest.raises(DraftChanged), writing(engine) as session:  # noqa: PT012
        event.listen(session, "before_flush", faster, once=True)
        begin(session, "main", document(2), based_on=3, login="mei", now=T)
    assert draft(engine).document == document(1)
    engine.dispose()


def test_old_steps_are_dropped(begun: Engine) -> None:
    """A draft that lives for weeks does not fill the database."""
    with writing(begun) as session:
        for n in range(KEPT + 10):
            edit(session, "main", document(n), seen=version(session), login="mei", now=T)
    found = draft(begun)
    assert found.last - found.first == KEPT


def test_a_draft_is_dropped_whole(begun: Engine) -> None:
    """And may be begun anew."""
    with writing(begun) as session:
        assert menus_drafted(session) == ["main"]
        assert drop(session, "main", seen=version(session)) == document(0)
        assert drafted(session, "main") is None
        begin(session, "main", document(5), based_on=4, login="li", now=T)
    assert draft(begun).based_on == 4
