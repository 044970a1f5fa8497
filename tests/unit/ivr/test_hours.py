"""Open or closed: weekdays, nights, holidays, make-up workdays, overrides, clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.hours import WEEKDAYS, Calendar, Span, SpecialDay, is_open, spans_on

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")

OFFICE = Calendar(
    week={day: (Span.parse("09:00-12:00"), Span.parse("13:00-18:00")) for day in WEEKDAYS[:5]}
    | {"sat": (Span.parse("22:00-06:00"),)},
    overrides={
        date(2026, 10, 2): (Span.parse("10:00-11:00"),),
        date(2026, 12, 31): (),
    },
)
SPECIAL = {
    date(2026, 10, 1): SpecialDay.HOLIDAY,
    date(2026, 10, 2): SpecialDay.HOLIDAY,
    date(2026, 10, 10): SpecialDay.MAKE_UP_WORKDAY,
}


def at(text: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> int:
    """An instant read off a clock on the wall."""
    local = datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)
    return round(local.timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-18 08:59:59.999", False),
        ("2026-11-18 09:00", True),
        ("2026-11-18 11:59:59.999", True),
        ("2026-11-18 12:00", False),
        ("2026-11-18 13:00", True),
        ("2026-11-18 18:00", False),
        ("2026-11-21 10:00", False),  # Saturday opens at night …
        ("2026-11-21 22:00", True),
        ("2026-11-22 05:59", True),  # … over midnight into a Sunday without a table
        ("2026-11-22 06:00", False),
        ("2026-10-01 10:00", False),  # a holiday
        ("2026-10-02 10:30", True),  # an override is stronger than the holiday
        ("2026-10-02 14:00", False),
        ("2026-10-10 10:00", True),  # a Saturday worked like a Monday
        ("2026-10-10 23:00", False),  # and not like a Saturday
        ("2026-12-31 10:00", False),
    ],
)
def test_the_office(moment: str, open_: bool) -> None:
    assert is_open(OFFICE, SPECIAL, SHANGHAI, at(moment)) is open_


def test_the_clocks_are_the_site_s() -> None:
    noon_in_berlin = at("2026-11-18 11:00", BERLIN)
    assert is_open(OFFICE, {}, BERLIN, noon_in_berlin)
    assert not is_open(OFFICE, {}, SHANGHAI, noon_in_berlin)  # 18:00 there


@pytest.mark.parametrize(
    ("span", "moment", "fold", "open_"),
    [
        # 2026-03-29 in Berlin: 02:00 is followed by 03:00.
        ("02:30-08:00", "2026-03-29 01:59", 0, False),
        ("02:30-08:00", "2026-03-29 03:29", 0, False),
        ("02:30-08:00", "2026-03-29 03:30", 0, True),
        ("22:00-06:00", "2026-03-29 05:59", 0, True),
        ("22:00-06:00", "2026-03-29 06:00", 0, False),
        # 2026-10-25: the hour after 02:00 comes twice, and the first counts.
        ("02:30-08:00", "2026-10-25 02:29", 0, False),
        ("02:30-08:00", "2026-10-25 02:30", 0, True),
        ("02:30-08:00", "2026-10-25 02:29", 1, True),
        ("00:00-02:30", "2026-10-25 02:29", 0, True),
        ("00:00-02:30", "2026-10-25 02:29", 1, False),
    ],
)
def test_the_clocks_change(span: str, moment: str, fold: int, open_: bool) -> None:
    calendar = Calendar(dict.fromkeys(WEEKDAYS, (Span.parse(span),)), {})
    assert is_open(calendar, {}, BERLIN, at(moment, BERLIN, fold)) is open_


@pytest.mark.parametrize(
    "text", ["9:00-18:00", "09:00", "09:00-24:01", "24:00-06:00", "09:60-10:00", "10:00-10:00", ""]
)
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match=r"no span of time|is empty"):
        Span.parse(text)


minutes = st.integers(0, 1439).map(lambda m: f"{m // 60:02}:{m % 60:02}")
spans = st.builds("{}-{}".format, minutes, minutes | st.just("24:00")).filter(
    lambda text: text[:5] != text[6:]
)


@given(spans)
def test_a_span_is_written_as_it_was_read(text: str) -> None:
    span = Span.parse(text)
    written = text.replace("-00:00", "-24:00")
    assert str(span) == written
    assert 0 < span.closes - span.opens <= 1440


@given(
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31")),
    st.lists(spans, max_size=3),
    st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/Sao_Paulo")]),
)
def test_open_is_a_matter_of_today_and_yesterday(
    moment: datetime, texts: list[str], zone: ZoneInfo
) -> None:
    """Away from clock changes the wall clock says it all."""
    calendar = Calendar({"fri": tuple(map(Span.parse, texts))}, {})
    aware = moment.replace(tzinfo=zone)
    day_before = aware - timedelta(days=2)
    if day_before.utcoffset() != (aware + timedelta(days=1)).utcoffset():
        return
    wall = moment.hour * 60 + moment.minute
    expected = False
    for days_ago in (0, 1):
        day = moment.date() - timedelta(days=days_ago)
        for span in spans_on(calendar, {}, day):
            expected |= span.opens <= wall + days_ago * 1440 < span.closes
    now = round(aware.astimezone(UTC).timestamp() * 1000)
    assert is_open(calendar, {}, zone, now) is expected
