"""Menus that enter each other: no rings, no wells too deep, no way back into nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.menus import check_together, parse
from ivr.nodes import MenuTree


def menu(*entered: str, back: bool = True) -> MenuTree:
    """Asks which of the menus to enter."""
    nodes: dict[str, Any] = {
        "ask": {
            "menu": ["choose"],
            "keys": {str(key): f"to-{name}" for key, name in enumerate(entered)} or {"0": "end"},
            "otherwise": "end",
        },
        "end": {"go_back": []} if back else {"hang_up": []},
    }
    nodes |= {f"to-{name}": {"enter": name, "next": "ask"} for name in entered}
    return parse({"start": "ask", "language": "zh", "nodes": nodes})


def found(menus: dict[str, MenuTree], first: str = "main") -> list[str]:
    return [f"{path}: {text}" for path, text in check_together(menus, [first])]


def test_menus_may_share_a_menu() -> None:
    menus = {"main": menu("a", "b", back=False), "a": menu("c"), "b": menu("c"), "c": menu()}
    assert found(menus) == []


@pytest.mark.parametrize(
    ("menus", "ring"),
    [
        ({"main": menu("main", back=False)}, "main -> main"),
        ({"main": menu("a", back=False), "a": menu("b"), "b": menu("a")}, "a -> b -> a"),
        ({"main": menu(back=False), "a": menu("b"), "b": menu("a")}, "a -> b -> a"),
    ],
)
def test_a_ring_is_found_at_the_node_that_closes_it(menus: dict[str, MenuTree], ring: str) -> None:
    *_, last, first = ring.split(" -> ")
    assert found(menus) == [
        f"{last}.nodes.to-{first}.enter: menus enter each other in a ring: {ring}; "
        "let the last one go_back instead"
    ]


def test_four_menus_deep_is_the_most() -> None:
    chain = {"main": menu("a", back=False), "a": menu("b"), "b": menu("c"), "c": menu()}
    assert found(chain) == []
    deeper = chain | {"c": menu("d"), "d": menu()}
    assert found(deeper) == [
        "c.nodes.to-d.enter: menus may be entered 4 deep, this is 5: main -> a -> b -> c -> d"
    ]


def test_the_first_menu_has_none_to_go_back_to() -> None:
    assert found({"main": menu()}) == [
        "main.nodes.end.go_back: a number leads to this menu: there is no menu to go back to"
    ]


def test_a_menu_that_is_missing_is_told_elsewhere() -> None:
    assert found({"main": menu("gone", back=False)}, first="main") == []
