"""From the text of a site file to plain values, with the line that each of them stands in.

YAML as people mean it (the core schema of YAML 1.2): `no` is a word and not false, `010` is text
and not 8, a key is always the text that was written. Aliases and tags are refused, and a key that
stands there twice is an error, not the last one's victory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from hotseat.site.problems import Problem, SiteInvalid, problem
from words import Message, said

MAX_CHARACTERS = 4_000_000
"""A site of 10,000 agents is under one million."""

MAX_DEPTH = 30
"""Of a site's parts within parts there are eight."""

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

_MAP, _SEQ, _STR = (f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str"))


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A site file as it was written; nothing in it is checked yet."""

    content: object
    lines: Mapping[str, int]
    """Path -> line, counted from 1."""

    def line(self, path: str) -> int | None:
        """The line of a path, or of the nearest part around it that is there."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path)


def read(text: str) -> SiteFile:
    """Read a site file. Raises SiteInvalid."""
    if len(text) > MAX_CHARACTERS:
        raise SiteInvalid(
            [Problem("", said("longer than %(most)s characters", most=MAX_CHARACTERS))]
        )
    try:
        root = _composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        why = error.problem or error.context or "no sense in it"
        raise SiteInvalid([problem("", said("not YAML: %(why)s", why=why), line)]) from error
    except yaml.reader.ReaderError as error:
        line = 1 + text.count("\n", 0, error.position)
        why = said("unacceptable character #x%(code)s", code=f"{error.character:04x}")
        raise SiteInvalid([Problem("", said("not YAML: %(why)s", why=why), line)]) from error
    reading = _Reading()
    content = reading.value(root, "") if root is not None else {}
    if reading.problems:
        raise SiteInvalid(reading.problems)
    return SiteFile(content, reading.lines)


def _composed(text: str) -> yaml.Node | None:
    """The one document in a text. Raises MarkedYAMLError, ReaderError."""
    scalars = _Scalars(text)
    try:
        return scalars.get_single_node()
    except (ValueError, OverflowError) as error:
        # PyYAML makes a character of whatever number follows \\U.
        raise yaml.MarkedYAMLError(problem=str(error), problem_mark=scalars.get_mark()) from error


class _Scalars(yaml.SafeLoader):
    """Composes without guessing types: every plain scalar stays the text that was written."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self._depth == MAX_DEPTH:
            raise yaml.MarkedYAMLError(
                problem=said("nested more than %(most)s deep", most=MAX_DEPTH),
                problem_mark=self.get_mark(),
            )
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Reading:
    """One walk over the composed nodes."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: str) -> object:
        line = node.start_mark.line + 1
        if path:
            self.lines.setdefault(path, line)
        if id(node) in self._seen:
            line = self.lines.get(path, line)  # the node's own mark is where it was named
            self._wrong(path, said("aliases (*name) are not used here; write it out"), line)
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag == _MAP:
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _SEQ:
            return [self.value(item, _join(path, str(i))) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.tag == _STR:
            return _plain(node.value) if node.style is None else node.value
        self._wrong(path, said("the tag %(tag)s is not used here", tag=node.tag), line)
        return None

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, object]:
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._wrong(path, said("a key must be one word, not a list or a mapping"), line)
                continue
            key = key_node.value
            at = _join(path, key)
            if key in mapping:
                self._wrong(
                    at, said("stands here twice; first in line %(n)s", n=self.lines[at]), line
                )
                continue
            self.lines[at] = line
            mapping[key] = self.value(value_node, at)
        return mapping

    def _wrong(self, path: str, text: Message, line: int) -> None:
        self.problems.append(problem(path, text, line))


def _plain(text: str) -> object:
    """What an unquoted scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text):
        return float(text)
    return text


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
