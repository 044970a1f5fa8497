"""Where a step can go: every way of a menu, and the neighbours of a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from admin.menus.steps import LABELS
from admin.words import _
from ivr.menus.edits import (
    BEGIN,
    ONWARD,
    Document,
    EditRefused,
    Move,
    Spot,
    edited,
    kind_of,
    ways,
)
from ivr.nodes import KEYS


@dataclass(frozen=True, slots=True)
class Place:
    """A spot, as a choice in a form."""

    value: str
    """`ask:keys.1`."""
    words: str
    """`ask · key 1 → consult`."""


def places(document: Document) -> list[Place]:
    """Every spot of a menu, with where it leads now; keys that are free come last of their step."""
    found = [Place(written(BEGIN), _("at the beginning, before %(step)s", step=document["start"]))]
    for name, entry in document["nodes"].items():
        for way, target in ways(entry):
            words = _("%(way)s, before %(step)s", way=_called(name, way), step=target)
            found.append(Place(written(Spot(name, way)), words))
        for key in KEYS if "menu" in entry else ():
            if key not in entry["keys"]:
                way = f"keys.{key}"
                found.append(Place(written(Spot(name, way)), _called(name, way)))
    return found


def written(spot: Spot) -> str:
    """For a form field."""
    return f"{spot.node}:{spot.way}"


def spot_of(text: str) -> Spot:
    """The spot of a form field; one that there is not is refused by the edit."""
    node, _colon, way = text.partition(":")
    return Spot(node, way)


def earlier(document: Document, name: str) -> Spot | None:
    """Where a step changes places with the one before it; None if it cannot."""
    first = _first_ways(document)
    before = first[name].node if name in first else ""
    return _if_allowed(document, name, first.get(before))


def later(document: Document, name: str) -> Spot | None:
    """Where a step changes places with the one after it; None if it cannot."""
    entry = document["nodes"][name]
    onward = ONWARD.get(kind_of(entry))
    after = None if onward is None else entry[onward]
    if after is None:
        return None
    way = ONWARD.get(kind_of(document["nodes"][after]))
    return _if_allowed(document, name, None if way is None else Spot(after, way))


def _if_allowed(document: Document, name: str, spot: Spot | None) -> Spot | None:
    if spot is None:
        return None
    try:
        edited(document, Move(name, spot))
    except EditRefused:
        return None
    return spot


def _first_ways(document: Document) -> Mapping[str, Spot]:
    """Step -> the way by which the outline comes to it first."""
    nodes = document["nodes"]
    found = {document["start"]: BEGIN}
    waiting = [document["start"]]
    while waiting:
        name = waiting.pop()
        ahead = [(way, target) for way, target in ways(nodes[name]) if target not in found]
        for way, target in ahead:
            found.setdefault(target, Spot(name, way))
        waiting += [target for _way, target in reversed(ahead)]
    return found


def _called(name: str, way: str) -> str:
    if way.startswith("keys."):
        return _("%(step)s: key %(key)s", step=name, key=way.removeprefix("keys."))
    if LABELS[way]:
        return f"{name}: {_(LABELS[way])}"
    return _("after %(step)s", step=name)
