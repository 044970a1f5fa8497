"""From clocks on a wall to instants: over midnight, and on days when the clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotseat.roster.shifts import (
    DAY_MINUTES,
    Assignment,
    NoSuchShift,
    Place,
    Shift,
    day_of,
    duties,
    instants,
    midnight,
)

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
"""Changes its clocks by half an hour."""

C = Shift("C", "C班", 20 * 60, 120, Place.HOME)
NIGHT = Shift("N", "夜班", 22 * 60, 8 * 60, Place.OFFICE)

zones = st.sampled_from(
    [ZoneInfo("UTC"), SHANGHAI, BERLIN, LORD_HOWE, ZoneInfo("America/St_Johns")]
)
days = st.dates(date(2020, 1, 1), date(2037, 12, 31))
shifts = st.builds(
    Shift,
    name=st.just("X"),
    title=st.just("X"),
    starts=st.integers(0, DAY_MINUTES - 1),
    minutes=st.integers(1, DAY_MINUTES),
    place=st.sampled_from(Place),
)


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("shift", "day", "zone", "begins", "ends"),
    [
        (C, date(2026, 11, 23), SHANGHAI, "2026-11-23T12:00", "2026-11-23T14:00"),
        # Over midnight it still belongs to the day it starts on.
        (NIGHT, date(2026, 12, 31), SHANGHAI, "2026-12-31T14:00", "2026-12-31T22:00"),
        # 29 March 2026: 02:00 becomes 03:00; the night is an hour shorter.
        (NIGHT, date(2026, 3, 28), BERLIN, "2026-03-28T21:00", "2026-03-29T04:00"),
        # 25 October 2026: 03:00 becomes 02:00; the night is an hour longer.
        (NIGHT, date(2026, 10, 24), BERLIN, "2026-10-24T20:00", "2026-10-25T05:00"),
    ],
)
def test_a_shift_has_the_length_of_the_clocks(
    shift: Shift, day: date, zone: ZoneInfo, begins: str, ends: str
) -> None:
    assert instants(shift, day, zone) == (utc(begins), utc(ends))


def test_a_start_that_is_left_out_moves_forward_and_the_length_counts_from_there() -> None:
    early = Shift("E", "早", 2 * 60 + 30, 60, Place.OFFICE)
    assert instants(early, date(2026, 3, 29), BERLIN) == (
        utc("2026-03-29T01:30"),  # 03:30 on the new clocks
        utc("2026-03-29T02:30"),
    )


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    early = Shift("E", "早", 2 * 60 + 30, 60, Place.OFFICE)
    assert instants(early, date(2026, 10, 25), BERLIN) == (
        utc("2026-10-25T00:30"),
        utc("2026-10-25T02:30"),  # 03:30 comes once, an hour later than it looks
    )


@given(shifts, days, zones)
def test_every_shift_ends_after_it_begins_and_shows_its_clocks(
    shift: Shift, day: date, zone: ZoneInfo
) -> None:
    begins, ends = instants(shift, day, zone)
    assert begins < ends
    assert abs((ends - begins) - shift.minutes * 60_000) <= 3_600_000
    shown = datetime.fromtimestamp(begins / 1000, zone)
    written = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=shift.starts)
    moved = shown.replace(tzinfo=None) - written.replace(tzinfo=None)
    assert timedelta(0) <= moved <= timedelta(hours=1)
    if moved:  # only out of a gap: the written time does not exist
        back = written.astimezone(UTC).astimezone(zone)
        assert back.replace(tzinfo=None) != written.replace(tzinfo=None)


@given(days, zones)
def test_days_follow_each_other_without_a_gap(day: date, zone: ZoneInfo) -> None:
    begins, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    assert begins < ends
    assert day_of(begins, zone) == day_of(ends - 1000, zone) == day


def test_a_home_agents_own_clocks() -> None:
    """C of an agent who lives in Berlin: 20:00 there."""
    away = Shift("CB", "C班 柏林", 20 * 60, 120, Place.HOME, "Europe/Berlin")
    found = duties(
        [Assignment(date(2026, 11, 23), "CB", "1002"), Assignment(date(2026, 11, 23), "C", "1001")],
        {"C": C, "CB": away},
        lambda name: ZoneInfo(name or "Asia/Shanghai"),
    )
    assert [(duty.agent, duty.begins) for duty in found] == [
        ("1001", utc("2026-11-23T12:00")),
        ("1002", utc("2026-11-23T19:00")),
    ]


def test_a_shift_that_the_site_does_not_have_is_named() -> None:
    with pytest.raises(NoSuchShift, match="1001 on D of 2026-11-23: the site has no shift D"):
        duties([Assignment(date(2026, 11, 23), "D", "1001")], {"C": C}, ZoneInfo)
