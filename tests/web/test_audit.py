"""The audit tells everything that can stand in it, in both languages."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from admin import words
from admin.audit.routes import DONE
from hotseat.db.audit import Author, note
from hotseat.db.engine import writing
from tests.web.conftest import Browser, T

ROOT = Path(words.__file__).parents[1]
CODE = sorted(path for package in ("admin", "hotseat") for path in (ROOT / package).rglob("*.py"))
NOTES = {"_note", "_change", "_step", "note_change", "change_audited"}
"""Functions to which some modules say what was done."""


def texts(*of: ast.expr) -> Iterator[str]:
    """The texts of which one is said."""
    for part in of:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        elif isinstance(part, ast.IfExp):
            yield from texts(part.body, part.orelse)


def done_in(path: Path) -> Iterator[str]:
    """What a module writes into the column `done`."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if call.func.id in {"note", *NOTES}:
            yield from texts(*(word.value for word in call.keywords if word.arg == "done"))
        if call.func.id in NOTES:
            yield from texts(*call.args)


SAID = {(path, done) for path in CODE for done in done_in(path)}


def test_every_step_that_is_audited_has_its_words() -> None:
    assert {"worked off", "dropped", "switched second factor off", "taken"} <= {
        done for _, done in SAID
    }
    missing = {(str(path.relative_to(ROOT)), done) for path, done in SAID if done not in DONE}
    assert missing == set()


@pytest.mark.parametrize("done", ["worked off", "given back", "message deleted", "removed"])
def test_a_step_is_told_and_found_in_chinese(
    done: str, engine: Engine, visit: Callable[[str], Browser]
) -> None:
    with writing(engine) as session:
        note(session, Author("mei", ""), T, what="call-back 01CALL", done=done)
    page = visit("administrator").get(f"/audit/?done={done}", **{"Accept-Language": "zh-CN"}).text
    told = words.catalog("zh")[DONE[done]]
    assert f"<td>{told}</td>" in page
    assert f'<option value="{done}" selected>{told}</option>' in page
    assert "停用" not in page.partition("<tbody>")[2]
