"""Hours and entered menus on a running call, through a restart and a change of the site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from acd.recovery import Ticket
from hotseat.public_holidays import is_known, special_days
from hotseat.site.records import HoursRecord, MenuRecord, SiteNow
from ivr.hours import Calendar, Span, SpecialDay
from ivr.ports import DialResult
from tests.unit.server.scene import Scene, a_site

MAIN = {
    "start": "time",
    "language": "zh",
    "nodes": {
        "time": {"hours": "office", "open": "sales", "closed": "closed"},
        "sales": {"enter": "sales", "next": "bye"},
        "closed": {"hang_up": ["closed"]},
        "bye": {"hang_up": ["goodbye"]},
    },
}
SALES: dict[str, Any] = {
    "start": "wait",
    "language": "en",
    "nodes": {
        "wait": {"queue": "consult", "next": "back"},
        "back": {"go_back": ["thanks"]},
    },
}
NOON = Calendar({"thu": (Span.parse("12:00-13:00"),)}, {})
"""The scene begins on Thursday 1970-01-01 at 00:16:40 UTC."""


def site(**changes: Any) -> SiteNow:
    return a_site(
        **{
            "menus": {"main": MenuRecord("main", 1, MAIN), "sales": MenuRecord("sales", 4, SALES)},
            "hours": {"office": HoursRecord("office", NOON, "")},
            "time_zone": "Pacific/Auckland",  # 12:16 there
            **changes,
        }
    )


@pytest.fixture
def scene() -> Scene:
    return Scene(site())


def test_open_by_the_clocks_of_the_site(scene: Scene) -> None:
    assert scene.rings_in().did == ["answer", "music"]


def test_closed_by_the_same_clocks_an_hour_later(scene: Scene) -> None:
    scene.reactor.advance(3_600)
    assert scene.rings_in().did == ["answer", "play hotseat/closed", "hang up 16"]


def test_hours_change_at_once(scene: Scene) -> None:
    closed = HoursRecord("office", Calendar({}, {}), "")
    scene.config.now = replace(scene.config.now, hours={"office": closed})
    assert scene.rings_in().did[-1] == "hang up 16"


def test_a_holiday_is_a_day_off() -> None:
    scene = Scene(site(hours={"office": HoursRecord("office", NOON, "NZ")}))
    assert scene.rings_in().did[-1] == "hang up 16"


def test_hours_that_are_gone_turn_nobody_away(scene: Scene) -> None:
    scene.config.now = replace(scene.config.now, hours={})
    assert scene.rings_in().did[-1] == "music"


def test_a_caller_comes_back_to_the_first_menu(scene: Scene) -> None:
    line = scene.rings_in()
    ticket = Ticket.parse(line.variables["HOTSEAT_TICKET"])
    assert (ticket.menu, ticket.revision, ticket.node) == ("sales", 4, "wait")
    assert ticket.above == (("main", 1, "bye"),)
    scene.seat()
    scene.contacts.talk_began(scene.call_of(line), "p101")
    line.dial_ends(DialResult.ANSWERED)
    assert line.did[-2:] == ["play hotseat/thanks hotseat/goodbye", "hang up 16"]
    call = scene.call_of(line)
    scene.contacts.line_died(call)
    record = scene.journal.calls[call]
    assert (record["menu"], record["menu_revision"]) == ("main", 1)


def test_a_restart_keeps_the_way_back() -> None:
    line = Scene(site()).rings_in()
    ticket = line.variables["HOTSEAT_TICKET"]
    after_crash = Scene(site())
    again = after_crash.rings_in(ticket=ticket, dial_status="ANSWER", uniqueid=line.facts.uniqueid)
    assert again.did == ["play hotseat/thanks hotseat/goodbye", "hang up 16"]


def test_a_menu_is_entered_at_the_revision_in_force_then(scene: Scene) -> None:
    first = scene.rings_in()
    newer = MenuRecord("sales", 5, SALES | {"start": "back", "nodes": {"back": {"go_back": []}}})
    scene.config.now = replace(scene.config.now, menus={**scene.config.now.menus, "sales": newer})
    assert first.did[-1] == "music"
    assert scene.rings_in().did[-1] == "hang up 16"
    scene.seat()
    first.dial_ends(DialResult.ANSWERED)
    assert "play hotseat/thanks hotseat/goodbye" in first.did


def test_a_country_has_holidays_and_days_made_up_for_them() -> None:
    """As China decreed them for 2026."""
    days = special_days("CN", 2026)
    assert days[date(2026, 10, 1)] is SpecialDay.HOLIDAY
    assert days[date(2026, 10, 10)] is SpecialDay.MAKE_UP_WORKDAY
    assert date(2026, 10, 12) not in days
    assert days[date(2025, 10, 1)] is days[date(2027, 10, 1)] is SpecialDay.HOLIDAY


def test_a_country_is_known_or_not() -> None:
    assert is_known("CN")
    assert not is_known("XX")
