"""Reads the fields of one part of a menu document and remembers what is wrong with them.

A wrong or missing field is noted with its path and read as something harmless.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import TypeAlias, TypeGuard

from ivr.nodes import KEYS
from words import Message, said

Problem: TypeAlias = tuple[str, Message]
"""(path inside the menu, what is wrong and what would be right)."""

# Names stand in tickets, file names and the caller's path beside keys: short, plain, not a key.
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


NAME_WORD = said("name")

MANY = 200
"""So many names are compared with a wrong one; more would take minutes in a long file."""


def no_name(value: object) -> Message | None:
    """What is wrong with a name; None if it is one."""
    if isinstance(value, str) and _NAME.fullmatch(value):
        return None
    return said(
        "%(value)s is no name; a name is up to 40 of a-z, 0-9, - and _, a letter first",
        value=repr(value),
    )


def no_such(what: Message, name: str, known: Collection[str]) -> Message:
    """`no node "consul"; did you mean "consult"?`"""
    near = known
    if len(known) > MANY:
        near = list(islice((each for each in known if each[:2] == name[:2]), MANY))
    close = difflib.get_close_matches(name, near, n=1)
    if close:
        return said(
            'no %(kind)s "%(name)s"; did you mean "%(near)s"?', kind=what, name=name, near=close[0]
        )
    if len(known) > MANY:
        return said(
            'no %(kind)s "%(name)s" among the %(n)s that there are',
            kind=what,
            name=name,
            n=len(known),
        )
    if not known:
        return said('no %(kind)s "%(name)s"; there is none', kind=what, name=name)
    return said(
        'no %(kind)s "%(name)s"; there is %(known)s',
        kind=what,
        name=name,
        known=", ".join(sorted(known)),
    )


class Fields:
    """The fields of `entry`, which stands at `path`; problems are added to `problems`."""

    def __init__(self, entry: object, path: str, problems: list[Problem]) -> None:
        self.path = path
        self._problems = problems
        self._asked: set[str] = set()
        self.document: Mapping[object, object] = {}
        if isinstance(entry, Mapping):
            self.document = entry
        else:
            self._wrong(path, said("must be a mapping of fields"))

    def name(self, field: str) -> str:
        """The name of a node, queue or language; "" if it is not there."""
        value = self._take(field)
        there = self._is_there(field, value)
        return value if there and self.is_name(value, self._at(field)) else ""

    def sounds(
        self, field: str, default: tuple[str, ...] | None = None, least: int = 0
    ) -> tuple[str, ...]:
        """A list of at least `least` prompts."""
        value = self._take(field)
        if value is None and default is not None:
            return default
        if not self._is_there(field, value):
            return ()
        if not isinstance(value, list | tuple) or len(value) < least:
            self._wrong(self._at(field), said("must be a list of prompts, such as [welcome]"))
            return ()
        return tuple(
            sound
            for place, sound in enumerate(value)
            if self.is_name(sound, f"{self._at(field)}.{place}")
        )

    def number(self, field: str, low: int, high: int, default: float) -> float:
        """A number from `low` to `high`."""
        value = self._take(field)
        if value is None:
            return default
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return value
        self._wrong(
            self._at(field), said("must be a number from %(low)s to %(high)s", low=low, high=high)
        )
        return default

    def whole(self, field: str, low: int, high: int, default: int) -> int:
        """A whole number from `low` to `high`."""
        value = self._take(field)
        return default if value is None else self._whole(self._at(field), value, low, high, default)

    def mapping(self, field: str) -> dict[str, object]:
        """A mapping of names, which must be there."""
        value = self._take(field)
        return self._mapping(field, value) if self._is_there(field, value) else {}

    def keys(self, field: str) -> dict[str, str]:
        """Key of the telephone -> name of a node; at least one."""
        value = self._take(field)
        if not self._is_there(field, value):
            return {}
        ways: dict[str, str] = {}
        for key, target in self._mapping(field, value, what=said("key")).items():
            path = f"{self._at(field)}.{key}"
            if len(key) != 1 or key not in KEYS:
                self._wrong(
                    path,
                    said(
                        'no key "%(key)s"; a key is one of %(keys)s', key=key, keys=" ".join(KEYS)
                    ),
                )
            elif self.is_name(target, path):
                ways[key] = target
        if value == {}:
            self._wrong(self._at(field), said("must name at least one key"))
        return ways

    def facts(self, field: str, known: Collection[str]) -> dict[str, str]:
        """Fact -> value, for known facts; at least one."""
        value = self._take(field)
        facts: dict[str, str] = {}
        for fact, content in self._mapping(field, value).items():
            path = f"{self._at(field)}.{fact}"
            if fact not in known:
                self._wrong(path, no_such(said("fact"), fact, known))
            elif self.is_name(content, path):
                facts[fact] = content
        if value == {}:
            self._wrong(self._at(field), said("must set something, such as {language: en}"))
        return facts

    def levels(self, field: str) -> dict[str, int]:
        """Skill -> least level, 1 to 10; may be left out."""
        value = self._take(field)
        if value is None:
            return {}
        return {
            skill: self._whole(f"{self._at(field)}.{skill}", level, 1, 10, default=1)
            for skill, level in self._mapping(field, value).items()
        }

    def is_name(self, value: object, path: str) -> TypeGuard[str]:
        """Whether it is a name. If not, the problem is noted at `path`."""
        wrong = no_name(value)
        if wrong is not None:
            self._wrong(path, wrong)
        return wrong is None

    def finish(self) -> None:
        """Note the fields that nobody asked for."""
        for field in self.document:
            if field not in self._asked:
                self._wrong(self._at(field), no_such(said("field"), str(field), self._asked))

    def _take(self, field: str) -> object:
        self._asked.add(field)
        return self.document.get(field)

    def _is_there(self, field: str, value: object) -> bool:
        if value is None:
            self._wrong(self._at(field), said("is missing"))
        return value is not None

    def _whole(self, path: str, value: object, low: int, high: int, default: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self._wrong(
            path, said("must be a whole number from %(low)s to %(high)s", low=low, high=high)
        )
        return default

    def _mapping(self, field: str, value: object, what: Message = NAME_WORD) -> dict[str, object]:
        if not isinstance(value, Mapping):
            self._wrong(self._at(field), said("must be a mapping"))
            return {}
        for key in value:
            if not isinstance(key, str):
                self._wrong(
                    f"{self._at(field)}.{key}",
                    said('write the %(what)s in quotes: "%(key)s"', what=what, key=key),
                )
        return {key: content for key, content in value.items() if isinstance(key, str)}

    def _at(self, field: object) -> str:
        return f"{self.path}.{field}" if self.path else str(field)

    def _wrong(self, path: str, text: Message) -> None:
        self._problems.append((path, text))
