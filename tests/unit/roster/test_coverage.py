"""Holes in a roster: the one that everybody has, and all of them by brute force."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotseat.roster.coverage import STANDARD_COVER, Cover, Demand, Hole, series
from hotseat.roster.shifts import Assignment, Duty, Place, Shift, dates, duties
from ivr.hours import WEEKDAYS, Calendar, Span, SpecialDay, spans_on
from tests.unit.roster.standard import MONDAY, SHANGHAI, SHIFTS, SUNDAY, standard_week

EVERYBODY = {"1001": {"consult": 5}, "1002": {"consult": 2}, "1003": {"complaint": 3}}
H = 3_600_000


def demand(*covers: Cover, zone: ZoneInfo = SHANGHAI) -> Demand:
    return Demand({cover.name: cover for cover in covers}, {}, EVERYBODY, zone)


def test_the_standard_roster_ends_two_hours_before_its_cover() -> None:
    """A, B and C every day, 09:00 to 24:00 required: the hole is 22:00–24:00."""
    holes = demand(STANDARD_COVER).holes(standard_week(), MONDAY, SUNDAY)
    assert [(hole.ends - hole.begins, hole.heads, hole.there) for hole in holes] == [
        (2 * H, 1, 0)
    ] * 7
    (found,) = series(holes, SHANGHAI)
    assert str(found) == (
        "22:00–24:00 on 7 days (2026-11-23 to 2026-11-29): nobody there, hotline asks for 1"
    )


def test_a_longer_c_closes_it() -> None:
    longer = SHIFTS | {"C": Shift("C", "C班", 20 * 60, 240, Place.HOME)}
    assert demand(STANDARD_COVER).holes(standard_week(longer), MONDAY, SUNDAY) == ()


def test_heads_and_skills_are_counted() -> None:
    two = Cover("two", Calendar({"mon": (Span(9 * 60, 20 * 60),)}, {}), heads=2)
    skilled = Cover(
        "consult", Calendar({"mon": (Span(9 * 60, 20 * 60),)}, {}), skill="consult", level=3
    )
    holes = demand(two, skilled).holes(standard_week(), MONDAY, MONDAY)
    said = [str(one) for one in series(holes, SHANGHAI)]
    assert said == [
        "09:00–12:00 on 2026-11-23: 1 there, two asks for 2",
        "17:00–20:00 on 2026-11-23: nobody there, consult asks for 1",
        "17:00–20:00 on 2026-11-23: 1 there, two asks for 2",
    ]


def test_an_agent_with_two_duties_at_once_is_one_head() -> None:
    twice = duties(
        [Assignment(MONDAY, "A", "1001"), Assignment(MONDAY, "B", "1001")],
        SHIFTS,
        lambda _: SHANGHAI,
    )
    two = Cover("two", Calendar({"mon": (Span(12 * 60, 17 * 60),)}, {}), heads=2)
    (hole,) = demand(two).holes(twice, MONDAY, MONDAY)
    assert (hole.there, hole.ends - hole.begins) == (1, 5 * H)


def test_a_cover_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    night = Cover("night", Calendar({"mon": (Span(22 * 60, 30 * 60),)}, {}))
    (found,) = series(demand(night).holes([], MONDAY, MONDAY), SHANGHAI)
    assert (found.clocks, found.days) == ("22:00–06:00", (MONDAY,))
    around = Cover("always", Calendar(dict.fromkeys(WEEKDAYS, (Span(0, 24 * 60),)), {}))
    (found,) = series(demand(around).holes([], MONDAY, SUNDAY), SHANGHAI)
    assert found.clocks == "00:00–24:00 (+6 days)"


def test_holidays_and_make_up_workdays_follow_the_calendar() -> None:
    office = Cover("office", Calendar({"mon": (Span(540, 1080),)}, {}), holidays="CN")
    special = {MONDAY: SpecialDay.HOLIDAY, SUNDAY: SpecialDay.MAKE_UP_WORKDAY}
    asked = Demand({"office": office}, {"CN": special}, EVERYBODY, SHANGHAI)
    (found,) = series(asked.holes([], MONDAY, SUNDAY), SHANGHAI)
    assert found.days == (SUNDAY,)


def test_an_agent_who_left_the_site_covers_nothing() -> None:
    gone = duties([Assignment(MONDAY, "A", "1099")], SHIFTS, lambda _: SHANGHAI)
    nine = Cover("nine", Calendar({"mon": (Span(540, 1020),)}, {}))
    assert len(demand(nine).holes(gone, MONDAY, MONDAY)) == 1


clock_spans = st.builds(
    lambda opens, length: (Span(opens, opens + length),),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
covers = st.lists(
    st.builds(
        Cover,
        name=st.uuids().map(str),
        calendar=st.builds(
            Calendar,
            st.dictionaries(st.sampled_from(WEEKDAYS), clock_spans, max_size=4),
            st.just({}),
        ),
        skill=st.sampled_from(["", "consult"]),
        level=st.integers(1, 4),
        heads=st.integers(1, 3),
    ),
    min_size=1,
    max_size=2,
)
first_days = st.sampled_from(
    # In Berlin the clocks go forward on 29 March 2026 and back on 25 October.
    [date(2026, 3, 28), date(2026, 10, 24), date(2026, 11, 23)]
)


@st.composite
def rosters(draw: st.DrawFn, first: date) -> list[Duty]:
    """Some minutes of duty around `first`, also at once and end to end."""
    noon = round(datetime(first.year, first.month, first.day, 12, tzinfo=UTC).timestamp()) * 1000
    made = []
    for _ in range(draw(st.integers(0, 8))):
        begins = noon + draw(st.integers(-30 * 60, 60 * 60)) * 60_000
        length = draw(st.sampled_from([1, 60, 480])) * 60_000
        agent = draw(st.sampled_from(["1001", "1002", "1003", "1099"]))
        made.append(Duty(begins, begins + length, agent, first, "X", Place.OFFICE))
    return made


@pytest.mark.parametrize("zone", [ZoneInfo("Europe/Berlin"), SHANGHAI], ids=str)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_holes_are_what_a_count_of_heads_at_every_minute_finds(
    zone: ZoneInfo, data: st.DataObject
) -> None:
    first = data.draw(first_days)
    last = first + timedelta(days=data.draw(st.integers(0, 1)))
    asked = demand(*data.draw(covers), zone=zone)
    rostered = data.draw(rosters(first))
    found = asked.holes(rostered, first, last)
    for cover in asked.covers.values():
        expected = counted(cover, rostered, first, last, zone)
        minutes = {
            at: hole.there
            for hole in found
            if hole.cover == cover.name
            for at in range(hole.begins, hole.ends, 60_000)
        }
        assert minutes == expected
    assert all(hole.begins % 60_000 == hole.ends % 60_000 == 0 for hole in found)
    _no_two_touch(found)


def counted(
    cover: Cover, rostered: list[Duty], first: date, last: date, zone: ZoneInfo
) -> dict[int, int]:
    """Minute -> how many are there, for every minute with too few; nothing clever."""
    short = {}
    begin = datetime(first.year, first.month, first.day, tzinfo=zone) - timedelta(hours=3)
    at = round(begin.timestamp()) * 1000
    for _ in range(((last - first).days + 3) * 1440):
        at += 60_000
        shown = datetime.fromtimestamp(at / 1000, zone)
        required = any(
            _clock_reached(shown, day, span.opens) and not _clock_reached(shown, day, span.closes)
            for day in dates(first, last)
            for span in spans_on(cover.calendar, {}, day)
        )
        heads = {
            duty.agent
            for duty in rostered
            if duty.begins <= at < duty.ends
            and duty.agent in EVERYBODY
            and cover.counts(EVERYBODY[duty.agent])
        }
        if required and len(heads) < cover.heads:
            short[at] = len(heads)
    return short


def _clock_reached(shown: datetime, day: date, minutes: int) -> bool:
    """Has the instant come at which the clocks show this for the first time, or jump over it?"""
    written = datetime(day.year, day.month, day.day, tzinfo=shown.tzinfo) + timedelta(
        minutes=minutes
    )
    return shown.timestamp() >= written.timestamp()


def _no_two_touch(holes: tuple[Hole, ...]) -> None:
    """A hole ends where it ends: its neighbour would be a part of it."""
    alike = {(hole.cover, hole.there, hole.begins) for hole in holes}
    assert not [hole for hole in holes if (hole.cover, hole.there, hole.ends) in alike]
