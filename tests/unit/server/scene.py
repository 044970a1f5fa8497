"""A hotline without Asterisk: real floor and calls, scripted lines and switch, a clock in hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock as ReactorClock

from acd.effects import Note, SeatGone, SeatKept
from acd.floor import Floor
from acd.ports import ChannelSeen, ChannelState, SwitchSnapshot
from acd.recovery import Ticket
from acd.service import Service
from acd.types import CallId, Device, Millis
from hotseat.bell import Bell
from hotseat.callbacks import Callback, CallbackTried
from hotseat.calls import Calls
from hotseat.check_in import CheckIn
from hotseat.contacts import Contacts
from hotseat.dial_back import DialBacks
from hotseat.history import CallbackAsked
from hotseat.last_resort import LastResort
from hotseat.live_journal import LiveJournal
from hotseat.outbound_calls import OutboundCalls
from hotseat.seats import Seats
from hotseat.site.records import (
    EMPTY_SITE,
    AgentRecord,
    MenuRecord,
    NumberRecord,
    PhoneRecord,
    QueueRecord,
    SiteNow,
)
from hotseat.site_changes import SiteChanges
from ivr.ports import DialResult, LineFacts, LineGone, MobileLeg

MENU = {
    "start": "wait",
    "language": "zh",
    "nodes": {
        "wait": {"queue": "consult", "announce": ["please-wait"], "next": "bye"},
        "bye": {"hang_up": ["goodbye"]},
    },
}


def a_site(**changes: Any) -> SiteNow:
    site = replace(
        EMPTY_SITE,
        revision=1,
        name="Test",
        languages=("zh", "en"),
        skills={"consult": "咨询"},
        queues={
            "consult": QueueRecord(
                name="consult",
                title="咨询",
                requires={"consult": 1},
                priority=0,
                ring_ms=5_000,
                wrap_up_ms=2_000,
                again_ms=4_000,
                answer_within_ms=3_000,
                music="default",
            )
        },
        agents={
            number: AgentRecord(number, f"Agent {number}", {"consult": 5})
            for number in ("1001", "1002")
        },
        phones={name: PhoneRecord(name, "") for name in ("p101", "p102")},
        menus={"main": MenuRecord("main", 1, MENU)},
        numbers={"400": NumberRecord("400", "main")},
    )
    return replace(site, **changes)


class FakeConfig:
    def __init__(self, site: SiteNow) -> None:
        self.now = site
        self.removed: dict[str, QueueRecord] = {}

    def queue(self, name: str) -> QueueRecord | None:
        return self.now.queues.get(name) or self.removed.get(name)

    async def menu(self, name: str, revision: int) -> MenuRecord:
        record = self.now.menus.get(name)
        if record is None or record.revision != revision:
            raise LookupError(f"no revision {revision} of menu {name}")
        return record


class KeptJournal:
    """The journal in memory."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.calls: dict[CallId, dict[str, object]] = {}
        self.seats: dict[str, SeatKept] = {}

    def note(self, at: Millis, note: Note) -> None:
        self.notes.append(note)

    def keep_seat(self, at: Millis, seat: SeatKept) -> None:
        self.seats[seat.seat] = seat

    def drop_seat(self, at: Millis, seat: SeatGone) -> None:
        self.seats.pop(seat.seat, None)

    def call_changed(self, at: Millis, call: CallId, fields: Mapping[str, object]) -> None:
        self.calls.setdefault(call, {}).update(fields)

    def kinds(self, call: CallId | None = None) -> list[str]:
        return [note.kind for note in self.notes if call is None or note.call == call]


class FakeSwitch:
    def __init__(self) -> None:
        self.up = True
        self.followed: dict[CallId, str] = {}
        self.withdrawn: list[CallId] = []
        self.ended: dict[CallId, int] = {}
        self.talking: set[CallId] = set()
        self.partners: dict[CallId, str] = {}

    def follow(self, uniqueid: str, channel: str, call: CallId) -> None:
        self.followed[call] = uniqueid

    def forget(self, call: CallId) -> None:
        self.followed.pop(call, None)

    def withdraw(self, call: CallId) -> None:
        self.withdrawn.append(call)

    def offer_over(self, call: CallId) -> None:
        pass

    async def look(self, call: CallId) -> ChannelState:
        if call in self.talking:
            return "talking"
        return "alone" if call in self.followed else "gone"

    async def partner(self, call: CallId) -> str:
        return self.partners.get(call, "")

    async def ended_at(self, call: CallId) -> Millis | None:
        return self.ended.get(call)


class FakeLine:
    """A line that does what it is told, and whose Dial ends when the test says so."""

    def __init__(self, facts: LineFacts) -> None:
        self.facts = facts
        self.variables: dict[str, str] = {}
        self.did: list[str] = []
        self.ringing: Deferred[DialResult] | None = None
        self.phone: str | None = None
        self.mobiles: tuple[MobileLeg, ...] = ()
        self.keys: list[str] = []
        """What the caller presses at each question in turn."""
        self.music_class: str | None = None
        self.prompts_last = False
        """Do prompts last until they are cut or the test ends them?"""
        self._prompt: Deferred[None] | None = None
        self._gone = False
        self._when_gone: list[Deferred[None]] = []

    def _check(self) -> None:
        if self._gone:
            raise LineGone

    async def answer(self) -> None:
        self._check()
        self.did.append("answer")

    async def play(self, sounds: Sequence[str], keys: str = "") -> str | None:
        self._check()
        self.did.append(f"play {' '.join(sounds)}")
        if self.prompts_last:
            self._prompt = Deferred()
            await self._prompt
        return None

    async def collect(
        self, sounds: Sequence[str], *, digits: int, timeout_ms: int, keys: str = ""
    ) -> str:
        self._check()
        self.did.append(f"ask {' '.join(sounds)}")
        return self.keys.pop(0)

    async def music(self, music_class: str | None) -> None:
        self._check()
        self.prompt_ends()
        self.did.append("music")
        self.music_class = music_class

    async def dial(
        self,
        phones: Sequence[str],
        *,
        ring_ms: int,
        music_class: str,
        talked: Callable[[], bool],
    ) -> DialResult:
        self._check()
        (self.phone,) = phones
        self.did.append(f"dial {self.phone}")
        self.prompt_ends()
        self.ringing = Deferred()
        return await self.ringing

    async def dial_mobiles(
        self,
        mobiles: Sequence[MobileLeg],
        *,
        ring_ms: int,
        music_class: str,
        talked: Callable[[], bool],
    ) -> DialResult:
        self._check()
        self.mobiles = tuple(mobiles)
        self.did.append(f"dial mobiles {' '.join(leg.agent for leg in mobiles)}")
        self.prompt_ends()
        self.ringing = Deferred()
        return await self.ringing

    async def dial_out(self, number: str, *, caller_id: str, ring_ms: int) -> DialResult:
        self._check()
        self.did.append(f"dial out {number} as {caller_id}")
        self.ringing = Deferred()
        return await self.ringing

    async def record(self, name: str, *, longest_ms: int, silence_ms: int) -> None:
        self._check()
        self.did.append(f"record {name}")

    async def set(self, variables: Mapping[str, str]) -> None:
        self._check()
        self.variables.update(variables)

    def speak_language(self, language: str) -> None:
        self._check()

    async def hang_up(self, cause: int = 16) -> None:
        self._check()
        self.did.append(f"hang up {cause}")

    def when_gone(self) -> Deferred[None]:
        gone: Deferred[None] = Deferred()
        self._when_gone.append(gone)
        return gone

    # -- what the test does to it

    def prompt_ends(self) -> None:
        prompt, self._prompt = self._prompt, None
        if prompt is not None:
            prompt.callback(None)

    def dial_ends(self, result: DialResult) -> None:
        ringing, self.ringing, self.phone = self.ringing, None, None
        assert ringing is not None, "nothing rings"
        ringing.callback(result)

    def vanishes(self) -> None:
        self._gone = True
        ringing, self.ringing = self.ringing, None
        prompt, self._prompt = self._prompt, None
        gone, self._when_gone = self._when_gone, []
        for each in gone:
            each.callback(None)
        for waited_for in (ringing, prompt):
            if waited_for is not None:
                waited_for.errback(LineGone())


class FakeRinger:
    """Rings seats until the test says what came of it."""

    def __init__(self) -> None:
        self.rung: dict[str, tuple[str | MobileLeg, str]] = {}
        """Attempt -> where it rings, and the number that is shown there."""
        self.ring_ms: dict[str, Millis] = {}
        self.answers: dict[str, Deferred[DialResult]] = {}
        self.talks: dict[str, Callable[[], None]] = {}

    async def ring(
        self,
        attempt: str,
        place: str | MobileLeg,
        *,
        shows: str,
        ring_ms: Millis,
        talks: Callable[[], None],
    ) -> DialResult:
        self.rung[attempt], self.talks[attempt] = (place, shows), talks
        self.ring_ms[attempt] = ring_ms
        self.answers[attempt] = Deferred()
        return await self.answers[attempt]

    def forget(self, attempt: str) -> None:
        del self.talks[attempt]


class WallClock:
    """hotseat.clock.Clock on a reactor clock."""

    def __init__(self, clock: ReactorClock) -> None:
        self._clock = clock

    def now(self) -> Millis:
        return round(self._clock.seconds() * 1000) + 1_000_000

    def from_wall(self, milliseconds: int) -> int:
        return milliseconds


class Scene:
    """One site, two seats at most, as many callers as wanted."""

    def __init__(self, site: SiteNow | None = None) -> None:
        self.reactor = ReactorClock()
        self.clock = WallClock(self.reactor)
        self.config = FakeConfig(site or a_site())
        self.switch = FakeSwitch()
        self.journal = KeptJournal()
        self.told = LiveJournal(self.journal)
        """Whom calls and floor tell, and who is heard."""
        self._ids = 0
        self.contacts = Contacts(
            config=self.config,  # type: ignore[arg-type]
            switch=self.switch,
            journal=self.told,
            clock=self.clock,  # type: ignore[arg-type]
        )
        self.outbound = OutboundCalls(
            config=self.config,  # type: ignore[arg-type]
            journal=self.told,
            clock=self.clock,  # type: ignore[arg-type]
        )
        self.escalation: list[str] = []
        self.callbacks: list[CallbackAsked] = []
        self.last_resort = LastResort(
            config=self.config,  # type: ignore[arg-type]
            journal=self.told,
            keep=self.callbacks.append,
            clock=self.clock,  # type: ignore[arg-type]
            escalation=lambda requires: self.escalation,
        )
        self.pins: dict[str, str] = {}

        async def is_pin(agent: str, pin: str) -> bool:
            return self.pins.get(agent) == pin

        self.check_in = CheckIn(
            config=self.config,  # type: ignore[arg-type]
            journal=self.told,
            clock=self.clock,  # type: ignore[arg-type]
            is_pin=is_pin,
        )
        bell = Bell(self.config, self.outbound)  # type: ignore[arg-type]
        self.ringer = FakeRinger()
        self.asked_back: dict[str, Callback] = {}
        self.tries: list[CallbackTried] = []
        self.closed: str | None = None

        async def find(call: str) -> Callback | None:
            return self.asked_back.get(call)

        self.taken_in_name_of: list[str] = []

        async def take(call: str, agent: str, by: str) -> None:
            self.asked_back[call] = self.asked_back[call].take(agent)
            self.taken_in_name_of.append(by)

        self.dial_backs = DialBacks(
            config=self.config,  # type: ignore[arg-type]
            journal=self.told,
            clock=self.clock,  # type: ignore[arg-type]
            reactor=self.reactor,
            ringer=self.ringer,
            outbound=self.outbound,
            bell=bell,
            new_id=self._new_id,
            find=find,
            take=take,
            keep=self.tries.append,
            on_line=lambda call: self.contacts.get(call) is not None,
            closed=lambda: self.closed,
        )
        self.calls = Calls(
            contacts=self.contacts,
            config=self.config,  # type: ignore[arg-type]
            switch=self.switch,
            clock=self.clock,  # type: ignore[arg-type]
            reactor=self.reactor,
            new_id=self._new_id,
            bell=bell,
            last_resort=self.last_resort,
            check_in=self.check_in,
            dial_backs=self.dial_backs,
        )
        self.service = Service(
            Floor(),
            lines=self.calls,
            journal=self.told,
            clock=self.reactor,
            now=self.clock.now,
        )
        self.seats = Seats(self.service)
        self.contacts.staff(self.service, self.seats)
        self.calls.staff(self.service)
        self.last_resort.staff(self.service, self.seats)
        self.check_in.staff(self.seats)
        self.dial_backs.staff(self.service, self.seats)
        self.counted_anew: list[str] = []
        """Zones of sites on whose clocks the day was to be counted again."""
        self.drawn: list[int] = []
        """Revisions of sites by which the live floor was to be drawn anew."""
        self.reloading: Deferred[Sequence[str]] = Deferred()

        async def recall_today(zone: str) -> None:
            self.counted_anew.append(zone)

        self.site_changes = SiteChanges(
            service=self.service,
            seats=self.seats,
            calls=self.calls,
            recall_today=recall_today,
            show_anew=lambda: self.drawn.append(self.config.now.revision),
            reload_phones=self._reload_phones,
        )

    def site_becomes(self, site: SiteNow) -> None:
        """Another site is in force, and everybody is told."""
        old, self.config.now = self.config.now, site
        self.config.removed.update(old.queues)
        self.site_changes.tell(old, site)

    def _reload_phones(self) -> Deferred[Sequence[str]]:
        self.reloading = Deferred()
        return self.reloading

    def _new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:026d}"

    def seat(self, agent: str = "1001", phone: str = "p101") -> None:
        self.seats.phone_changed(phone, Device.FREE)
        self.seats.log_on(self.config.now, agent, phone)

    def rings_in(self, dialled: str = "400", keys: Sequence[str] = (), **facts: Any) -> FakeLine:
        n = len(self.switch.followed) + len(self.journal.calls) + 1
        line = FakeLine(
            LineFacts(
                **{
                    "channel": f"PJSIP/trunk-{n:08x}",
                    "uniqueid": f"{n}.1",
                    "dialled": dialled,
                    "caller_number": "13800138000",
                    "caller_name": "",
                    "context": "trunk",
                    **facts,
                }
            )
        )
        line.keys = list(keys)
        Deferred.fromCoroutine(self.calls.on_line(line))
        return line

    def looks_for_orphans(self) -> None:
        Deferred.fromCoroutine(self.contacts.look_for_orphans())

    def call_of(self, line: FakeLine) -> CallId:
        return Ticket.parse(line.variables["HOTSEAT_TICKET"]).call

    def snapshot(self, *channels: ChannelSeen, started: str = "noon") -> SwitchSnapshot:
        phones = {phone: Device.FREE for phone in self.config.now.phones}
        return SwitchSnapshot(started, channels, phones)


def seen(line: FakeLine, **facts: Any) -> ChannelSeen:
    """The line's channel in a snapshot."""
    return ChannelSeen(
        **{
            "channel": line.facts.channel,
            "uniqueid": line.facts.uniqueid,
            "linkedid": line.facts.uniqueid,
            "up": True,
            "bridge": "",
            "phone": "",
            "ticket": line.variables["HOTSEAT_TICKET"],
            **facts,
        }
    )
