"""The pages in a real Chromium: the first run by keyboard, no violation of the policy, axe."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page
from sqlalchemy import Engine
from werkzeug.serving import make_server

import tests.chromium
from admin import live
from hotseat.config import Settings
from hotseat.control_client import NotRunning
from hotseat.db import accounts
from hotseat.db.engine import reading, writing
from hotseat.db.snapshot import site_now
from hotseat.invitations import invite_user
from hotseat.roster.shifts import Assignment
from tests.unit.operation.states import a_state
from tests.web.conftest import PASSWORD, T
from tests.web.frames import a_floor
from tests.web.history import call_id, keep_times, leave_message, write_history
from tests.web.rosters import WEEK, begin_week, drafted, in_force, publish_week

pytestmark = pytest.mark.live

AXE = Path(__file__).parent / "axe"
SERIOUS = ("serious", "critical")

PAGES = {
    "home": "/",
    "profile": "/profile/",
    "password": "/profile/password",
    "second-factor": "/profile/second-factor",
    "users": "/users/",
    "user-new": "/users/new",
    "user": "/users/1",
    "audit": "/audit/",
    "callbacks": "/callbacks/",
    "callback": f"/callbacks/{call_id(4)}",
    "queues": "/queues/",
    "queue": "/queues/queue/consult",
    "queue-remove": "/queues/queue/callback/remove",
    "skill": "/queues/skills/english",
    "agents": "/agents/",
    "agent": "/agents/agent/1001",
    "agent-pin": "/agents/agent/1001/pin/",
    "phones": "/phones/",
    "phone": "/phones/phone/p101",
    "numbers": "/numbers/",
    "number": "/numbers/number/4008001000",
    "menus": "/menus/",
    "menu": "/menus/menu/main",
    "menu-edit": "/menus/menu/main/edit",
    "menu-draft": "/menus/menu/main/draft?step=ask",
    "menu-draft-new": "/menus/menu/main/draft?add=queue&at=ask:keys.3",
    "menu-walk": "/menus/menu/main/walk?did=1",
    "menu-revision": "/menus/menu/main/revisions/1",
    "prompts": "/prompts/",
    "prompt": "/prompts/prompt/welcome",
    "prompt-new": "/prompts/new",
    "site-file": "/site-file/",
    "roster": "/roster/",
    "roster-month": "/roster/?view=month",
    "roster-draft": "/roster/drafts/1",
    "roster-new": "/roster/drafts/new",
    "roster-versions": "/roster/versions/",
    "roster-requests": "/roster/requests/",
    "roster-swap": "/roster/requests/swap?agent=1001&other=1002",
    "roster-leave": "/roster/requests/leave",
    "roster-attendance": "/roster/attendance/",
    "calls": "/calls/",
    "call": f"/calls/call/{call_id(13)}",
    "figures": "/figures/",
    "floor": "/floor/",
    "desk": "/desk/",
    "health": "/health/",
    "missing": "/no-such-page",
}
"""Name -> path of a page that an administrator sees."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Debian's, without a window."""
    with tests.chromium.chromium() as browser:
        yield browser


def answer(_settings: Settings, command: str, *_actor: str, **_args: object) -> dict[str, Any]:
    """The running server, as far as pages look at it; there is no live feed here."""
    if command == "status":
        return a_state()
    if command == "floor":
        return a_floor()
    raise NotRunning("no server here")


@pytest.fixture
def address(app: Flask, engine: Engine, settings: Settings, monkeypatch: Any) -> Iterator[str]:
    """The pages on a port of their own, beside a server in the middle of its day."""
    write_history(engine)
    leave_message(engine, 4)
    publish_week(engine)
    begin_week(engine, *WEEK)
    monkeypatch.setattr(live, "ask", answer)
    server = make_server(settings.admin_host, 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://{settings.admin_host}:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def tab(chromium: Chromium, address: str) -> Iterator[Callable[..., Page]]:
    """New tabs; whatever Chromium complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def tab(**options: Any) -> Page:
        context = chromium.new_context(base_url=address, **options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda said: complaints.append(said.text) if said.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield tab
    for context in contexts:
        context.close()
    # The page that is not there, and the feed that nobody serves, are asked for on purpose.
    assert [text for text in complaints if not re.search("status of (404|503)", text)] == []


def log_in(page: Page, login: str = "administrator") -> None:
    """By hand."""
    page.goto("/login")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/")


def violations(page: Page) -> list[str]:
    """What axe finds serious."""
    page.evaluate((AXE / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document)")["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


def test_axe_is_what_its_list_says() -> None:
    """Nobody changed the copy."""
    digest, name = (AXE / "SHA256SUMS").read_text(encoding="utf-8").split()
    assert hashlib.sha256((AXE / name).read_bytes()).hexdigest() == digest


def test_from_the_first_link_to_a_new_queue_by_keyboard(
    tab: Callable[..., Page], engine: Engine
) -> None:
    """The link of the terminal, a password, and then a queue: never a mouse."""
    with writing(engine) as session:
        user = accounts.user_by_login(session, "administrator")
        assert user is not None
        link = invite_user(session, "", user.id, T)
    page = tab(locale="en")
    page.goto(link)
    page.locator("[name=name]").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Wang Fang")
    for text in (PASSWORD, PASSWORD):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    assert "Good to see you, Wang Fang" in page.content()
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    page.goto("/queues/new")
    page.locator("[name=name]").focus()
    page.keyboard.type("vip")
    page.keyboard.press("Tab")
    page.keyboard.type("贵宾")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="This would change 1 thing").wait_for()
    page.get_by_role("button", name="Apply").press("Enter")
    page.wait_for_url("**/queues/")
    with reading(engine) as session:
        assert site_now(session).queues["vip"].title == "贵宾"


# Contrast depends on the look and not on the language: each once is enough.
@pytest.mark.parametrize(("language", "look"), [("en", "light"), ("zh-CN", "dark")])
def test_every_page_is_sound(look: str, language: str, tab: Callable[..., Page]) -> None:
    """No serious finding of axe, nothing wider than the window, and in the visitor's language."""
    page = tab(locale=language, color_scheme=look, viewport={"width": 1360, "height": 860})
    page.goto("/login")
    found = {"login": violations(page)}
    log_in(page)
    for name, path in PAGES.items():
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == language
        found[name] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            found[name].append(f"{wide} px wider than the window")
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(("width", "name"), [(390, "phone"), (3840, "wall")])
def test_pages_fit_small_and_large_screens(width: int, name: str, tab: Callable[..., Page]) -> None:
    """Nothing hangs over the edge; on a telephone the navigation opens by its button."""
    page = tab(locale="zh-CN", viewport={"width": width, "height": 844 if width < 1000 else 2160})
    log_in(page)
    over = {}
    for title, path in PAGES.items():
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            over[title] = wide
    assert over == {}
    page.goto("/")
    link = page.locator("nav a", has_text="审计")
    if width < 1000:
        assert not link.is_visible()
        page.locator("#nav-toggle").focus()
        page.keyboard.press("Space")
    assert link.is_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_figures_of_a_day_need_no_scrolling(
    language: str, tab: Callable[..., Page], engine: Engine
) -> None:
    """Every column of every table is seen at once on an ordinary screen."""
    keep_times(engine)
    page = tab(locale=language, viewport={"width": 1440, "height": 900})
    log_in(page)
    page.goto("/figures/")
    hidden = "[...document.querySelectorAll('.scroll')].map(it => it.scrollWidth - it.clientWidth)"
    assert page.evaluate(hidden) == [0, 0, 0]


def cell(agent: str, day: str) -> str:
    """A place on the board of a draft."""
    return f'td[data-agent="{agent}"][data-day="{day}"]'


def test_a_shift_is_dragged_and_published(tab: Callable[..., Page], engine: Engine) -> None:
    """From 1003 to 1004 by mouse: the page and the draft agree, and then the roster."""
    day = WEEK[0].day
    moved = Assignment(day, "C", "1004")
    page = tab(locale="en", viewport={"width": 1360, "height": 1400})
    log_in(page)
    page.goto("/roster/drafts/1")
    page.drag_and_drop(f"{cell('1003', str(day))} a.chip", cell("1004", str(day)))
    page.locator(f"{cell('1004', str(day))} a.chip").wait_for()
    assert page.locator(f"{cell('1003', str(day))} a.chip").count() == 0
    assert drafted(engine) == {*WEEK, moved} - {Assignment(day, "C", "1003")}
    page.locator("[name=reason]").fill("after 22:00 callers leave a message")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Version 2 of the roster is in force.").wait_for()
    assert in_force(engine) == {*WEEK, moved} - {Assignment(day, "C", "1003")}


def test_a_shift_is_moved_and_taken_away_by_keyboard(
    tab: Callable[..., Page], engine: Engine
) -> None:
    """Enter picks it up, arrows choose, Enter puts it, Delete takes it away; the focus stays."""
    day = WEEK[0].day
    page = tab(locale="zh-CN", viewport={"width": 1360, "height": 1400})
    log_in(page)
    page.goto("/roster/drafts/1")
    chip = page.locator(f"{cell('1003', str(day))} a.chip")
    chip.focus()
    for key in ("Enter", "ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.locator(f"{cell('1004', str(day))} a.chip:focus").wait_for()
    assert drafted(engine) == {*WEEK, Assignment(day, "C", "1004")} - {Assignment(day, "C", "1003")}
    page.keyboard.press("Delete")
    page.locator(f"{cell('1004', str(day))} a.chip").wait_for(state="detached")
    assert drafted(engine) == {*WEEK} - {Assignment(day, "C", "1003")}
    page.locator(".palette a.chip", has_text="C").focus()
    for key in ("Enter", "Escape", "Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.locator(f"{cell('1001', '2027-01-12')} a.chip", has_text="C").wait_for()
    assert Assignment(WEEK[3].day, "C", "1001") in drafted(engine)
