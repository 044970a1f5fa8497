"""What speaks against a roster, or against a change of it."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from acd.types import Millis
from hotseat.roster.coverage import Demand, Hole, series
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.shifts import Assignment, Duty, Shift, Zones, duties
from words import Message, said


class Kind(enum.Enum):
    """What an objection is about; the value is its sentence, with the facts to fill in."""

    NO_AGENT = "%(agent)s of %(shift)s on %(day)s is no agent of the site"
    NO_SHIFT = "%(shift)s of %(agent)s on %(day)s is no shift of the site"
    OVERLAP = "%(agent)s would have %(first)s and %(second)s at the same time"
    REST = "%(agent)s would rest %(rest)s between %(first)s and %(second)s; it has to be %(least)s"
    ON_LEAVE = "%(agent)s is on leave on %(day)s"
    HOLE = (
        "%(clocks)s on %(day)s would be left with %(there)s of the %(heads)s that"
        " %(cover)s asks for"
    )
    SKILL = (
        "%(agent)s lacks %(skill)s at level %(level)s, which %(cover)s asks for"
        " %(clocks)s on %(day)s"
    )
    NOT_ROSTERED = "%(agent)s does not have %(shift)s on %(day)s"
    TOO_LATE = (
        "too late for %(shift)s of %(agent)s on %(day)s: a change counts %(notice)s"
        " before its begin"
    )
    STAND_IN = "%(agent)s has duties from %(first)s to %(last)s: leave needs a stand-in"


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason; `facts` fill in the sentence of its kind."""

    kind: Kind
    facts: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """The reason, a message."""
        return Message(self.kind.value, dict(self.facts))


def objection(kind: Kind, **facts: Any) -> Objection:
    """Every fact as people read it."""
    return Objection(kind, tuple((name, str(fact)) for name, fact in facts.items()))


@dataclass(frozen=True, slots=True)
class Leave:
    """An agent who is not there on these dates, both included."""

    agent: str
    first: date
    last: date

    def covers(self, agent: str, day: date) -> bool:
        """Is this agent on leave that day?"""
        return agent == self.agent and self.first <= day <= self.last


def unknown(
    assignments: Iterable[Assignment], shifts: Mapping[str, Shift], agents: Collection[str]
) -> list[Objection]:
    """Assignments that mean nothing: no such agent or no such shift."""
    found = []
    for one in sorted(assignments):
        named = {"agent": one.agent, "shift": one.shift, "day": one.day}
        if one.agent not in agents:
            found.append(objection(Kind.NO_AGENT, **named))
        if one.shift not in shifts:
            found.append(objection(Kind.NO_SHIFT, **named))
    return found


def overlaps(rostered: Iterable[Duty]) -> list[Objection]:
    """Agents who would have to be in two places at once."""
    return [
        objection(Kind.OVERLAP, agent=earlier.agent, first=_said(earlier), second=_said(later))
        for earlier, later in _neighbours(rostered)
        if later.begins < earlier.ends
    ]


def short_rests(rostered: Iterable[Duty], policy: RosterPolicy) -> list[Objection]:
    """Rests below the least; duties that touch are one, and have none between them."""
    least = policy.rest * 60_000
    return [
        objection(
            Kind.REST,
            agent=earlier.agent,
            rest=said_span(later.begins - earlier.ends),
            first=_said(earlier),
            second=_said(later),
            least=said_span(least),
        )
        for earlier, later in _neighbours(rostered)
        if 0 < later.begins - earlier.ends < least
    ]


def on_leave(rostered: Iterable[Duty], leaves: Collection[Leave]) -> list[Objection]:
    """Agents who are rostered on a day of their leave."""
    days = sorted({(duty.day, duty.agent) for duty in rostered})
    return [
        objection(Kind.ON_LEAVE, agent=agent, day=day)
        for day, agent in days
        if any(leave.covers(agent, day) for leave in leaves)
    ]


def new_holes(before: Iterable[Hole], after: Iterable[Hole]) -> tuple[Hole, ...]:
    """The holes in which fewer are there than before, for a while at least."""
    old = tuple(before)
    return tuple(
        hole
        for hole in after
        if hole.ends - hole.begins
        > sum(
            max(0, min(hole.ends, was.ends) - max(hole.begins, was.begins))
            for was in old
            if was.cover == hole.cover and was.there <= hole.there
        )
    )


def holes_left(
    holes: Iterable[Hole], rostered: Collection[Duty], takers: Collection[str], demand: Demand
) -> Iterator[Objection]:
    """Each hole as an objection: that a taker lacks the skill, or that nobody is there."""
    for hole in holes:
        cover = demand.covers[hole.cover]
        (one_hole,) = series([hole], demand.zone)
        unskilled = {
            duty.agent
            for duty in rostered
            if duty.agent in takers and duty.begins < hole.ends and duty.ends > hole.begins
        }
        unskilled = {one for one in unskilled if not cover.counts(demand.skills.get(one, {}))}
        named = {"clocks": one_hole.clocks, "day": one_hole.days[0], "cover": hole.cover}
        for agent in sorted(unskilled):
            yield objection(Kind.SKILL, agent=agent, skill=cover.skill, level=cover.level, **named)
        if not unskilled:
            yield objection(Kind.HOLE, there=hole.there, heads=hole.heads, **named)


def said_span(milliseconds: Millis) -> Message:
    """`11 h`, `10 h 30 min`, `45 min`: a message."""
    hours, minutes = divmod(milliseconds // 60_000, 60)
    if not hours:
        return said("%(minutes)s min", minutes=minutes)
    if not minutes:
        return said("%(hours)s h", hours=hours)
    return said("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check of a draft has found."""

    refusals: tuple[Objection, ...]
    """It cannot be published with these."""
    holes: tuple[Hole, ...]
    warnings: tuple[Objection, ...]
    """With these and with holes it can, for a reason that is kept."""

    @property
    def needs_reason(self) -> bool:
        """Is a reason asked for?"""
        return bool(self.holes or self.warnings)


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that a roster is checked against, as the site in force has it."""

    shifts: Mapping[str, Shift]
    zones: Zones
    demand: Demand
    policy: RosterPolicy
    leaves: tuple[Leave, ...] = ()

    def duties(self, assignments: Iterable[Assignment]) -> tuple[Duty, ...]:
        """Assignments with the instants that they mean today. Raises NoSuchShift."""
        return duties(assignments, self.shifts, self.zones)

    def check(
        self, assignments: Collection[Assignment], around: Iterable[Duty], first: date, last: date
    ) -> Findings:
        """A roster for these dates, beside the duties already published for the days around."""
        nonsense = unknown(assignments, self.shifts, self.demand.skills)
        sound = [one for one in assignments if one.shift in self.shifts]
        own = self.duties(sound)
        together = sorted((*own, *around))
        return Findings(
            refusals=(*nonsense, *overlaps(together)),
            holes=self.demand.holes(together, first, last),
            warnings=(*short_rests(together, self.policy), *on_leave(own, self.leaves)),
        )


def _neighbours(rostered: Iterable[Duty]) -> Iterator[tuple[Duty, Duty]]:
    """Each duty of an agent with the next one; after an overlap the one that ends later stays."""
    by_agent: defaultdict[str, list[Duty]] = defaultdict(list)
    for duty in sorted(rostered):
        by_agent[duty.agent].append(duty)
    for own in by_agent.values():
        longest = own[0]
        for duty in own[1:]:
            yield longest, duty
            longest = max(longest, duty, key=lambda one: one.ends)


def _said(duty: Duty) -> Message:
    return said("%(shift)s of %(day)s", shift=duty.shift, day=str(duty.day))
