"""Pages of help in a terminal, in which a Chinese character is two columns wide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotseat.manual.page import Page, wrapped
from hotseat.tables import width


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("Log AGENT off.", 20, ["Log AGENT off."]),
        ("Log AGENT off.", 9, ["Log AGENT", "off."]),
        ("客服签出", 8, ["客服签出"]),
        ("客服签出", 7, ["客服签", "出"]),
        ("等通话结束。", 10, ["等通话结", "束。"]),  # no line begins with a full stop
        ("通话（或来电）", 6, ["通话", "（或来", "电）"]),  # and none ends with a bracket
        ("用 --phone 签入", 9, ["用", "--phone", "签入"]),
        ("by `hotseat backup` alone", 16, ["by", "`hotseat backup`", "alone"]),
        ("two  [default: 1]", 40, ["two  [default: 1]"]),
        ("hippopotamus", 4, ["hippopotamus"]),
        ("", 10, [""]),
    ],
)
def test_lines_are_broken_where_a_reader_breaks_them(
    text: str, columns: int, lines: list[str]
) -> None:
    assert wrapped(text, columns) == lines


@given(st.text("abc 客服签出，。（）`-", max_size=60), st.integers(8, 30))
def test_nothing_is_lost_and_only_one_word_may_be_too_long(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert width(line) <= columns or len(wrapped(line, 1)) == 1


def test_the_second_column_is_straight() -> None:
    page = Page(width=40)
    page.write_dl(
        [
            ("--phone 话机", "客服所用的话机。"),
            ("-h, --help", "显示此帮助，这一行很长，要分成两行才放得下。"),
            ("--quiet", ""),
            ("--a-term-wider-than-its-column 话机", "在下一行。"),
        ],
        col_max=12,
    )
    assert page.getvalue().splitlines() == [
        "--phone 话机  客服所用的话机。",
        "-h, --help    显示此帮助，这一行很长，要",
        "              分成两行才放得下。",
        "--quiet",
        "--a-term-wider-than-its-column 话机",
        "              在下一行。",
    ]


def test_usage_goes_on_below_the_first_argument() -> None:
    page = Page(width=30)
    page.write_usage("hotseat why", "[选项] 通话编号 原因", "用法：")
    assert (
        page.getvalue()
        == "用法：hotseat why [选项]\n                  通话编号\n                  原因\n"
    )


def test_a_command_without_arguments_has_a_usage_too() -> None:
    page = Page()
    page.write_usage("hotseat")
    assert page.getvalue() == "Usage: hotseat\n"


@pytest.mark.parametrize(("heading", "line"), [("Options", "Options:"), ("选项", "选项：")])
def test_the_colon_is_that_of_the_language(heading: str, line: str) -> None:
    page = Page()
    page.write_heading(heading)
    assert page.getvalue() == f"{line}\n"


def test_examples_keep_their_lines() -> None:
    page = Page(width=24)
    page.indent()
    page.write_text(
        "Words that go over a line.\n\n\b\nExample:\n  hotseat seat login 1001 --phone p"
    )
    assert page.getvalue() == (
        "  Words that go over a\n  line.\n\n  Example:\n    hotseat seat login 1001 --phone p\n"
    )
