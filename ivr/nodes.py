"""A menu as data: one frozen class for each kind of node.

A node names the nodes it leads to; prompts are names such as `welcome`, never file names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

KEYS = "0123456789*#"
"""The keys of a telephone."""

NORMAL_CLEARING = 16
"""The Q.850 cause of a call that ends with nothing wrong."""


@dataclass(frozen=True, slots=True)
class Play:
    """Say something and go on. A question right after it may cut it short."""

    sounds: tuple[str, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Menu:
    """Ask for one key, at most `1 + retries` times, then go `otherwise`."""

    sounds: tuple[str, ...]
    keys: Mapping[str, str]
    """Key -> node."""
    wait_ms: int
    retries: int
    wrong_key: tuple[str, ...]
    no_key: tuple[str, ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Set:
    """Change what is known of the call."""

    facts: Mapping[str, str]
    next: str


@dataclass(frozen=True, slots=True)
class Queue:
    """Wait for a person; `requires` and `priority` are on top of the queue's own."""

    queue: str
    requires: Mapping[str, int]
    """Skill -> least level, 1 to 10."""
    priority: int
    announce: tuple[str, ...]
    next: str
    """Where the caller goes on after the talk."""


@dataclass(frozen=True, slots=True)
class GoTo:
    """Go on elsewhere."""

    next: str


@dataclass(frozen=True, slots=True)
class Hours:
    """Go on where the opening hours say."""

    hours: str
    """The name of a calendar of the site."""
    open: str
    closed: str


@dataclass(frozen=True, slots=True)
class Enter:
    """Walk through another menu of the site, up to a GoBack in it."""

    menu: str
    next: str
    """Where the caller goes on in this menu after that one."""


@dataclass(frozen=True, slots=True)
class GoBack:
    """Say something and go on in the menu that entered this one."""

    sounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HangUp:
    """Say the last words and end the call with a Q.850 cause."""

    sounds: tuple[str, ...]
    cause: int


Node: TypeAlias = Play | Menu | Set | Queue | GoTo | Hours | Enter | GoBack | HangUp

DEPTH_LIMIT = 4
"""So many menus may be entered one from the other, the first one counted: the way back has to fit
into a ticket, and no caller keeps more in mind."""


@dataclass(frozen=True, slots=True)
class MenuTree:
    """A whole menu. `ivr.menus.parse` makes only sound ones: see `ivr.menus.graph`."""

    start: str
    language: str
    sorry: tuple[str, ...]
    """Said before hanging up when a caller cannot be served."""
    nodes: Mapping[str, Node]
    name: str = ""
    """What the site calls it, and which of its revisions this is; no part of the document."""
    revision: int = 0


def exits(node: Node) -> Iterator[tuple[str, str]]:
    """Where a node can lead: (field of the menu document, node name)."""
    match node:
        case Menu():
            for key, target in node.keys.items():
                yield f"keys.{key}", target
            yield "otherwise", node.otherwise
        case GoTo():
            yield "go_to", node.next
        case Hours():
            yield "open", node.open
            yield "closed", node.closed
        case Play() | Set() | Queue() | Enter():
            yield "next", node.next
        case GoBack() | HangUp():
            return


def prompts(node: Node) -> tuple[str, ...]:
    """Every prompt a node may play."""
    match node:
        case Menu():
            return node.sounds + node.wrong_key + node.no_key
        case Queue():
            return node.announce
        case Play() | GoBack() | HangUp():
            return node.sounds
        case Set() | GoTo() | Hours() | Enter():
            return ()
