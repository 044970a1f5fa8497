"""The picture of `hotseat top` for people who read about it."""

from __future__ import annotations

from xml.etree import ElementTree

from picture_of_top import CELL, MARGIN, svg

from hotseat.operation.screen import Look, ScreenLine, draw
from tests.unit.operation.states import a_state

TEXT = "{http://www.w3.org/2000/svg}text"


def test_every_word_stands_in_its_column() -> None:
    picture = svg([ScreenLine("seat  咨询 <&>   7", Look.ALARM)], 40)
    title, *words = ElementTree.fromstring(picture).iter(TEXT)
    assert title.text == "hotseat top"
    assert [word.text for word in words] == ["seat", "咨询 <&>", "7"]
    columns = [(float(word.get("x", "")) - MARGIN) / CELL for word in words]
    assert [round(column) for column in columns] == [0, 6, 17]
    assert [float(word.get("textLength", "")) for word in words] == [4 * CELL, 8 * CELL, CELL]


def test_the_whole_screen_is_in_it() -> None:
    lines = draw(a_state(), 92, 32, "en")
    _, *drawn = ElementTree.fromstring(svg(lines, 92)).iter(TEXT)
    assert " ".join(str(words.text) for words in drawn).split() == [
        word for line in lines for word in line.text.split()
    ]
