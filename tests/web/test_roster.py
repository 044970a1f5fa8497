"""The roster's pages: the board, drafts, versions, leave and swaps, attendance."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import Engine

from admin import live
from admin.roster.strip import pieces
from hotseat.db import accounts
from hotseat.db.audit import audit_rows
from hotseat.db.engine import reading, writing
from hotseat.db.rosters import draft_of, request_of, versions
from hotseat.db.snapshot import site_now
from hotseat.db.writes import write
from hotseat.history import JournalRow
from hotseat.roster.requests import State
from hotseat.roster.shifts import Assignment
from hotseat.site.roster_rules import rules_of
from tests.web.conftest import Browser
from tests.web.rosters import (
    MONDAY,
    REASON,
    SUNDAY,
    WEEK,
    at,
    begin_week,
    drafted,
    in_force,
    publish_week,
)

Visit = Callable[[str], Browser]
SATURDAY = date(2027, 1, 16)
MOVED = Assignment(SATURDAY, "C", "1004")
EDIT = {"agent": "1004", "day": "2027-01-16", "shift": "C"}
OLD = {"old": "1003/2027-01-16/C"}


def lead_of(engine: Engine, *teams: str) -> None:
    """The lead's teams from now on."""
    with writing(engine) as session:
        user = accounts.user_by_login(session, "lead")
        assert user is not None
        accounts.account_of(session, user.id).leads = list(teams)


def audited(engine: Engine) -> list[tuple[str, str, str]]:
    """(who, what, done), the newest first."""
    with reading(engine) as session:
        return [(one.login, one.what, one.done) for one in audit_rows(session, limit=100)]


def test_the_board_shows_the_week_and_names_its_hole(visit: Visit, engine: Engine) -> None:
    """The standard roster asks for somebody until 24:00, and C ends at 22:00."""
    publish_week(engine)
    page = unescape(visit("agent").get("/roster/?day=2027-01-13").text)
    assert page.count('class="chip') == 21
    assert "22:00–24:00 on 7 days from 2027-01-11 to 2027-01-17: nobody there" in page
    assert "let C go on to 24:00" in page
    assert page.count("22:00–24:00 0 of 1</title>") == 7
    assert 'aria-current="date"' in page


def test_a_month_shows_every_date_once(visit: Visit, engine: Engine) -> None:
    """January 2027, of which one week is published."""
    publish_week(engine)
    page = visit("supervisor").get("/roster/?view=month&day=2027-01-13").text
    assert page.count('<th scope="col"') == 31
    assert page.count('class="chip') == 21
    assert page.count("not published") == 24


def test_a_strip_counts_who_is_there(engine: Engine) -> None:
    """A and B overlap from 12:00 to 17:00; a day has no part in which nothing is said."""
    with reading(engine) as session:
        rules = rules_of(site_now(session), (), MONDAY, SUNDAY)
    (cover,) = rules.demand.covers.values()
    found = pieces(cover, rules.demand, rules.duties(WEEK), MONDAY)
    assert [(one.opens // 60, one.closes // 60, one.required, one.there) for one in found] == [
        (9, 12, 1, 1),
        (12, 17, 1, 2),
        (17, 22, 1, 1),
        (22, 24, 1, 0),
    ]
    assert [one.short for one in found] == [False, False, False, True]


def test_a_shift_is_put_moved_and_taken_away(visit: Visit, engine: Engine) -> None:
    """By plain forms; each edit is in the audit."""
    number = begin_week(engine, *WEEK)
    supervisor = visit("supervisor")
    path = f"/roster/drafts/{number}"
    supervisor.get(path)
    supervisor.post(f"{path}/edit", {"do": "move", **OLD, **EDIT})
    assert drafted(engine) == {*WEEK, MOVED} - {Assignment(SATURDAY, "C", "1003")}
    supervisor.post(f"{path}/edit", {"do": "remove", "old": "1004/2027-01-16/C"})
    assert drafted(engine) == {*WEEK} - {Assignment(SATURDAY, "C", "1003")}
    supervisor.post(f"{path}/edit", {"do": "put", **EDIT, "day": ["2027-01-16", "2027-01-17"]})
    assert {MOVED, Assignment(SUNDAY, "C", "1004")} <= drafted(engine)
    assert audited(engine)[:3] == [("supervisor", f"roster draft {number}", "changed")] * 3


@pytest.mark.parametrize(
    "edit",
    [
        {"do": "put", "agent": "1001", "day": "2027-01-16", "shift": "A"},  # is there
        {"do": "put", "agent": "1004", "day": "2027-02-16", "shift": "A"},  # outside
        {"do": "put", "agent": "9999", "day": "2027-01-16", "shift": "A"},
        {"do": "put", "agent": "1004", "day": "2027-01-16", "shift": "Z"},
        {"do": "put", "agent": "1004", "day": "tomorrow", "shift": "A"},
        {"do": "remove", "old": "1004/2027-01-16/A"},
        {"do": "move", **EDIT},
        {"do": "paint", **EDIT},
    ],
)
def test_an_edit_that_cannot_be_changes_nothing(
    edit: dict[str, str], visit: Visit, engine: Engine
) -> None:
    """It is told, and no audit row says that it was done."""
    number = begin_week(engine, *WEEK)
    supervisor = visit("supervisor")
    supervisor.get(f"/roster/drafts/{number}")
    before = audited(engine)
    assert supervisor.post(f"/roster/drafts/{number}/edit", edit).status_code in (302, 400)
    assert drafted(engine) == set(WEEK)
    assert audited(engine) == before


def test_a_lead_edits_the_own_team_alone(visit: Visit, engine: Engine) -> None:
    """1004 is of the second team, 1001 to 1003 of the first: also where a form is forged."""
    lead_of(engine, "second")
    number = begin_week(engine, *WEEK)
    lead, path = visit("lead"), f"/roster/drafts/{number}/edit"
    lead.get("/roster/")
    assert lead.post(path, {"do": "put", **EDIT}).status_code == 302
    assert drafted(engine) == {*WEEK, MOVED}
    assert lead.post(path, {"do": "remove", **OLD}).status_code == 403
    assert lead.post(path, {"do": "move", **OLD, **EDIT, "day": "2027-01-15"}).status_code == 403
    assert lead.post(path, {"do": "put", **EDIT, "agent": "1001", "shift": "B"}).status_code == 403
    # Publishing would put the duties of the first team in force too, which no lead of it drafted.
    assert lead.post(f"/roster/drafts/{number}/publish", {"reason": "x"}).status_code == 403
    assert lead.post(f"/roster/drafts/{number}/drop").status_code == 403
    assert drafted(engine) == {*WEEK, MOVED}
    assert in_force(engine) == set()


def test_a_hole_is_published_for_a_reason_only(
    visit: Visit, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason stands with the version, and the running server is told at once."""
    told: list[str] = []
    monkeypatch.setattr(live, "command", lambda name: told.append(name))
    number = begin_week(engine, *WEEK)
    supervisor = visit("supervisor")
    path = f"/roster/drafts/{number}"
    page = unescape(supervisor.get(path).text)
    assert "22:00–24:00 on 7 days" in page
    supervisor.post(f"{path}/publish", {"reason": " "})
    supervisor.post(f"{path}/publish", {"reason": ""})
    assert "give a reason" in supervisor.get(path).text
    assert (in_force(engine), told) == (set(), [])
    supervisor.post(f"{path}/publish", {"reason": REASON})
    assert (in_force(engine), told) == (set(WEEK), ["reload-config"])
    with reading(engine) as session:
        (version,) = versions(session)
        assert draft_of(session, number) is None
    assert (version.published_by, version.why) == ("supervisor", REASON)
    assert audited(engine)[0] == ("supervisor", "roster version 1", "published")
    assert REASON in visit("agent").get("/roster/versions/").text


def test_an_overlap_cannot_be_published(visit: Visit, engine: Engine) -> None:
    """Whatever the reason; the page says who and when, in Chinese too."""
    number = begin_week(engine, *WEEK, Assignment(MONDAY, "B", "1001"))
    supervisor = visit("supervisor")
    path = f"/roster/drafts/{number}"
    page = supervisor.get(path, **{"Accept-Language": "zh-CN"}).text
    assert "1001 王芳 的 2027-01-11 的 A 与 2027-01-11 的 B 时间重叠" in page
    supervisor.post(f"{path}/publish", {"reason": REASON})
    assert "would have A of 2027-01-11 and B of 2027-01-11" in supervisor.get(path).text
    assert in_force(engine) == set()


def test_an_old_version_is_published_again(visit: Visit, engine: Engine) -> None:
    """As a new one, by those who may edit everything that it changes."""
    publish_week(engine)
    supervisor = visit("supervisor")
    publish_week(engine, MOVED)
    assert MOVED in in_force(engine)
    lead = visit("lead")
    lead.get("/roster/versions/")
    assert lead.post("/roster/versions/1/again", {"reason": REASON}).status_code == 403
    supervisor.get("/roster/versions/")
    supervisor.post("/roster/versions/1/again", {"reason": REASON})
    assert in_force(engine) == set(WEEK)
    assert audited(engine)[0] == ("supervisor", "roster version 3", "published")


def test_a_draft_is_begun_by_rotation(visit: Visit, engine: Engine) -> None:
    """Three weeks for four; three agents are refused beside their field."""
    asked = {
        "first": "2027-01-18",
        "last": "2027-02-07",
        "source": "rotation",
        "rotation": "three-weeks-four",
        "agents": "1001, 1002 1004",
    }
    supervisor = visit("supervisor")
    chinese = supervisor.get("/roster/drafts/new", **{"Accept-Language": "zh-CN"}).text
    assert "三周轮换，四人：每天 A、B、C 班</option>" in chinese
    page = supervisor.fill("/roster/drafts/new", asked)
    assert "This rotation is for 4 different agents" in page.text
    answer = supervisor.post("/roster/drafts/new", {**asked, "agents": "1001,1002,1004,1005"})
    number = int(re.findall(r"/roster/drafts/(\d+)", answer.headers["Location"])[0])
    assert len(drafted(engine, number)) == 63  # A, B and C on 21 days
    empty = {**asked, "source": "empty", "last": "2027-01-17"}
    assert "The last day is before the first." in supervisor.post("/roster/drafts/new", empty).text


def test_a_draft_catches_up_and_is_dropped(visit: Visit, engine: Engine) -> None:
    """What was published meanwhile is told, and taken in; then the draft may go."""
    number = begin_week(engine, *WEEK)
    publish_week(engine, MOVED)
    supervisor = visit("supervisor")
    path = f"/roster/drafts/{number}"
    assert "was changed since this draft was begun" in supervisor.get(path).text
    supervisor.post(f"{path}/publish", {"reason": REASON})
    assert "Let the draft catch up first" in supervisor.get(path).text
    supervisor.post(f"{path}/catch-up")
    assert MOVED in drafted(engine, number)
    supervisor.post(f"{path}/drop")
    assert supervisor.get(path).status_code == 404
    assert MOVED in in_force(engine)


# ---- leave and swaps

SWAP = "/roster/requests/swap?agent=1001&other=1002"
GIVES = {"gives": "1001/2027-01-16/A", "takes": "1002/2027-01-16/B", "note": "孩子家长会"}


def state_of(engine: Engine, number: int = 1) -> State | None:
    """How far a request has come."""
    with reading(engine) as session:
        found = request_of(session, number)
    return None if found is None else found.state


def test_a_swap_needs_the_other_and_the_lead(visit: Visit, engine: Engine) -> None:
    """1001 asks, 1002 agrees, a supervisor approves; until then the roster stays."""
    publish_week(engine)
    agent, lead, supervisor = visit("agent"), visit("lead"), visit("supervisor")
    assert agent.fill(SWAP, GIVES).status_code == 302
    assert state_of(engine) is State.ASKED
    lead.get("/roster/requests/")
    supervisor.get("/roster/requests/")
    agent.get("/roster/requests/")
    # Nobody agrees for another, and nobody approves the own.
    assert agent.post("/roster/requests/1/agree").status_code == 403
    assert supervisor.post("/roster/requests/1/agree").status_code == 403
    assert lead.post("/roster/requests/1/agree", {"note": "好"}).status_code == 302
    assert state_of(engine) is State.AGREED
    lead_of(engine, "first")
    assert lead.post("/roster/requests/1/approve").status_code == 403
    assert in_force(engine) == set(WEEK)
    assert supervisor.post("/roster/requests/1/approve").status_code == 302
    assert state_of(engine) is State.IN_FORCE
    assert {Assignment(SATURDAY, "A", "1002"), Assignment(SATURDAY, "B", "1001")} <= in_force(
        engine
    )
    page = agent.get("/roster/requests/?show=all").text
    for word in ("孩子家长会", "好", "approved", "supervisor"):
        assert word in page
    assert [(who, done) for who, what, done in audited(engine) if what == "swap 1"] == [
        ("supervisor", "approve"),
        ("lead", "agree"),
        ("agent", "asked"),
    ]
    assert agent.get("/roster/").text.count("swapped</span>") == 2


def test_agents_ask_for_themselves_and_see_their_own(visit: Visit, engine: Engine) -> None:
    """The duties of others are not theirs to hand over, nor their requests to be read."""
    publish_week(engine)
    agent = visit("agent")
    assert agent.get("/roster/requests/swap?agent=1003&other=1001").status_code == 403
    agent.get(SWAP)
    forged = agent.post(SWAP, {**GIVES, "gives": "1003/2027-01-16/C"})
    assert forged.status_code == 200
    leave = {"agent": "1003", "first": "2027-01-18", "last": "2027-01-18", "stand_in": ""}
    assert agent.post("/roster/requests/leave", leave).status_code == 200
    assert state_of(engine) is None
    supervisor = visit("supervisor")
    assert supervisor.fill("/roster/requests/leave", leave).status_code == 302
    assert "Leave 1" in supervisor.get("/roster/requests/").text
    assert "[supervisor]" in supervisor.page
    assert "Leave 1" not in agent.get("/roster/requests/").text
    agent.post("/roster/requests/1/withdraw")
    assert state_of(engine) is State.AGREED


def test_what_cannot_be_asked_is_refused_with_its_reasons(visit: Visit, engine: Engine) -> None:
    """Leave with duties and without a stand-in; nothing is on record."""
    publish_week(engine)
    agent = visit("agent")
    leave = {"agent": "1001", "first": "2027-01-17", "last": "2027-01-17", "stand_in": ""}
    page = agent.fill("/roster/requests/leave", leave).text
    assert "1001 王芳 has duties from 2027-01-17 to 2027-01-17: leave needs a stand-in" in page
    assert state_of(engine) is None
    assert "swap" not in str(audited(engine))


# ---- attendance


def log_on(engine: Engine, agent: str, since: int) -> None:
    """As the journal has it."""
    with writing(engine) as session:
        write(session, [JournalRow(1, since, "logged_on", None, agent, None, {"phone": "p101"})])


def test_attendance_says_who_was_late_absent_or_is_missing(visit: Visit, engine: Engine) -> None:
    """Friday at 16:00: A came late, B is missing, C has not begun; on Thursday all were absent."""
    publish_week(engine)
    friday = MONDAY + timedelta(days=4)
    log_on(engine, "1001", at(friday, "09:12"))
    supervisor = visit("supervisor")
    page = supervisor.get("/roster/attendance/").text
    assert "<td>09:12</td>" in page
    assert "1 is missing right now" in unescape(page)
    rows = list(
        csv.reader(io.StringIO(supervisor.get("/roster/attendance/attendance.csv?days=1").text[1:]))
    )
    assert [(row[1], row[2], row[4], row[9]) for row in rows[1:]] == [
        ("A", "1001", "late", "12"),
        ("B", "1002", "missing now; late", "240"),
    ]
    thursday = supervisor.get("/roster/attendance/attendance.csv?day=2027-01-14").text
    assert thursday.count("absent") == 3
    own = visit("agent").get("/roster/attendance/attendance.csv?day=2027-01-14").text
    assert own.count("absent") == 1
    assert "1002" not in own


def test_a_name_is_no_formula(visit: Visit, engine: Engine) -> None:
    """Neither on the board nor in the CSV: the agent's name comes from a form."""
    publish_week(engine)
    supervisor = visit("supervisor")
    supervisor.put(
        "/agents/agent/1001",
        {"name": "1001", "person": "=1+1<b>", "team": "first", "level-consult": "5"},
    )
    found = supervisor.get("/roster/attendance/attendance.csv?day=2027-01-14").text
    assert "'=1+1<b>" in found
    assert "<b>" not in supervisor.get("/roster/").text
