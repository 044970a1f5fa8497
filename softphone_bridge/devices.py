"""Device and contact states of Asterisk, as the floor's three answers to "can it be rung?"."""

from __future__ import annotations

from acd.types import Device
from softphone_bridge.mobiles import local_end

_BY_STATE = {
    # devicestate.c: what `DeviceStateChange` and `DeviceStateListComplete` rows call them.
    "NOT_INUSE": Device.FREE,
    "INUSE": Device.IN_USE,
    "BUSY": Device.IN_USE,
    "RINGING": Device.IN_USE,
    "RINGINUSE": Device.IN_USE,
    "ONHOLD": Device.IN_USE,
    "UNAVAILABLE": Device.AWAY,
    "INVALID": Device.AWAY,
    "UNKNOWN": Device.AWAY,
}


def device_of(state: str) -> Device:
    """The floor's word for an Asterisk device state; an unheard-of state cannot be rung."""
    return _BY_STATE.get(state.upper(), Device.AWAY)


def phone_of(name: str) -> str:
    """The phone or duty mobile behind a device or channel name, or "".

    `PJSIP/p101` is the device, `PJSIP/p101-0000002a` one of its channels: the suffix is the last
    `-` and eight hexadecimal digits (chan_pjsip.c), phone names may hold `-` themselves.
    """
    mobile = local_end(name)
    if mobile is not None and mobile.side == 1:
        return mobile.place
    technology, slash, rest = name.partition("/")
    if technology != "PJSIP" or not slash:
        return ""
    stem, dash, serial = rest.rpartition("-")
    if dash and len(serial) == 8 and all(digit in "0123456789abcdef" for digit in serial):
        return stem
    return rest
