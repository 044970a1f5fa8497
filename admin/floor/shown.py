"""How the parts of a frame look before the script takes over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from acd.types import Millis
from admin.shown import clock_minute, minute
from admin.words import _
from hotseat.site.records import SiteNow

ORDER: Final = ("missing", "left", "late", "on time", "to come")
"""What is said of a duty; what has to be seen comes first."""
ABSENT: Final = ("missing", "left")

Row = tuple[str, Mapping[str, Any]]
"""An agent's number, and a duty as the server draws it."""


def names_of(site: SiteNow) -> dict[str, Any]:
    """What queues and agents are called, and the longest wait in time of each queue."""
    return {
        "queues": {queue.name: queue.title for queue in site.queues.values()},
        "agents": {agent.number: agent.name for agent in site.agents.values()},
        "in_time": {queue.name: queue.answer_within_ms for queue in site.queues.values()},
    }


def lanes(
    seats: Mapping[str, Mapping[str, Any]],
) -> Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]]:
    """What seats do -> those that do it, by number."""
    found: defaultdict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for number, seat in sorted(seats.items()):
        found[seat["state"]].append((number, seat))
    return found


def talking(seats: Mapping[str, Mapping[str, Any]]) -> Counter[str]:
    """Queue -> how many of its calls are in a talk."""
    return Counter(seat["queue"] for seat in seats.values() if seat["state"] == "talking")


def duty_rows(duties: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Row]:
    """Every duty with its agent: who is missing first, then by begin and number."""
    rows = [(agent, duty) for agent, its in duties.items() for duty in its]
    return sorted(rows, key=lambda row: (ORDER.index(row[1]["word"]), row[1]["begins"], row[0]))


def missing(rows: Sequence[Row]) -> int:
    """How many of them should be there and are not."""
    return sum(duty["word"] in ABSENT for _agent, duty in rows)


def oldest(frame: Mapping[str, Any]) -> Millis | None:
    """When the caller came who waits longest; None if nobody does."""
    arrivals = [queue["oldest"] for queue in frame["queues"].values() if queue["waiting"]]
    return min(arrivals, default=None)


def hours(duty: Mapping[str, Any], now: Millis) -> str:
    """`20:00–22:00`; `11-23 20:00–22:00` of another day."""
    clocks = f"{clock_minute(duty['begins'])}–{clock_minute(duty['ends'])}"
    day = minute(duty["begins"])[:10]
    other = duty["word"] == "to come" and day != minute(now)[:10]
    return f"{day[5:]} {clocks}" if other else clocks


def by(duty: Mapping[str, Any], now: Millis) -> str:
    """How late the agent came or is, or how long until the duty begins."""
    match duty["word"]:
        case "missing":
            return _roughly(now - duty["begins"])
        case "late":
            return _roughly(duty["came"] - duty["begins"])
        case "to come":
            return _roughly(duty["begins"] - now)
    return ""


def _roughly(span: Millis) -> str:
    """`2 h 5 min`: a span that nobody takes for a time of day."""
    hours, minutes = divmod(span // 60_000, 60)
    said = [_("%(n)s h", n=hours)] if hours else []
    return " ".join([*said, _("%(n)s min", n=minutes)])
