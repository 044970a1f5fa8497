"""YAML as people mean it, with lines, and nothing that hides a mistake."""

from __future__ import annotations

import pytest

from hotseat.site.problems import SiteInvalid
from hotseat.site.read import MAX_CHARACTERS, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("010", "010"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-11-21", "2026-11-21"),
        ("+8610", "+8610"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("5", 5),
        ("-5", -5),
        ("2.5", 2.5),
        ("true", True),
        ("~", None),
        ("", None),
        ('"5"', "5"),
        ("'true'", "true"),
        ('""', ""),
        ("[1, no]", [1, "no"]),
    ],
)
def test_values_are_what_they_look_like(text: str, value: object) -> None:
    """Only whole and decimal numbers, true, false and nothing are not text."""
    content = read(f"x: {text}").content
    assert content == {"x": value}
    assert isinstance(content, dict)
    assert type(content["x"]) is type(value)


@pytest.mark.parametrize("key", ["1", "010", "1001", "*", "no", "null", "true", "12:30", "+86"])
def test_a_key_is_the_text_that_was_written(key: str) -> None:
    """Quotes around numeric keys may be left out."""
    written = f'"{key}"' if key == "*" else key
    assert read(f"{written}: x").content == {key: "x"}


def test_every_part_knows_its_line() -> None:
    """A path that is not there has the line of the part around it."""
    file = read("a:\n  b: 1\n  c:\n    - x\n    - {d: 2}\n")
    assert {path: file.line(path) for path in ("a.b", "a.c", "a.c.0", "a.c.1.d")} == {
        "a.b": 2,
        "a.c": 3,
        "a.c.0": 4,
        "a.c.1.d": 5,
    }
    assert file.line("a.c.gone.too") == 3
    assert file.line("nowhere") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "3: a: stands here twice; first in line 1"),
        ("x:\n  1: a\n  '1': b", "3: x.1: stands here twice; first in line 2"),
        ("a: &n [1]\nb: *n", "2: b: aliases (*name) are not used here; write it out"),
        ("a: &n [*n]", "1: a.0: aliases (*name) are not used here; write it out"),
        ("a: !!python/name:os.system x", "1: a: the tag tag:yaml.org,2002:python/name:os.system"),
        ("? [a]\n: b", "1: a key must be one word, not a list or a mapping"),
        ("a: [1", "not YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: 1\n---\nb: 2", "2: not YAML: but found another document"),
        ("a: 1\nb: \x07", "2: not YAML: unacceptable character #x0007"),
        ('a: 1\nb: "\\U00110000"', "2: not YAML: chr() arg not in range"),
        ('a: 1\nb: "\\UFFFFFFFF"', "2: not YAML: "),
        ("a: 1\nb: " + "[" * 500, "2: not YAML: nested more than 30 deep"),
        ("a: 1\nb: " + "[" * 100_000, "2: not YAML: nested more than 30 deep"),
        ('"\\e[31m": &n 1\nb: *n', "2: b: aliases"),
        ('"\\ud800\\e[1m\\n": !t x', "1: \ufffd\ufffd[1m\ufffd: the tag !t is not used here"),
        ("#" * (MAX_CHARACTERS + 1), f"longer than {MAX_CHARACTERS} characters"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    """With the line and the words for it."""
    with pytest.raises(SiteInvalid) as refused:
        read(text)
    assert message in str(refused.value)


def test_an_empty_file_is_an_empty_mapping() -> None:
    """What it lacks is told by the check."""
    assert read("# nothing yet\n").content == {}
