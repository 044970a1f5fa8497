"""How fast the floor decides, and how that grows.

A full house in steady state: every qualified seat talks, callers wait, and each end of a talk goes
through wrap-up to the next offer. The world around the floor is drawn from a fixed seed. Processor
time inside `Floor.apply` is what counts. The garbage collector is off, because it would walk the
world's objects at the floor's cost; at the end it must find that the floor left it nothing to do.
"""

from __future__ import annotations

import gc
import random
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from time import thread_time_ns

from acd.effects import Effect, Offer
from acd.events import (
    CallerGone,
    CallQueued,
    DeviceChanged,
    Event,
    OfferAnswered,
    OfferFailed,
    OffersHeld,
    OffersResumed,
    SeatLoggedOn,
    SeatPaused,
    SeatReady,
    SeatReleased,
    TalkEnded,
    Tick,
)
from acd.floor import Floor
from acd.types import CallId, Device, Failure, Millis, Requirement, SeatId
from benchmarks.report import Reach

TURNS = 15
EVENTS = 10_000
"""Of one house in one turn."""
EVENTS_PER_SECOND = 50_000
P99_MICROSECONDS = 1_000
GROWTH = 1.5


@dataclass(frozen=True)
class Size:
    """One house."""

    seats: int
    skills: int
    queues: int
    waiting: int

    def times(self, factor: int) -> Size:
        """Everything so many times larger."""
        return Size(
            self.seats * factor,
            self.skills * factor,
            self.queues * factor,
            self.waiting * factor,
        )


@dataclass(frozen=True)
class Cost:
    """What one house cost."""

    size: Size
    per_second: float
    mean: float
    p50: float
    p99: float
    worst: float
    """Microseconds, as are mean and percentiles."""
    resume_ms: float
    """The one event that looks at every waiting call: the end of recovery."""


class World:
    """Callers, agents and phones around one floor, in virtual time."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.floor = Floor()
        self.now: Millis = 1_000_000
        self.spent: list[int] = []
        self.chance = random.Random(1)
        self.ahead: list[tuple[Millis, int, Event]] = []
        self.serial = 0
        self.waiting: set[CallId] = set()
        skills = [f"skill{n}" for n in range(size.skills)]
        self.seats = [SeatId(str(n)) for n in range(size.seats)]
        self.skills_of = {
            seat: {skill: self.chance.randint(1, 10) for skill in self.chance.sample(skills, 5)}
            for seat in self.seats
        }
        self.queues: list[Requirement] = [
            ((self.chance.choice(skills), self.chance.randint(1, 7)),) for _ in range(size.queues)
        ]

    def fill(self) -> float:
        """Seat the agents, let the callers come, then let them meet. The meeting's milliseconds."""
        self.apply(OffersHeld("recovery"))
        for seat in self.seats:
            self.apply(SeatLoggedOn(seat, self.skills_of[seat], f"p{seat}", Device.FREE))
        for _ in range(self.size.seats):
            self.caller_comes()
        self.apply(OffersResumed("recovery"))
        meeting = self.spent[-1] / 1e6
        while len(self.waiting) < self.size.waiting:
            self.caller_comes()
        return meeting

    def run(self, events: int) -> None:
        """Let so many events happen."""
        stop = len(self.spent) + events
        for event in self.happenings():
            self.apply(event)
            while len(self.waiting) < self.size.waiting:
                self.caller_comes()
            if len(self.spent) >= stop:
                return

    def happenings(self) -> Iterator[Event]:
        """What comes next: news of the world or a deadline of the floor."""
        while True:
            due = self.floor.next_deadline()
            if self.ahead and (due is None or self.ahead[0][0] < due):
                self.now, _, event = heappop(self.ahead)
                yield event
            elif due is not None:
                self.now = due
                yield Tick()

    def apply(self, event: Event) -> None:
        """Count the floor's time, and let the world answer its offers."""
        begin = thread_time_ns()
        effects = self.floor.apply(event, self.now)
        self.spent.append(thread_time_ns() - begin)
        self.answer(effects)

    def answer(self, effects: list[Effect]) -> None:
        for effect in effects:
            if not isinstance(effect, Offer):
                continue
            self.waiting.discard(effect.call)
            self.later(30, DeviceChanged(effect.seat, Device.IN_USE))
            dice = self.chance.random()
            if dice < 0.06:
                self.waiting.add(effect.call)
                self.later(effect.ring, OfferFailed(effect.offer, Failure.NO_ANSWER))
                self.later(effect.ring + 10, DeviceChanged(effect.seat, Device.FREE))
            elif dice < 0.10:
                self.later(3_000, CallerGone(effect.call))
                self.later(3_010, DeviceChanged(effect.seat, Device.FREE))
            else:
                self.talk(effect)

    def talk(self, offer: Offer) -> None:
        picked_up = round(self.chance.expovariate(1 / 5_000))
        over = picked_up + 1_000 + round(self.chance.expovariate(1 / 180_000))
        self.later(picked_up, OfferAnswered(offer.offer, self.now + picked_up))
        self.later(over, SeatReleased(offer.seat, offer.call))
        self.later(over + 5, TalkEnded(offer.call))
        self.later(over + 20, DeviceChanged(offer.seat, Device.FREE))
        if self.chance.random() < 0.02:
            self.later(over - 500, SeatPaused(offer.seat, "break"))
            self.later(over + 300_000, SeatReady(offer.seat))

    def caller_comes(self) -> None:
        self.serial += 1
        call = CallId(f"C{self.serial:09}")
        queue = self.chance.randrange(len(self.queues))
        self.waiting.add(call)
        requires, priority = self.queues[queue], int(self.chance.random() < 0.1)
        self.apply(CallQueued(call, f"queue{queue}", requires, self.now, priority))
        if self.chance.random() < 0.05:
            self.later(60_000, CallerGone(call))

    def later(self, span: Millis, event: Event) -> None:
        self.serial += 1
        heappush(self.ahead, (self.now + span, self.serial, event))


def settled(size: Size) -> tuple[World, float]:
    """A house in which calls have ended everywhere; wrap-ups, talks and offers are mixed.

    And the milliseconds that the end of its recovery took.
    """
    world = World(size)
    resume_ms = world.fill()
    world.run(size.seats * 4)
    world.spent.clear()
    return world, resume_ms


def measured(sizes: Sequence[Size]) -> tuple[list[Cost], float]:
    """What two houses cost in turns, and how much more an event costs the second."""
    houses = [settled(size) for size in sizes]
    ratios = []
    gc.collect()
    gc.disable()
    for _ in range(TURNS):
        means = []
        for world, _ in houses:
            done = len(world.spent)
            world.run(EVENTS)
            means.append(statistics.fmean(world.spent[done:]))
        ratios.append(means[1] / means[0])
    gc.enable()
    garbage = gc.collect()
    assert garbage == 0, f"the floors left {garbage} objects to the garbage collector"
    costs = [_cost(world, resume_ms) for world, resume_ms in houses]
    return costs, statistics.median(ratios)


def _cost(world: World, resume_ms: float) -> Cost:
    spent = sorted(world.spent)
    return Cost(
        size=world.size,
        per_second=len(spent) / (sum(spent) / 1e9),
        mean=statistics.fmean(spent) / 1e3,
        p50=spent[len(spent) // 2] / 1e3,
        p99=spent[len(spent) * 99 // 100] / 1e3,
        worst=spent[-1] / 1e3,
        resume_ms=resume_ms,
    )


def run() -> list[Reach]:
    """Measure a house and one ten times larger."""
    size = Size(seats=10_000, skills=100, queues=50, waiting=5_000)
    costs, growth = measured([size, size.times(10)])
    print(f"{'seats':>8} {'skills':>7} {'queues':>7} {'waiting':>8} {'events/s':>9}", end="")
    print(f" {'mean µs':>8} {'p50 µs':>7} {'p99 µs':>7} {'worst ms':>9} {'resume ms':>10}")
    for cost in costs:
        house = cost.size
        print(f"{house.seats:>8} {house.skills:>7} {house.queues:>7} {house.waiting:>8}", end="")
        print(f" {cost.per_second:>9.0f} {cost.mean:>8.1f} {cost.p50:>7.1f}", end="")
        print(f" {cost.p99:>7.1f} {cost.worst / 1e3:>9.2f} {cost.resume_ms:>10.1f}")
    print(f"cost per event with everything ten times larger: x {growth:.2f}")
    return [
        Reach("floor_events", costs[0].per_second, "events/s", EVENTS_PER_SECOND, "higher"),
        Reach("floor_p99", costs[0].p99, "µs", P99_MICROSECONDS, "lower"),
        Reach("floor_growth", growth, "times", GROWTH, "lower"),
    ]
