"""Drafts of menus on their page: step by step, undone, checked, published; and walked through."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select

from hotseat.db.engine import reading
from hotseat.db.menu_drafts import Drafted, drafted
from hotseat.db.snapshot import site_now
from hotseat.db.web_models import Audit
from tests.web.conftest import Browser
from tests.web.test_menus import words

PAGE = "/menus/menu/complaint/draft"
EDIT = "/menus/menu/complaint/edit"
MAIN = "/menus/menu/main/draft"


def kept(engine: Engine, menu: str = "complaint") -> Drafted | None:
    """The draft."""
    with reading(engine) as session:
        return drafted(session, menu)


def nodes(engine: Engine, menu: str = "complaint") -> Any:
    """The steps of the draft, or of the menu in force."""
    draft = kept(engine, menu)
    if draft is not None:
        return draft.document["nodes"]
    with reading(engine) as session:
        return site_now(session).menus[menu].document["nodes"]


def seen_on(page: str) -> str:
    """The version of the draft that a page shows."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def do(visitor: Browser, what: str, page: str = PAGE, **fields: str) -> str:
    """One edit, as the page would send it; the page after it."""
    seen = seen_on(visitor.get(page).text)
    answer = visitor.post(page, {"do": what, "seen": seen, **fields})
    return (
        visitor.get(answer.headers["Location"]).text if answer.status_code == 302 else answer.text
    )


def audited(engine: Engine) -> list[Audit]:
    """What the audit has of drafts, the first first."""
    with reading(engine) as session:
        rows = session.scalars(select(Audit).order_by(Audit.id))
        return [row for row in rows if row.what.startswith("draft of menu ")]


def sent_text(page: str, **changed: str) -> dict[str, str]:
    """The text form as it stands on its page."""
    text = re.search(r'name="text"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert text
    return {"seen": seen_on(page), "text": html.unescape(text[1]), **changed}


def plan_in(page: str) -> str:
    """The digest of the plan that is shown."""
    found = re.search(r'name="plan_seen" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_first_edit_begins_a_draft(admin: Browser, engine: Engine) -> None:
    """The menu in force stays what it is."""
    assert "No draft yet" in admin.get(PAGE).text
    assert kept(engine) is None
    page = do(admin, "insert", kind="play", step="hello", at="desk:next", **{"play.0": "welcome"})
    assert "1 step of work" in words(page)
    assert nodes(engine)["hello"] == {"play": ["welcome"], "next": "back"}
    assert nodes(engine)["desk"]["next"] == "hello"
    with reading(engine) as session:
        assert "hello" not in site_now(session).menus["complaint"].document["nodes"]
    assert "Drafts that are not published" in admin.get("/menus/").text
    (noted,) = audited(engine)
    assert noted.what == "draft of menu complaint"
    assert noted.before is not None
    assert noted.after is not None
    assert set(noted.before["nodes"]) == {"desk"}
    assert set(noted.after["nodes"]) == {"desk", "hello"}


def test_a_step_is_changed_by_the_fields_of_its_kind(admin: Browser, engine: Engine) -> None:
    """What the form does not say, is not written down."""
    page = admin.get(f"{PAGE}?step=on-duty").text
    assert 'name="queue"' in page
    assert 'name="requires.english"' in page
    assert 'name="keys.1"' not in page
    do(
        admin, "change", step="on-duty", queue="callback", next="back", priority="0",
        **{"requires.english": "2", "announce.0": "please-wait", "announce.1": ""},
    )  # fmt: skip
    assert nodes(engine)["on-duty"] == {
        "queue": "callback",
        "requires": {"english": 2},
        "priority": 0,
        "announce": ["please-wait"],
        "next": "back",
    }


def test_keys_lead_where_the_form_says(admin: Browser, engine: Engine) -> None:
    """Also * and #; a key without a step is gone."""
    before = nodes(engine, "main")["ask"]
    sent = {f"keys.{key}": target for key, target in before["keys"].items() if key != "0"}
    do(
        admin, "change", MAIN, step="ask", otherwise="consult", wait_seconds="7.5", retries="1",
        **sent, **{"keys.#": "farewell", "menu.0": "menu-main", "wrong_key.0": "wrong-key"},
    )  # fmt: skip
    after = nodes(engine, "main")["ask"]
    assert after["keys"] == {"1": "consult", "2": "complaint", "9": "english", "#": "farewell"}
    assert (after["wait_seconds"], after["retries"]) == (7.5, 1)
    assert (after["menu"], after["wrong_key"], after["no_key"]) == (
        ["menu-main"],
        ["wrong-key"],
        [],
    )


@pytest.mark.parametrize(
    ("fields", "beside", "said"),
    [
        ({"priority": "99"}, "on-duty.priority", "must be a whole number from 0 to 9"),
        ({"next": ""}, "on-duty.next", "&#39;&#39; is no name"),
        ({"announce.0": "Please Wait"}, "on-duty.announce.0", "is no name"),
        ({"requires.english": "x"}, "on-duty.requires.english", "must be a whole number"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    fields: dict[str, str], beside: str, said: str, admin: Browser, engine: Engine
) -> None:
    """Nothing is changed, and what was typed stays."""
    page = do(admin, "change", step="on-duty", **{"queue": "consult", "next": "back", **fields})
    found = re.search(rf'<p class="error" id="wrong-{beside}">(.*?)</p>', page, re.DOTALL)
    assert found, beside
    assert said in found[1]
    assert f'aria-describedby="wrong-{beside}"' in page
    assert kept(engine) is None


def test_a_draft_with_mistakes_is_kept_and_not_published(admin: Browser, engine: Engine) -> None:
    """They stand at their steps, in the outline, in the picture and above all."""
    do(admin, "change", step="desk-hours", hours="complaints-desk", open="after-hours",
       closed="after-hours")  # fmt: skip
    page = admin.get(PAGE).text
    assert "Nobody comes to these steps" in page
    assert "1 mistake keeps it from being published" in words(page)
    assert 'no way leads here from "desk-hours"' in html.unescape(page)
    answer = admin.post(f"{PAGE}/publish")
    assert "mistake keeps it from being published" in words(answer.text)
    assert 'name="plan_seen"' not in answer.text
    page = do(admin, "sweep")
    assert "Nothing keeps it from being published" in page
    assert "desk" not in nodes(engine)


def test_steps_are_undone_and_redone(admin: Browser, engine: Engine) -> None:
    """Exactly; a new edit takes the place of what was undone."""
    begun = nodes(engine)
    do(admin, "remove", step="after-hours")
    removed = nodes(engine)
    assert removed["desk-hours"]["closed"] == "on-duty"
    for name, expected in (("undo", begun), ("redo", removed), ("undo", begun)):
        seen = seen_on(admin.get(PAGE).text)
        admin.post(f"{PAGE}/steps", {"do": name, "seen": seen})
        assert nodes(engine) == expected
        noted = audited(engine)[-1]
        assert noted.done == f"{name}ne"
        assert noted.before is not None
        assert ("after-hours" in noted.before["nodes"]) == (name == "redo")
    do(admin, "rename", step="back", to="over")
    assert nodes(engine)["desk"]["next"] == "over"
    draft = kept(engine)
    assert draft is not None
    assert (draft.step, draft.last) == (1, 1)


def test_a_step_changes_its_place(admin: Browser, engine: Engine) -> None:
    """By the buttons beside its form, or to any other place."""
    page = admin.get(f"{PAGE}?step=after-hours").text
    later = re.search(r'name="at" value="([^"]+)" data-shortcut="later"', page)
    assert later
    assert later[1] == "on-duty:next"
    do(admin, "move", step="after-hours", at=later[1])
    assert nodes(engine)["desk-hours"]["closed"] == "on-duty"
    assert nodes(engine)["on-duty"]["next"] == "after-hours"
    page = admin.get(f"{PAGE}?step=after-hours").text
    earlier = re.search(r'name="at" value="([^"]+)" data-shortcut="earlier"', page)
    assert earlier
    do(admin, "move", step="after-hours", at=earlier[1])
    assert nodes(engine)["on-duty"]["next"] == "back"
    refused = do(admin, "move", step="back", at=":start")
    assert "nothing comes after it" in refused


def test_a_draft_is_published_by_plan_and_apply(admin: Browser, engine: Engine) -> None:
    """As a new revision; the draft is gone then."""
    do(admin, "change", step="back", **{"go_back.0": "goodbye"})
    admin.get(PAGE)
    planned = admin.post(f"{PAGE}/publish")
    assert "This would change 1 thing" in planned.text
    seen = re.search(r'name="plan_seen" value="([^"]+)"', planned.text)
    assert seen
    done = admin.post(f"{PAGE}/publish", {"plan_seen": seen[1]})
    assert done.headers["Location"] == "/menus/menu/complaint"
    assert kept(engine) is None
    with reading(engine) as session:
        menu = site_now(session).menus["complaint"]
    assert (menu.revision, menu.document["nodes"]["back"]) == (2, {"go_back": ["goodbye"]})


@pytest.mark.parametrize("page", [f"{PAGE}/publish", EDIT])
def test_a_menu_is_published_with_the_end_of_its_draft_or_not_at_all(
    page: str, admin: Browser, app: Flask, engine: Engine
) -> None:
    """Left behind, a draft of what is in force would be published once more some day."""
    do(admin, "rename", step="back", to="over")
    draft = kept(engine)
    sent = sent_text(admin.get(EDIT).text) if page == EDIT else {}
    sent["plan_seen"] = plan_in(admin.post(page, sent).text)

    def die(*statement: Any) -> None:
        if "DELETE FROM menu_draft" in statement[2]:
            raise OSError

    event.listen(app.extensions["hotseat"].engine, "before_cursor_execute", die)
    with pytest.raises(OSError):  # noqa: PT011 (ours alone)
        admin.post(page, sent)
    event.remove(app.extensions["hotseat"].engine, "before_cursor_execute", die)
    with reading(engine) as session:
        assert site_now(session).menus["complaint"].revision == 1
    assert kept(engine) == draft
    assert admin.post(page, sent).status_code == 302
    with reading(engine) as session:
        assert site_now(session).menus["complaint"].revision == 2
    assert kept(engine) is None


def test_two_who_edit_do_not_overwrite_each_other(
    admin: Browser, visit: Callable[[str], Browser], engine: Engine
) -> None:
    """The second is told to look first."""
    seen = seen_on(admin.get(PAGE).text)
    do(visit("manager"), "remove", step="after-hours")
    before = nodes(engine)
    answer = admin.post(PAGE, {"do": "remove", "step": "on-duty", "seen": seen})
    assert "Somebody else has changed this draft" in admin.get(answer.headers["Location"]).text
    assert nodes(engine) == before


def test_an_edit_anew_is_not_taken_for_the_one_that_was_seen(
    admin: Browser, visit: Callable[[str], Browser], engine: Engine
) -> None:
    """A colleague undoes a step and takes another one: the draft is at the same step number."""
    do(admin, "remove", step="after-hours")
    page = admin.get(PAGE).text
    other = visit("manager")
    other.get(PAGE)
    other.post(f"{PAGE}/steps", {"do": "undo", "seen": seen_on(page)})
    do(other, "rename", step="back", to="over")
    theirs = kept(engine)
    for path, what in ((PAGE, "sweep"), (f"{PAGE}/steps", "undo"), (f"{PAGE}/steps", "drop")):
        answer = admin.post(path, {"do": what, "seen": seen_on(page)})
        assert "Somebody else has changed this draft" in admin.get(answer.headers["Location"]).text
        assert kept(engine) == theirs


def test_the_first_edit_is_of_the_menu_that_was_seen(
    admin: Browser, visit: Callable[[str], Browser], engine: Engine
) -> None:
    """Not of one that somebody has published meanwhile."""
    page = admin.get(PAGE).text
    other = visit("manager")
    do(other, "rename", step="back", to="over")
    planned = other.post(f"{PAGE}/publish").text
    other.post(f"{PAGE}/publish", {"plan_seen": plan_in(planned)})
    answer = admin.post(PAGE, {"do": "remove", "step": "after-hours", "seen": seen_on(page)})
    assert "Somebody else has changed this draft" in admin.get(answer.headers["Location"]).text
    assert kept(engine) is None


def test_a_draft_is_thrown_away(admin: Browser, engine: Engine) -> None:
    """And nothing has changed."""
    do(admin, "remove", step="after-hours")
    dropped = nodes(engine)
    admin.post(f"{PAGE}/steps", {"do": "drop", "seen": seen_on(admin.get(PAGE).text)})
    assert kept(engine) is None
    noted = audited(engine)[-1]
    assert noted.done == "dropped"
    assert noted.before is not None
    assert noted.before["nodes"] == dropped


def test_a_second_click_does_no_harm(admin: Browser, engine: Engine) -> None:
    """What is done already is not done again, and is no error of the server."""
    seen = seen_on(admin.get(PAGE).text)
    fields = {"step": "after-hours", "at": "on-duty:next", "to": "later"}
    do(admin, "remove", step="after-hours")
    for what in ("remove", "move", "rename", "change"):
        answer = admin.post(PAGE, {"do": what, "seen": seen, **fields})
        assert "Somebody else has changed this draft" in admin.get(answer.headers["Location"]).text
    assert len(audited(engine)) == 1
    for what in ("remove", "move", "rename"):
        assert "there is no step" in html.unescape(do(admin, what, **fields))
    do(admin, "sweep")
    for step in ("undo", "drop", "drop"):
        seen = seen_on(admin.get(PAGE).text)
        answer = admin.post(f"{PAGE}/steps", {"do": step, "seen": seen})
        assert answer.status_code == 302


@pytest.mark.parametrize(
    ("what", "fields", "shown"),
    [
        (
            "change",
            {"step": "on-duty", "queue": "consult", "next": "back", "announce.0": "please-wait"},
            r'name="announce.0" value="please-wait"',
        ),
        (
            "insert",
            {"kind": "play", "step": "hello", "at": "desk:next", "play.0": "our-news"},
            r'name="play.0" value="our-news"',
        ),
        ("rename", {"step": "back", "to": "over"}, r'name="to" value="over"'),
        (
            "head",
            {"start": "desk", "language": "en", "sorry.0": "our-news"},
            r'name="sorry.0" value="our-news"',
        ),
    ],
)
def test_what_was_typed_stays_if_somebody_was_faster(
    what: str,
    fields: dict[str, str],
    shown: str,
    admin: Browser,
    visit: Callable[[str], Browser],
    engine: Engine,
) -> None:
    """It can be sent again, beside what the draft is now."""
    seen = seen_on(admin.get(PAGE).text)
    do(visit("manager"), "remove", step="after-hours")
    answer = admin.post(PAGE, {"do": what, "seen": seen, **fields})
    assert answer.status_code == 200
    assert "Somebody else has changed this draft" in answer.text
    assert re.search(shown, answer.text)
    draft = kept(engine)
    assert draft is not None
    assert (draft.step, draft.version) == (1, seen_on(answer.text))


def test_what_was_refused_can_be_put_right(admin: Browser, engine: Engine) -> None:
    """The menu as a whole and a new name stand there as they were sent."""
    page = do(admin, "head", start="desk", language="en", **{"sorry.0": "Our News"})
    assert 'name="sorry.0" value="Our News"' in page
    assert '<option value="desk" selected>' in page.partition('id="f-start"')[2]
    assert '<option value="en" selected>' in page.partition('id="f-language"')[2]
    assert 'id="wrong-.sorry.0"' in page
    assert 'name="to" value="Over there"' in do(admin, "rename", step="back", to="Over there")
    assert kept(engine) is None


def test_a_long_list_of_prompts_stays_whole(admin: Browser, engine: Engine) -> None:
    """A site file may say more prompts than anybody would type; there is room for one more."""
    said = [f"news-{n}" for n in range(24)]
    sent = {f"play.{n}": name for n, name in enumerate(said)}
    do(admin, "insert", kind="play", step="hello", at="desk:next", **sent)
    assert nodes(engine)["hello"]["play"] == said
    page = admin.get(f"{PAGE}?step=hello").text
    drawn = dict(re.findall(r'name="(play\.\d+)" value="([^"]*)"', page))
    assert drawn == {**sent, "play.24": ""}


def test_what_is_worth_a_look_is_told_at_its_step(admin: Browser) -> None:
    """Prompts that are not recorded, callers cut off without a word, queues that nobody serves."""
    do(admin, "insert", MAIN, kind="play", step="new", at=":start", **{"play.0": "our-news"})
    do(admin, "change", MAIN, step="farewell")
    page = do(
        admin, "change", MAIN, step="consult", queue="consult", next="farewell",
        **{"requires.english": "10"},
    )  # fmt: skip
    said = words(page)
    assert "our-news is not recorded in 简体中文" in said
    assert "callers are cut off here without a word" in said
    assert "a dead end: no agent has the skills that are asked for" in said
    assert "Nothing keeps it from being published" in said
    chinese = words(admin.get(MAIN, **{"Accept-Language": "zh-CN"}).text)
    assert "our-news 没有简体中文录音" in chinese
    assert "死胡同：没有客服具备所要求的技能" in chinese


def test_the_picture_opens_the_forms(admin: Browser) -> None:
    """Each box is a link, the chosen one is marked."""
    page = admin.get(f"{MAIN}?step=ask").text
    picture = page.partition('<svg class="menu-picture"')[2].partition("</section>")[0]
    assert picture.count("<a href=") == 9
    assert picture.count('aria-current="true"') == 1
    assert "style=" not in page
    assert page.count("<ol") == page.count("</ol>")


def test_the_text_form_goes_on_with_the_draft(admin: Browser, engine: Engine) -> None:
    """One draft, two ways to edit it."""
    do(admin, "rename", step="back", to="over")
    assert "over:" in html.unescape(admin.get(EDIT).text)


def test_the_text_form_takes_the_draft_with_it(admin: Browser, engine: Engine) -> None:
    """The draft that it began with; the audit keeps what that said."""
    do(admin, "rename", step="back", to="over")
    sent = sent_text(admin.get(EDIT).text)
    planned = admin.post(EDIT, sent).text
    assert sent_text(planned) == sent
    assert "changed the draft meanwhile" not in planned
    admin.post(EDIT, {**sent, "plan_seen": plan_in(planned)})
    assert kept(engine) is None
    noted = audited(engine)[-1]
    assert noted.done == "dropped"
    assert noted.before is not None
    assert "over" in noted.before["nodes"]


@pytest.mark.parametrize("begun", [True, False])
def test_the_text_form_leaves_the_work_of_others(
    begun: bool, admin: Browser, visit: Callable[[str], Browser], engine: Engine
) -> None:
    """Steps that were taken since the text was opened stay in the draft, and that is told."""
    if begun:
        do(admin, "rename", step="back", to="over")
    sent = sent_text(admin.get(EDIT).text)
    sent["text"] = sent["text"].replace("complaint-hours", "welcome")
    do(visit("manager"), "remove", step="after-hours")
    draft = kept(engine)
    planned = admin.post(EDIT, sent).text
    assert sent_text(planned)["seen"] == sent["seen"]
    assert "changed the draft meanwhile" in planned
    done = admin.post(EDIT, {**sent, "plan_seen": plan_in(planned)})
    assert "meanwhile, so it is kept" in admin.get(done.headers["Location"]).text
    assert kept(engine) == draft
    assert {row.done for row in audited(engine)} == {"changed"}


def test_only_editors_see_drafts(visit: Callable[[str], Browser], admin: Browser) -> None:
    """A supervisor may walk through the menu in force."""
    do(admin, "remove", step="after-hours")
    supervisor = visit("supervisor")
    assert supervisor.get(PAGE).status_code == 403
    assert supervisor.post(PAGE, {"do": "sweep"}).status_code == 403
    walk = words(supervisor.get("/menus/menu/complaint/walk?did=closed").text)
    assert "complaint / after-hours" in walk
    assert "complaint / after-hours" not in words(
        admin.get("/menus/menu/complaint/walk?did=closed").text
    )
    in_force = admin.get("/menus/menu/complaint/walk?did=closed&in_force=1").text
    assert "complaint / after-hours" in words(in_force)


def test_a_menu_is_walked_through(admin: Browser) -> None:
    """Key by key, with the sentences of the language that is spoken then."""
    page = admin.get("/menus/menu/main/walk").text
    assert "您好，欢迎致电客户服务热线。" in page
    (nine,) = re.findall(r'href="([^"]+)">9<', page)
    page = admin.get(html.unescape(nine)).text
    assert "The caller presses 9" in words(page)
    assert '<q lang="en">' in page
    ended = words(admin.get("/menus/menu/main/walk?did=1.talked").text)
    assert "The call ends." in ended
    assert admin.get("/menus/menu/nothing/walk").status_code == 404


def test_a_draft_with_a_ring_is_not_walked(admin: Browser) -> None:
    """It would have no end."""
    do(admin, "change", step="after-hours", next="after-hours", **{"play.0": "complaint-hours"})
    assert "cannot be walked through" in admin.get("/menus/menu/complaint/walk").text
