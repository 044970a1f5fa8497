"""The figures of today, counted from what real calls tell the journal."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from acd.stats import Ended
from hotseat.figures import Figures, day_of
from ivr.ports import DialResult
from tests.unit.server.scene import FakeLine, Scene

HOUR = 3_600_000


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def figures(scene: Scene) -> Figures:
    """Of this scene."""
    figures = Figures(scene.clock.now)
    scene.told.listen(figures.hears())
    return figures


def talk(scene: Scene, line: FakeLine, seconds: float) -> None:
    scene.contacts.talk_began(scene.call_of(line), "p101")
    scene.reactor.advance(seconds)
    line.dial_ends(DialResult.ANSWERED)
    ends(scene, line)


def ends(scene: Scene, line: FakeLine) -> None:
    call = scene.call_of(line)
    line.vanishes()
    scene.contacts.line_died(call)


def test_a_day_of_three_calls(scene: Scene, figures: Figures) -> None:
    waits_long = scene.rings_in()
    scene.reactor.advance(4)
    scene.seat()
    assert waits_long.phone == "p101"
    talk(scene, waits_long, 7)
    gives_up = scene.rings_in()
    scene.reactor.advance(1)
    ends(scene, gives_up)
    scene.rings_in("nobody")

    today = figures.today()
    assert today["calls_a_minute"] == 2, "a refused number is no call"
    assert (today["calls"], today["answered"], today["abandoned"]) == (2, 1, 1)
    assert (today["refused"], today["mean_wait_ms"]) == (1, 4_000)
    assert today["service_level"] == 0, "one answered too late, one gave up in time"
    assert today["queues"]["consult"]["answered"] == 1
    assert figures.calls["answered"] == figures.offers["answered"] == 1
    assert figures.waits["answered"].total == 4_000
    assert figures.waits["abandoned"].total == 1_000
    assert scene.journal.calls[scene.call_of(gives_up)]["outcome"] == "abandoned"


def test_offers_count_by_what_came_of_them(scene: Scene, figures: Figures) -> None:
    scene.seat()
    line = scene.rings_in()
    line.dial_ends(DialResult.NO_ANSWER)
    assert figures.offers["no answer"] == 1
    assert figures.offers["answered"] == 0


class Late:
    """A time that a test moves."""

    def __init__(self, now: int) -> None:
        self.at = now

    def now(self) -> int:
        return self.at


def ended(arrived: int, outcome: str = "answered", wait: int | None = 2_000) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "arrived_at": arrived,
        "queue": "consult",
        "wait_ms": wait,
        "in_time": True,
    }


def test_midnight_begins_a_new_day_and_a_call_stays_with_its_arrival() -> None:
    zone = "Asia/Shanghai"
    began, ends_at = day_of(1_800_000_000_000, ZoneInfo(zone))
    time = Late(ends_at - 1_000)
    figures = Figures(time.now)
    assert figures.in_zone(zone).began == began
    ends = figures.hears().call_ended
    assert ends is not None
    ends(time.at, ended(time.at))
    assert figures.today()["answered"] == 1
    time.at += 2_000
    ends(time.at, ended(ends_at - 500))
    assert figures.today()["answered"] == 0, "it arrived yesterday"
    ends(time.at, ended(ends_at + 500))
    assert figures.today()["answered"] == 1


@pytest.mark.parametrize(
    ("noon", "zone", "hours"),
    [
        (1_774_782_000_000, "Europe/Berlin", 23),  # 2026-03-29, clocks go forward
        (1_792_926_000_000, "Europe/Berlin", 25),  # 2026-10-25, back
        (1_774_782_000_000, "Asia/Shanghai", 24),
    ],
)
def test_a_day_has_as_many_hours_as_its_clocks_give_it(noon: int, zone: str, hours: int) -> None:
    began, ends_at = day_of(noon, ZoneInfo(zone))
    assert began <= noon < ends_at
    assert ends_at - began == hours * HOUR


def test_a_new_server_goes_on_with_the_figures_of_the_day() -> None:
    figures = Figures(Late(1_800_000_000_000).now)
    day = figures.in_zone("UTC")
    figures.recall(
        day, [Ended("answered", "consult", 9_000, calls=3), Ended("menu", None, calls=2)]
    )
    today = figures.today()
    assert (today["calls"], today["mean_wait_ms"]) == (5, 3_000)
    assert today["queues"]["consult"]["calls"] == 3


def test_calls_recalled_for_a_day_that_was_begun_anew_meanwhile_do_not_count() -> None:
    """The time zone was edited twice while the database looked."""
    figures = Figures(Late(1_800_000_000_000).now)
    first, second = figures.in_zone("Asia/Shanghai"), figures.in_zone("UTC")
    figures.recall(first, [Ended("answered", "consult", 1_000, calls=7)])
    assert figures.today()["calls"] == 0
    figures.recall(second, [Ended("answered", "consult", 1_000, calls=3)])
    assert figures.today()["calls"] == 3
