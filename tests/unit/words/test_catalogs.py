"""Every sentence that code can say has its Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotseat.roster.rules import Kind
from words import catalog

ROOT = Path(__file__).parents[3]
PACKAGES = ("words", "ivr", "acd", "softphone_bridge", "hotseat", "admin")
CODE = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FACTS = re.compile(r"%\((\w+)\)s")


def sentences(path: Path) -> Iterator[tuple[int, ast.expr, set[str]]]:
    """(line, template, names of facts) of each call of `said` in a module."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "said"
        ):
            named = {keyword.arg for keyword in call.keywords if keyword.arg}
            yield call.lineno, call.args[0], named


SAID = {path: list(sentences(path)) for path in CODE}
TEMPLATES = {
    template.value
    for found in SAID.values()
    for _, template, _ in found
    if isinstance(template, ast.Constant)
} | {kind.value for kind in Kind}


def wordless(template: str) -> bool:
    """Nothing but facts: the same in every language."""
    return not re.search("[A-Za-z]", FACTS.sub("", template))


@pytest.mark.parametrize(
    "path", [path for path in CODE if SAID[path]], ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_sentence_is_written_out_with_its_facts(path: Path) -> None:
    """A template that is put together could not be found here."""
    for line, template, facts in SAID[path]:
        assert isinstance(template, ast.Constant), f"line {line}: write the template out"
        assert set(FACTS.findall(template.value)) == facts, f"line {line}: {template.value}"


def test_every_sentence_has_its_chinese() -> None:
    """With the same facts."""
    chinese = catalog("zh")
    missing = [one for one in TEMPLATES if one not in chinese and not wordless(one)]
    assert sorted(missing) == []
    other = [
        one
        for one, translated in chinese.items()
        if set(FACTS.findall(one)) != set(FACTS.findall(translated))
    ]
    assert other == []


def test_no_translation_is_left_over() -> None:
    """A sentence that changed must be translated anew."""
    assert sorted(catalog("zh").keys() - TEMPLATES) == []


def test_the_chinese_is_chinese() -> None:
    """Nobody copied the English over; facts alone may only change their order or commas."""
    assert [
        one
        for one, chinese in catalog("zh").items()
        if chinese == one or not (wordless(one) or re.search("[一-鿿]", chinese))
    ] == []
