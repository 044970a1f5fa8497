"""The state of a running server as plain data, for `hotseat status`, tests and the admin."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from acd.calls import CallState
from acd.picture import CallPicture, FloorPicture, SeatPicture, seat_word
from acd.presence import SeatState
from acd.types import Millis, Skills
from hotseat.site.records import SiteNow


def site_status(site: SiteNow) -> dict[str, Any]:
    """What is in force."""
    return {
        "name": site.name,
        "time_zone": site.time_zone,
        "revision": site.revision,
        "numbers": {number.number: number.menu for number in site.numbers.values() if number.menu},
    }


def floor_status(
    picture: FloorPicture, site: SiteNow, now: Millis, most_calls: int | None = None
) -> dict[str, Any]:
    """Queues, seats and calls, of these the first in line; spans are milliseconds."""
    return {
        "held": sorted(picture.held),
        "queues": _queues(picture, site, now),
        "seats": [_seat(seat, site, now) for seat in picture.seats],
        "calls": [_call(call, now) for call in picture.calls[:most_calls]],
    }


def _queues(picture: FloorPicture, site: SiteNow, now: Millis) -> list[dict[str, Any]]:
    states: defaultdict[str, Counter[CallState]] = defaultdict(Counter)
    longest: dict[str, Millis] = {}
    # Many seats share few sets of skills.
    ready = Counter(
        frozenset(seat.skills.items()) for seat in picture.seats if seat_word(seat) == "ready"
    )
    for call in picture.calls:
        states[call.queue][call.state] += 1
        if call.state is not CallState.TALKING:
            longest[call.queue] = max(longest.get(call.queue, 0), now - call.arrived)
    return [
        {
            "name": queue.name,
            "title": queue.title,
            "waiting": states[queue.name][CallState.WAITING]
            + states[queue.name][CallState.OFFERED],
            "talking": states[queue.name][CallState.TALKING],
            "longest_wait_ms": longest.get(queue.name, 0),
            "seats_ready": sum(
                seats for skills, seats in ready.items() if _enough(dict(skills), queue.requires)
            ),
        }
        for queue in site.queues.values()
    ]


def _enough(skills: Skills, requires: Skills) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in requires.items())


def _seat(seat: SeatPicture, site: SiteNow, now: Millis) -> dict[str, Any]:
    agent = site.agents.get(seat.seat)
    return {
        "seat": seat.seat,
        "name": agent.name if agent is not None else "",
        "phone": seat.phone,
        "state": seat_word(seat),
        "paused": seat.paused,
        "device": seat.device.value,
        "leaving": seat.leaving,
        "call": seat.call,
        "idle_ms": now - seat.idle_since if seat.state is SeatState.IDLE else None,
    }


def _call(call: CallPicture, now: Millis) -> dict[str, Any]:
    return {
        "call": call.call,
        "queue": call.queue,
        "state": call.state.value,
        "seat": call.seat,
        "waited_ms": now - call.arrived,
        "offers": call.attempts,
    }
