"""Duty mobiles by name: the place `mobile:1001`, and the channels that lead to it.

A mobile is rung over `Local/1001@accept/n`, a pair of channels: `;1` is the caller's leg, and `;2`
runs the dialplan that dials the carrier. No phone of a site has a colon in its name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from acd.types import SeatId

CONTEXT = "accept"
CARRIER = "carrier"
"""The endpoint over which mobiles are dialled; its channels are nobody's phone."""

_PLACE = "mobile:"
_CHANNEL = re.compile(r"(Local/([0-9]+)@accept-[0-9a-f]+);([12])")


class LocalEnd(NamedTuple):
    """One channel of a pair."""

    pair: str
    """The name of both without the end."""
    agent: SeatId
    side: int
    """1: the caller's leg, 2: the way to the carrier."""

    @property
    def place(self) -> str:
        """The mobile that it leads to."""
        return mobile_of(self.agent)


def mobile_of(agent: str) -> str:
    """The place of an agent on home duty."""
    return f"{_PLACE}{agent}"


def is_mobile(place: str) -> bool:
    """Is it a duty mobile, not a phone?"""
    return place.startswith(_PLACE)


def local_end(channel: str) -> LocalEnd | None:
    """What a channel's name says; None if it does not lead to a mobile."""
    found = _CHANNEL.fullmatch(channel)
    return LocalEnd(found[1], SeatId(found[2]), int(found[3])) if found else None
