"""What the rows of Asterisk's lists say of its channels (`Status`) and phones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from acd.ports import ChannelSeen, ChannelState
from acd.types import Device
from hotseat.asterisk.ami_wire import Message
from softphone_bridge.devices import device_of, phone_of
from softphone_bridge.mobiles import CARRIER

TICKET = "HOTSEAT_TICKET"
LEG = "HOTSEAT_LEG"
VARIABLES = f"{TICKET},{LEG}"
"""What `Status` is asked to tell of each channel."""

UNSET = "(null)"
"""What `Status` says of a variable that a channel does not have (manager.c, generate_status)."""


def phones_in(rows: Iterable[Message]) -> dict[str, Device]:
    """Phone -> what it is doing, of the rows of `DeviceStateList`."""
    return {
        phone: device_of(row.get("State") or "")
        for row in rows
        if (phone := phone_of(row.get("Device") or ""))
    }


def channels_in(rows: Iterable[Message]) -> tuple[ChannelSeen, ...]:
    """All channels, of the rows of `Status`."""
    return tuple(_channel_seen(row) for row in rows if row.get("Event") == "Status")


def reached_in(rows: Iterable[Message]) -> dict[str, str]:
    """Channel to the carrier -> the leg (`;2`) that dialled it, "" if none did."""
    return {
        channel: _variable(row, LEG)
        for row in rows
        if phone_of(channel := row.get("Channel") or "") == CARRIER
    }


def state_in(rows: Sequence[Message], uniqueid: str) -> ChannelState:
    """How one channel is."""
    for row in rows:
        if row.get("Uniqueid") == uniqueid:
            return "talking" if row.get("BridgeID") else "alone"
    return "gone"


def partner_in(rows: Sequence[Message], uniqueid: str) -> str:
    """The phone in one bridge with a channel, "" if there is none."""
    bridges = {row.get("Uniqueid"): row.get("BridgeID") for row in rows}
    bridge = bridges.get(uniqueid)
    return next(
        (
            phone
            for row in rows
            if bridge
            and row.get("BridgeID") == bridge
            and row.get("Uniqueid") != uniqueid
            and (phone := phone_of(row.get("Channel") or ""))
        ),
        "",
    )


def _channel_seen(row: Message) -> ChannelSeen:
    channel = row.get("Channel") or ""
    return ChannelSeen(
        channel=channel,
        uniqueid=row.get("Uniqueid") or "",
        linkedid=row.get("Linkedid") or "",
        up=row.get("ChannelStateDesc") == "Up",
        bridge=row.get("BridgeID") or "",
        phone=phone_of(channel),
        ticket=_variable(row, TICKET),
    )


def _variable(row: Message, wanted: str) -> str:
    for text in row.all("Variable"):
        name, _, value = text.partition("=")
        if name == wanted and value != UNSET:
            return value
    return ""
