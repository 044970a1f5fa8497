"""Agents at their phones: log on, pause, ready, log off, and what their phones are doing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from acd.effects import SeatKept
from acd.events import (
    DeviceChanged,
    SeatLoggedOff,
    SeatLoggedOn,
    SeatPaused,
    SeatReady,
    SkillsChanged,
)
from acd.service import Service
from acd.types import Device, SeatId
from hotseat.site.records import SiteNow


class SeatError(Exception):
    """A seat command cannot be done; the text says why and what to do."""


class Seats:
    """Who sits where. The floor decides; this knows agents, phones and their names."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._phones: dict[str, Device] = {}
        self._phone_of: dict[SeatId, str] = {}
        self._seat_at: dict[str, SeatId] = {}

    def log_on(self, site: SiteNow, agent: str, phone: str, paused: str | None = None) -> None:
        """Seat an agent at a phone. Raises SeatError."""
        if agent not in site.agents:
            raise SeatError(f"no agent {agent}; `hotseat status` lists the agents of the site")
        if phone not in site.phones:
            raise SeatError(f"no phone {phone}; the site has {_some(site.phones)}")
        seat = SeatId(agent)
        holder = self._seat_at.get(phone)
        if holder is not None and holder != seat:
            raise SeatError(
                f"phone {phone} is taken by agent {holder}; log that agent off first: "
                f"hotseat seat logout {holder}"
            )
        self._service.tell(
            SeatLoggedOn(
                seat,
                site.agents[agent].skills,
                phone,
                device=self._phones.get(phone, Device.AWAY),
                paused=paused,
            )
        )
        self._sit(seat, phone)

    def log_off(self, agent: str) -> None:
        """The agent leaves, after the talk if there is one. Raises SeatError."""
        seat = self._seated(agent)
        self._service.tell(SeatLoggedOff(seat))
        self._stand_up(seat)

    def pause(self, agent: str, reason: str) -> None:
        """No calls for the agent until ready. Raises SeatError."""
        if not (isinstance(reason, str) and reason.isprintable() and 0 < len(reason) <= 100):
            raise SeatError("a pause needs a reason: one line of at most 100 characters")
        self._service.tell(SeatPaused(self._seated(agent), reason))

    def ready(self, agent: str) -> None:
        """The agent takes calls (again). Raises SeatError."""
        self._service.tell(SeatReady(self._seated(agent)))

    def is_seated(self, seat: SeatId) -> bool:
        """Is the agent logged on?"""
        return seat in self._phone_of

    def seat_at(self, phone: str) -> SeatId | None:
        """Who sits at the phone."""
        return self._seat_at.get(phone)

    def phone_changed(self, phone: str, device: Device) -> None:
        """A phone became free, in use or unreachable."""
        self._phones[phone] = device
        seat = self._seat_at.get(phone)
        if seat is not None:
            self._service.tell(DeviceChanged(seat, device))

    def phones_are(self, phones: Mapping[str, Device]) -> None:
        """A snapshot: phones that it does not name are unreachable."""
        for phone in self._phones.keys() | self._seat_at.keys() | phones.keys():
            device = phones.get(phone, Device.AWAY)
            if self._phones.get(phone) is not device:
                self.phone_changed(phone, device)

    def restore(self, site: SiteNow, kept: Iterable[SeatKept]) -> None:
        """Seat again who was seated when the server stopped."""
        for row in kept:
            agent = site.agents.get(row.seat)
            if agent is None or row.phone not in site.phones or row.phone in self._seat_at:
                continue
            seat = row.seat
            self._service.tell(
                SeatLoggedOn(
                    seat,
                    agent.skills,
                    row.phone,
                    device=self._phones.get(row.phone, Device.AWAY),
                    paused=row.paused,
                    idle_since=row.idle_since,
                    wrap_up_until=row.wrap_up_until,
                )
            )
            self._sit(seat, row.phone)

    def site_changed(self, old: SiteNow, new: SiteNow) -> None:
        """Edited skills reach the floor; agents and phones that are gone leave it."""
        for seat, phone in list(self._phone_of.items()):
            agent = new.agents.get(seat)
            if agent is None or phone not in new.phones:
                self.log_off(seat)
            elif agent.skills != (old.agents[seat].skills if seat in old.agents else None):
                self._service.tell(SkillsChanged(seat, agent.skills))

    def _sit(self, seat: SeatId, phone: str) -> None:
        self._stand_up(seat)
        self._phone_of[seat] = phone
        self._seat_at[phone] = seat

    def _stand_up(self, seat: SeatId) -> None:
        phone = self._phone_of.pop(seat, None)
        if phone is not None:
            del self._seat_at[phone]

    def _seated(self, agent: str) -> SeatId:
        seat = SeatId(agent)
        if seat not in self._phone_of:
            raise SeatError(
                f"agent {agent} is not logged on; hotseat seat login {agent} --phone PHONE"
            )
        return seat


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:12]) + (", …" if len(listed) > 12 else "")
