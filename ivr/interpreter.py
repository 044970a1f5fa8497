"""Walks a menu: an outcome goes in, the next step comes out. No input or output, no clock.

Any outcome is answered in any state, and between two keys pressed a walk has an end: a parsed
menu has no way round that needs no key (`ivr.menus.graph.silent_loops`), and menus enter each other
only so deep.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ivr.nodes import (
    DEPTH_LIMIT,
    NORMAL_CLEARING,
    Enter,
    GoBack,
    GoTo,
    HangUp,
    Hours,
    Menu,
    MenuTree,
    Play,
    Queue,
    Set,
)

PATH_LIMIT = 200
"""Entries kept of a caller's way through the menu; a stuck key must not fill the memory."""

TEMPORARY_FAILURE = 41
"""The Q.850 cause of a call that we could not serve."""


@dataclass(frozen=True, slots=True)
class PlayStep:
    """Play prompts in turn; no key is taken."""

    sounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CollectStep:
    """Play prompts and take one key, whichever it is, within `timeout_ms` of their end."""

    sounds: tuple[str, ...]
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class SetStep:
    """Facts that hold from now on; the line must speak their `language`."""

    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EnqueueStep:
    """Wait for a person and talk."""

    queue: str
    requires: Mapping[str, int]
    priority: int
    announce: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoursStep:
    """Look whether these hours are open now."""

    hours: str


@dataclass(frozen=True, slots=True)
class EnterStep:
    """Fetch this menu of the site, at the revision now in force."""

    menu: str


@dataclass(frozen=True, slots=True)
class HangUpStep:
    """End the call."""

    cause: int


Step: TypeAlias = (
    PlayStep | CollectStep | SetStep | EnqueueStep | HoursStep | EnterStep | HangUpStep
)


@dataclass(frozen=True, slots=True)
class Played:
    """The prompts were played."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed a key."""

    key: str


@dataclass(frozen=True, slots=True)
class NoKey:
    """The caller pressed nothing in time."""


@dataclass(frozen=True, slots=True)
class Done:
    """The facts are set."""


@dataclass(frozen=True, slots=True)
class Left:
    """The caller is back from the queue, after a talk or without one, in the queue's order."""

    reason: str


@dataclass(frozen=True, slots=True)
class Opened:
    """It is open."""


@dataclass(frozen=True, slots=True)
class Closed:
    """It is closed."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Here is the menu; the caller stays on this revision of it."""

    menu: MenuTree


@dataclass(frozen=True, slots=True)
class Failed:
    """The step could not be done (a prompt is missing, the queue does not exist any more)."""

    reason: str


Outcome: TypeAlias = Played | Pressed | NoKey | Done | Left | Opened | Closed | Entered | Failed


class Place(NamedTuple):
    """A node of one revision of a menu of the site."""

    menu: str
    revision: int
    node: str


class Interpreter:
    """One caller's walk through a menu and the menus that it enters.

    `facts` are what is already known of the call and win over the menu's own. To take a walk up
    again after a crash, `at` is the node it was at and `above` the menus that it will come back
    to, outermost first, each with the node to go on at; a node that its menu does not have falls
    back to the menu's start.
    """

    def __init__(
        self,
        menu: MenuTree,
        facts: Mapping[str, str] | None = None,
        at: str | None = None,
        above: Sequence[tuple[MenuTree, str]] = (),
    ) -> None:
        self._menu = menu
        self._above = [(other, _node_or_start(other, node)) for other, node in above]
        self._facts = {"language": menu.language, **(facts or {})}
        self._position = _node_or_start(menu, at)
        self._path: list[str] = []
        self._walk = self._walk_from(self._position)

    @property
    def position(self) -> str:
        """The node that the last step belongs to."""
        return self._position

    @property
    def place(self) -> Place:
        """The node that the last step belongs to, and its menu."""
        return Place(self._menu.name, self._menu.revision, self._position)

    @property
    def above(self) -> tuple[Place, ...]:
        """Where the walk will go on when it comes back from the menus entered, outermost first."""
        return tuple(Place(menu.name, menu.revision, node) for menu, node in self._above)

    @property
    def facts(self) -> Mapping[str, str]:
        """What is known of the call; carry it with `position` to take the walk up again."""
        return dict(self._facts)

    @property
    def path(self) -> tuple[str, ...]:
        """The nodes entered and the keys pressed, in turn (no node's name is a key).

        A node of a menu that was entered from another one is `menu/node`.
        """
        return tuple(self._path)

    def start(self) -> Step:
        """The first step; call it once, before `feed`."""
        return next(self._walk)

    def feed(self, outcome: Outcome) -> Step:
        """The step after `outcome` of the last one. After HangUpStep it is always the same."""
        return self._walk.send(outcome)

    def _walk_from(self, name: str) -> Generator[Step, Outcome, None]:
        yield SetStep(self.facts)
        sounds: tuple[str, ...] = ()
        while True:
            node = self._menu.nodes[name]
            if sounds and isinstance(node, Set | Queue):
                yield PlayStep(sounds)
                sounds = ()
            self._enter(name)
            match node:
                case Play():
                    sounds += node.sounds
                    name = node.next
                case GoTo():
                    name = node.next
                case Set():
                    self._facts.update(node.facts)
                    yield SetStep(node.facts)
                    name = node.next
                case Menu():
                    name = yield from self._ask(node, sounds)
                    sounds = ()
                case Queue():
                    outcome = yield EnqueueStep(
                        node.queue, node.requires, node.priority, node.announce
                    )
                    if isinstance(outcome, Failed):
                        yield from self._end(self._menu.sorry, TEMPORARY_FAILURE)
                    name = node.next
                case Hours():
                    outcome = yield HoursStep(node.hours)
                    # Whoever cannot be told the hours may wait in vain, but is not turned away.
                    name = node.closed if isinstance(outcome, Closed) else node.open
                case Enter():
                    name = yield from self._go_into(node)
                case GoBack():
                    sounds += node.sounds
                    if not self._above:
                        yield from self._end(sounds, NORMAL_CLEARING)
                    self._menu, name = self._above.pop()
                case HangUp():
                    yield from self._end(sounds + node.sounds, node.cause)

    def _go_into(self, node: Enter) -> Generator[Step, Outcome, str]:
        if len(self._above) + 1 < DEPTH_LIMIT:
            outcome = yield EnterStep(node.menu)
            if isinstance(outcome, Entered):
                self._above.append((self._menu, node.next))
                self._menu = outcome.menu
                return self._menu.start
        yield from self._end(self._menu.sorry, TEMPORARY_FAILURE)
        raise AssertionError("an end has no end")

    def _ask(self, menu: Menu, before: tuple[str, ...]) -> Generator[Step, Outcome, str]:
        """Ask until a key leads on. What comes before the question can be cut by a key as well."""
        for _ in range(1 + menu.retries):
            outcome = yield CollectStep(before + menu.sounds, menu.wait_ms)
            if isinstance(outcome, Failed):  # the prompts are broken, the keys are not
                outcome = yield CollectStep((), menu.wait_ms)
            if not isinstance(outcome, Pressed):
                before = menu.no_key
                continue
            self._note(outcome.key)
            if outcome.key in menu.keys:
                return menu.keys[outcome.key]
            before = menu.wrong_key
        return menu.otherwise

    @staticmethod
    def _end(sounds: tuple[str, ...], cause: int) -> Generator[Step, Outcome, None]:
        if sounds:
            yield PlayStep(sounds)
        while True:
            yield HangUpStep(cause)

    def _enter(self, name: str) -> None:
        self._position = name
        self._note(f"{self._menu.name}/{name}" if self._above else name)

    def _note(self, entry: str) -> None:
        if len(self._path) < PATH_LIMIT:
            self._path.append(entry)


def _node_or_start(menu: MenuTree, node: str | None) -> str:
    return node if node is not None and node in menu.nodes else menu.start
