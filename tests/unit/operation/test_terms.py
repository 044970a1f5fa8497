"""Words of the floor and of the history that people read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from acd.calls import CallState
from acd.presence import MISSED, SEAT_WORDS
from hotseat.check_in import PAUSE_REASON
from hotseat.contacts import AWAY
from hotseat.history import EndedBy, Outcome
from hotseat.operation.doctor import Verdict
from hotseat.operation.drain import DRAIN
from hotseat.operation.terms import term
from hotseat.outbound_calls import OUTBOUND
from hotseat.restart import RECOVERY
from hotseat.roster.shifts import Place
from hotseat.seats import PLACED
from words import Message, told

ROOT = Path(__file__).parents[3]
MAKES_A_ROW = {"Note", "note", "_note"}
CODE = [path for package in ("acd", "hotseat") for path in (ROOT / package).rglob("*.py")]
OTHERS = {"hotseat/db", "hotseat/site", "hotseat/users", "hotseat/softphones"}
"""Where a note is something else."""


def first_words(path: Path, called: set[str]) -> Iterator[str]:
    """The first argument of each call of these, where it is a text."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match call:
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name),
                args=[ast.Constant(value=str(word)), *_],
            ) if name in called:
                yield word


def kinds() -> set[str]:
    """Every kind of row that code writes into the journal."""
    found = {OUTBOUND, PLACED, "paused", "pause_asked"}
    for path in CODE:
        if not any(path.is_relative_to(ROOT / other) for other in OTHERS):
            found.update(first_words(path, MAKES_A_ROW))
    return found


def subjects() -> set[str]:
    """Everything that the doctor looks at."""
    finds = {"Finding", "ok", "warn", "fail", "_failed"}
    return {
        subject
        for name in ("doctor", "probe")
        for subject in first_words(ROOT / f"hotseat/operation/{name}.py", finds)
    }


WORDS = {
    *SEAT_WORDS,
    *(state.value for state in CallState),
    *(outcome.value for outcome in Outcome),
    *(side.value for side in EndedBy),
    *(place.value for place in Place),
    *(verdict.value for verdict in Verdict),
    *(AWAY, DRAIN, RECOVERY, MISSED, PAUSE_REASON),
    *kinds(),
    *subjects(),
}


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_word_is_known_in_both_languages(word: str) -> None:
    found = term(word)
    assert isinstance(found, Message)
    assert found == word, "English shows what filters and JSON have"
    assert told(found, "zh") != word


def test_the_words_are_really_found() -> None:
    assert {"arrived", "offered", "queued", "called_back", "logged_on"} <= kinds()
    assert {"server", "fastagi", "file modes"} <= subjects()


def test_a_word_of_a_newer_server_is_shown_as_it_is() -> None:
    assert told(term("parked"), "zh") == "parked"
