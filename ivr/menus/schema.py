"""From a menu document (the mapping that YAML or JSON gives) to a MenuTree, or to what is wrong.

Reading goes on after a problem, so that one check tells everything at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final

from ivr.menus.fields import Fields, Problem, no_such
from ivr.menus.graph import reachable, silent_loops
from ivr.nodes import (
    NORMAL_CLEARING,
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
)
from words import said

FACTS = ("language",)
"""What a `set` node may set."""


class MenuError(ValueError):
    """A menu document is wrong; `problems` are (path in the menu, text)."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(f"{path}: {text}" for path, text in problems))
        self.problems = problems


def parse(document: Mapping[str, object], name: str = "", revision: int = 0) -> MenuTree:
    """The menu that a document describes; `name` and `revision` are what the site calls it.

    Raises MenuError; never, if `check` finds nothing.
    """
    menu, problems = _read(document)
    if problems := problems or walked(menu):
        raise MenuError(problems)
    return replace(menu, name=name, revision=revision)


def check(
    document: Mapping[str, object],
    *,
    queues: Collection[str],
    skills: Collection[str],
    languages: Collection[str],
    hours: Collection[str] = (),
    menus: Collection[str] = (),
) -> list[Problem]:
    """What is wrong with a document, by itself and beside what else the site has."""
    menu, problems = _read(document)
    if not problems:
        problems = walked(menu)
    if menu.language and menu.language not in languages:
        problems.append(("language", no_such(said("language"), menu.language, languages)))
    for name, node in menu.nodes.items():
        at = f"nodes.{name}"
        match node:
            case Queue():
                if node.queue and node.queue not in queues:
                    problems.append((f"{at}.queue", no_such(said("queue"), node.queue, queues)))
                problems.extend(
                    (f"{at}.requires.{skill}", no_such(said("skill"), skill, skills))
                    for skill in node.requires
                    if skill not in skills
                )
            case Hours() if node.hours and node.hours not in hours:
                problems.append((f"{at}.hours", no_such(said("hours"), node.hours, hours)))
            case Enter() if node.menu and node.menu not in menus:
                problems.append((f"{at}.enter", no_such(said("menu"), node.menu, menus)))
            case Set(facts={"language": language}) if language not in languages:
                problems.append(
                    (f"{at}.set.language", no_such(said("language"), language, languages))
                )
    return problems


def malformed(document: Mapping[str, object]) -> list[Problem]:
    """Fields that mean nothing and ways that lead nowhere: what no draft of a menu may have.

    A well-formed menu may still not be sound, see `walked`: steps that nobody comes to yet belong
    to the work on a draft.
    """
    return _read(document)[1]


def sketched(document: Mapping[str, object], name: str = "") -> MenuTree:
    """The menu of a draft, sound or not. Raises MenuError if it is malformed."""
    menu, problems = _read(document)
    if problems:
        raise MenuError(problems)
    return replace(menu, name=name)


def walked(menu: MenuTree) -> list[Problem]:
    """What is wrong with the ways through a well-formed menu."""
    found = reachable(menu.start, menu.nodes)
    problems = [
        (f"nodes.{name}", said('no way leads here from "%(start)s"', start=menu.start))
        for name in menu.nodes
        if name not in found
    ]
    for loop in silent_loops(menu.nodes):
        way = " -> ".join([*loop, loop[0]])
        text = said("a caller who presses nothing goes round for ever: %(way)s", way=way)
        problems.append((f"nodes.{loop[0]}", text))
    return problems


def _read(document: Mapping[str, object]) -> tuple[MenuTree, list[Problem]]:
    """The menu as far as it can be read; it is well-formed only if there are no problems."""
    problems: list[Problem] = []
    fields = Fields(document, "", problems)
    start = fields.name("start")
    language = fields.name("language")
    sorry = fields.sounds("sorry", default=("sorry-hang-up",))
    entries = fields.mapping("nodes")
    fields.finish()
    nodes = {
        name: node
        for name, entry in entries.items()
        if (node := _read_node(name, entry, problems)) is not None
    }
    menu = MenuTree(start, language, sorry, nodes)
    if "nodes" in fields.document and not entries:
        problems.append(("nodes", said("a menu needs at least one node")))
    _check_ways(menu, set(entries), problems)
    return menu, problems


def _read_node(name: str, entry: object, problems: list[Problem]) -> Node | None:
    fields = Fields(entry, f"nodes.{name}", problems)
    kinds = [kind for kind in KINDS if kind in fields.document]
    if len(kinds) != 1:
        known = ", ".join(KINDS)
        text = (
            said(
                "is %(kinds)s at once; a node needs one of %(known)s",
                kinds=" and ".join(kinds),
                known=known,
            )
            if kinds
            else said("has no kind; a node needs one of %(known)s", known=known)
        )
        problems.append((fields.path, text))
        return None
    fields.is_name(name, fields.path)
    node = KINDS[kinds[0]](fields)
    fields.finish()
    return node


def _check_ways(menu: MenuTree, names: Collection[str], problems: list[Problem]) -> None:
    ways = [("start", menu.start)] + [
        (f"nodes.{name}.{field}", target)
        for name, node in menu.nodes.items()
        for field, target in exits(node)
    ]
    problems.extend(
        (path, no_such(said("node"), target, names))
        for path, target in ways
        if target and target not in names
    )


def _play(fields: Fields) -> Node:
    return Play(fields.sounds("play", least=1), fields.name("next"))


def _menu(fields: Fields) -> Node:
    return Menu(
        sounds=fields.sounds("menu", least=1),
        keys=fields.keys("keys"),
        wait_ms=round(1000 * fields.number("wait_seconds", 1, 60, default=5)),
        retries=fields.whole("retries", 0, 9, default=2),
        wrong_key=fields.sounds("wrong_key", default=()),
        no_key=fields.sounds("no_key", default=()),
        otherwise=fields.name("otherwise"),
    )


def _set(fields: Fields) -> Node:
    return Set(fields.facts("set", FACTS), fields.name("next"))


def _queue(fields: Fields) -> Node:
    return Queue(
        queue=fields.name("queue"),
        requires=fields.levels("requires"),
        priority=fields.whole("priority", 0, 9, default=0),
        announce=fields.sounds("announce", default=()),
        next=fields.name("next"),
    )


def _hours(fields: Fields) -> Node:
    return Hours(fields.name("hours"), open=fields.name("open"), closed=fields.name("closed"))


def _enter(fields: Fields) -> Node:
    return Enter(fields.name("enter"), fields.name("next"))


def _go_back(fields: Fields) -> Node:
    return GoBack(fields.sounds("go_back"))


def _go_to(fields: Fields) -> Node:
    return GoTo(fields.name("go_to"))


def _hang_up(fields: Fields) -> Node:
    sounds = fields.sounds("hang_up")
    return HangUp(sounds, fields.whole("cause", 1, 127, default=NORMAL_CLEARING))


KINDS: Final[Mapping[str, Callable[[Fields], Node]]] = {
    "play": _play,
    "menu": _menu,
    "set": _set,
    "queue": _queue,
    "hours": _hours,
    "enter": _enter,
    "go_to": _go_to,
    "go_back": _go_back,
    "hang_up": _hang_up,
}
