"""The picture of a menu: every step and way once, no boxes over each other, ways down or back."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from admin.menus.picture import BOX, drawn, fitting, text_width

NAMES = [f"n{i}" for i in range(9)]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[tuple[str, str]]]:
    """Any ways between up to nine steps, all of which can be reached."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    ways = {name: draw(st.lists(st.sampled_from(names), unique=True, max_size=5)) for name in names}
    for before, name in pairwise(names):
        if name not in ways[before]:
            ways[before].append(name)
    return {
        name: [(draw(st.sampled_from(["", "1", "其他情况"])), target) for target in targets]
        for name, targets in ways.items()
    }


@given(graphs())
def test_any_menu_can_be_drawn(ways: dict[str, list[tuple[str, str]]]) -> None:
    """Whatever its loops are."""
    picture = drawn("n0", ways)
    assert sorted(box.name for box in picture.boxes) == sorted(ways)
    assert sorted((line.source, line.target) for line in picture.lines) == sorted(
        (name, target) for name, found in ways.items() for _label, target in found
    )
    boxes = {box.name: box for box in picture.boxes}
    for line in picture.lines:
        assert line.back == (boxes[line.target].y <= boxes[line.source].y)
        source = boxes[line.source]
        assert source.x <= line.x <= source.x + source.width
    for one in picture.boxes:
        assert one.x >= 0
        assert one.x + one.width <= picture.width
        assert one.y + BOX <= picture.height
        for other in picture.boxes:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert one is other or one.y != other.y or beside
    for line in picture.lines:
        assert re.fullmatch(r"([MVHCQ]-?\d+( -?\d+)*)+", line.path)


def test_what_comes_later_stands_lower() -> None:
    """A step stands under all that lead to it, also those of the longer way."""
    ways = {"a": [("1", "b"), ("2", "c")], "b": [("", "c")], "c": [("0", "a")]}
    picture = drawn("a", ways)
    assert [box.name for box in sorted(picture.boxes, key=lambda box: box.y)] == ["a", "b", "c"]
    assert [line.source for line in picture.lines if line.back] == ["c"]


def test_texts_fit_their_boxes() -> None:
    """Chinese characters count for more."""
    assert fitting("consult", 100) == "consult"
    cut = fitting("业务咨询请按一；投诉请按二；重复收听请按零", 100)
    assert cut.endswith("…")
    assert text_width(cut) <= 110
    assert fitting("a" * 50, 100).startswith("a" * 10)
