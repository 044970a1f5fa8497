"""The floor against a world that finishes dials, tells late or twice, and loses the server."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from acd.calls import CallState
from acd.effects import Check, Effect, Offer, SeatGone, SeatKept, Withdraw
from acd.events import (
    CallAdopted,
    CallerGone,
    CallQueued,
    DeviceChanged,
    Event,
    OfferAnswered,
    OfferFailed,
    OffersHeld,
    OffersResumed,
    RosterTold,
    SeatDials,
    SeatLoggedOff,
    SeatLoggedOn,
    SeatPaused,
    SeatReady,
    SeatReleased,
    ShiftBegins,
    ShiftEnds,
    SkillsChanged,
    TalkEnded,
    TermsChanged,
    Tick,
)
from acd.floor import Floor, SeatRefused
from acd.picture import FloorPicture
from acd.recovery import Ticket, TicketState
from acd.types import CallId, Device, Failure, OfferId, SeatId, Skills, requirement
from tests.machines.floor_check import check_choices, check_floor

EXAMPLES = int(os.environ.get("FLOOR_EXAMPLES", "40"))
"""Raise it for a long hunt: FLOOR_EXAMPLES=3000 pytest tests/machines."""

picks = st.integers(0, 99)
seat_ids = st.sampled_from([SeatId(f"100{n}") for n in range(1, 6)])
phones = st.sampled_from(["p101", "p102", "p103", "p104", "p105"])
skill_maps = st.sampled_from(
    [{"consult": 1}, {"consult": 2}, {"complaint": 2}, {"consult": 1, "complaint": 3}, {}]
)
MOBILES = {"p103", "p104", "p105"}
"""Names of phones that are duty mobiles here."""
DIAL_FAILURES = [cause for cause in Failure if cause is not Failure.CALLER_GONE]


@dataclass
class Line:
    """One caller's channel, which outlives our server."""

    terms: CallQueued
    ticket: str
    dial: Offer | None = None
    """The Dial that runs on it."""
    talking: bool = False
    """That Dial was answered."""
    seat_left: bool = False
    """The seat's channel has left the talk, which goes on (a transfer)."""
    queued: bool = True
    """The running server has heard of it."""


class FloorMachine(RuleBasedStateMachine):
    """Rules are what happens in the world; what the floor is told may follow later."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor()
        self.now = 1_000_000
        self.lines: dict[CallId, Line] = {}
        self.late: list[Event] = []
        self.told: list[Event] = []
        self.kept: dict[SeatId, SeatKept] = {}
        self.skills: dict[SeatId, Skills] = {}
        self.withdrawn: set[OfferId] = set()
        self.roster: frozenset[SeatId] | None = None
        self.offers_seen: set[OfferId] = set()
        self.places: dict[CallId, object] = {}
        self.dialled: set[CallId] = set()
        """Calls that seats make themselves."""
        self.calls_made = 0

    # ---- telling the floor

    def tell(self, event: Event) -> list[Effect]:
        effects = self.floor.apply(event, self.now)
        check_choices(self.floor, effects, self.now)
        for effect in effects:
            self.carry_out(effect)
        return effects

    def carry_out(self, effect: Effect) -> None:
        match effect:
            case Offer():
                line = self.lines[effect.call]
                assert line.dial is None, "the line is busy with another Dial"
                assert effect.offer not in self.offers_seen, "an offer id was used twice"
                self.offers_seen.add(effect.offer)
                line.dial = effect
                ticket = Ticket.parse(line.ticket)
                line.ticket = replace(ticket, attempts=ticket.attempts + 1).format()
            case Withdraw():
                assert effect.offer not in self.withdrawn, "withdrawn twice"
                self.withdrawn.add(effect.offer)
            case Check():
                line = self.lines[effect.call]
                assert line.dial is not None
                assert line.dial.offer == effect.offer
                if line.talking:
                    self.late.append(OfferAnswered(effect.offer, self.now, line.dial.seat))
            case SeatKept():
                self.kept[effect.seat] = effect
            case SeatGone():
                del self.kept[effect.seat]
            case _:
                pass

    def soon_or_late(self, event: Event, late: bool) -> None:
        if late:
            self.late.append(event)
        else:
            self.told.append(event)
            self.tell(event)

    def pick_line(self, pick: int, *, dialling: bool, talking: bool = False) -> Line | None:
        found = [
            line
            for _, line in sorted(self.lines.items())
            if (line.dial is not None or line.talking) == dialling and line.talking == talking
        ]
        return found[pick % len(found)] if found else None

    # ---- agents

    @initialize(skills=st.lists(skill_maps, min_size=2, max_size=5))
    def open_the_office(self, skills: list[Skills]) -> None:
        for n, known in enumerate(skills, 1):
            self.log_on(SeatId(f"100{n}"), known, f"p10{n}", Device.FREE)

    @rule(seat=seat_ids, skills=skill_maps, phone=phones, device=st.sampled_from(Device))
    def log_on(self, seat: SeatId, skills: Skills, phone: str, device: Device) -> None:
        before = self.floor.picture()
        holders = {other.phone: other.seat for other in before.seats}
        event = SeatLoggedOn(seat, skills, phone, device, mobile=phone in MOBILES)
        if holders.get(phone, seat) != seat:
            self.refused(event, before)
            return
        self.tell(event)
        self.skills[seat] = skills

    @rule(seat=seat_ids)
    def log_off(self, seat: SeatId) -> None:
        self.tell(SeatLoggedOff(seat))

    @rule(seat=seat_ids, reason=st.sampled_from(["lunch", "coaching"]))
    def pause(self, seat: SeatId, reason: str) -> None:
        self.command(SeatPaused(seat, reason))

    @rule(seat=seat_ids)
    def ready(self, seat: SeatId) -> None:
        self.command(SeatReady(seat))

    @rule(seat=seat_ids, skills=skill_maps)
    def change_skills(self, seat: SeatId, skills: Skills) -> None:
        self.skills[seat] = skills
        self.tell(SkillsChanged(seat, skills))

    @rule(seat=seat_ids, device=st.sampled_from(Device))
    def change_device(self, seat: SeatId, device: Device) -> None:
        self.tell(DeviceChanged(seat, device))

    @rule(roster=st.none() | st.frozensets(seat_ids))
    def publish_roster(self, roster: frozenset[SeatId] | None) -> None:
        self.roster = roster
        self.tell(RosterTold(roster))

    @rule(seat=seat_ids)
    def shift_begins(self, seat: SeatId) -> None:
        if self.roster is not None:
            self.roster |= {seat}
        self.tell(ShiftBegins(seat))

    @rule(seat=seat_ids)
    def shift_ends(self, seat: SeatId) -> None:
        if self.roster is not None:
            self.roster -= {seat}
        self.tell(ShiftEnds(seat))

    def command(self, event: SeatPaused | SeatReady) -> None:
        before = self.floor.picture()
        if any(seat.seat == event.seat and not seat.leaving for seat in before.seats):
            self.tell(event)
        else:
            self.refused(event, before)

    def refused(self, event: Event, before: FloorPicture) -> None:
        try:
            self.floor.apply(event, self.now)
        except SeatRefused:
            assert self.floor.picture() == before
        else:
            raise AssertionError(f"{event} should have been refused")

    # ---- callers

    @rule(
        wishes=st.lists(
            st.tuples(
                st.sampled_from([{"consult": 1}, {"consult": 2}, {"complaint": 2}, {}]),
                st.sampled_from([0, 0, 0, 1]),
                st.booleans(),
            ),
            min_size=1,
            max_size=4,
        ),
        ring=st.sampled_from([5_000, 20_000]),
        wrap_up=st.sampled_from([0, 10_000]),
        again=st.sampled_from([0, 20_000]),
        before=st.sampled_from([0, 0, 500, 3_000]),
        together=st.sampled_from([1, 2, 3]),
    )
    def calls_arrive(
        self,
        wishes: list[tuple[Skills, int, bool]],
        ring: int,
        wrap_up: int,
        again: int,
        before: int,
        together: int,
    ) -> None:
        for requires, priority, volunteers in wishes:
            self.calls_made += 1
            call = CallId(f"C{self.calls_made:04}")
            terms = CallQueued(
                call,
                "q",
                requirement(requires),
                self.now - before,
                priority,
                ring,
                wrap_up,
                again,
                together=together,
                volunteers=volunteers,
            )
            ticket = Ticket(
                TicketState.WAITING, call, terms.arrived, "q", priority, terms.requires
            ).format()
            self.lines[call] = Line(terms, ticket)
            self.tell(terms)

    @rule(pick=picks, late=st.booleans())
    def caller_hangs_up(self, pick: int, late: bool) -> None:
        lines = sorted(self.lines)
        if not lines:
            return
        call = lines[pick % len(lines)]
        line = self.lines.pop(call)
        self.tell(CallerGone(call))
        if line.dial is not None and not line.talking:
            self.soon_or_late(OfferFailed(line.dial.offer, Failure.CALLER_GONE), late)
        if line.dial is not None and line.talking and not line.seat_left:
            self.soon_or_late(SeatReleased(line.dial.seat, call), late)

    @rule(pick=picks, moved=st.booleans())
    def session_comes_back(self, pick: int, moved: bool) -> None:
        """FastAGI broke; the dialplan brings the caller back, its Dial is over."""
        line = self.pick_line(pick, dialling=False) or self.pick_line(pick, dialling=True)
        if line is None or not line.queued:
            return
        line.dial = None
        ticket = Ticket.parse(line.ticket)
        terms = replace(line.terms, attempts=ticket.attempts)
        if moved:
            terms = replace(terms, queue="other", requires=(("consult", 1),))
        line.terms = terms
        line.ticket = replace(
            ticket, state=TicketState.WAITING, queue=terms.queue, requires=terms.requires
        ).format()
        self.tell(terms)

    @rule(
        pick=picks,
        requires=skill_maps,
        priority=st.integers(0, 2),
        spans=st.sampled_from([(5_000, 0, 0), (20_000, 10_000, 20_000)]),
        volunteers=st.booleans(),
    )
    def queue_is_edited(
        self,
        pick: int,
        requires: Skills,
        priority: int,
        spans: tuple[int, int, int],
        volunteers: bool,
    ) -> None:
        """Also under an offer or a talk that runs."""
        lines = sorted(self.lines)
        if not lines:
            return
        line = self.lines[lines[pick % len(lines)]]
        ring, wrap_up, again = spans
        line.terms = replace(
            line.terms,
            requires=requirement(requires),
            priority=priority,
            ring=ring,
            wrap_up=wrap_up,
            again=again,
            volunteers=volunteers,
        )
        ticket = Ticket.parse(line.ticket)
        line.ticket = replace(ticket, requires=line.terms.requires, priority=priority).format()
        self.places.pop(line.terms.call, None)
        before = self.floor.picture()
        effects = self.tell(TermsChanged(line.terms))
        assert not any(isinstance(effect, Withdraw) for effect in effects)
        offered = {effect.call for effect in effects if isinstance(effect, Offer)}
        for was, now in zip(before.seats, self.floor.picture().seats, strict=True):
            assert was == now or now.call in offered, "no seat is touched but to be rung"

    # ---- dials

    @rule(pick=picks, cause=st.sampled_from(DIAL_FAILURES))
    def dial_fails(self, pick: int, cause: Failure) -> None:
        line = self.pick_line(pick, dialling=True)
        if line is None or line.dial is None:
            return
        offer, line.dial = line.dial, None
        if line.queued:
            self.told.append(OfferFailed(offer.offer, cause))
            self.tell(self.told[-1])  # by the session itself, which then waits again
        else:
            self.come_back(line)

    @rule(pick=picks, taker=picks, late=st.booleans())
    def dial_is_answered(self, pick: int, taker: int, late: bool) -> None:
        line = self.pick_line(pick, dialling=True)
        if line is None or line.dial is None:
            return
        line.talking = True
        legs = line.dial.legs
        seat, phone = legs[taker % len(legs)]
        line.dial = replace(line.dial, seat=seat, phone=phone, also=())
        if line.queued:
            self.soon_or_late(OfferAnswered(line.dial.offer, self.now, seat), late)
        else:
            self.adopt(line)

    @rule(pick=picks, late=st.booleans())
    def seat_leaves_talk(self, pick: int, late: bool) -> None:
        """After an attended transfer the talk goes on without the seat."""
        line = self.pick_line(pick, dialling=True, talking=True)
        if line is None or line.seat_left or line.dial is None:
            return
        line.seat_left = True
        self.soon_or_late(SeatReleased(line.dial.seat, line.terms.call), late)

    @rule(pick=picks, released_late=st.booleans())
    def talk_ends(self, pick: int, released_late: bool) -> None:
        line = self.pick_line(pick, dialling=True, talking=True)
        if line is None or line.dial is None:
            return
        call = line.terms.call
        del self.lines[call]
        if released_late:
            self.late.append(SeatReleased(line.dial.seat, call))
        self.told.append(TalkEnded(call))
        self.tell(self.told[-1])

    # ---- agents call customers

    @rule(seat=seat_ids)
    def seat_dials(self, seat: SeatId) -> None:
        before = self.floor.picture()
        self.calls_made += 1
        call = CallId(f"D{self.calls_made:03}")
        free = any(
            (each.seat, each.leaving, each.call, each.device) == (seat, False, None, Device.FREE)
            for each in before.seats
        )
        if not free:
            self.refused(SeatDials(seat, call, "consult"), before)
            return
        self.tell(SeatDials(seat, call, "consult"))
        self.dialled.add(call)

    @precondition(lambda self: self.dialled)
    @rule(pick=picks)
    def customer_is_reached(self, pick: int) -> None:
        call = sorted(self.dialled)[pick % len(self.dialled)]
        seat = self.floor._talks[call].id
        self.tell(SeatDials(seat, call, "consult", wrap_up=10_000))

    @precondition(lambda self: self.dialled)
    @rule(pick=picks)
    def dialling_is_over(self, pick: int) -> None:
        call = sorted(self.dialled)[pick % len(self.dialled)]
        self.dialled.remove(call)
        self.told.append(TalkEnded(call))
        self.tell(self.told[-1])

    # ---- the switch's news: late, twice, in any order

    @precondition(lambda self: self.late)
    @rule(pick=picks)
    def late_news(self, pick: int) -> None:
        event = self.late.pop(pick % len(self.late))
        self.told.append(event)
        self.tell(event)

    @precondition(lambda self: self.told)
    @rule(pick=picks)
    def old_news(self, pick: int) -> None:
        event = self.told[pick % len(self.told)]
        if isinstance(event, SeatReleased) and event.call in self.floor._talks:
            return  # it came before the answer, and meant nothing yet: now it is news
        self.tell(Tick())
        before = self.floor.picture()
        assert self.tell(event) == []
        assert self.floor.picture() == before

    # ---- time, holding back, death

    @rule(span=st.sampled_from([0, 1, 999, 1_000, 3_000, 5_000, 20_000, 60_000]))
    def time_passes(self, span: int) -> None:
        self.now += span
        self.tell(Tick())

    @rule()
    def next_deadline_comes(self) -> None:
        due = self.floor.next_deadline()
        if due is not None:
            assert due > self.now
            self.now = due
            self.tell(Tick())

    @rule(reason=st.sampled_from(["drain", "switch away"]))
    def hold(self, reason: str) -> None:
        self.tell(OffersHeld(reason))

    @rule(reason=st.sampled_from(["drain", "switch away"]))
    def resume(self, reason: str) -> None:
        self.tell(OffersResumed(reason))

    @rule(back=st.randoms(use_true_random=False), outage=st.sampled_from([10, 4_000, 90_000]))
    def server_dies(self, back: Random, outage: int) -> None:
        """All we know is lost. Lines, Dials and talks live on; kept seats and tickets tell us."""
        order = self.order()
        self.floor = Floor()
        self.dialled.clear()
        self.late.clear()
        self.now += outage
        self.tell(OffersHeld("recovery"))
        self.tell(RosterTold(self.roster))
        for kept in list(self.kept.values()):
            self.tell(
                SeatLoggedOn(
                    kept.seat,
                    self.skills[kept.seat],
                    kept.phone,
                    Device.FREE,
                    kept.paused,
                    kept.idle_since,
                    kept.wrap_up_until,
                    mobile=kept.phone in MOBILES,
                )
            )
        calls = sorted(self.lines)
        back.shuffle(calls)
        for call in calls:
            line = self.lines[call]
            line.queued = False
            if line.talking:
                self.adopt(line)
            elif line.dial is None:
                self.come_back(line)
        assert self.order() == [call for call in order if self.lines[call].dial is None]
        self.tell(OffersResumed("recovery"))

    def order(self) -> list[CallId]:
        return [
            call.call for call in self.floor.picture().calls if call.state is not CallState.TALKING
        ]

    def adopt(self, line: Line) -> None:
        assert line.dial is not None
        line.queued = True
        seat = SeatId("gone") if line.seat_left else line.dial.seat
        self.tell(CallAdopted(line.terms.call, seat, line.terms.queue, self.now, 10_000))

    def come_back(self, line: Line) -> None:
        """As the server does it: from the ticket, and the queue's settings of today."""
        ticket = Ticket.parse(line.ticket)
        line.queued = True
        line.ticket = replace(ticket, state=TicketState.WAITING).format()
        line.terms = CallQueued(
            ticket.call,
            ticket.queue,
            ticket.requires,
            ticket.arrived,
            ticket.priority,
            line.terms.ring,
            line.terms.wrap_up,
            line.terms.again,
            ticket.attempts,
            volunteers=line.terms.volunteers,
            together=line.terms.together,
        )
        self.tell(line.terms)

    # ---- what must hold

    @invariant()
    def the_floor_is_sound(self) -> None:
        if self.floor.next_deadline() is not None:
            self.tell(Tick())
        check_floor(self.floor, self.now)

    @invariant()
    def floor_and_world_agree(self) -> None:
        on_floor = {call.call: call for call in self.floor.picture().calls}
        queued = {call for call, line in self.lines.items() if line.queued}
        assert on_floor.keys() == queued | self.dialled
        late_answers = {event.offer for event in self.late if isinstance(event, OfferAnswered)}
        for call in queued:
            seen, line = on_floor[call], self.lines[call]
            if not line.talking:
                expected = CallState.OFFERED if line.dial else CallState.WAITING
                assert seen.state is expected
            elif seen.state is CallState.OFFERED:
                assert line.dial is not None
                assert line.dial.offer in late_answers, "an answer was lost"
            else:
                assert seen.state is CallState.TALKING
        for offer in self.floor._offers.values():
            assert self.lines[offer.terms.call].dial is not None, "an offer that nobody works on"

    @invariant()
    def a_place_in_line_never_changes(self) -> None:
        for call_id, call in self.floor._calls.items():
            if call.state is not CallState.TALKING:
                assert self.places.setdefault(call_id, call.place) == call.place

    @invariant()
    def duty_follows_the_roster(self) -> None:
        """Whoever is off duty is rung for calls that took volunteers when they were offered."""
        for seat in self.floor._seats.values():
            assert seat.on_duty == (self.roster is None or seat.id in self.roster)
        for call in self.floor._offers.values():
            assert call.ringing is not None
            for leg in call.ringing.offer.legs:
                on_duty = self.floor._seats[leg.seat].on_duty
                assert on_duty or call.ringing.volunteers or call.ringing.withdrawn

    @invariant()
    def what_is_kept_is_what_is(self) -> None:
        assert self.kept == {
            seat.id: seat.to_keep() for seat in self.floor._seats.values() if not seat.leaving
        }

    def teardown(self) -> None:
        """When everybody has gone home nothing is left: no call, no offer, no deadline."""
        while self.late:
            self.tell(self.late.pop())
        for call in self.dialled:
            self.tell(TalkEnded(call))
        for call in sorted(self.lines):
            line = self.lines.pop(call)
            self.tell(CallerGone(call))
            if line.talking:
                self.tell(TalkEnded(call))
        for seat in list(self.floor._seats):
            self.tell(SeatLoggedOff(seat))
        for reason in ("drain", "switch away"):
            self.tell(OffersResumed(reason))
        assert self.floor.picture() == FloorPicture()
        assert self.floor.next_deadline() is None
        assert self.kept == {}


# No time limit for one example: the machine may be busy with something else.
FloorMachine.TestCase.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=50, deadline=None
)
TestFloor = FloorMachine.TestCase
