"""What Asterisk's lists say, row by row."""

from __future__ import annotations

import pytest

from acd.ports import ChannelState
from acd.types import Device
from hotseat.asterisk.ami_wire import Message, message_of
from hotseat.asterisk.status_rows import (
    channels_in,
    partner_in,
    phones_in,
    reached_in,
    state_in,
)


def row(*lines: str) -> Message:
    return message_of("\n".join(lines))


def channel(uniqueid: str, name: str, bridge: str = "", *more: str) -> Message:
    return row(
        "Event: Status",
        f"Channel: {name}",
        f"Uniqueid: {uniqueid}",
        "Linkedid: 1.1",
        "ChannelStateDesc: Up",
        f"BridgeID: {bridge}",
        *more,
    )


END = row("Event: StatusComplete", "Items: 4")
CALLER = channel("1.1", "PJSIP/trunk-00000001", "b1", "Variable: HOTSEAT_TICKET=waiting|01CALL")
DESK = channel("1.2", "PJSIP/p101-00000002", "b1", "Variable: HOTSEAT_TICKET=(null)")
WAITS = channel("2.1", "PJSIP/trunk-00000003")
MOBILE = channel(
    "3.2", "PJSIP/carrier-00000004", "b3", "Variable: HOTSEAT_LEG=Local/1001@accept-00000001;2"
)
ROWS = [CALLER, DESK, WAITS, MOBILE, END]


def test_each_phone_is_what_its_device_is() -> None:
    rows = [
        row("Event: DeviceStateChange", "Device: PJSIP/p101", "State: NOT_INUSE"),
        row("Event: DeviceStateChange", "Device: PJSIP/p102", "State: RINGING"),
        row("Event: DeviceStateChange", "Device: PJSIP/p103"),
        row("Event: DeviceStateChange", "Device: Queue:sales", "State: INUSE"),
        row("Event: DeviceStateListComplete"),
    ]
    assert phones_in(rows) == {"p101": Device.FREE, "p102": Device.IN_USE, "p103": Device.AWAY}


def test_a_channel_is_seen_with_its_ticket_and_the_end_of_the_list_is_none() -> None:
    seen = channels_in(ROWS)
    assert [(one.uniqueid, one.phone, one.bridge, one.ticket) for one in seen] == [
        ("1.1", "trunk", "b1", "waiting|01CALL"),
        ("1.2", "p101", "b1", ""),
        ("2.1", "trunk", "", ""),
        ("3.2", "carrier", "b3", ""),
    ]
    assert all(one.up and one.linkedid == "1.1" for one in seen)


def test_a_channel_to_the_carrier_names_the_leg_that_dialled_it() -> None:
    stray = channel("3.4", "PJSIP/carrier-00000005", "", "Variable: HOTSEAT_LEG=(null)")
    assert reached_in([*ROWS, stray]) == {
        "PJSIP/carrier-00000004": "Local/1001@accept-00000001;2",
        "PJSIP/carrier-00000005": "",
    }


@pytest.mark.parametrize(
    ("uniqueid", "state"), [("1.1", "talking"), ("2.1", "alone"), ("9.9", "gone")]
)
def test_a_channel_talks_if_it_is_in_a_bridge(uniqueid: str, state: ChannelState) -> None:
    assert state_in(ROWS, uniqueid) == state


@pytest.mark.parametrize(
    ("uniqueid", "phone"),
    [("1.1", "p101"), ("2.1", ""), ("3.2", ""), ("9.9", "")],
    ids=["in a talk", "in no bridge", "alone in its bridge", "unknown"],
)
def test_the_partner_is_who_shares_the_bridge(uniqueid: str, phone: str) -> None:
    assert partner_in(ROWS, uniqueid) == phone
