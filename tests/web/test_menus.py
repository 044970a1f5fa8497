"""The pages of the menus: read, edit, publish, roll back."""

from __future__ import annotations

import html
import re

from tests.web.conftest import Browser


def words(text: str) -> str:
    """What a visitor reads."""
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]*>", " ", text)))


def test_the_list_tells_where_callers_come_from(admin: Browser) -> None:
    """By number, or from another menu."""
    page = admin.get("/menus/").text
    rows = [words(row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    (main,) = [row for row in rows if row.startswith(" main")]
    (complaint,) = [row for row in rows if row.startswith(" complaint")]
    assert "4008001000" in main
    assert "main" in complaint


def test_a_menu_is_told_as_an_outline(admin: Browser) -> None:
    """In the order of the walk, each step once; keys, queues and sentences by their names."""
    page = admin.get("/menus/menu/main").text
    said = words(page.partition('<ol class="outline">')[2])
    assert said.index("Say") < said.index("Ask for a key") < said.index("Wait in the queue")
    assert "Hello, and welcome to our customer service line." in said
    assert "waits 5 s each time, asks 3 times at most" in said
    assert "咨询" in said
    assert "英语 ≥ 1" in said
    steps = re.findall(r'id="step-([^"]+)"', page)
    assert len(steps) == len(set(steps)) == 9
    assert '<kbd class="key">9</kbd>' in page
    assert page.count("<ol") == page.count("</ol>")
    outline = page.partition('<ol class="outline">')[2].partition("</section>")[0]
    assert outline.count("<li") == outline.count("</li>")


def test_a_menu_is_drawn(admin: Browser) -> None:
    """With a name for those who do not see it, and loops drawn back."""
    page = admin.get("/menus/menu/main").text
    picture = page.partition('<svg class="menu-picture"')[2]
    assert picture.count('<g class="box') == 9
    assert '<title id="picture-name">The menu, drawn</title>' in picture
    assert picture.count('class="line back"') == 3
    assert "style=" not in page


def test_a_menu_is_told_in_chinese(admin: Browser) -> None:
    """Its sentences too."""
    said = words(admin.get("/menus/menu/main", **{"Accept-Language": "zh-CN"}).text)
    assert "您好，欢迎致电客户服务热线。" in said
    assert "排队等待" in said


def test_a_menu_that_is_not_there(admin: Browser) -> None:
    """Has no page."""
    assert admin.get("/menus/menu/nothing").status_code == 404
