"""The steps of a menu as a page tells them, in the order in which a caller walks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from admin.words import LANGUAGES, N_, _
from hotseat.site.records import Site, SiteNow
from ivr.nodes import (
    Enter,
    GoBack,
    GoTo,
    HangUp,
    Hours,
    Menu,
    MenuTree,
    Node,
    Play,
    Queue,
    Set,
    exits,
    prompts,
)

KINDS: Final[Mapping[type[Node], tuple[str, str]]] = {
    Play: (N_("Say"), "sound"),
    Menu: (N_("Ask for a key"), "hash"),
    Set: (N_("Speak"), "info"),
    Queue: (N_("Wait in the queue"), "queue"),
    GoTo: (N_("Go on"), "tree"),
    Hours: (N_("Ask the hours"), "clock"),
    Enter: (N_("Through the menu"), "tree"),
    GoBack: (N_("Go back"), "back"),
    HangUp: (N_("Hang up"), "stop"),
}
"""What a step does, and its icon."""

LABELS: Final = {
    "next": "",
    "go_to": "",
    "otherwise": N_("otherwise"),
    "open": N_("while open"),
    "closed": N_("while closed"),
}
"""Field of a way out that is no key -> how it is called; the only way out needs no name."""


@dataclass(frozen=True, slots=True)
class Way:
    """From one step to another: all the keys and cases that lead there."""

    keys: tuple[str, ...]
    cases: tuple[str, ...]
    target: str

    @property
    def label(self) -> str:
        """In the picture."""
        return " ".join((*self.keys, *self.cases))


@dataclass(frozen=True, slots=True)
class Step:
    """One node."""

    name: str
    node: Node
    word: str
    icon: str
    subject: str
    """Which queue, hours, menu, language or prompts."""
    sounds: tuple[str, ...]
    """Every prompt that it may play."""
    ways: tuple[Way, ...]

    @property
    def kind(self) -> str:
        """The name of its class, for the template."""
        return type(self.node).__name__


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the outline, a list of lists."""

    way: Way
    step: Step
    first: bool
    """Told here; if not, it was told above."""
    opens: bool
    """Its own entries come next, one list deeper."""
    closes: int
    """So many lists end after it."""


def steps(menu: MenuTree, site: Site | SiteNow) -> dict[str, Step]:
    """Node -> what the page says of it, in the visitor's language."""
    found = {}
    for name, node in menu.nodes.items():
        word, icon = KINDS[type(node)]
        subject = _subject(node, site)
        found[name] = Step(name, node, _(word), icon, subject, prompts(node), _ways(node))
    return found


def outline(start: str, known: Mapping[str, Step]) -> list[Row]:
    """As a tree: a step is told where it comes first, and only named after that."""
    walked = list(_walk(start, known))
    following = [depth for depth, _way in walked[1:]] + [0]
    told: set[str] = set()
    rows = []
    for (depth, way), then in zip(walked, following, strict=True):
        first = way.target not in told
        told.add(way.target)
        rows.append(Row(way, known[way.target], first, then > depth, max(0, depth - then)))
    return rows


def _walk(start: str, known: Mapping[str, Step]) -> Iterator[tuple[int, Way]]:
    """(depth, way) of each entry; a stack, as menus may be deep."""
    told: set[str] = set()
    waiting = [(0, Way((), (), start))]
    while waiting:
        depth, way = waiting.pop()
        yield depth, way
        if way.target in told:
            continue
        told.add(way.target)
        ahead = known[way.target].ways
        # What simply follows stands below; choices, and what follows a choice, stand inside.
        deeper = depth + (len(ahead) > 1 or bool(way.label))
        waiting += [(deeper, each) for each in reversed(ahead)]


def _ways(node: Node) -> tuple[Way, ...]:
    """Keys that lead to the same step are one way."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for field, target in exits(node):
        keys, cases = found.setdefault(target, ([], []))
        if field.startswith("keys."):
            keys.append(field.removeprefix("keys."))
        elif LABELS[field]:
            cases.append(_(LABELS[field]))
    return tuple(Way(tuple(keys), tuple(cases), target) for target, (keys, cases) in found.items())


def _subject(node: Node, site: Site | SiteNow) -> str:
    match node:
        case Queue():
            # A draft may be older than the site.
            return site.queues[node.queue].title if node.queue in site.queues else node.queue
        case Hours():
            return node.hours
        case Enter():
            return node.menu
        case Set():
            return _(", ").join(LANGUAGES.get(value, value) for value in node.facts.values())
        case Play() | Menu() | GoBack() | HangUp():
            return _(", ").join(node.sounds)
        case GoTo():
            return ""
