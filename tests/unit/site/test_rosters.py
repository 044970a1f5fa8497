"""Teams, shifts, coverage and the roster's rules in a site file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from hotseat.roster.coverage import STANDARD_COVER, Cover
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.shifts import Place, Shift
from hotseat.site.check import check
from hotseat.site.export import export
from hotseat.site.problems import SiteInvalid
from hotseat.site.read import read
from hotseat.site.records import EMPTY_SITE, Site
from hotseat.site.roster_rules import holidays_of, rules_of
from ivr.hours import WEEKDAYS, Calendar, Span, SpecialDay

SMALL = """\
site: {name: Small, time_zone: Asia/Shanghai, languages: [zh]}
skills: {consult: 咨询}
teams: {east: 东组}
agents:
  1001: {name: 王芳, team: east, skills: {consult: 5}}
shifts:
  A: {title: A班, hours: 09:00-17:00}
  N: {title: 夜班, hours: 22:00-06:00, place: home, time_zone: Europe/Berlin}
coverage:
  consult: {weekly: {mon-fri: [09:00-18:00]}, skill: consult, level: 2, heads: 2, holidays: CN}
roster: {rest_hours: 12, swap_notice_minutes: 30, swap_approval: false, escalation: ["1001"]}
"""


def test_a_small_file_becomes_records() -> None:
    site = check(read(SMALL))
    assert site.teams == {"east": "东组"}
    assert site.agents["1001"].team == "east"
    assert site.shifts == {
        "A": Shift("A", "A班", 540, 480, Place.OFFICE),
        "N": Shift("N", "夜班", 22 * 60, 480, Place.HOME, "Europe/Berlin"),
    }
    week = dict.fromkeys(WEEKDAYS[:5], (Span(540, 1080),))
    assert site.covers == {"consult": Cover("consult", Calendar(week, {}), "CN", "consult", 2, 2)}
    assert site.roster == RosterPolicy(
        rest=720, swap_notice=30, swap_approval=False, escalation=("1001",)
    )
    assert check(read(export(site))) == site


def test_a_file_that_says_nothing_asks_for_the_standard_cover() -> None:
    """An empty section asks for none."""
    silent = SMALL.partition("coverage:")[0]
    assert check(read(silent)).covers == {"hotline": STANDARD_COVER}
    assert check(read(silent)).roster == RosterPolicy()
    assert check(read(silent + "coverage: {}\n")).covers == {}


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("team: east", "team: esat", '5: agents.1001.team: no team "esat"; did you mean "east"?'),
        ("A: {title", "A班: {title", '7: shifts.A班: "A班" is no name of a shift; use up to 16'),
        ("hours: 09:00-17:00", "hours: 9-17", '7: shifts.A.hours: no hours "9-17"; write it like'),
        ("hours: 09:00-17:00", "starts: 9", "7: shifts.A.hours: is missing"),
        ("place: home", "place: moon", '8: shifts.N.place: "moon" is no place; write office or'),
        ("Europe/Berlin", "Europe/Bonn", '8: shifts.N.time_zone: no time zone "Europe/Bonn"'),
        ("skill: consult", "skill: vip", '10: coverage.consult.skill: no skill "vip"'),
        ("heads: 2", "heads: 0", "10: coverage.consult.heads: must be a whole number from 1"),
        ("rest_hours: 12", "rest_hours: 25", "11: roster.rest_hours: must be a whole number"),
        ("swap_approval: false", "swap_approval: 3", "11: roster.swap_approval: must be true or"),
        (
            'escalation: ["1001"]',
            'escalation: ["1009"]',
            '11: roster.escalation.0: no agent "1009"',
        ),
        ("rest_hours: 12", "rest: 12", '11: roster.rest: no field "rest"; there is escalation'),
    ],
)
def test_a_mistake_is_named(right: str, wrong: str, message: str) -> None:
    assert right in SMALL
    with pytest.raises(SiteInvalid) as found:
        check(read(SMALL.replace(right, wrong, 1)))
    assert any(str(problem).startswith(message) for problem in found.value.problems), found.value


def test_the_demo_site_has_the_standard_shifts_and_their_hole(demo: Site) -> None:
    assert {name: str(Span(s.starts, s.starts + s.minutes)) for name, s in demo.shifts.items()} == {
        "A": "09:00-17:00",
        "B": "12:00-20:00",
        "C": "20:00-22:00",
    }
    assert {shift.name: shift.place for shift in demo.shifts.values()}["C"] is Place.HOME
    assert demo.covers == {"hotline": STANDARD_COVER}
    assert set(demo.teams) == {"first", "second"}
    assert {agent.team for agent in demo.agents.values()} == set(demo.teams)


def test_the_rules_see_the_site_and_the_holidays_of_the_period() -> None:
    site = check(read(SMALL))
    now = replace(
        EMPTY_SITE,
        time_zone=site.time_zone,
        agents=site.agents,
        shifts=site.shifts,
        covers=site.covers,
        roster=site.roster,
    )
    rules = rules_of(now, (), date(2026, 9, 28), date(2026, 10, 11))
    assert rules.zones("") is ZoneInfo("Asia/Shanghai")
    assert rules.zones("Europe/Berlin") is ZoneInfo("Europe/Berlin")
    assert rules.demand.skills == {"1001": {"consult": 5}}
    assert rules.demand.special["CN"][date(2026, 10, 1)] is SpecialDay.HOLIDAY
    assert holidays_of("", date(2026, 10, 1), date(2026, 10, 7)) == {}
