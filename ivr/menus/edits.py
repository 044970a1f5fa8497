"""Edits of a menu document, one step at a time.

Pure: a document and an edit give another document, or a refusal with its reason and nothing
changed. What comes out is well-formed (`ivr.menus.malformed` finds nothing), but may have steps
that nobody comes to any more: that is for the check before it is published.

A *spot* is a way out of a step, `Spot("ask", "keys.3")`, or the way into the menu, `BEGIN`. What
follows a step in the main is its *onward* way: `next`, `go_to`, `otherwise` of a question, `open`
of the hours; steps that end the walk have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ivr.menus.fields import Problem, no_name
from ivr.menus.schema import KINDS, malformed
from words import Message, said

Entry: TypeAlias = Mapping[str, Any]
"""One step as a menu document has it."""
Document: TypeAlias = Mapping[str, Any]

ONWARD: Final[Mapping[str, str]] = {
    "play": "next",
    "menu": "otherwise",
    "set": "next",
    "queue": "next",
    "hours": "open",
    "enter": "next",
    "go_to": "go_to",
}
"""Kind of a step -> its onward way; the kinds that are not here end the walk."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A way out of a step: `next`, `otherwise`, `open`, `closed`, `go_to` or `keys.<key>`."""

    node: str
    way: str


BEGIN: Final = Spot("", "start")
"""The way into the menu."""


@dataclass(frozen=True, slots=True)
class Insert:
    """A new step at a spot; what was there comes after it, if it does not say otherwise."""

    name: str
    entry: Entry
    spot: Spot


@dataclass(frozen=True, slots=True)
class Change:
    """Another content for a step."""

    name: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Move:
    """A step goes to a spot; what came after it takes its place."""

    name: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Remove:
    """A step goes; what came after it takes its place, keys to an end are taken away."""

    name: str


@dataclass(frozen=True, slots=True)
class Rename:
    """A step is called otherwise, wherever it is named."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """The steps that nobody comes to go."""


@dataclass(frozen=True, slots=True)
class Head:
    """What holds for the menu as a whole."""

    start: str
    language: str
    sorry: tuple[str, ...]


Edit: TypeAlias = Insert | Change | Move | Remove | Rename | Sweep | Head


class EditRefused(Exception):
    """The edit would leave no well-formed menu; `problems` are (path in the menu, reason)."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(f"{path}: {text}" for path, text in problems))
        self.problems = problems


def edited(document: Document, edit: Edit) -> Document:
    """The document after an edit. Raises EditRefused; the document itself is never changed."""
    match edit:
        case Insert(name, entry, spot):
            after = _insert(document, name, entry, spot)
        case Change(name, entry):
            after = _put(document, _known(document, name), entry)
        case Move(name, spot):
            after = _move(document, _known(document, name), spot)
        case Remove(name):
            after = _remove(document, _known(document, name))
        case Rename(name, to):
            after = _rename(document, _known(document, name), to)
        case Sweep():
            after = {**document, "nodes": _come_to(document)}
        case Head(start, language, sorry):
            after = {**document, "start": start, "language": language, "sorry": list(sorry)}
    if problems := malformed(after):
        raise EditRefused(problems)
    return after


def kind_of(entry: Entry) -> str:
    """The field that names the kind of a well-formed step."""
    return next(kind for kind in KINDS if kind in entry)


def ways(entry: Entry) -> Iterator[tuple[str, str]]:
    """(way, step it leads to) of a well-formed step, in the order in which they stand there."""
    for field, value in entry.items():
        if field == "keys":
            yield from ((f"keys.{key}", target) for key, target in value.items())
        elif field in ("next", "otherwise", "closed", "go_to") or (
            field == "open" and "hours" in entry
        ):
            yield field, value


def ways_into(document: Document, name: str) -> list[Spot]:
    """Every spot that leads to a step."""
    found = [BEGIN] if document["start"] == name else []
    for node, entry in document["nodes"].items():
        found += [Spot(node, way) for way, target in ways(entry) if target == name]
    return found


def target_of(document: Document, spot: Spot) -> str | None:
    """Where a spot leads; None of a key that is free. Raises EditRefused if no way is there."""
    if spot == BEGIN:
        start: str = document["start"]
        return start
    entry = document["nodes"].get(spot.node)
    if entry is None:
        raise _refused(f"nodes.{spot.node}", said('there is no step "%(name)s"', name=spot.node))
    found = dict(ways(entry)).get(spot.way)
    if found is None and not (spot.way.startswith("keys.") and "menu" in entry):
        text = said('the step "%(name)s" has no way "%(way)s"', name=spot.node, way=spot.way)
        raise _refused(f"nodes.{spot.node}", text)
    return found


def free_name(document: Document, wanted: str) -> str:
    """A name for a new step that no other has: `wanted`, `wanted-2`, …"""
    taken = document["nodes"]
    n, name = 1, wanted
    while name in taken:
        n += 1
        name = f"{wanted}-{n}"
    return name


def _insert(document: Document, name: str, entry: Entry, spot: Spot) -> Document:
    _check_name(document, name, f"nodes.{name}.name")
    there = target_of(document, spot)
    if there is None:
        # A new key: its step goes on where silence would.
        there = document["nodes"][spot.node]["otherwise"]
    onward = next((ONWARD[kind] for kind in ONWARD if kind in entry), None)
    if onward is not None and not entry.get(onward):
        entry = {**entry, onward: there}
    return _led(_put(document, name, entry), spot, name)


def _move(document: Document, name: str, spot: Spot) -> Document:
    there = target_of(document, spot)
    if spot.node == name:
        text = said("a step cannot come after itself")
        raise _refused(f"nodes.{name}", text)
    if there == name:
        raise _refused(f"nodes.{name}", said("it is there already"))
    onward, rest = _onward(document, name)
    if onward is None or rest is None:
        text = said("nothing comes after it: lead the step or key there to it instead")
        raise _refused(f"nodes.{name}", text)
    out = _instead(document, name, rest)
    there = target_of(out, spot)
    if there is None:
        there = out["nodes"][spot.node]["otherwise"]
    own = {**out["nodes"][name], onward: there}
    return _led(_put(out, name, own), spot, name)


def _remove(document: Document, name: str) -> Document:
    _field, rest = _onward(document, name)
    if rest is None:
        document = _without_keys_to(document, name)
        left = [spot for spot in ways_into(document, name) if spot.node != name]
        if left:
            where = ", ".join(spot.node or spot.way for spot in left)
            text = said("it ends the way of %(steps)s: let them lead elsewhere first", steps=where)
            raise _refused(f"nodes.{name}", text)
    else:
        document = _instead(document, name, rest)
    nodes = {other: entry for other, entry in document["nodes"].items() if other != name}
    return {**document, "nodes": nodes}


def _rename(document: Document, name: str, to: str) -> Document:
    if to == name:
        return document
    _check_name(document, to, f"nodes.{name}.name")
    nodes = {
        to if other == name else other: _instead_in(entry, name, to)
        for other, entry in document["nodes"].items()
    }
    start = to if document["start"] == name else document["start"]
    return {**document, "start": start, "nodes": nodes}


def _onward(document: Document, name: str) -> tuple[str | None, str | None]:
    """(onward way, the step that it leads to); no step if it leads back to this one."""
    entry = document["nodes"][name]
    field = ONWARD.get(kind_of(entry))
    rest = None if field is None else entry[field]
    return field, None if rest == name else rest


def _instead(document: Document, name: str, other: str) -> Document:
    """Every way into a step leads to another; its own ways stay as they are."""
    nodes = {
        node: entry if node == name else _instead_in(entry, name, other)
        for node, entry in document["nodes"].items()
    }
    start = other if document["start"] == name else document["start"]
    return {**document, "start": start, "nodes": nodes}


def _instead_in(entry: Entry, name: str, other: str) -> Entry:
    for way, target in list(ways(entry)):
        if target == name:
            entry = _way_to(entry, way, other)
    return entry


def _led(document: Document, spot: Spot, name: str) -> Document:
    if spot == BEGIN:
        return {**document, "start": name}
    return _put(document, spot.node, _way_to(document["nodes"][spot.node], spot.way, name))


def _way_to(entry: Entry, way: str, name: str) -> Entry:
    if way.startswith("keys."):
        return {**entry, "keys": {**entry["keys"], way.removeprefix("keys."): name}}
    return {**entry, way: name}


def _without_keys_to(document: Document, name: str) -> Document:
    nodes = {}
    for node, entry in document["nodes"].items():
        if "menu" in entry:
            keys = {key: target for key, target in entry["keys"].items() if target != name}
            entry = {**entry, "keys": keys}
        nodes[node] = entry
    return {**document, "nodes": nodes}


def _come_to(document: Document) -> Mapping[str, Entry]:
    nodes = document["nodes"]
    found, waiting = {document["start"]}, [document["start"]]
    while waiting:
        for _way, target in ways(nodes[waiting.pop()]):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return {name: entry for name, entry in nodes.items() if name in found}


def _put(document: Document, name: str, entry: Entry) -> Document:
    return {**document, "nodes": {**document["nodes"], name: entry}}


def _check_name(document: Document, name: str, path: str) -> None:
    """Raises EditRefused unless a step may be called so; told where it was typed."""
    wrong = no_name(name)
    if wrong is None and name in document["nodes"]:
        wrong = said('there is a step "%(name)s" already', name=name)
    if wrong is not None:
        raise _refused(path, wrong)


def _known(document: Document, name: str) -> str:
    if name not in document["nodes"]:
        raise _refused(f"nodes.{name}", said('there is no step "%(name)s"', name=name))
    return name


def _refused(path: str, text: Message) -> EditRefused:
    return EditRefused([(path, text)])
