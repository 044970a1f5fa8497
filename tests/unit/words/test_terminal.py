"""Whatever a command says to people can be told in their language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COMMANDS = [
    path
    for path in sorted((ROOT / "hotseat").rglob("*.py"))
    if "import click" in path.read_text(encoding="utf-8")
]
TOLD = {
    "fail": 0,
    "tell": 0,
    "show": 2,
    "echo": 0,
    "secho": 0,
    "confirm": 0,
    "prompt": 0,
    "table": 0,
}
"""Function -> which of its arguments is for people."""
REFUSING = [
    path
    for place in (
        *("backup/*.py", "callbacks/*.py", "db/callbacks.py", "db/roster_*.py", "site/*.py"),
        *("roster/drafts.py", "roster/requests.py", "roster/rotations.py", "roster/shifts.py"),
        *("asterisk/install.py", "asterisk/steps.py", "asterisk/render.py", "asterisk/sandbox.py"),
        *("one_server.py", "control_commands.py", "demo/hotline.py"),
    )
    for path in sorted((ROOT / "hotseat").glob(place))
]
"""Whose errors commands tell as they are."""
WORD = re.compile(r"(?!\bhotseat\b)\b[A-Za-z]{2}")
PASSES_ON = {"filter", "list", "map", "sorted", "str", "tuple"}
"""Functions whose arguments are told; those of `said` have their Chinese."""


def texts(told: ast.expr) -> Iterator[str]:
    """Texts in an expression that do not stand in a `said`."""
    match told:
        case ast.Call(func=ast.Name(id=name)) if name not in PASSES_ON:
            return
        case ast.FormattedValue():  # not its format
            yield from texts(told.value)
        case ast.Subscript() | ast.Compare():
            return
        case ast.Constant(value=str(text)):
            yield text
        case _:
            for part in ast.iter_child_nodes(told):
                if isinstance(part, ast.expr):
                    yield from texts(part)


def english_alone(code: str) -> list[str]:
    """`line: text` of whatever is told as it is."""
    found = []
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            name = call.func.id if isinstance(call.func, ast.Name) else name
            if name in TOLD and len(call.args) > TOLD[name]:
                found += [
                    f"{call.lineno}: {text}"
                    for text in texts(call.args[TOLD[name]])
                    if WORD.search(text)
                ]
    return found


def refused_in_english_alone(code: str) -> list[str]:
    """The same of errors that are raised."""
    return [
        f"{raised.lineno}: {text}"
        for raised in ast.walk(ast.parse(code))
        if isinstance(raised, ast.Raise) and isinstance(raised.exc, ast.Call)
        for argument in raised.exc.args
        for text in texts(argument)
        if WORD.search(text)
    ]


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_command_tells_english_alone(path: Path) -> None:
    """Each sentence is a `said`, and so has its Chinese."""
    assert english_alone(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", REFUSING, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_refusal_is_english_alone(path: Path) -> None:
    """It is a message from where it is raised to the terminal."""
    assert refused_in_english_alone(path.read_text(encoding="utf-8")) == []


def test_a_refusal_in_english_alone_is_found() -> None:
    assert refused_in_english_alone('raise Refused(f"no agent {agent}")') == ["1: no agent "]
    assert refused_in_english_alone('raise Refused(said("no agent %(agent)s", agent=a))') == []
    assert refused_in_english_alone('raise Refused(f"{file}: {error.strerror}") from error') == []


@pytest.mark.parametrize(
    "code",
    [
        'fail("no such thing")',
        'fail(f"no agent {agent}")',
        'show(json_, {"a": 1}, table(rows) or "nothing yet")',
        'click.echo("\\n".join(lines) + "done")',
        'table(("queue", said("waiting")), rows)',
        'fail("hotseat does not run")',
        'tell(", ".join(filter(None, (said("queue"), "seat"))))',
    ],
)
def test_english_alone_is_found(code: str) -> None:
    assert len(english_alone(code)) == 1


def test_what_may_be_told_as_it_is() -> None:
    code = """
fail(said("no such thing"))
fail(f"{file}: {error.strerror}")
echo(f"hotseat: {tell(text)}")
tell(in_a_line(ask(settings, "status")))
show(json_, {"agent": agent}, said("agent %(agent)s is ready", agent=agent))
table([tell(head) for head in (said("queue"), said("waiting"))], [row["queue"] for row in rows])
"""
    assert english_alone(code) == []
