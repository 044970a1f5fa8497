"""Drafts of menus: every step can be undone and done again, exactly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from hotseat.db.engine import reading, writing
from hotseat.db.menu_drafts import (
    KEPT,
    DraftChanged,
    Drafted,
    begin,
    drafted,
    drop,
    edit,
    go_to,
    menus_drafted,
)

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
        drop(session, "main")
        begin(session, "main", document(0), based_on=3, login="mei", now=T)
    for n, do in enumerate(does, start=1):
        with writing(engine) as session:
            if do == "edit":
                edit(session, "main", document(n), seen=at, login="mei", now=T + n)
                known[at + 1 :] = [document(n)]
                at += 1
            elif do == "undo" and at:
                go_to(session, "main", at - 1, seen=at)
                at -= 1
            elif do == "redo" and at + 1 < len(known):
                go_to(session, "main", at + 1, seen=at)
                at += 1
        found = draft(engine)
        assert (found.document, found.step, found.last) == (known[at], at, len(known) - 1)


def test_two_who_edit_at_once(begun: Engine) -> None:
    """The second is told, and nothing is lost."""
    with writing(begun) as session:
        edit(session, "main", document(1), seen=0, login="mei", now=T)
    with pytest.raises(DraftChanged), writing(begun) as session:
        edit(session, "main", document(2), seen=0, login="li", now=T)
    with pytest.raises(DraftChanged), writing(begun) as session:
        go_to(session, "main", 2, seen=1)
    with pytest.raises(DraftChanged), writing(begun) as session:
        begin(session, "main", document(2), based_on=4, login="li", now=T)
    assert draft(begun).document == document(1)
    assert draft(begun).login == "mei"


def test_old_steps_are_dropped(begun: Engine) -> None:
    """A draft that lives for weeks does not fill the database."""
    with writing(begun) as session:
        for n in range(KEPT + 10):
            edit(session, "main", document(n), seen=n, login="mei", now=T)
    found = draft(begun)
    assert found.last - found.first == KEPT


def test_a_draft_is_dropped_whole(begun: Engine) -> None:
    """And may be begun anew."""
    with writing(begun) as session:
        assert menus_drafted(session) == ["main"]
        drop(session, "main")
        drop(session, "main")
        assert drafted(session, "main") is None
        begin(session, "main", document(5), based_on=4, login="li", now=T)
    assert draft(begun).based_on == 4
