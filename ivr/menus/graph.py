"""What can be said of a menu without running it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ivr.nodes import Menu, Node, exits

MOST_ROUNDS = 20
"""Ways round that are told of one graph."""


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
    return rounds({name: _without_a_key(node) for name, node in nodes.items()})


def rounds(ways: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The ways round in a graph (name -> the names it leads to), one for each edge back.

    At most MOST_ROUNDS of them: thousands of nodes can have as many, each as long.
    """
    found: list[list[str]] = []
    done: set[str] = set()
    for start in ways:
        if start in done:
            continue
        walk, ahead = [start], [iter(ways[start])]
        while walk:
            step = next(ahead[-1], None)
            if step is None:
                done.add(walk.pop())
                ahead.pop()
            elif step in walk:
                found.append(walk[walk.index(step) :])
                if len(found) == MOST_ROUNDS:
                    return found
            elif step not in done:
                walk.append(step)
                ahead.append(iter(ways[step]))
    return found


def _without_a_key(node: Node) -> tuple[str, ...]:
    """Where a caller may go who never presses a key."""
    if isinstance(node, Menu):
        return (node.otherwise,)
    return tuple(target for _, target in exits(node))
