"""The ways to duty mobiles: which channel at the carrier belongs to which leg of a caller's Dial.

A way is a pair of Local channels and, once it is dialled, a channel to the carrier. While a mobile
is asked to press 1 it does not notice that its caller is gone or another mobile was first: Asterisk
would keep it until the question times out. So whoever sees the leg end hangs the carrier up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from softphone_bridge.mobiles import LocalEnd, local_end


@dataclass(slots=True)
class Way:
    """One way to a mobile."""

    place: str
    leg: str = ""
    """Unique id of the caller's leg, `;1`."""
    carrier: str = ""
    """Name of the channel to the carrier."""
    carrier_id: str = ""
    over: bool = False
    """The leg has ended without a talk: a channel to the carrier that comes yet is hung up."""


class MobileLegs:
    """All ways to mobiles, by the name of their pair."""

    def __init__(self) -> None:
        self._ways: dict[str, Way] = {}
        self._by_carrier: dict[str, Way] = {}

    def leg_begins(self, end: LocalEnd, uniqueid: str) -> None:
        """The caller's Dial rings `;1`."""
        self._way(end).leg = uniqueid

    def carrier_rings(self, end: LocalEnd, channel: str, uniqueid: str) -> str | None:
        """The carrier is dialled; its channel, if it is to be hung up at once."""
        way = self._way(end)
        way.carrier, way.carrier_id = channel, uniqueid
        self._by_carrier[uniqueid] = way
        return channel if way.over else None

    def leg_over(self, channel: str) -> str | None:
        """The leg rings no more, and nobody talks; the carrier's channel, to be hung up, once."""
        end = local_end(channel)
        way = self._ways.get(end.pair) if end is not None else None
        if way is None or way.over:
            return None
        way.over = True
        return way.carrier or None

    def leg_behind(self, carrier_id: str) -> str:
        """Unique id of the leg that a channel to the carrier belongs to, or ""."""
        way = self._by_carrier.get(carrier_id)
        return way.leg if way is not None else ""

    def gone(self, channel: str) -> str | None:
        """A channel was hung up; the mobile that is free by that, if one is."""
        end = local_end(channel)
        if end is None or end.side == 1:
            return None
        way = self._ways.pop(end.pair, None)
        if way is None:
            return None
        self._by_carrier.pop(way.carrier_id, None)
        return None if end.place in self.busy else end.place

    @property
    def busy(self) -> frozenset[str]:
        """The mobiles to which a way leads."""
        return frozenset(way.place for way in self._ways.values())

    def take_in(self, channels: Iterable[tuple[str, str]], reached: Mapping[str, str]) -> list[str]:
        """Replace what was known by a snapshot; returns the channels that nobody rings any more.

        `channels` are (name, unique id); `reached` is channel to the carrier -> the `;2` that
        dialled it.
        """
        ids = dict(channels)
        known, self._ways, self._by_carrier = self._ways, {}, {}
        for name, uniqueid in ids.items():
            end = local_end(name)
            if end is not None:
                way = self._way(end)
                way.over = end.pair in known and known[end.pair].over
                if end.side == 1:
                    way.leg = uniqueid
        for channel, dialled_by in reached.items():
            end = local_end(dialled_by)
            if end is not None and channel in ids:
                self.carrier_rings(end, channel, ids[channel])
        return [way.carrier for way in self._ways.values() if way.carrier and not way.leg]

    def _way(self, end: LocalEnd) -> Way:
        return self._ways.setdefault(end.pair, Way(end.place))
