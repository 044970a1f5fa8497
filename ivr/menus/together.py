"""What can be wrong with menus that enter each other, each of them being sound by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ivr.menus.fields import Problem
from ivr.menus.graph import rounds
from ivr.nodes import DEPTH_LIMIT, Enter, GoBack, MenuTree
from words import said


def check_together(menus: Mapping[str, MenuTree], first: Collection[str]) -> list[Problem]:
    """What is wrong with the menus of a site; `first` are those that answer a number.

    Paths begin with the name of a menu. A menu that is entered and not there is no matter of
    this: see `ivr.menus.check`.
    """
    ways = {
        name: {
            node.menu: at
            for at, node in menu.nodes.items()
            if isinstance(node, Enter) and node.menu in menus
        }
        for name, menu in menus.items()
    }
    problems: list[Problem] = []
    for ring in rounds(ways):
        way = " -> ".join([*ring, ring[0]])
        node = ways[ring[-1]][ring[0]]
        text = said(
            "menus enter each other in a ring: %(way)s; let the last one go_back instead", way=way
        )
        problems.append((f"{ring[-1]}.nodes.{node}.enter", text))
    if not problems:
        problems += _too_deep(ways, first)
    problems += [
        (
            f"{name}.nodes.{at}.go_back",
            said("a number leads to this menu: there is no menu to go back to"),
        )
        for name in first
        if name in menus
        for at, node in menus[name].nodes.items()
        if isinstance(node, GoBack)
    ]
    return problems


def _too_deep(ways: Mapping[str, Mapping[str, str]], first: Collection[str]) -> list[Problem]:
    """Ways into more menus than a walk may be in; the ways have no ring."""
    problems: list[Problem] = []
    ahead = [[name] for name in first if name in ways]
    while ahead:
        chain = ahead.pop()
        for name, node in ways[chain[-1]].items():
            if len(chain) < DEPTH_LIMIT:
                ahead.append([*chain, name])
                continue
            way = " -> ".join([*chain, name])
            text = said(
                "menus may be entered %(most)s deep, this is %(deep)s: %(way)s",
                most=DEPTH_LIMIT,
                deep=len(chain) + 1,
                way=way,
            )
            problems.append((f"{chain[-1]}.nodes.{node}.enter", text))
    return problems
