"""A menu as a picture made of lines."""

from __future__ import annotations

from collections.abc import Iterator

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
)


def outline(menu: MenuTree) -> list[str]:
    """The menu as a tree in the order a caller walks it; a node is drawn where it comes first."""
    return list(_draw(menu))


def _draw(menu: MenuTree) -> Iterator[str]:
    drawn: set[str] = set()
    # (label, node, indent of its line, indent of what is under it); a stack, as menus may be deep
    waiting = [("", menu.start, "", "")]
    while waiting:
        label, name, before, under = waiting.pop()
        if name in drawn:
            yield f"{before}{label}{name} (see there)"
            continue
        drawn.add(name)
        node = menu.nodes[name]
        yield f"{before}{label}{name}: {_say(node)}"
        ways = [(field.removeprefix("keys."), target) for field, target in exits(node)]
        branches = [
            (f"{way}: ", target, f"{under}├─ ", f"{under}│  ") for way, target in ways[:-1]
        ] + [(f"{way}: ", target, f"{under}└─ ", f"{under}   ") for way, target in ways[-1:]]
        waiting.extend(reversed(branches))


def _say(node: Node) -> str:
    match node:
        case Play():
            return f"play {_list(node.sounds)}"
        case Menu():
            asked = f"wait {node.wait_ms / 1000:g} s, retries {node.retries}"
            return f"ask {_list(node.sounds)} ({asked})"
        case Set():
            return ", ".join(f"{fact} = {value}" for fact, value in node.facts.items())
        case Queue():
            extra = [f"{skill} ≥ {level}" for skill, level in node.requires.items()]
            extra += [f"priority +{node.priority}"] if node.priority else []
            return f"queue {node.queue}" + (f" ({', '.join(extra)})" if extra else "")
        case GoTo():
            return "go on"
        case Hours():
            return f"hours {node.hours}"
        case Enter():
            return f"enter menu {node.menu}"
        case GoBack():
            return f"say {_list(node.sounds)}, go back" if node.sounds else "go back"
        case HangUp():
            return f"say {_list(node.sounds)}, hang up" if node.sounds else "hang up"


def _list(sounds: tuple[str, ...]) -> str:
    return " + ".join(sounds) or "nothing"
