"""What a soak reads while it runs, and what the readings mean. Times are seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression
from typing import Any

MIB = 1024 * 1024
DATABASE = "/hotseat.db"


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything at one instant; memory in bytes."""

    at: float
    server: int
    asterisk: int
    sockets: int
    """Of the server."""
    files: int
    """What else the server has open, but for the database: its pool connects when it must."""
    timers: int
    sessions: int
    contacts: int
    channels: int
    waiting: int
    talking: int

    @property
    def at_rest(self) -> bool:
        """Is nobody on the line?"""
        return not (self.sessions or self.contacts or self.channels)


def reading(
    at: float,
    status: Mapping[str, Any],
    *,
    server: int,
    asterisk: int,
    descriptors: Sequence[str],
    channels: int,
) -> Reading:
    """Take from a status what is counted here. `descriptors` are the server's, by /proc's names."""
    queues = status["queues"]
    sockets = sum(name.startswith("socket:") for name in descriptors)
    database = sum(DATABASE in name for name in descriptors)
    return Reading(
        at=at,
        server=server,
        asterisk=asterisk,
        sockets=sockets,
        files=len(descriptors) - sockets - database,
        timers=status["timers"],
        sessions=status["agi"]["sessions"],
        contacts=status["contacts"],
        channels=channels,
        waiting=sum(queue["waiting"] for queue in queues),
        talking=sum(queue["talking"] for queue in queues),
    )


def growth(readings: Sequence[tuple[float, int]], last: float) -> float:
    """MiB a minute by which memory grew in the last so many seconds, by least squares.

    `readings` are (instant, bytes), in order. Raises StatisticsError for fewer than two instants.
    """
    end = readings[-1][0]
    late = [(at, size) for at, size in readings if at >= end - last]
    slope = linear_regression([at for at, _ in late], [size for _, size in late]).slope
    return slope * 60 / MIB
