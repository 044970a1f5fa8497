"""Calls and figures: who sees which, how much of a number, and whether the sums are right."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from sqlalchemy import Engine

from admin.calls.timeline import LEAST, WIDTH, lanes
from admin.shown import masked
from hotseat import rights
from hotseat.db import accounts
from hotseat.db.engine import reading, writing
from hotseat.db.models import Call
from hotseat.db.queries import journal_rows
from hotseat.db.reports import (
    HALF_HOUR,
    CallsWanted,
    Place,
    call_of,
    ended_by_half_hour,
    figures_by_seat,
    find_calls,
)
from tests.web.conftest import Browser
from tests.web.history import DAY, call_id, write_history

Visit = Callable[[str], Browser]

CALLS = 120
END = DAY + 24 * 3_600_000


@pytest.fixture
def day(engine: Engine) -> list[Call]:
    """A day of calls, as rows."""
    write_history(engine, CALLS)
    with reading(engine) as session:
        return list(session.query(Call).order_by(Call.arrived_at).all())


def shown(browser: Browser, query: str = "") -> list[str]:
    """The ids on a page of calls."""
    return re.findall(r"/calls/call/([0-9A-Z]{26})", browser.get(f"/calls/{query}").text)


def test_calls_are_found_by_every_condition(admin: Browser, day: list[Call]) -> None:
    """As a loop over all of them would."""
    newest = [call.id for call in reversed(day)]
    assert shown(admin) == newest[:50]
    for query, fits in (
        ("?queue=complaint", lambda call: call.queue == "complaint"),
        ("?agent=1003", lambda call: call.seat == "1003"),
        ("?outcome=abandoned", lambda call: call.outcome == "abandoned"),
        ("?outcome=open", lambda call: call.outcome is None),
        ("?caller=0017", lambda call: call.caller.endswith("0017")),
        ("?queue=consult&agent=1001", lambda call: (call.queue, call.seat) == ("consult", "1001")),
        ("?from=2027-01-14&to=2027-01-14", lambda call: False),
    ):
        expected = [call.id for call in reversed(day) if fits(call)][:50]
        assert shown(admin, query) == expected, query


def test_pages_follow_each_other(admin: Browser, day: list[Call]) -> None:
    """No call twice, none left out."""
    found: list[str] = []
    query = ""
    for _ in range(10):
        page = admin.get(f"/calls/{query}").text
        found += re.findall(r"/calls/call/([0-9A-Z]{26})", page)
        following = re.search(r'rel="next" href="/calls/(\?[^"]+)"', page)
        if following is None:
            break
        query = following[1].replace("&amp;", "&")
    assert found == [call.id for call in reversed(day)]


def test_an_agent_sees_the_own_calls_alone(visit: Visit, day: list[Call]) -> None:
    """In the list, by a condition, and by address (IDOR)."""
    agent = visit("agent")
    own = {call.id for call in day if call.seat == "1001"}
    assert set(shown(agent)) == own
    assert set(shown(agent, "?agent=1002")) == set()
    for call in day:
        answer = agent.get(f"/calls/call/{call.id}")
        assert answer.status_code == (200 if call.id in own else 403), call.id


def test_a_lead_sees_those_of_the_team(visit: Visit, day: list[Call], engine: Engine) -> None:
    """And the masks of nobody else's."""
    with writing(engine) as session:
        user = accounts.user_by_login(session, "lead")
        assert user is not None
        accounts.account_of(session, user.id).leads = ["second"]
    lead = visit("lead")
    seen = {call.seat for call in day if call.id in shown(lead)}
    assert seen == {"1002", "1004", "1005"}  # the own ones and those of the second team


def test_numbers_are_masked_by_right(
    visit: Visit, day: list[Call], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On list and sheet; and a mask cannot be undone by searching."""
    call = next(call for call in day if call.seat == "1001")
    assert call.caller in visit("agent").get(f"/calls/call/{call.id}").text
    narrow = dict(rights.GRANTS[rights.Action.SEE_WHOLE_NUMBERS])
    narrow[rights.Role.SUPERVISOR] = rights.Scope.NONE
    monkeypatch.setitem(rights.GRANTS, rights.Action.SEE_WHOLE_NUMBERS, narrow)  # type: ignore[arg-type]
    supervisor = visit("supervisor")
    for path in ("/calls/", f"/calls/call/{call.id}"):
        text = supervisor.get(path).text
        assert not any(other.caller in text for other in day)
        assert "李先生" not in text
    assert f"•••• {call.caller[-4:]}" in supervisor.get(f"/calls/call/{call.id}").text
    assert shown(supervisor, f"?caller={call.caller}") == shown(supervisor)


@pytest.mark.parametrize(
    ("number", "shows"),
    [("13800138000", "•••• 8000"), ("95555", "•••• 5555"), ("110", "••••"), ("", "–"), (None, "–")],
)
def test_a_mask_leaves_four_digits(number: str | None, shows: str) -> None:
    """And nothing of a number that has no more."""
    assert masked(number) == shows


def test_why_nobody_took_an_offer_is_told_in_words(admin: Browser, day: list[Call]) -> None:
    """Not as the journal spells it."""
    page = admin.get(f"/calls/call/{call_id(13)}").text
    assert "nobody picked up" in page
    assert "no answer" not in page


def test_a_call_is_drawn_to_scale(engine: Engine, day: list[Call]) -> None:
    """Its lanes hold together: parts follow each other, and every bar is inside."""
    with reading(engine) as session:
        for row in day:
            call = call_of(session, row.id)
            assert call is not None
            drawn = lanes(call, journal_rows(session, call=row.id), END)
            caller = drawn[0].bars
            assert [bar.kind for bar in caller] == ["menu", "waiting", "talking", "after"][
                : {"answered": 4, "abandoned": 2, "menu": 1}[row.outcome or ""]
            ]
            for bar in (bar for lane in drawn for bar in lane.bars):
                assert bar.x >= 0
                assert bar.x + bar.width <= WIDTH + 0.2
                assert bar.width >= LEAST
            for earlier, later in pairwise(caller):
                assert earlier.ended == later.began
            assert {lane.seat for lane in drawn[1:]} >= ({row.seat} if row.seat else set())


def test_nights_and_empty_days(admin: Browser, day: list[Call]) -> None:
    """A day without calls says what will stand there."""
    assert "No calls have ended" in admin.get("/figures/?day=2027-01-10").text
    assert admin.get("/figures/?day=nonsense").status_code == 200
    assert admin.get("/figures/other.csv").status_code == 404


def test_reports_are_the_same_on_both_databases(engine: Engine, day: list[Call]) -> None:
    """See tests.unit.db for PostgreSQL; here the halves add up to the whole."""
    with reading(engine) as session:
        halves = ended_by_half_hour(session, DAY, END)
        seats = figures_by_seat(session, DAY, END)
        page = find_calls(session, CallsWanted(since=DAY, until=END), limit=3)
        rest = find_calls(
            session,
            CallsWanted(since=DAY, until=END),
            limit=1000,
            after=Place(page[-1].arrived_at, page[-1].id),
        )
    assert sum(half.ended.calls for half in halves) == CALLS
    assert len(page) + len(rest) == CALLS
    assert {half.number for half in halves} == {
        (call.arrived_at - DAY) // HALF_HOUR for call in day
    }
    assert sum(seat.answered for seat in seats) == sum(call.outcome == "answered" for call in day)
