"""The pages of the menus: read, edit, publish, roll back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from hotseat.db.engine import reading
from hotseat.db.snapshot import menu_revisions, site_now
from hotseat.site.export import as_text
from hotseat.site.records import SiteNow
from tests.web.conftest import Browser, T

EDIT = "/menus/menu/complaint/edit"
SMALL = "start: bye\nlanguage: zh\nnodes:\n  bye: {hang_up: [goodbye]}\n"


def now_in(engine: Engine) -> SiteNow:
    """The site in force."""
    with reading(engine) as session:
        return site_now(session)


def text_of(engine: Engine, menu: str) -> str:
    """The menu in force, as its form shows it."""
    return as_text(now_in(engine).menus[menu].document)


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


# --- publishing -------------------------------------------------------------------------------


def test_a_menu_is_published_by_plan_and_apply(admin: Browser, engine: Engine) -> None:
    """As a new revision of the text; nothing changes before the plan was seen."""
    text = text_of(engine, "complaint")
    assert text in html.unescape(admin.get(EDIT).text)
    edited = text.replace("priority: 1", "priority: 3").replace("\n", "\r\n")
    assert edited != text
    planned = admin.fill(EDIT, {"text": edited})
    assert "This would change 1 thing" in planned.text
    assert now_in(engine).menus["complaint"].revision == 1
    done = admin.put(EDIT, {"text": edited})
    assert (done.status_code, done.headers["Location"]) == (302, "/menus/menu/complaint")
    menu = now_in(engine).menus["complaint"]
    assert menu.revision == 2
    assert as_text(menu.document) == text.replace("priority: 1", "priority: 3")
    assert "priority +3" in admin.get("/menus/menu/complaint").text


@pytest.mark.parametrize(
    ("old", "new", "said", "after"),
    [
        ("queue: complaint", "queue: complain", 'nodes.desk.queue no queue "complain"; did you', 0),
        ("open: desk", "open: nowhere", 'nodes.desk-hours.open no node "nowhere"', 0),
        ("start: desk-hours", "start: [", "not YAML", 2),
    ],
)
def test_mistakes_stand_at_their_lines(
    old: str, new: str, said: str, after: int, admin: Browser, engine: Engine
) -> None:
    """Nothing changes, and the text stays in the form."""
    text = text_of(engine, "complaint").replace(old, new)
    assert new in text
    line = 1 + text[: text.index(new)].count("\n") + after
    answer = admin.fill(EDIT, {"text": text})
    assert said in words(answer.text)
    assert f"line {line} ·" in words(answer.text)
    assert 'name="plan_seen"' not in answer.text
    assert text in html.unescape(answer.text)
    assert now_in(engine).revision == 1


@pytest.mark.parametrize("text", ["", "- a", "word", "12"])
def test_a_text_that_is_no_menu(text: str, admin: Browser, engine: Engine) -> None:
    """Is told so."""
    assert "nothing is changed" in admin.fill(EDIT, {"text": text}).text
    assert now_in(engine).revision == 1


def test_a_new_menu_comes_and_goes(admin: Browser, engine: Engine) -> None:
    """Its name has to be free; what is needed stays."""
    assert "start: welcome" in admin.get("/menus/new").text
    assert "one of this name" in admin.fill("/menus/new", {"name": "main", "text": SMALL}).text
    assert "Use up to 32" in admin.fill("/menus/new", {"name": "A b", "text": SMALL}).text
    assert admin.put("/menus/new", {"name": "bye", "text": SMALL}).status_code == 302
    assert text_of(engine, "bye").startswith("start: bye")
    assert "nobody comes here" in admin.get("/menus/").text
    admin.put("/menus/menu/bye/remove", {})
    assert "bye" not in now_in(engine).menus
    refused = admin.get("/menus/menu/main/remove").text
    assert "cannot be removed" in refused
    assert "numbers.4008001000.menu" in refused
    # What was published is kept, and can come back.
    assert '"/menus/menu/bye/revisions"' in admin.get("/menus/").text
    again = "/menus/menu/bye/revisions/1"
    assert "+start: bye" in admin.get(again).text
    admin.put(again, {})
    assert now_in(engine).menus["bye"].revision == 2
    assert '"/menus/menu/bye/revisions"' not in admin.get("/menus/").text


def test_rolling_back_publishes_the_old_text_again(admin: Browser, engine: Engine) -> None:
    """As the newest revision; the page shows what that changes."""
    text = text_of(engine, "complaint")
    admin.put(EDIT, {"text": text.replace("priority: 1", "priority: 3")})
    listed = words(admin.get("/menus/menu/complaint/revisions").text)
    assert re.search("2 2027-01-15 16:00 in force 1 2027-01-15 16:00", listed)
    old = admin.get("/menus/menu/complaint/revisions/1").text
    changed = re.findall('<span class="(added|gone)">(.*?)</span>', old)
    assert [(kind, line.strip("+- ")) for kind, line in changed if "priority" in line] == [
        ("gone", next(line.strip() for line in _lines(engine) if "priority" in line)),
        ("added", next(line.strip() for line in text.splitlines() if "priority" in line)),
    ]
    admin.put("/menus/menu/complaint/revisions/1", {})
    assert text_of(engine, "complaint") == text
    with reading(engine) as session:
        assert menu_revisions(session, "complaint") == [(3, T), (2, T), (1, T)]
    assert "There is no difference" in admin.get("/menus/menu/complaint/revisions/1").text


def _lines(engine: Engine) -> list[str]:
    return text_of(engine, "complaint").splitlines()


def test_who_may_only_look(visit: Callable[[str], Browser], engine: Engine) -> None:
    """Sees menus and revisions, and no button that would be refused."""
    supervisor = visit("supervisor")
    page = supervisor.get("/menus/menu/main").text
    assert "/menus/menu/main/edit" not in page
    assert "/menus/menu/main/revisions" in page
    assert "Publish again" not in supervisor.get("/menus/menu/main/revisions/1").text
    assert supervisor.post("/menus/menu/main/revisions/1").status_code == 403
    assert supervisor.get(EDIT).status_code == 403
    assert now_in(engine).revision == 1


def test_what_somebody_wrote_is_never_markup(admin: Browser) -> None:
    """Not the title of a queue in outline and picture, not the text of a menu."""
    evil = "</title><script>alert(1)</script>"
    queue = {
        "title": evil,
        "priority": "0",
        "ring_seconds": "20",
        "wrap_up_seconds": "10",
        "again_seconds": "20",
        "answer_within_seconds": "20",
        "music": "default",
        "level-consult": "1",
    }
    admin.put("/queues/queue/consult", queue)
    assert "<script>alert" not in admin.get("/menus/menu/main").text
    answer = admin.fill(EDIT, {"text": f"</textarea>{evil}: {evil}"})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text
