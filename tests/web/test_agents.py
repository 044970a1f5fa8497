"""An agent's duty mobile and PIN: who may set them, what fits, who sees them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from hotseat.db import accounts
from hotseat.db.engine import reading, writing
from hotseat.db.pins import keep_pin, kept_pin
from hotseat.db.snapshot import site_now
from hotseat.db.web_models import Audit
from hotseat.outbound import OutboundRules
from hotseat.pins import is_pin, pin_hash
from hotseat.site.apply import apply
from hotseat.site.records import AgentRecord
from tests.web.conftest import Browser, T

Visit = Callable[[str], Browser]

SHEET = "/agents/agent/1005"
PIN = "/agents/agent/1005/pin"
MOBILE = "+8613900001005"
CN = OutboundRules("CN", ("+86",))


@pytest.fixture
def dials(engine: Engine) -> None:
    """The site may dial China; 1005 has no duty mobile and 1006 has one."""
    site_becomes(engine, outbound=CN, mobiles={"1005": "", "1006": "+8613900001006"})


def site_becomes(
    engine: Engine, *, outbound: OutboundRules | None, mobiles: Mapping[str, str]
) -> None:
    with writing(engine) as session:
        site = site_now(session)
        agents = {
            number: replace(agent, mobile=mobiles.get(number, ""))
            for number, agent in site.agents.items()
        }
        wanted = replace(site.as_written(), outbound=outbound, agents=agents)
        apply(session, wanted, expected=site.revision, now=T)


def agent_of(engine: Engine, number: str = "1005") -> AgentRecord:
    with reading(engine) as session:
        return site_now(session).agents[number]


def filled(engine: Engine, mobile: str) -> dict[str, str]:
    """The sheet as it stands, with this mobile."""
    agent = agent_of(engine)
    levels = {f"level-{skill}": str(level) for skill, level in agent.skills.items()}
    return {"person": agent.name, "team": agent.team, **levels, "mobile": mobile}


def audited(engine: Engine) -> list[Audit]:
    with reading(engine) as session:
        return list(session.scalars(select(Audit).order_by(Audit.id)))


def kept(engine: Engine, agent: str = "1005") -> str:
    with reading(engine) as session:
        return kept_pin(session, agent)


def set_pin(engine: Engine, pin: str, agent: str = "1005") -> None:
    with writing(engine) as session:
        keep_pin(session, agent, pin_hash(pin, b"salt"))


def lead_of(engine: Engine, team: str) -> None:
    """The user `lead` leads the team."""
    with writing(engine) as session:
        user = accounts.user_by_login(session, "lead")
        assert user is not None
        accounts.account_of(session, user.id).leads = [team]


@pytest.mark.parametrize("written", [MOBILE, "139 0000 1005", "+86 139-0000-1005", " 13900001005 "])
def test_a_mobile_is_kept_in_its_normal_form(
    dials: None, admin: Browser, engine: Engine, written: str
) -> None:
    planned = admin.fill(SHEET, filled(engine, written)).text
    assert f"new: duty mobile: {MOBILE}" in planned
    admin.put(SHEET, filled(engine, written))
    assert agent_of(engine).mobile == MOBILE
    assert audited(engine)[-1].what == "agent 1005"
    admin.put(SHEET, filled(engine, ""))
    assert agent_of(engine).mobile == ""


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1390000", "That is no mobile"),
        ("+862154321234", "That is no mobile"),
        ("call me", "That is no mobile"),
        ("95588", "That is no mobile"),
        ("+4915123456789", "The site does not dial this number: it has to begin with +86."),
        ("1" * 40, "Field cannot be longer than 30 characters."),
    ],
)
def test_what_may_never_be_dialled_is_not_registered(
    dials: None, admin: Browser, engine: Engine, written: str, told: str
) -> None:
    answer = admin.fill(SHEET, filled(engine, written))
    assert told in answer.text
    assert "plan_seen" not in answer.text
    assert agent_of(engine).mobile == ""


@pytest.mark.parametrize(
    ("outbound", "told"),
    [
        (None, "says nothing about outbound calls"),
        (replace(CN, stopped=True), "Outbound calls are stopped"),
        (CN, ""),
    ],
)
def test_a_site_that_does_not_dial_now_says_so(
    admin: Browser, engine: Engine, outbound: OutboundRules | None, told: str
) -> None:
    """And still registers: it may dial tomorrow."""
    site_becomes(engine, outbound=outbound, mobiles={})
    page = admin.get(SHEET).text
    assert ("so no mobile is rung" in page) == bool(told)
    assert told in page
    admin.put(SHEET, filled(engine, MOBILE))
    assert agent_of(engine).mobile == MOBILE


@pytest.mark.parametrize("login", ["manager", "supervisor"])
def test_only_an_administrator_registers_a_mobile(
    dials: None, visit: Visit, engine: Engine, login: str
) -> None:
    """Others edit the rest of the sheet, and the mobile stays."""
    site_becomes(engine, outbound=CN, mobiles={"1005": MOBILE})
    visitor = visit(login)
    assert 'name="mobile"' not in visitor.get(SHEET).text
    visitor.put(SHEET, {**filled(engine, "+8613900009999"), "person": "陈静静"})
    assert (agent_of(engine).name, agent_of(engine).mobile) == ("陈静静", MOBILE)


def test_the_mobile_of_another_team_is_masked(dials: None, visit: Visit, engine: Engine) -> None:
    own, other = agent_of(engine, "1001").team, agent_of(engine, "1006").team
    assert own != other
    lead_of(engine, own)
    page = visit("lead").get("/agents/").text
    assert "+8613900001006" not in page
    assert "•••• 1006" in page
    lead_of(engine, other)
    assert "+8613900001006" in visit("lead").get("/agents/").text


def test_a_chosen_pin_is_kept_as_a_hash(admin: Browser, engine: Engine) -> None:
    answer = admin.fill(f"{PIN}/", {"pin": "274193", "again": "274193"})
    assert answer.status_code == 302
    assert is_pin("274193", kept(engine))
    assert [(row.what, row.done) for row in audited(engine)[-1:]] == [("PIN of agent 1005", "set")]
    set_again = admin.fill(f"{PIN}/", {"pin": "508162", "again": "508162"})
    assert set_again.status_code == 302
    assert audited(engine)[-1].done == "renewed"
    for path in (f"{PIN}/", SHEET, "/agents/", "/audit/"):
        text = admin.get(path).text
        assert "508162" not in text
        assert kept(engine) not in text
    row = audited(engine)[-1]
    assert (row.before, row.after, row.words) == (None, None, "")


@pytest.mark.parametrize(
    ("pin", "again", "told"),
    [
        ("123", "123", "A PIN is 4 to 10 digits."),
        ("12a4", "12a4", "A PIN is 4 to 10 digits."),
        ("12345678901", "12345678901", "A PIN is 4 to 10 digits."),
        ("", "", "A PIN is 4 to 10 digits."),
        ("1111", "1111", "guessed first"),
        ("4321", "4321", "guessed first"),
        ("274193", "274194", "not the same digits"),
    ],
)
def test_a_pin_that_is_none_changes_nothing(
    admin: Browser, engine: Engine, pin: str, again: str, told: str
) -> None:
    set_pin(engine, "905174")
    before, rows = kept(engine), len(audited(engine))
    answer = admin.fill(f"{PIN}/", {"pin": pin, "again": again})
    assert told in answer.text
    assert "invalid literal" not in answer.text
    assert not pin or f'value="{pin}"' not in answer.text
    assert (kept(engine), len(audited(engine))) == (before, rows)


def test_a_pin_that_was_made_is_shown_once(admin: Browser, engine: Engine) -> None:
    admin.get(f"{PIN}/")
    answer = admin.post(f"{PIN}/new")
    (pin,) = re.findall(r'<dd class="code">([0-9]{6})</dd>', answer.text)
    assert is_pin(pin, kept(engine))
    assert answer.headers["Cache-Control"] == "no-store"
    assert pin not in admin.get(f"{PIN}/").text
    assert pin not in admin.get("/audit/").text


def test_a_withdrawn_pin_lets_nobody_in(admin: Browser, engine: Engine) -> None:
    set_pin(engine, "905174")
    admin.get(f"{PIN}/")
    admin.post(f"{PIN}/withdraw")
    assert kept(engine) == ""
    assert audited(engine)[-1].done == "taken away"
    rows = len(audited(engine))
    admin.post(f"{PIN}/withdraw")
    assert len(audited(engine)) == rows


def test_pins_of_others_are_closed(visit: Visit, engine: Engine) -> None:
    """An agent sets the own one; a lead those of the team (IDOR)."""
    set_pin(engine, "905174", "1002")
    lead_of(engine, agent_of(engine, "1006").team)
    before = kept(engine, "1002")
    for login in ("agent", "lead"):
        visitor = visit(login)
        other = "1002" if login == "agent" else "1003"
        for path in ("", "new", "withdraw"):
            data = {"pin": "274193", "again": "274193"}
            assert visitor.post(f"/agents/agent/{other}/pin/{path}", data).status_code == 403
        assert visitor.get(f"/agents/agent/{other}/pin/").status_code == 403
    assert kept(engine, "1002") == before
    assert visit("agent").get("/agents/agent/1001/pin/").status_code == 200
    assert visit("lead").get("/agents/agent/1006/pin/").status_code == 200
    assert visit("administrator").get("/agents/agent/9999/pin/").status_code == 404
