"""The evening shift by the clock: at 20:00 the mobile rings, from 22:00 on nobody is on duty."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotseat.history import Outcome
from tests.live.duty import Night
from tests.live.hotline import Hotline, SiteFile
from tests.live.premises import until

pytestmark = pytest.mark.live

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEFORE_SECONDS = 12.0
"""How long before the change of shifts the server is up."""


def offset_to(day: datetime, hour: int) -> int:
    """Seconds from now to just before that hour of that day."""
    change = datetime.combine(day.date(), time(hour), SHANGHAI)
    return int((change - datetime.now(SHANGHAI)).total_seconds() - BEFORE_SECONDS)


def with_shifts(site: SiteFile) -> None:
    """B in the office and C at home."""
    site["shifts"] = {
        "B": {"title": "B班", "hours": "12:00-20:00", "place": "office"},
        "C": {"title": "C班", "hours": "20:00-22:00", "place": "home"},
    }


@pytest.fixture
def evening(apart: Hotline) -> Night:
    """1001 does B until 20:00 at a desk and C until 22:00 at home, tomorrow."""
    apart.change(with_shifts)
    day = str((datetime.now(SHANGHAI) + timedelta(days=1)).date())
    apart.hotseat("roster", "draft", "begin", day, day)
    for shift in "BC":
        apart.hotseat("roster", "draft", "assign", "1001", day, shift)
    apart.hotseat("roster", "publish", "--reason", "a test")
    return Night(apart)


def test_the_mobile_rings_from_20_and_nothing_after_22(evening: Night) -> None:
    hotline, tomorrow = evening.hotline, datetime.now(SHANGHAI) + timedelta(days=1)
    hotline.stop()
    hotline.start(clock_offset=offset_to(tomorrow, 20))
    desk = hotline.log_on("1001", "p101")
    desk.answers(after_ms=10)
    talking = evening.call("13800160001")
    rung = desk.rung_by("13800160001")
    rung.wait("talking")
    waiting = evening.call("13800160002")
    until("it is 20:00", lambda: hotline.seat("1001")["phone"] == "mobile:1001", 25)
    assert evening.state("1001") == "talking"  # the talk at the desk goes on
    talking.hang_up()
    mobile = evening.asked("1001")
    mobile.digits("1")
    evening.talks("1001")
    waiting.hang_up()
    assert len(desk.invites(evening.began)) == 1
    hotline.stop()
    hotline.start(clock_offset=offset_to(tomorrow, 22))
    taken = evening.call("13800160003")
    late = evening.asked("1001", since=mobile.wait("ended").at)
    late.digits("1")
    evening.talks("1001")
    until("it is 22:00", lambda: hotline.seat("1001")["leaving"], 25)
    assert not taken.over  # a talk is finished, and then the shift is over
    taken.hang_up()
    until("1001 has gone home", lambda: not hotline.status()["seats"], 5)
    nobody = evening.call("13800160004")
    nobody.wait("ended", timeout=20)
    assert hotline.ended("13800160004").outcome is Outcome.CALLBACK
