"""What can be said of a menu without running it."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.nodes import HangUp, Menu, Node, exits


def reachable(start: str, nodes: Mapping[str, Node]) -> set[str]:
    """The nodes that some caller can come to."""
    found = {start}
    waiting = [start]
    while waiting:
        for _, target in exits(nodes[waiting.pop()]):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def silent_loops(nodes: Mapping[str, Node]) -> list[list[str]]:
    """The ways round on which no key is ever pressed, each as the names of its nodes.

    A silent caller would walk such a loop for ever, and one whose nodes fail at once (a missing
    prompt, a closed queue) would walk it without a pause. So a queue's `next` counts as well.
    """
    loops: list[list[str]] = []
    done: set[str] = set()
    for name in nodes:
        walk: list[str] = []
        step: str | None = name
        while step is not None and step not in done:
            done.add(step)
            walk.append(step)
            step = _without_a_key(nodes[step])
        if step in walk:
            loops.append(walk[walk.index(step) :])
    return loops


def _without_a_key(node: Node) -> str | None:
    """Where a caller goes who never presses a key; every node has at most one such way."""
    match node:
        case HangUp():
            return None
        case Menu():
            return node.otherwise
        case _:
            return node.next
