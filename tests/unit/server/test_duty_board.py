"""What the live floor tells of duties: who is there, who is not, who comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from acd.effects import Note
from acd.types import SeatId
from hotseat.duty_board import DutyBoard
from hotseat.live_journal import LiveJournal
from hotseat.log_ons import KEPT_MS, LogOns
from hotseat.roster.attendance import LogOn
from hotseat.roster.duty import DutyRoster
from hotseat.roster.shifts import Duty, Place, Shift
from hotseat.site.records import AgentRecord
from tests.unit.server.scene import KeptJournal, a_site

DAY = date(2027, 1, 15)
MIDNIGHT = int(datetime(2027, 1, 15, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)
MINUTE, HOUR = 60_000, 3_600_000


def duty(agent: str, begins: float, ends: float, place: Place = Place.OFFICE) -> Duty:
    at = (MIDNIGHT + round(begins * HOUR), MIDNIGHT + round(ends * HOUR))
    return Duty(*at, agent, DAY, "A" if place is Place.OFFICE else "C", place)


class Evening:
    """B until 20:00 in the office, then C at home; the next day begins with A."""

    duties = (
        duty("1001", 12, 20),
        duty("1002", 12, 20),
        duty("1002", 20, 22, Place.HOME),
        duty("1001", 33, 41),
    )

    def __init__(self, *, published: bool = True) -> None:
        stretches = [(MIDNIGHT, MIDNIGHT + 48 * HOUR)] if published else []
        roster = DutyRoster(self.duties if published else (), {"1001": {}, "1002": {}}, stretches)
        site = replace(
            a_site(),
            time_zone="Asia/Shanghai",
            agents={
                "1001": AgentRecord("1001", "李静", {}),
                "1002": AgentRecord("1002", "王强", {}, mobile="+8613800010002"),
            },
            shifts={"A": Shift("A", "A班", 9 * 60, 8 * 60, Place.OFFICE)},
        )
        self.journal = KeptJournal()
        self.live = LiveJournal(self.journal)
        self.log_ons = LogOns()
        self.live.listen(self.log_ons.hears())
        self.board = DutyBoard(lambda: roster, lambda: site, self.log_ons.of)

    def step(self, kind: str, agent: str, hour: float) -> None:
        self.live.note(MIDNIGHT + round(hour * HOUR), Note(kind, seat=SeatId(agent)))

    def told(self, hour: float) -> dict[str, list[str]]:
        drawn = self.board.drawn(MIDNIGHT + round(hour * HOUR))
        return {agent: [one["word"] for one in those] for agent, those in drawn.items()}

    def first(self, agent: str, hour: float) -> dict[str, Any]:
        return self.board.drawn(MIDNIGHT + round(hour * HOUR))[SeatId(agent)][0]


def test_who_is_not_there_is_missing_from_the_first_instant_on() -> None:
    evening = Evening()
    evening.step("logged_on", "1001", 11.9)
    assert evening.told(11.99) == {"1001": ["to come"], "1002": ["to come", "to come"]}
    assert evening.told(12) == {"1001": ["on time"], "1002": ["missing", "to come"]}
    assert evening.first("1002", 12)["came"] is None


@pytest.mark.parametrize(("minutes", "word"), [(0.5, "on time"), (1, "late"), (90, "late")])
def test_who_comes_after_the_grace_is_late(minutes: float, word: str) -> None:
    evening = Evening()
    came = 12 + minutes / 60
    evening.step("logged_on", "1001", came)
    drawn = evening.first("1001", 14)
    assert drawn["word"] == word
    assert drawn["came"] == MIDNIGHT + round(came * HOUR)


def test_who_goes_has_left_and_coming_back_is_no_late_arrival() -> None:
    evening = Evening()
    evening.step("logged_on", "1001", 12)
    evening.step("logged_off", "1001", 15)
    assert evening.first("1001", 16)["word"] == "left"
    evening.step("logged_on", "1001", 16.5)
    evening.step("logged_on", "1001", 17)  # at another phone
    assert evening.first("1001", 18)["word"] == "on time"


def test_who_comes_next_is_told_today_or_else_the_very_next() -> None:
    evening = Evening()
    assert evening.told(19)["1002"] == ["missing", "to come"]
    assert evening.told(20) == {"1002": ["missing"], "1001": ["to come"]}
    tomorrow = evening.first("1001", 21)
    assert tomorrow["begins"] == MIDNIGHT + 33 * HOUR
    assert (tomorrow["shift"], tomorrow["title"], tomorrow["place"]) == ("A", "A班", "office")


def test_home_duty_is_told_with_whether_there_is_a_mobile() -> None:
    evening = Evening()
    assert evening.first("1002", 21)["mobile"]
    assert not evening.first("1001", 21)["mobile"]
    assert evening.board.at_home(MIDNIGHT + 21 * HOUR) == {"1002"}
    assert evening.board.at_home(MIDNIGHT + 19 * HOUR) == set()


def test_without_a_roster_nobody_is_missing() -> None:
    evening = Evening(published=False)
    assert evening.told(13) == {}
    assert not evening.board.rostered(MIDNIGHT + 13 * HOUR)
    assert Evening().board.rostered(MIDNIGHT + 13 * HOUR)


def test_log_ons_from_before_the_server_count() -> None:
    evening = Evening()
    begins = MIDNIGHT + 12 * HOUR
    evening.log_ons.recall([LogOn("1001", begins), LogOn("1002", begins, begins + HOUR)])
    evening.step("logged_on", "1001", 14)  # as the seat is restored
    assert evening.told(15)["1001"] == ["on time"]
    assert evening.told(15)["1002"][0] == "left"


def test_log_ons_are_written_and_forgotten_after_days() -> None:
    evening = Evening()
    for turn in range(5):
        evening.step("logged_on", "1001", turn * KEPT_MS / HOUR)
        evening.step("logged_off", "1001", turn * KEPT_MS / HOUR + 1)
    assert len(evening.log_ons.of(["1001"])) == 2
    assert len(evening.journal.notes) == 10
