"""The state of a running server as plain data, for `hotseat status`, tests and the admin."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from acd.calls import CallState
from acd.escalation import is_own
from acd.picture import CallPicture, FloorPicture, SeatPicture
from acd.presence import SeatState
from acd.types import Millis, Skills
from hotseat.roster.attendance import missing
from hotseat.roster.duty import DutyRoster
from hotseat.roster.shifts import Duty
from hotseat.site.records import SiteNow, removed_queue


def site_status(site: SiteNow, problem: str | None) -> dict[str, Any]:
    """What is in force, and why it is not what stands in the database, if it is not."""
    return {
        "name": site.name,
        "time_zone": site.time_zone,
        "revision": site.revision,
        "problem": problem,
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


def duty_status(
    roster: DutyRoster, picture: FloorPicture, site: SiteNow, now: Millis
) -> dict[str, Any]:
    """Who is on duty by the roster, who of them is missing, who comes next, and when."""
    here = {seat.seat for seat in picture.seats if not seat.leaving}
    on_duty, then = roster.at(now), roster.next_duty({}, now)
    return {
        "rostered": roster.in_force(now),
        "on_duty": [_on_duty(duty, site, logged_on=duty.agent in here) for duty in on_duty],
        "missing": [duty.agent for duty in missing(on_duty, here, now)],
        "next": then and _on_duty(then, site, logged_on=then.agent in here),
        "runs_out_at": roster.runs_out(now),
        "changes_at": roster.next_boundary(now),
    }


def _on_duty(duty: Duty, site: SiteNow, *, logged_on: bool) -> dict[str, Any]:
    agent = site.agents.get(duty.agent)
    return {
        "agent": duty.agent,
        "name": agent.name if agent is not None else "",
        "shift": duty.shift,
        "place": duty.place.value,
        "begins": duty.begins,
        "ends": duty.ends,
        "logged_on": logged_on,
    }


def _queues(picture: FloorPicture, site: SiteNow, now: Millis) -> list[dict[str, Any]]:
    states: defaultdict[str, Counter[CallState]] = defaultdict(Counter)
    longest: dict[str, Millis] = {}
    # Many seats share few sets of skills.
    ready = Counter(
        frozenset((skill, level) for skill, level in seat.skills.items() if not is_own(skill))
        for seat in picture.seats
        if seat.word == "ready"
    )
    for call in picture.calls:
        states[call.queue][call.state] += 1
        if call.state is not CallState.TALKING:
            longest[call.queue] = max(longest.get(call.queue, 0), now - call.arrived)
    removed = [removed_queue(name, {}, 0) for name in states if name not in site.queues]
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
        for queue in (*site.queues.values(), *removed)
    ]


def _enough(skills: Skills, requires: Skills) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in requires.items())


def _seat(seat: SeatPicture, site: SiteNow, now: Millis) -> dict[str, Any]:
    agent = site.agents.get(seat.seat)
    return {
        "seat": seat.seat,
        "name": agent.name if agent is not None else "",
        "phone": seat.phone,
        "state": seat.word,
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
