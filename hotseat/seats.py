"""Agents at their phones and mobiles: log on, pause, ready, log off, and where they are rung."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from acd.effects import Note, SeatKept
from acd.escalation import own_number
from acd.events import (
    DeviceChanged,
    SeatLoggedOff,
    SeatLoggedOn,
    SeatPaused,
    SeatReady,
    SkillsChanged,
)
from acd.service import Service
from acd.types import CallId, Device, SeatId, Skills
from hotseat.site.records import AgentRecord, SiteNow
from softphone_bridge.endpoints import (
    WORDS,
    Endpoint,
    NoPlace,
    Placing,
    Where,
    chosen,
    endpoint,
)
from softphone_bridge.mobiles import is_mobile, mobile_of
from words import said

PLACED = "placed"
"""The kind of the journal's row for where a seat is rung, and whose word that is."""


class SeatError(Exception):
    """A seat command cannot be done; the text says why and what to do."""


class Seats:
    """Who sits where. The floor decides; this knows agents, phones and their names."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._phones: dict[str, Device] = {}
        self._placings: dict[SeatId, Placing] = {}
        self._place_of: dict[SeatId, str] = {}
        self._seat_at: dict[str, SeatId] = {}
        self._called_in: dict[SeatId, CallId] = {}
        self._roster: Mapping[str, Where] = {}

    def log_on(
        self, site: SiteNow, agent: str, phone: str, paused: str | None = None, by: str = ""
    ) -> None:
        """Seat an agent at a phone. Raises SeatError."""
        self._known(site, agent)
        if phone not in site.phones:
            raise SeatError(
                said(
                    "no phone %(phone)s; the site has %(known)s",
                    phone=phone,
                    known=_some(site.phones),
                )
            )
        placing = replace(self._placing(site, SeatId(agent)), desk=phone, choice=Where.DESK)
        self._put(site, placing, by, paused)

    def log_on_mobile(self, site: SiteNow, agent: str, by: str = "") -> None:
        """Seat an agent at the registered duty mobile. Raises SeatError."""
        self._known(site, agent)
        self._choose(site, SeatId(agent), Where.MOBILE, by)

    def choose(self, site: SiteNow, agent: str, where: Where | None, by: str = "") -> None:
        """The agent's own choice until the roster's next word; None takes it back.

        Raises SeatError.
        """
        self._choose(site, self._seated(agent), where, by)

    def override(self, site: SiteNow, agent: str, where: Where | None, by: str = "") -> None:
        """A supervisor says where the agent is rung; None takes it back. Raises SeatError."""
        self._put(site, replace(self._placing(site, self._seated(agent)), override=where), by)

    def roster_is(self, site: SiteNow, places: Mapping[str, Where]) -> None:
        """The roster's word on everybody who is on duty now.

        Where it changed it outweighs what the agent chose before. Seats that cannot follow stay.
        """
        before, self._roster = self._roster, dict(places)
        for seat in list(self._placings):
            if before.get(seat) is not places.get(seat):
                self._follow_roster(site, seat)

    def log_off(self, agent: str) -> None:
        """The agent leaves, after the talk if there is one. Raises SeatError."""
        seat = self._seated(agent)
        self._service.tell(SeatLoggedOff(seat))
        self._stand_up(seat)

    def pause(self, agent: str, reason: str) -> None:
        """No calls for the agent until ready. Raises SeatError."""
        if not (isinstance(reason, str) and reason.isprintable() and 0 < len(reason) <= 100):
            raise SeatError(said("a pause needs a reason: one line of at most 100 characters"))
        self._service.tell(SeatPaused(self._seated(agent), reason))

    def ready(self, agent: str) -> None:
        """The agent takes calls (again). Raises SeatError."""
        self._service.tell(SeatReady(self._seated(agent)))

    def is_seated(self, seat: SeatId) -> bool:
        """Is the agent logged on?"""
        return seat in self._place_of

    def call_in(self, site: SiteNow, agent: SeatId, call: CallId, skills: Skills) -> bool:
        """Ask an agent who is not on duty for this call alone, at the mobile; False if not so."""
        record = site.agents.get(agent)
        if record is None or not record.mobile or agent in self._place_of:
            return False
        place = mobile_of(agent)
        if self._seat_at.get(place) is not None or self._device(place) is not Device.FREE:
            return False
        self._called_in[agent] = call
        self._seat_at[place] = agent
        self._service.tell(
            SeatLoggedOn(agent, skills, place, Device.FREE, mobile=True, called_in=call)
        )
        return True

    def let_go(self, call: CallId) -> None:
        """Nobody is called in for this call any more; a talk is finished first."""
        for seat in [seat for seat, called in self._called_in.items() if called == call]:
            del self._called_in[seat]
            del self._seat_at[mobile_of(seat)]
            self._service.tell(SeatLoggedOff(seat))

    @property
    def seated(self) -> frozenset[SeatId]:
        """Everybody who is logged on, or called in."""
        return frozenset(self._place_of) | frozenset(self._called_in)

    def seat_at(self, phone: str) -> SeatId | None:
        """Who sits at the phone or mobile."""
        return self._seat_at.get(phone)

    def place_of(self, agent: str) -> str | None:
        """Where the agent's seat is rung; None if not logged on."""
        return self._place_of.get(SeatId(agent))

    def placing(self, site: SiteNow, agent: str) -> Placing:
        """Who said what about where the agent is rung. Raises SeatError."""
        self._known(site, agent)
        return self._placing(site, SeatId(agent))

    def phone_changed(self, phone: str, device: Device) -> None:
        """A phone became free, in use or unreachable."""
        self._phones[phone] = device
        seat = self._seat_at.get(phone)
        if seat is not None:
            self._service.tell(DeviceChanged(seat, device))

    def phones_are(self, phones: Mapping[str, Device]) -> None:
        """A snapshot: phones that it does not name are unreachable, mobiles are free."""
        for phone in self._phones.keys() | self._seat_at.keys() | phones.keys():
            device = phones.get(phone, Device.FREE if is_mobile(phone) else Device.AWAY)
            if self._phones.get(phone) is not device:
                self.phone_changed(phone, device)

    def restore(
        self,
        site: SiteNow,
        kept: Iterable[SeatKept],
        placed: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Seat again who was seated when the server stopped.

        `placed` is agent -> facts of its last such row in the journal: who said what before.
        """
        for row in kept:
            agent = site.agents.get(row.seat)
            at_mobile = row.phone == mobile_of(row.seat)
            if agent is None or row.phone in self._seat_at:
                continue
            if not (agent.mobile if at_mobile else row.phone in site.phones):
                continue
            self._service.tell(
                SeatLoggedOn(
                    row.seat,
                    _skills(agent),
                    row.phone,
                    device=self._device(row.phone),
                    paused=row.paused,
                    idle_since=row.idle_since,
                    wrap_up_until=row.wrap_up_until,
                    rests_after=row.rests_after,
                    mobile=at_mobile,
                )
            )
            self._sit(row.seat, row.phone)
            known = (placed or {}).get(row.seat, {})
            self._placings[row.seat] = placing = _placing_again(row, known)
            here = known.get("place") == row.phone
            if here and placing.roster is not self._roster.get(row.seat):
                self._follow_roster(site, row.seat)

    def site_changed(self, old: SiteNow, new: SiteNow) -> None:
        """Edited skills reach the floor; agents, phones and mobiles that are gone leave it."""
        for seat, place in list(self._place_of.items()):
            agent, before = new.agents.get(seat), old.agents.get(seat)
            if agent is None or not (agent.mobile if is_mobile(place) else place in new.phones):
                self.log_off(seat)
            elif before is None or agent.skills != before.skills:
                self._service.tell(SkillsChanged(seat, _skills(agent)))

    def _known(self, site: SiteNow, agent: str) -> None:
        if agent not in site.agents:
            raise SeatError(
                said(
                    "no agent %(agent)s; the site has %(known)s",
                    agent=agent,
                    known=_some(site.agents),
                )
            )

    def _placing(self, site: SiteNow, seat: SeatId) -> Placing:
        """What is known of the agent's place, with the phones and mobiles that there are now."""
        placing = self._placings.get(seat) or Placing(seat)
        return replace(
            placing,
            desk=placing.desk if placing.desk in site.phones else None,
            mobile=site.agents[seat].mobile,
            roster=self._roster.get(seat),
        )

    def _follow_roster(self, site: SiteNow, seat: SeatId) -> None:
        placing = self._placing(site, seat)
        try:
            self._put(site, placing if placing.roster is None else replace(placing, choice=None))
        except SeatError as error:
            self._note("not_placed", seat, why=str(error))

    def _choose(self, site: SiteNow, seat: SeatId, where: Where | None, by: str) -> None:
        try:
            placing = chosen(self._placing(site, seat), where)
        except NoPlace as error:
            raise SeatError(*error.args) from None
        self._put(site, placing, by)

    def _put(
        self, site: SiteNow, placing: Placing, by: str = "", paused: str | None = None
    ) -> None:
        """Ring the agent where the placing says from now on. Raises SeatError."""
        seat = SeatId(placing.agent)
        try:
            found = endpoint(placing)
        except NoPlace as error:
            raise SeatError(*error.args) from None
        holder = self._seat_at.get(found.place, seat)
        if holder != seat:
            raise SeatError(
                said(
                    "phone %(phone)s is taken by agent %(agent)s; log that agent off first",
                    phone=found.place,
                    agent=holder,
                )
            )
        if seat in self._called_in:
            self.let_go(self._called_in[seat])
        self._service.tell(
            SeatLoggedOn(
                seat,
                _skills(site.agents[seat]),
                found.place,
                device=self._device(found.place),
                paused=paused,
                mobile=is_mobile(found.place),
            )
        )
        self._tell_place(seat, placing, found, by)
        self._sit(seat, found.place)
        self._placings[seat] = placing

    def _tell_place(self, seat: SeatId, placing: Placing, found: Endpoint, by: str) -> None:
        before = self._placings.get(seat)
        if before is None or before.words != placing.words or self._place_of[seat] != found.place:
            facts = {"place": found.place, "because": found.because.value}
            words = {name: where.value for name, where in placing.words.items()}
            desk = {} if placing.desk is None else {"desk": placing.desk}
            self._note(PLACED, seat, **facts, **words, **desk, **({"by": by} if by else {}))

    def _note(self, kind: str, seat: SeatId, **facts: str) -> None:
        self._service.note(Note(kind, seat=seat, facts=facts))

    def _device(self, place: str) -> Device:
        return self._phones.get(place, Device.FREE if is_mobile(place) else Device.AWAY)

    def _sit(self, seat: SeatId, place: str) -> None:
        old = self._place_of.pop(seat, None)
        if old is not None:
            del self._seat_at[old]
        self._place_of[seat] = place
        self._seat_at[place] = seat

    def _stand_up(self, seat: SeatId) -> None:
        del self._seat_at[self._place_of.pop(seat)]
        del self._placings[seat]

    def _seated(self, agent: str) -> SeatId:
        seat = SeatId(agent)
        if seat not in self._place_of:
            raise SeatError(
                said(
                    "agent %(agent)s is not logged on; log on at a phone or the duty mobile first",
                    agent=agent,
                )
            )
        return seat


def _placing_again(row: SeatKept, known: Mapping[str, object]) -> Placing:
    """Who said what before a restart; without a record it was the agent's own choice."""
    at_mobile = row.phone == mobile_of(row.seat)
    own = Where.MOBILE if at_mobile else Where.DESK
    if known.get("place") != row.phone:
        return Placing(row.seat, None if at_mobile else row.phone, choice=own)
    roster, choice, override = (Where(known[word]) if word in known else None for word in WORDS)
    desk = row.phone if not at_mobile else str(known["desk"]) if "desk" in known else None
    return Placing(row.seat, desk, "", roster, choice, override)


def _skills(agent: AgentRecord) -> Skills:
    """The agent's skills, with the one that asks for the agent in person."""
    return {**agent.skills, own_number(agent.number): 1}


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:12]) + (", …" if len(listed) > 12 else "")
