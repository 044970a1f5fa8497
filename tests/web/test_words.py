"""Every text that a visitor reads is marked, translated, and used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from admin import words

ADMIN = Path(words.__file__).parent
TEMPLATES = sorted((ADMIN / "templates").rglob("*.html"))
CODE = sorted(ADMIN.rglob("*.py"))
MARKS = {"_": 1, "N_": 1, "counted": 2}
"""Function -> how many of its first arguments are texts."""

NOT_WORDS = {"hotseat", "CSV", "JSON"}
SAID_BY_ATTRIBUTE = ("title", "aria-label", "placeholder", "alt")
VALUES = re.compile(r"%\((\w+)\)[sd]")

ENGLISH: set[str] = set()


def environment() -> Environment:
    """As Flask's, as far as parsing goes."""
    return Environment(trim_blocks=True, lstrip_blocks=True)


def in_template(path: Path) -> Iterator[str]:
    """The marked texts of a template."""
    tree = environment().parse(path.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in MARKS:
            for text in call.args[: MARKS[call.node.name]]:
                if isinstance(text, nodes.Const):
                    yield text.value
                elif isinstance(text, nodes.CondExpr):
                    yield from (
                        part.value
                        for part in text.find_all(nodes.Const)
                        if isinstance(part.value, str)
                    )


def in_code(path: Path) -> Iterator[str]:
    """The marked texts of a module."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS:
            for text in call.args[: MARKS[call.func.id]]:
                for part in ast.walk(text):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


MARKED = {
    **{path: set(in_template(path)) for path in TEMPLATES},
    **{path: set(in_code(path)) for path in CODE},
}


@pytest.mark.parametrize("path", MARKED, ids=lambda path: str(path.relative_to(ADMIN)))
def test_every_text_has_its_chinese(path: Path) -> None:
    """With the same values to fill in."""
    chinese = words.catalog("zh")
    assert sorted(MARKED[path] - chinese.keys()) == []
    for text in MARKED[path]:
        values = set(VALUES.findall(text))
        assert set(VALUES.findall(chinese[text])) == values, text


def test_no_translation_is_left_over() -> None:
    """A text that changed must be translated anew."""
    assert sorted(words.catalog("zh").keys() - set().union(*MARKED.values())) == []


def test_the_chinese_is_chinese() -> None:
    """Nobody copied the English over."""
    same = [text for text, chinese in words.catalog("zh").items() if text == chinese]
    assert [text for text in same if text not in ENGLISH] == []


class Reader(HTMLParser):
    """Collects what a visitor would read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag == "code"
        self.read += [value for name, value in attrs if name in SAID_BY_ATTRIBUTE and value]

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.read.append(data)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_text_is_unmarked(path: Path) -> None:
    """Outside of tags and of code there are no letters in a template."""
    lexed = environment().lex(path.read_text(encoding="utf-8"))
    reader = Reader()
    # What is filled in stands as a bullet, so that attributes around it stay whole.
    reader.feed("".join(_plain(list(lexed))))
    found = {word for text in reader.read for word in re.findall(r"[^\W\d_]{2,}", text)}
    assert found - NOT_WORDS == set()


def _plain(tokens: list[tuple[int, str, str]]) -> Iterator[str]:
    inside = False
    for _line, kind, text in tokens:
        if kind in ("variable_begin", "block_begin", "comment_begin"):
            inside = True
        elif kind in ("variable_end", "block_end", "comment_end"):
            inside = False
            yield "•" if kind == "variable_end" else ""
        elif kind == "data" and not inside:
            yield text
