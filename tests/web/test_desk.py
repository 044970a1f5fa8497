"""The desk of an agent: steps, who calls, notes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import Engine

import words
from acd.types import Millis
from admin import live
from hotseat.control_client import NotRunning, Refused
from hotseat.db import notes
from hotseat.db.audit import audit_rows
from hotseat.db.engine import reading, writing
from hotseat.db.writes import write
from hotseat.history import CallChanged, CallNote, Category, JournalRow
from hotseat.roster.shifts import Assignment
from tests.web.conftest import Browser, Clock, T
from tests.web.rosters import publish_week

HOUR: Millis = 3_600_000
RUNG, BEFORE, OTHERS = "01CALLRUNG", "01CALLBEFORE", "01CALLOTHERS"
SEAT: dict[str, Any] = {
    "state": "offered",
    "since": T,
    "phone": "p101",
    "paused": None,
    "leaving": False,
    "call": RUNG,
    "queue": "consult",
    "rests_until": None,
}

AT_HOME = {**SEAT, "phone": "mobile:1001"}
PLACING: dict[str, Any] = {
    "place": "p101",
    "because": "choice",
    "choice": "desk",
    "desk": "p101",
    "mobile": True,
}


class Server:
    """Answers as a running one would, or refuses."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.seat: dict[str, Any] | None = SEAT
        self.placing: dict[str, Any] = PLACING
        self.refuses: Exception | None = None

    def command(self, name: str, **args: Any) -> dict[str, Any]:
        if self.refuses is not None:
            raise self.refuses
        if name == "seat":
            return {"seat": self.seat}
        if name == "seat-placing":
            return {"placing": self.placing}
        self.asked.append((name, args))
        return {"pass": "secret"} if name == "feed-open" else {}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """In the place of the control socket."""
    found = Server()
    monkeypatch.setattr(live, "command", found.command)
    return found


def call(name: str, arrived: Millis, **fields: Any) -> CallChanged:
    known = {"arrived_at": arrived, "caller": "13800138000", "queue": "consult"}
    return CallChanged(name, arrived, {**known, **fields})


@pytest.fixture
def history(engine: Engine) -> None:
    """1001 is rung by somebody who called before; 1002 talked with somebody else."""
    with writing(engine) as session:
        write(
            session,
            [
                call(BEFORE, T - HOUR, outcome="answered", seat="1003", ended_at=T - HOUR),
                call(RUNG, T - 5_000, caller_name="<script>alert(1)</script>"),
                call(OTHERS, T - 2_000, caller="13900139000", seat="1002", outcome="answered"),
                JournalRow(1, T, "offered", RUNG, "1001", "consult", {}),
            ],
        )
        notes.put_note(session, CallNote(BEFORE, Category.DEVICE, "冰箱不冷 <b>", "lead", T))


@pytest.fixture
def agent(visit: Callable[[str], Browser]) -> Browser:
    """Agent 1001's browser."""
    return visit("agent")


def test_whoever_is_no_agent_is_told_how_to_become_one(admin: Browser, server: Server) -> None:
    assert "belongs to an agent" in admin.get("/desk/").text
    assert admin.post("/desk/pass").status_code == 403
    assert admin.post("/desk/steps/seat-ready").status_code == 403
    assert server.asked == []


def test_the_pass_shows_the_own_seat_only(agent: Browser, server: Server) -> None:
    agent.get("/desk/")
    assert agent.post("/desk/pass", {"seats": "1002"}).status_code == 200
    ((name, args),) = server.asked
    assert (name, args["seats"]) == ("feed-open", ["1001"])


@pytest.mark.parametrize(
    ("step", "form", "told"),
    [
        ("seat-ready", {}, {}),
        ("seat-logout", {}, {}),
        ("seat-pause", {"reason": "tea"}, {"reason": "tea"}),
        ("seat-pause", {"reason": ""}, {"reason": "break"}),
        ("seat-login", {"phone": "p103"}, {"phone": "p103"}),
        ("seat-mobile", {}, {}),
        ("seat-place", {"where": "mobile"}, {"where": "mobile"}),
        ("seat-place", {}, {"where": ""}),
    ],
)
def test_steps_are_those_of_the_own_seat(
    agent: Browser, server: Server, step: str, form: dict[str, str], told: dict[str, str]
) -> None:
    agent.get("/desk/")
    answer = agent.post(f"/desk/steps/{step}", {**form, "agent": "1002"})
    assert answer.status_code == 302
    assert server.asked == [(step, {"agent": "1001", **told})]


def test_no_other_command_can_be_given(agent: Browser, server: Server) -> None:
    agent.get("/desk/")
    for step in ("drain", "seat-override"):
        assert agent.post(f"/desk/steps/{step}").status_code == 404
    assert server.asked == []


@pytest.mark.parametrize(
    ("refuses", "said"),
    [(NotRunning("x"), "nothing was done"), (Refused("phone p103 is used"), "p103 is used")],
)
def test_what_was_not_done_is_said(
    agent: Browser, server: Server, refuses: Exception, said: str
) -> None:
    agent.get("/desk/")
    server.refuses = refuses
    agent.post("/desk/steps/seat-login", {"phone": "p103"})
    assert said in agent.get("/desk/").text


def test_without_a_server_the_desk_still_shows_what_was(agent: Browser, history: None) -> None:
    page = agent.get("/desk/").text
    assert "The server does not answer" in page
    assert "My last calls" in page


def test_who_calls_is_shown_with_earlier_calls_and_notes(
    agent: Browser, server: Server, history: None
) -> None:
    page = agent.get(f"/desk/calls/{RUNG}?piece=1").text
    assert "13800138000" in page
    assert "冰箱不冷 &lt;b&gt;" in page
    assert "device problem" in page
    assert "<script>alert" not in page
    assert "<html" not in page
    assert RUNG in agent.get("/desk/").text


def test_calls_of_others_are_closed(agent: Browser, server: Server, history: None) -> None:
    agent.get("/desk/")
    assert agent.get(f"/desk/calls/{OTHERS}").status_code == 403
    assert agent.post(f"/desk/calls/{OTHERS}", {"category": "", "text": "x"}).status_code == 403
    assert agent.get("/desk/calls/01NOSUCH").status_code == 404


def test_a_note_is_kept_and_audited(
    agent: Browser, server: Server, history: None, engine: Engine
) -> None:
    agent.get(f"/desk/calls/{RUNG}")
    agent.post(f"/desk/calls/{RUNG}", {"category": "platform", "text": " 登录不上 "})
    with reading(engine) as session:
        note = notes.note_of(session, RUNG)
        (entry,) = [
            row for row in audit_rows(session, limit=20) if row.what == f"note on call {RUNG}"
        ]
    assert note == CallNote(RUNG, Category.PLATFORM, "登录不上", "agent", T)
    assert (entry.before, entry.after) == (None, {"category": "platform", "text": "登录不上"})
    assert "登录不上" in agent.get(f"/desk/calls/{RUNG}").text


@pytest.mark.parametrize(
    "form", [{"category": "nonsense", "text": "x"}, {"category": "", "text": "x" * 4_001}]
)
def test_a_note_that_does_not_fit_changes_nothing(
    agent: Browser, server: Server, history: None, engine: Engine, form: dict[str, str]
) -> None:
    agent.get(f"/desk/calls/{RUNG}")
    agent.post(f"/desk/calls/{RUNG}", form)
    with reading(engine) as session:
        assert notes.note_of(session, RUNG) is None


def test_a_refusal_is_told_in_the_visitors_language(agent: Browser, server: Server) -> None:
    """What the server says is a message, and not only English."""
    agent.get("/desk/")
    why = "agent %(agent)s has no registered mobile; an administrator registers one"
    server.refuses = Refused(words.said(why, agent="1001"))
    agent.post("/desk/steps/seat-mobile", headers={"Accept-Language": "zh"})
    server.refuses = None
    assert "客服 1001 没有登记值班手机" in agent.get("/desk/").text


@pytest.mark.parametrize(
    ("seat", "placing", "offered", "said"),
    [
        (SEAT, {}, {"mobile"}, "by own choice"),
        (SEAT, {"mobile": False}, set(), "No duty mobile is registered for you"),
        (SEAT, {"roster": "mobile"}, {"mobile", "roster"}, "at the duty mobile"),
        (SEAT, {"override": "desk", "because": "override"}, set(), "only a supervisor takes"),
        (AT_HOME, {"place": "mobile:1001", "because": "roster"}, {"desk"}, "by the roster"),
        (AT_HOME, {"place": "mobile:1001", "desk": None}, set(), "Sit down there"),
        (None, {"place": None, "because": None}, set(), "On duty at my mobile"),
        (None, {"place": None, "mobile": False}, set(), "No duty mobile is registered for you"),
    ],
)
def test_my_place_says_who_decided_and_offers_what_can_be_chosen(
    agent: Browser,
    server: Server,
    seat: dict[str, Any] | None,
    placing: dict[str, Any],
    offered: set[str],
    said: str,
) -> None:
    server.seat, server.placing = seat, {**PLACING, **placing}
    page = agent.get("/desk/").text
    assert set(re.findall(r'name="where" value="(\w+)"', page)) == offered
    assert said in unescape(page)
    assert ("seat-mobile" in page) == (seat is None and server.placing["mobile"])


# ---- shifts and swaps

GIVES = {"gives": "1001/2027-01-16/A", "takes": "1002/2027-01-16/B", "note": "孩子家长会"}
SWAP = "/roster/requests/swap?agent=1001&other=1002&from=desk"


def test_the_next_shifts_are_there(agent: Browser, server: Server, engine: Engine) -> None:
    """Of two weeks, the own ones; those that come can be swapped."""
    publish_week(engine, Assignment(date(2027, 1, 15), "C", "1001"))
    page = agent.get("/desk/").text
    shifts = page.split('id="shifts-title"')[1].split("</section>")[0]
    assert re.findall(r"<strong>(\S+ \w+)</strong> <span>(\S+?)[ <]", shifts) == [
        ("2027-01-15 Fri", "A班"),
        ("2027-01-15 Fri", "C班"),
        ("2027-01-16 Sat", "A班"),
        ("2027-01-17 Sun", "A班"),
    ]
    assert shifts.count(">now</span>") == 1
    assert shifts.count("at home") == 1
    assert "duty=1001/2027-01-16/A" in unescape(shifts)
    assert "duty=1001/2027-01-15/A" not in unescape(shifts)


def test_a_swap_is_asked_for_and_agreed_from_desk_to_desk(
    agent: Browser, server: Server, engine: Engine, visit: Callable[[str], Browser]
) -> None:
    """Asked, agreed, and not approved: each sees the state, and in the end the lead's reason."""
    publish_week(engine)
    asked = agent.fill(SWAP, GIVES)
    assert asked.headers["Location"].endswith("/desk/")
    desk = agent.get("/desk/").text
    assert "the other has to agree" in desk
    assert "a swap is asked for" in desk
    other = visit("lead")
    mine = other.get("/desk/").text
    assert "孩子家长会" in mine
    assert "/roster/requests/1/agree?from=desk" in mine
    agreed = other.post("/roster/requests/1/agree?from=desk", {"note": "好"})
    assert agreed.headers["Location"].endswith("/desk/")
    assert "the lead has to approve" in agent.get("/desk/").text
    supervisor = visit("supervisor")
    supervisor.get("/roster/requests/")
    supervisor.post("/roster/requests/1/refuse", {"note": "周六人手不够"})
    for browser in (agent, other):
        page = browser.get("/desk/").text
        assert "not approved" in page
        assert "周六人手不够" in page
        assert "/roster/requests/1/" not in page


def test_swaps_of_others_are_not_on_the_desk(
    agent: Browser, server: Server, engine: Engine, visit: Callable[[str], Browser]
) -> None:
    """Neither to read nor to answer, and nobody's shift is handed over for them (IDOR)."""
    publish_week(engine)
    supervisor = visit("supervisor")
    theirs = "/roster/requests/swap?agent=1002&other=1003"
    done = supervisor.fill(
        theirs, {"gives": "1002/2027-01-16/B", "takes": "", "note": "private matter"}
    )
    assert done.status_code == 302
    assert "private matter" not in agent.get("/desk/").text
    for step in ("agree", "decline", "withdraw", "approve"):
        assert agent.post(f"/roster/requests/1/{step}?from=desk").status_code == 403
    assert agent.get(f"{theirs}&from=desk").status_code == 403


def test_a_decided_swap_leaves_the_desk_after_two_weeks(
    agent: Browser, server: Server, engine: Engine, clock: Clock
) -> None:
    publish_week(engine)
    agent.fill(SWAP, GIVES)
    agent.get("/desk/")
    agent.post("/roster/requests/1/withdraw?from=desk")
    assert "taken back" in agent.get("/desk/").text
    clock.now += 15 * 24 * HOUR
    page = visit_again(agent).get("/desk/").text
    assert "taken back" not in page
    assert "Nothing is asked of you" in page


def visit_again(browser: Browser) -> Browser:
    """The session has run out meanwhile."""
    assert browser.log_in("agent").status_code == 302
    return browser
