"""The floor in plain data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd.presence import SEAT_WORDS, Seat, SeatState, seat_word
from acd.types import Device, SeatId
from hotseat.site.records import AgentRecord, SiteNow
from hotseat.status import floor_status
from tests.unit.server.scene import Scene, a_site


def site_requiring(level: int) -> SiteNow:
    site = a_site()
    queue = replace(site.queues["consult"], requires={"consult": level})
    agents = {
        "1001": AgentRecord("1001", "李静", {"consult": 5}),
        "1002": AgentRecord("1002", "王强", {"consult": 3}),
    }
    return replace(site, queues={"consult": queue}, agents=agents)


def status_of(scene: Scene, most_calls: int | None = None) -> dict[str, Any]:
    picture = scene.service.floor.picture()
    return floor_status(picture, scene.config.now, scene.clock.now(), most_calls)


@pytest.mark.parametrize(("level", "ready"), [(0, 2), (3, 2), (4, 1), (6, 0)])
def test_ready_are_those_with_enough_of_every_skill(level: int, ready: int) -> None:
    scene = Scene(site_requiring(level))
    scene.seat("1001", "p101")
    scene.seat("1002", "p102")
    assert status_of(scene)["queues"][0]["seats_ready"] == ready


def test_who_pauses_or_has_no_phone_is_not_ready() -> None:
    scene = Scene(site_requiring(1))
    scene.seat("1001", "p101")
    scene.seat("1002", "p102")
    scene.seats.pause("1001", "lunch")
    scene.seats.phone_changed("p102", Device.AWAY)
    state = status_of(scene)
    assert state["queues"][0]["seats_ready"] == 0
    assert [seat["state"] for seat in state["seats"]] == ["paused", "phone away"]


def test_calls_may_be_left_out_but_are_counted() -> None:
    scene = Scene()
    for _ in range(3):
        scene.rings_in()
        scene.reactor.advance(1)
    state = status_of(scene, most_calls=1)
    assert len(state["calls"]) == 1
    assert state["calls"][0]["waited_ms"] == 3_000, "the first in line"
    assert state["queues"][0]["waiting"] == 3
    assert state["queues"][0]["longest_wait_ms"] == 3_000


def test_every_state_of_a_seat_has_its_word() -> None:
    seat = Seat(SeatId("1001"), {}, "p101", Device.FREE, idle_since=0)
    words = {
        seat_word(replace(seat, state=state, paused=paused, device=device, on_duty=on_duty))
        for on_duty in (True, False)
        for state in SeatState
        for paused in (None, "lunch")
        for device in Device
    }
    assert words == set(SEAT_WORDS)
