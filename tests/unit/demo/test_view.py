"""What the audience of a demo sees."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from hotseat.demo.view import Happenings, in_a_line, screen
from hotseat.operation.screen import Look
from hotseat.tables import width
from tests.unit.operation.states import a_call, a_seat, a_state
from words import said, told

FOOT = ("Your phone: user p110 at 127.1.2.1:5060", "Your seat:  hotseat seat login 1006")
HAPPENED = [f"16:00:{second:02}  …{second:04} dials" for second in range(20)]


@pytest.mark.parametrize(("rows", "shown"), [(24, 3), (34, 3), (36, 5), (60, 10)])
def test_a_higher_screen_shows_more_of_what_happened(rows: int, shown: int) -> None:
    lines = [line.text for line in screen(a_state(), HAPPENED, FOOT, 80, rows, "en")]
    assert lines[0].startswith("阳光家电 Sunshine")
    assert lines[-2:] == list(FOOT)
    assert lines[-2 - shown : -2] == HAPPENED[-shown:]
    assert lines[-3 - shown] == ""


def test_a_full_house_fits_the_screen() -> None:
    calls = [a_call(n) for n in range(30)]
    seats = [a_seat(str(1000 + n), "王芳", state="ready") for n in range(30)]
    state = a_state(calls=calls, seats=seats)
    for rows in range(24, 60):
        lines = screen(state, HAPPENED, FOOT, 70, rows, "en")
        assert len(lines) <= rows
        assert all(width(line.text) <= 70 for line in lines)
        assert [line.look for line in lines[-2:]] == [Look.HEAD, Look.HEAD]


def test_happenings_are_heard_and_the_oldest_are_forgotten() -> None:
    heard: list[str] = []
    happenings = Happenings(ZoneInfo("Asia/Shanghai"), "zh", heard.append)
    for n in range(12):
        happenings.tell(said("%(who)s dials", who=f"…{n:04}"))
    assert [line[8:] for line in heard] == [f"  …{n:04} 拨入" for n in range(12)]
    assert list(happenings.lines) == heard[-10:]


def test_the_hotline_in_a_line() -> None:
    assert in_a_line(a_state()) == (
        "── 2 in the menu, 3 waiting (longest 1:02), 4 talking, 1 of 2 seats ready; "
        "today 40 calls, 30 answered, 6 abandoned"
    )
    assert told(in_a_line(a_state()), "zh") == (
        "── 菜单中 2，等待 3（最长 1:02），通话中 4，座席就绪 1/2；今日来电 40，接通 30，放弃 6"
    )
