"""The figures of a day: page, files and JSON say what counting the rows says."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from acd.stats import OUTCOMES, Ended
from admin.figures.day import NOT_IN_TIME, add_up
from hotseat.db.engine import reading
from hotseat.db.models import Call
from hotseat.db.reports import HALF_HOUR, HalfHour
from hotseat.roster.attendance import LogOn, attendance
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.shifts import Duty, Place
from tests.web.conftest import Browser
from tests.web.history import DAY, keep_times, write_history
from tests.web.rosters import publish_week

END = DAY + 24 * 3_600_000


@pytest.fixture
def day(engine: Engine) -> list[Call]:
    """A day of calls, as rows."""
    write_history(engine, 120)
    with reading(engine) as session:
        return list(session.query(Call).order_by(Call.arrived_at).all())


def table(browser: Browser, kind: str, query: str = "") -> list[dict[str, str]]:
    """A file of figures."""
    text = browser.get(f"/figures/{kind}.csv{query}").text.lstrip("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def wrap_up(call: Call) -> int:
    """Milliseconds after its talk."""
    return (call.wrap_up_ended_at or 0) - (call.talk_ended_at or 0)


def test_the_figures_are_the_sum_of_the_calls(
    engine: Engine, day: list[Call], admin: Browser
) -> None:
    """Page and files say what counting the rows says."""
    files = {kind: table(admin, kind) for kind in ("queues", "half-hours", "agents")}
    answered = [call for call in day if call.outcome == "answered"]
    gave_up = [call for call in day if call.outcome == "abandoned"]
    for kind in ("queues", "half-hours"):
        rows = files[kind]
        assert sum(int(row["Answered"]) for row in rows) == len(answered)
        assert sum(int(row["Gave up"]) for row in rows) == len(gave_up)
    consult = next(row for row in files["queues"] if row["Queue"] == "咨询")
    mine = [call for call in day if call.queue == "consult"]
    due = [c for c in mine if not (c.outcome == "abandoned" and c.in_time)]
    level = sum(c.outcome == "answered" and bool(c.in_time) for c in mine) / len(due)
    assert consult["Service level"] == f"{100 * level:.1f} %"
    waits = [c.wait_ms or 0 for c in mine if c.outcome == "answered"]
    assert int(consult["Speed of answer"]) == round(round(sum(waits) / len(waits)) / 1000)
    worked = sum((c.talk_ms or 0) + wrap_up(c) for c in mine if c.outcome == "answered")
    assert int(consult["Handling time"]) == round(round(worked / len(waits)) / 1000)
    seats = {row["Agent"]: row for row in files["agents"]}
    assert {seat: int(row["Answered"]) for seat, row in seats.items()} == {
        seat: sum(call.seat == seat for call in answered) for seat in {c.seat for c in answered}
    }
    assert {seat: int(row["Wrap-up"]) for seat, row in seats.items()} == {
        seat: sum(wrap_up(call) for call in answered if call.seat == seat) // 1000 for seat in seats
    }
    assert str(len(answered)) in admin.get("/figures/").text


OUTCOME = st.builds(
    Ended,
    st.sampled_from(OUTCOMES),
    st.sampled_from(["consult", "complaint", None]),
    st.integers(0, 10**6),
    st.integers(1, 50),
    st.just(0),
)
ROWS = st.lists(
    st.builds(HalfHour, st.integers(0, 47), OUTCOME, st.integers(0, 10**6), st.integers(0, 10**5))
)
DUTY = Duty(DAY + HALF_HOUR, DAY + 9 * HALF_HOUR, "1001", date(2027, 1, 15), "A", Place.OFFICE)


@given(rows=ROWS, came=st.integers(0, 20 * HALF_HOUR))
def test_every_call_counts_once_in_each_table(rows: list[HalfHour], came: int) -> None:
    """In all, in its half hour, and in its queue if it has one; late log-ons likewise."""
    stays = [LogOn("1001", DAY + came)]
    kept = attendance([DUTY], stays, RosterPolicy(), END)
    figures = add_up(rows, [], stays, [], kept, DAY, END)
    whole = figures.total
    assert whole.tally.by_outcome.total() == sum(row.ended.calls for row in rows)
    for parts, counted in (
        ([half.sums for half in figures.half_hours], rows),
        (list(figures.queues.values()), [row for row in rows if row.ended.queue is not None]),
    ):
        assert sum(part.tally.by_outcome.total() for part in parts) == sum(
            row.ended.calls for row in counted
        )
        assert sum(part.talk for part in parts) == sum(row.talk_ms for row in counted)
        assert sum(part.wrap_up for part in parts) == sum(row.wrap_up_ms for row in counted)
    assert sum(part.offered for part in figures.queues.values()) <= whole.offered
    (agent,) = figures.agents
    late = [half for half in figures.half_hours if half.late]
    assert [half.at for half in late] == ([DUTY.begins] if agent.late else [])
    assert bool(agent.late) == (came - HALF_HOUR >= 60_000)
    assert all(one.verdicts & NOT_IN_TIME for one in agent.late)
    assert sum(half.times.there for half in figures.half_hours) == agent.times.there


def test_agents_there_are_those_of_the_part_that_is_over() -> None:
    """Of the half hour that runs; five agents would be 1.7 after its first ten minutes."""
    stays = [LogOn(f"100{number}", DAY) for number in range(5)]
    now = DAY + HALF_HOUR + HALF_HOUR // 3
    figures = add_up([], [], stays, [], [], DAY, now)
    assert [half.heads for half in figures.half_hours] == [5.0, 5.0]


def test_page_files_and_json_say_the_same(engine: Engine, day: list[Call], admin: Browser) -> None:
    """Talk, wrap-up, pauses and late log-ons, of everybody and of one agent."""
    publish_week(engine)
    keep_times(engine)
    said = admin.get("/figures/figures.json").get_json()
    queues, halves = table(admin, "queues"), table(admin, "half-hours")
    agents = {row["Agent"]: row for row in table(admin, "agents")}
    assert [round(each["talk_ms"] / 1000) for each in said["queues"].values()] == [
        int(row["Talk"]) for row in queues
    ]
    assert [each["late_log_ons"] for each in said["half_hours"]] == [
        int(row["Late log-ons"]) for row in halves
    ]
    assert sum(each["wrap_up_ms"] for each in said["half_hours"]) == said["total"]["wrap_up_ms"]
    after_calls = sum(wrap_up(call) for call in day if call.outcome == "answered")
    assert sum(each["wrap_up_ms"] for each in said["agents"].values()) == after_calls + 45_000
    late = said["agents"]["1001"]
    assert (late["late_by_ms"], late["late_for"]) == (12 * 60_000, "A")
    assert late["logged_on_ms"] == 6 * 3_600_000 + 48 * 60_000
    assert late["pauses_ms"] == {"meal": 30 * 60_000, "missed": 5 * 60_000}
    assert (late["call_backs"], late["called_back_ms"]) == (2, 7 * 60_000)
    mine = [call for call in day if (call.outcome, call.seat) == ("answered", "1001")]
    assert late["wrap_up_ms"] == sum(map(wrap_up, mine)) + 45_000, "one was reached"
    assert late["handling_ms"] == round(
        sum((call.talk_ms or 0) + wrap_up(call) for call in mine) / len(mine)
    )
    worked = late["talk_ms"] + late["wrap_up_ms"] + 7 * 60_000
    assert late["occupancy"] == pytest.approx(worked / (late["logged_on_ms"] - 35 * 60_000))
    row = agents["1001"]
    assert int(row["Wrap-up"]) * 1000 == late["wrap_up_ms"]
    assert (row["Late by"], row["Late for"], row["Paused"]) == ("720", "A", "2100")
    assert (row["Call-backs made"], row["Time of call-backs"]) == ("2", "420")
    assert row["Pauses"] == "meal 30, missed 5"
    assert agents["1002"]["Late for"] == "B", "absent counts as late"
    page = admin.get("/figures/?agent=1001").text
    assert f">{agents['1001']['Answered']}<" in page
    assert "day=2027-01-15&amp;agent=1001" in page, "the late log-on leads to the attendance"
    one = admin.get("/figures/figures.json?agent=1001").get_json()
    assert one["agents"] == {"1001": late}
    assert one["total"]["answered"] == late["answered"]


def test_nobody_is_logged_on_for_one_queue(engine: Engine, day: list[Call], admin: Browser) -> None:
    """Its work, no occupancy, and the reason for that, in both languages."""
    keep_times(engine)
    query = "?queue=consult"
    said = admin.get(f"/figures/figures.json{query}").get_json()["agents"]
    rows = table(admin, "agents", query)
    assert said["1001"]["occupancy"] is None
    assert {row["Occupancy"] for row in rows} == {""}
    mine = [call for call in day if (call.outcome, call.queue) == ("answered", "consult")]
    assert sum(each["wrap_up_ms"] for each in said.values()) == sum(map(wrap_up, mine)) + 45_000
    assert said["1001"]["logged_on_ms"] == 6 * 3_600_000 + 48 * 60_000
    why = "Only of all queues together: nobody is logged on for one queue."
    notice = "The work is that of this queue only"
    page = admin.get(f"/figures/{query}").text
    assert f'title="{why}"' in page
    assert notice in page
    assert notice not in admin.get("/figures/").text
    other = admin.get("/figures/figures.json?queue=complaint").get_json()["agents"]["1001"]
    assert other["call_backs"] == 0
    assert admin.get("/figures/figures.json").get_json()["agents"]["1001"]["occupancy"] > 0
    chinese = admin.get(f"/figures/{query}", **{"Accept-Language": "zh-CN"}).text
    assert "只按全部队列计算：签入不分队列。" in chinese
    assert "且不计算饱和度" in chinese
