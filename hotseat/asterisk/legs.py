"""What is known of a caller's channel, and of the legs that are dialled from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.types import CallId


@dataclass(slots=True)
class Leg:
    """A phone's channel, dialled for a call."""

    call: CallId
    channel: str
    phone: str
    answered: bool = False
    bridge: str = ""
    talked: bool = False
    left: bool = False


@dataclass(slots=True)
class Followed:
    """The caller's channel and what was dialled from it."""

    call: CallId
    uniqueid: str
    channel: str
    bridge: str = ""
    legs: set[str] = field(default_factory=set)
    """Their unique ids."""
    withdraw: bool = False
    """The offer is withdrawn: a leg of it that is seen only now is hung up at once."""
    hang_up_seen: bool = False
