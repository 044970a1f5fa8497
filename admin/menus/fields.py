"""A step of a menu as fields of a form, and back. A field is called as its path in the document:
`next`, `keys.1`, `play.0`, `requires.english`; so what is wrong at a path stands beside its field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from ivr.menus.edits import Entry
from ivr.nodes import KEYS, NORMAL_CLEARING

Sent: TypeAlias = Mapping[str, str]

DEFAULTS: Final[Mapping[str, object]] = {
    "wait_seconds": 5,
    "retries": 2,
    "wrong_key": [],
    "no_key": [],
    "requires": {},
    "priority": 0,
    "announce": [],
    "cause": NORMAL_CLEARING,
}
"""What holds if a document does not say; it is not written down then, unless it was before."""


def entry_from(kind: str, sent: Sent, before: Entry) -> Entry:
    """The step that a form describes; what is wrong in it is for the check of the document."""
    entry = _READERS[kind](sent)
    return {
        field: value
        for field, value in entry.items()
        if field in before or field not in DEFAULTS or value != DEFAULTS[field]
    }


def first_entry(kind: str) -> Entry:
    """What a new step of a kind begins as, in its form."""
    match kind:
        case "menu":
            return {"menu": [], "keys": {}}
        case "set":
            return {"set": {"language": ""}}
        case "play" | "go_back" | "hang_up":
            return {kind: []}
        case _:
            return {kind: ""}


def sounds(sent: Sent, field: str) -> list[str]:
    """The prompts that were named, one after the other."""
    found: dict[int, str] = {}
    for path, name in sent.items():
        of, _dot, place = path.rpartition(".")
        if of == field and place.isascii() and place.isdecimal() and name.strip():
            found[int(place)] = name.strip()
    return [found[place] for place in sorted(found)]


def _ways(*fields: str) -> Callable[[Sent], dict[str, Any]]:
    def read(sent: Sent) -> dict[str, Any]:
        return {field: sent.get(field, "").strip() for field in fields}

    return read


def _menu(sent: Sent) -> dict[str, Any]:
    named = {key: sent.get(f"keys.{key}", "").strip() for key in KEYS}
    return {
        "menu": sounds(sent, "menu"),
        "keys": {key: target for key, target in named.items() if target},
        "wait_seconds": _number(sent, "wait_seconds"),
        "retries": _number(sent, "retries"),
        "wrong_key": sounds(sent, "wrong_key"),
        "no_key": sounds(sent, "no_key"),
        **_ways("otherwise")(sent),
    }


def _queue(sent: Sent) -> dict[str, Any]:
    asked = {
        field.removeprefix("requires."): _number(sent, field)
        for field, value in sent.items()
        if field.startswith("requires.") and value.strip() not in ("", "0")
    }
    return {
        **_ways("queue")(sent),
        "requires": asked,
        "priority": _number(sent, "priority"),
        "announce": sounds(sent, "announce"),
        **_ways("next")(sent),
    }


def _hang_up(sent: Sent) -> dict[str, Any]:
    return {"hang_up": sounds(sent, "hang_up"), "cause": _number(sent, "cause")}


def _number(sent: Sent, field: str) -> object:
    """The number, or what else was typed, so that the check can tell it; the default if nothing."""
    text = sent.get(field, "").strip()
    if not text:
        return DEFAULTS[field]
    try:
        return int(text) if text.isascii() and text.isdecimal() else float(text)
    except ValueError:
        return text


_READERS: Final[Mapping[str, Callable[[Sent], dict[str, Any]]]] = {
    "play": lambda sent: {"play": sounds(sent, "play"), **_ways("next")(sent)},
    "menu": _menu,
    "queue": _queue,
    "hours": _ways("hours", "open", "closed"),
    "enter": _ways("enter", "next"),
    "set": lambda sent: {
        "set": {"language": sent.get("set.language", "").strip()},
        **_ways("next")(sent),
    },
    "go_to": _ways("go_to"),
    "go_back": lambda sent: {"go_back": sounds(sent, "go_back")},
    "hang_up": _hang_up,
}
