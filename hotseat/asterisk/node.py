"""One Asterisk as the calls see it: its phones, the legs of each call, and orders to them.

Implements `acd.ports.Switch` on an AMI link and tells an `acd.ports.SwitchWatcher` what is seen.
AMI events are read by unique id, never by channel name: names are reused, unique ids are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

from acd.ports import ChannelSeen, ChannelState, Side, SwitchAway, SwitchSnapshot, SwitchWatcher
from acd.types import CallId, Device, Millis
from hotseat.asterisk.ami import AmiError, AmiLink, AmiRefused
from hotseat.asterisk.ami_wire import Message
from hotseat.asterisk.legs import Followed, Leg
from hotseat.asterisk.lookout import Lookout
from hotseat.asterisk.mobile_legs import MobileLegs
from hotseat.asterisk.orders import Orders
from hotseat.asterisk.status_rows import (
    VARIABLES,
    channels_in,
    partner_in,
    phones_in,
    reached_in,
    state_in,
)
from hotseat.asterisk.strangers import tell_strangers
from hotseat.clock import Clock
from softphone_bridge.devices import device_of, phone_of
from softphone_bridge.mobiles import CARRIER, local_end


class Node:
    """Turns AMI events of one Asterisk into sightings, and orders into AMI actions."""

    def __init__(self, link: AmiLink, clock: Clock, reactor: IReactorTime) -> None:
        self._link = link
        self._clock = clock
        orders = Orders(link)
        self._hang_up = orders.hang_up
        self._lookout = Lookout(
            link, reactor, look=self._look_at_everything, lost=self._lost, orders=orders
        )
        self._told: SwitchWatcher
        self._up = False
        self._by_call: dict[CallId, Followed] = {}
        self._by_uniqueid: dict[str, Followed] = {}
        self._legs: dict[str, Leg] = {}
        self._mobiles = MobileLegs()
        self._phones: dict[str, Device] = {}
        self._seen: tuple[ChannelSeen, ...] = ()
        self._sightings: dict[str, Callable[[Message], None]] = {
            "DialBegin": self._dial_begin,
            "DialEnd": self._dial_end,
            "BridgeEnter": self._bridge_enter,
            "BridgeLeave": self._bridge_leave,
            "HangupRequest": self._hangup_request,
            "SoftHangupRequest": self._soft_hangup_request,
            "Hangup": self._hangup,
            "DeviceStateChange": self._device_state,
            "UserEvent": self._user_event,
        }

    def watch(self, watcher: SwitchWatcher) -> None:
        """Tell `watcher` from now on. Call once, before the link starts."""
        self._told = watcher
        for name, sighting in self._sightings.items():
            self._link.subscribe(name, sighting)
        tell_strangers(self._link, watcher)
        self._lookout.watch()

    # -- orders ---------------------------------------------------------------------------------

    @property
    def up(self) -> bool:
        """Is Asterisk in sight, with a snapshot taken?"""
        return self._up

    def follow(self, uniqueid: str, channel: str, call: CallId) -> None:
        """From now on this channel is the caller's side of `call`."""
        known = self._by_call.get(call)
        if known is not None and known.uniqueid == uniqueid:
            return
        if known is not None:
            self._unfollow(known)
        followed = Followed(call, uniqueid, channel)
        self._by_call[call] = self._by_uniqueid[uniqueid] = followed
        # Followed out of a snapshot: its talk is known to whoever reads the snapshot.
        self._see(followed)
        for leg_id in followed.legs:
            leg = self._legs[leg_id]
            leg.talked = bool(leg.bridge) and leg.bridge == followed.bridge

    def forget(self, call: CallId) -> None:
        """The call is over: drop all that is known of its channels."""
        followed = self._by_call.pop(call, None)
        if followed is None:
            return
        self._unfollow(followed)
        for uniqueid in followed.legs:
            self._legs.pop(uniqueid, None)

    def _unfollow(self, followed: Followed) -> None:
        # A session lost before its ticket was set leaves two calls with one channel.
        if self._by_uniqueid.get(followed.uniqueid) is followed:
            del self._by_uniqueid[followed.uniqueid]

    def withdraw(self, call: CallId) -> None:
        """Hang up every leg of the call that still rings, and one that is about to."""
        followed = self._by_call.get(call)
        if followed is None:
            return
        # Also when a leg is in sight: it may be the last offer's, whose end is still to be told.
        followed.withdraw = True
        for leg in [self._legs[leg] for leg in followed.legs]:
            if not (leg.answered or leg.bridge):
                self._hang_up_leg(leg)

    def offer_over(self, call: CallId) -> None:
        """The caller's Dial returned: its withdrawal is done with."""
        followed = self._by_call.get(call)
        if followed is not None:
            followed.withdraw = False

    async def look(self, call: CallId) -> ChannelState:
        """Ask Asterisk itself how the caller's channel is. Raises SwitchAway."""
        if not self._up:
            raise SwitchAway("no snapshot of Asterisk yet")
        followed = self._by_call.get(call)
        if followed is None:
            return "gone"
        try:
            rows = await self._link.listing("Status", {"Channel": followed.channel})
        except AmiRefused:
            return "gone"  # manager.c: "No such channel"
        except AmiError as error:
            raise SwitchAway(str(error)) from error
        return state_in(rows, followed.uniqueid)

    async def partner(self, call: CallId) -> str:
        """The phone that the caller is in a bridge with, "" if none. Raises SwitchAway."""
        followed = self._by_call.get(call)
        if followed is None or not self._up:
            return ""
        try:
            rows = await self._link.listing("Status", {})
        except AmiError as error:
            raise SwitchAway(str(error)) from error
        return partner_in(rows, followed.uniqueid)

    async def ended_at(self, call: CallId) -> Millis | None:
        """When the dialplan saw the talk end while we were away, and wipe the mark."""
        variable = f"HOTSEAT_ENDED_{call}"
        try:
            answer = await self._link.action("Getvar", {"Variable": variable})
            text = answer.get("Value") or ""
            if text:
                await self._link.action("Setvar", {"Variable": variable, "Value": ""})
        except AmiError as error:
            raise SwitchAway(str(error)) from error
        return self._clock.from_wall(int(text)) if re.fullmatch("[0-9]{1,15}", text) else None

    def _hang_up_leg(self, leg: Leg) -> None:
        self._hang_up(leg.call, leg.channel)
        self._hang_up(leg.call, self._mobiles.leg_over(leg.channel))

    # -- the whole of it ------------------------------------------------------------------------

    def _lost(self) -> None:
        self._up = False
        self._told.switch_down()

    async def _look_at_everything(self) -> None:
        core = await self._link.action("CoreStatus", {})
        self._phones = phones_in(await self._link.listing("DeviceStateList", {}))
        # Channels last: what happens to them later is told by events that follow this reply.
        rows = await self._link.listing("Status", {"Variables": VARIABLES})
        self._seen = channels_in(rows)
        self._see_mobiles(reached_in(rows))
        started = f"{core.get('CoreStartupDate')} {core.get('CoreStartupTime')}"
        self._up = True
        try:
            self._catch_up()
            self._told.switch_up(SwitchSnapshot(started, self._seen, dict(self._phones)))
        finally:
            self._seen = ()

    def _see_mobiles(self, reached: dict[str, str]) -> None:
        seen = [(channel.channel, channel.uniqueid) for channel in self._seen]
        for channel in self._mobiles.take_in(seen, reached):
            self._hang_up(None, channel)
        self._phones |= dict.fromkeys(self._mobiles.busy, Device.IN_USE)

    def _catch_up(self) -> None:
        """Replace what events told by what is: some were missed while the link was away."""
        present = {channel.uniqueid for channel in self._seen}
        for uniqueid, leg in list(self._legs.items()):
            if uniqueid not in present:
                self._leg_gone(uniqueid, leg)
        for followed in self._by_call.values():
            self._see(followed)
            self._notice_talk(followed)

    def _see(self, followed: Followed) -> None:
        """Read a caller's side and legs out of the snapshot that is being told, if one is."""
        for channel in self._seen:
            if channel.uniqueid == followed.uniqueid:
                followed.bridge = channel.bridge
            elif channel.linkedid == followed.uniqueid and channel.phone not in ("", CARRIER):
                leg = self._add_leg(followed, channel.uniqueid, channel.channel, channel.phone)
                leg.bridge = channel.bridge

    # -- sightings ------------------------------------------------------------------------------

    def _add_leg(self, followed: Followed, uniqueid: str, channel: str, phone: str) -> Leg:
        leg = self._legs.get(uniqueid)
        if leg is None:
            leg = self._legs[uniqueid] = Leg(followed.call, channel, phone)
            followed.legs.add(uniqueid)
        return leg

    def _dial_begin(self, event: Message) -> None:
        channel = event.get("DestChannel") or ""
        followed = self._by_uniqueid.get(event.get("Uniqueid") or "")
        if followed is None:
            self._carrier_begins(event)
            return
        end = local_end(channel)
        if end is not None:
            self._mobiles.leg_begins(end, event.get("DestUniqueid") or "")
            self._phone_is(end.place, Device.IN_USE)
        leg = self._add_leg(followed, event.get("DestUniqueid") or "", channel, phone_of(channel))
        if followed.withdraw:
            self._hang_up_leg(leg)

    def _carrier_begins(self, event: Message) -> None:
        """The way to a mobile has got as far as the carrier."""
        end = local_end(event.get("Channel") or "")
        if end is not None:
            channel, uniqueid = event.get("DestChannel") or "", event.get("DestUniqueid") or ""
            self._hang_up(None, self._mobiles.carrier_rings(end, channel, uniqueid))

    def _dial_end(self, event: Message) -> None:
        uniqueid = event.get("DestUniqueid") or ""
        leg = self._legs.get(uniqueid)
        if leg is None:
            return
        if event.get("DialStatus") == "ANSWER":
            leg.answered = True
        else:
            self._hang_up(leg.call, self._mobiles.leg_over(leg.channel))
            self._drop_leg(uniqueid, leg)

    def _bridge_enter(self, event: Message) -> None:
        uniqueid = event.get("Uniqueid") or ""
        bridge = event.get("BridgeUniqueid") or ""
        followed = self._by_uniqueid.get(uniqueid)
        leg = self._legs.get(uniqueid)
        if followed is not None:
            followed.bridge = bridge
        elif leg is not None:
            leg.bridge = bridge
            followed = self._by_call.get(leg.call)
        if followed is not None:
            self._notice_talk(followed)

    def _notice_talk(self, followed: Followed) -> None:
        if not followed.bridge:
            return
        for uniqueid in followed.legs:
            leg = self._legs[uniqueid]
            if leg.bridge == followed.bridge and not leg.talked:
                leg.talked = True
                self._told.talk_began(leg.call, leg.phone)

    def _bridge_leave(self, event: Message) -> None:
        uniqueid = event.get("Uniqueid") or ""
        followed = self._by_uniqueid.get(uniqueid)
        if followed is not None:
            followed.bridge = ""
            # Talk ends when either side leaves; the seat's own leave follows or came before.
            for leg_id in followed.legs:
                self._leg_left(self._legs[leg_id])
            return
        leg = self._legs.get(uniqueid)
        if leg is not None:
            leg.bridge = ""
            self._leg_left(leg)

    def _leg_left(self, leg: Leg) -> None:
        if leg.talked and not leg.left:
            leg.left = True
            self._told.leg_left(leg.call, leg.phone)

    def _hangup_request(self, event: Message) -> None:
        uniqueid = event.get("Uniqueid") or ""
        followed = self._by_uniqueid.get(uniqueid)
        side: Side = "caller"
        if followed is None:
            leg = self._legs.get(uniqueid) or self._legs.get(self._mobiles.leg_behind(uniqueid))
            if leg is None or not leg.talked:
                return
            followed, side = self._by_call.get(leg.call), "seat"
        if followed is not None and not followed.hang_up_seen:
            followed.hang_up_seen = True
            self._told.hang_up_asked(followed.call, side)

    def _soft_hangup_request(self, event: Message) -> None:
        """Hung up by us, or by an Asterisk that stops: what follows was asked by neither party."""
        followed = self._by_uniqueid.get(event.get("Uniqueid") or "")
        if followed is not None and not followed.hang_up_seen:
            followed.hang_up_seen = True
            self._told.cut_off(followed.call)

    def _hangup(self, event: Message) -> None:
        uniqueid = event.get("Uniqueid") or ""
        followed = self._by_uniqueid.get(uniqueid)
        freed = self._mobiles.gone(event.get("Channel") or "")
        if freed is not None:
            self._phone_is(freed, Device.FREE)
        if followed is not None:
            # A mobile that is asked to press 1 does not notice that the caller left.
            for leg_id in followed.legs:
                if not self._legs[leg_id].talked:
                    self._hang_up_leg(self._legs[leg_id])
            self._told.line_died(followed.call)
            return
        leg = self._legs.get(uniqueid)
        if leg is not None:
            self._leg_gone(uniqueid, leg)
        else:
            # A mobile that was rung for its own agent's call, or long over.
            self._hang_up(None, self._mobiles.leg_over(event.get("Channel") or ""))

    def _leg_gone(self, uniqueid: str, leg: Leg) -> None:
        self._leg_left(leg)
        self._drop_leg(uniqueid, leg)

    def _drop_leg(self, uniqueid: str, leg: Leg) -> None:
        del self._legs[uniqueid]
        followed = self._by_call.get(leg.call)
        if followed is not None:
            followed.legs.discard(uniqueid)

    def _device_state(self, event: Message) -> None:
        phone = phone_of(event.get("Device") or "")
        if not phone:
            return
        self._phone_is(phone, device_of(event.get("State") or ""))

    def _phone_is(self, phone: str, device: Device) -> None:
        self._phones[phone] = device
        if self._up:
            self._told.phone_changed(phone, device)

    def _user_event(self, event: Message) -> None:
        """What the agent at a mobile said to the question whether to take the call."""
        leg = self._legs.get(self._mobiles.leg_behind(event.get("Uniqueid") or ""))
        if event.get("UserEvent") == "HotseatLeg" and leg is not None:
            self._told.mobile_said(leg.call, leg.phone, event.get("Said") or "")
