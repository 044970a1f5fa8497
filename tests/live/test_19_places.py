"""Desk or mobile: what an agent presses on the page is where the next call rings."""

from __future__ import annotations

import pytest

from admin import create_app
from hotseat.db import accounts
from hotseat.db.engine import open_engine, writing
from hotseat.rights import Role
from tests.live.duty import Night
from tests.live.hotline import Hotline, now_ms
from tests.web.conftest import DIGEST, WEAK_HASHER, Browser

pytestmark = pytest.mark.live


def desk_of(hotline: Hotline, agent: str) -> Browser:
    """The browser of an agent, logged in beside the running server."""
    engine = open_engine(hotline.settings.database)
    with writing(engine) as session:
        user = accounts.add_user(session, f"agent-{agent}", "", [Role.AGENT.value])
        accounts.account_of(session, user).password = DIGEST
        accounts.link_agent(session, user, agent)
    engine.dispose()
    app = create_app(hotline.settings, hasher=WEAK_HASHER)
    app.testing = True
    browser = Browser(app.test_client(), hotline.settings.admin_address)
    assert browser.log_in(f"agent-{agent}").status_code == 302
    return browser


def test_the_next_call_rings_where_it_was_said(hotline: Hotline) -> None:
    """By the agent on the page, then by a supervisor, against whom nothing is chosen."""
    night = Night(hotline)
    desk = hotline.log_on("1001", "p101")
    desk.rings()
    hotline.carrier.rings()
    page = desk_of(hotline, "1001")
    assert "p101" in page.get("/desk/").text
    page.post("/desk/steps/seat-place", {"where": "mobile"})
    night.call("13800190001")
    mobile = night.asked("1001")
    mobile.digits("1")
    night.talks("1001")
    mobile.hang_up()
    hotline.ended("13800190001")
    assert desk.invites(night.began) == []
    hotline.ask("seat-override", agent="1001", where="desk")
    page.post("/desk/steps/seat-place", {"where": "mobile"})
    assert "a supervisor has said that agent 1001 is rung at the desk" in page.get("/desk/").text
    again = now_ms()
    caller = night.call("13800190002")
    desk.rung_by("13800190002", since=again)
    assert hotline.carrier.invites(again) == []
    caller.hang_up()
    hotline.ended("13800190002")
    placed = [row.facts for row in hotline.journal("placed", since=int(night.began))]
    assert [(facts["place"], facts["by"]) for facts in placed] == [
        ("p101", "cli"),
        ("mobile:1001", "agent-1001"),
        ("p101", "cli"),
    ]
