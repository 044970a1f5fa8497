"""Edits step by step: whatever is done, the menu stays well-formed or the edit is refused."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menus import malformed, parse
from ivr.menus.edits import (
    BEGIN,
    Change,
    Document,
    Edit,
    EditRefused,
    Head,
    Insert,
    Move,
    Remove,
    Rename,
    Spot,
    Sweep,
    edited,
    free_name,
    kind_of,
    target_of,
    ways,
    ways_into,
)
from tests.unit.ivr.documents import hotline

SAY = {"play": ["hello"]}
BYE = {"hang_up": []}

NAMES = st.sampled_from([*hotline()["nodes"], "new", "other", "no such", ""])
WAYS = st.sampled_from(["next", "otherwise", "open", "closed", "go_to", "start"]) | st.sampled_from(
    "0123456789*#a"
).map("keys.{}".format)
SPOTS = st.just(BEGIN) | st.builds(Spot, NAMES, WAYS)
ENTRIES = st.sampled_from(
    [
        SAY,
        BYE,
        {"play": []},
        {"play": ["hello"], "next": "farewell"},
        {"play": ["hello"], "next": "nowhere"},
        {"menu": ["choose"], "keys": {"1": "farewell"}, "otherwise": "consult"},
        {"menu": ["choose"], "keys": {}, "otherwise": "consult"},
        {"hours": "office", "open": "consult", "closed": "farewell"},
        {"hours": "office", "closed": "farewell"},
        {"enter": "complaint"},
        {"go_back": []},
        {"queue": "consult", "priority": 99},
        {"what": 1},
        {},
    ]
)
EDITS: st.SearchStrategy[Edit] = (
    st.builds(Insert, NAMES, ENTRIES, SPOTS)
    | st.builds(Change, NAMES, ENTRIES)
    | st.builds(Move, NAMES, SPOTS)
    | st.builds(Remove, NAMES)
    | st.builds(Rename, NAMES, NAMES)
    | st.builds(Sweep)
    | st.builds(Head, NAMES, st.sampled_from(["zh", "en", ""]), st.just(("sorry",)))
)


@given(st.lists(EDITS, max_size=12))
def test_a_menu_stays_well_formed_or_the_edit_is_refused(edits: list[Edit]) -> None:
    """And an edit never changes the document that it was given: that is what undo goes back to."""
    document: Document = hotline()
    given_ones = [(document, deepcopy(document))]
    for edit in edits:
        before = deepcopy(document)
        refused = None
        try:
            document = edited(document, edit)
        except EditRefused as error:
            refused = error
        if refused is not None:
            assert document == before
            assert all(text for _path, text in refused.problems)
            assert refused.problems
        assert malformed(document) == []
        given_ones.append((document, deepcopy(document)))
    assert all(document == then for document, then in given_ones)


@given(st.builds(Insert, NAMES, ENTRIES, SPOTS))
def test_an_insert_adds_one_step_and_leads_one_way_to_it(edit: Insert) -> None:
    """What was there before can still be come to, if the new step goes on at all."""
    document = hotline()
    try:
        after = edited(document, edit)
    except EditRefused:
        return
    assert set(after["nodes"]) == {*document["nodes"], edit.name}
    assert ways_into(after, edit.name) == [edit.spot]
    there = target_of(document, edit.spot)
    if "play" in edit.entry and "next" not in edit.entry and there is not None:
        assert dict(ways(after["nodes"][edit.name])) == {"next": there}


@given(st.builds(Insert, st.just("new"), st.just(SAY), SPOTS))
def test_to_remove_what_was_inserted_is_to_undo_it(edit: Insert) -> None:
    """But for a key that was free: it stays, and leads where silence leads."""
    document = hotline()
    try:
        after = edited(document, edit)
    except EditRefused:
        return
    if target_of(document, edit.spot) is None:
        key = edit.spot.way.removeprefix("keys.")
        document["nodes"][edit.spot.node]["keys"][key] = "consult"
    assert edited(after, Remove("new")) == document


@given(st.builds(Move, NAMES, SPOTS))
def test_a_move_keeps_every_step(edit: Move) -> None:
    """One way leads to it then, the one that was asked for; and nothing else is lost."""
    document = hotline()
    try:
        after = edited(document, edit)
    except EditRefused:
        return
    assert set(after["nodes"]) == set(document["nodes"])
    from_others = [spot for spot in ways_into(after, edit.name) if spot.node != edit.name]
    assert from_others == [edit.spot]


def test_a_step_moves_along_the_main() -> None:
    """`welcome` after the queue: callers hear it when the talk is over."""
    after = edited(hotline(), Move("welcome", Spot("consult", "next")))
    assert after["start"] == "ask"
    assert after["nodes"]["consult"]["next"] == "welcome"
    assert after["nodes"]["welcome"] == {"play": ["welcome"], "next": "farewell"}


def test_a_removed_step_is_passed_over() -> None:
    """By whoever led to it, by key or not."""
    after = edited(hotline(), Remove("english"))
    assert after["nodes"]["ask"]["keys"]["9"] == "in-english"
    assert edited(hotline(), Remove("welcome"))["start"] == "ask"


def test_a_rename_reaches_everywhere() -> None:
    """Keys, otherwise, next; the order of the steps stays."""
    after = edited(hotline(), Rename("consult", "desk"))
    assert list(after["nodes"])[5] == "desk"
    assert after["nodes"]["ask"]["keys"]["1"] == "desk"
    assert after["nodes"]["ask"]["otherwise"] == "desk"
    assert edited(after, Rename("desk", "consult")) == hotline()


def test_what_nobody_comes_to_is_swept() -> None:
    """All of it at once, and nothing else."""
    keys = {"1": "consult"}
    lonely = edited(hotline(), Change("ask", {**hotline()["nodes"]["ask"], "keys": keys}))
    swept = edited(lonely, Sweep())
    assert set(swept["nodes"]) == {"welcome", "ask", "consult", "farewell"}
    assert parse(swept)


@pytest.mark.parametrize(
    ("edit", "path", "why"),
    [
        (Remove("farewell"), "nodes.farewell", "it ends the way of consult"),
        (Remove("nothing"), "nodes.nothing", 'there is no step "nothing"'),
        (Move("farewell", BEGIN), "nodes.farewell", "nothing comes after it"),
        (Move("ask", Spot("ask", "keys.1")), "nodes.ask", "cannot come after itself"),
        (Move("ask", Spot("welcome", "next")), "nodes.ask", "it is there already"),
        (Insert("ask", SAY, BEGIN), "nodes.ask.name", 'there is a step "ask" already'),
        (Insert("x y", SAY, BEGIN), "nodes.x y.name", "is no name"),
        (Insert("new", SAY, Spot("welcome", "closed")), "nodes.welcome", 'has no way "closed"'),
        (Insert("new", SAY, Spot("ask", "keys.a")), "nodes.ask.keys.a", 'no key "a"'),
        (Rename("ask", "X"), "nodes.ask.name", "is no name"),
        (Rename("ask", "welcome"), "nodes.ask.name", "already"),
        (Change("welcome", {"play": []}), "nodes.welcome.play", "must be a list of prompts"),
        (Head("nowhere", "zh", ()), "start", 'no node "nowhere"'),
    ],
)
def test_a_refusal_says_where_and_why(edit: Edit, path: str, why: str) -> None:
    """The path is that of the field, for the form."""
    with pytest.raises(EditRefused) as refused:
        edited(hotline(), edit)
    assert refused.value.problems[0][0] == path
    assert why in refused.value.problems[0][1]


def test_names_are_free() -> None:
    """The wish itself, or with a number."""
    document: dict[str, Any] = hotline()
    assert free_name(document, "say") == "say"
    assert free_name(document, "ask") == "ask-2"
    assert kind_of(document["nodes"]["ask"]) == "menu"
