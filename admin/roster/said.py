"""Findings, holes and fixes in the visitor's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from admin.instance import site
from admin.roster.rules import name_of
from admin.roster.strip import Piece
from admin.told import sentence
from admin.words import N_, _, counted
from hotseat.roster.attendance import Verdict
from hotseat.roster.coverage import HoleSeries
from hotseat.roster.fixes import AddShift, AfterHours, AssignTo, BeginEarlier, ExtendShift, Fix
from hotseat.roster.requests import STATES, State, Step
from hotseat.roster.rules import Objection
from hotseat.roster.shifts import clock
from words import Message

STEPS: Final = {
    Step.ASK: N_("asked"),
    Step.AGREE: N_("agreed"),
    Step.DECLINE: N_("declined"),
    Step.APPROVE: N_("approved"),
    Step.REFUSE: N_("not approved"),
    Step.WITHDRAW: N_("taken back"),
}
VERDICTS: Final = {
    Verdict.MISSING: N_("missing now"),
    Verdict.ABSENT: N_("absent"),
    Verdict.LATE: N_("late"),
    Verdict.LEFT_EARLY: N_("left early"),
    Verdict.ON_TIME: N_("on time"),
}
"""The worst first."""

WEEKDAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))

ROTATIONS: Final = {
    "three-weeks-four": N_("three weeks, four agents: A, B and C every day"),
    "two-of-each-four": N_("two days each of A, B and C, then two off: four agents"),
    "office-weeks-two": N_("working days, two agents: A and B in turns"),
}


def state(one: State) -> str:
    """How far a request for a swap or leave has come."""
    return sentence(STATES[one])


def objection(one: Objection) -> str:
    """One reason, with the names of agents and skills."""
    facts = {name: _called(name, fact) for name, fact in one.facts}
    return sentence(Message(one.kind.value, facts))


def objections(found: Iterable[Objection]) -> str:
    """Several, one after the other."""
    return _("; ").join(map(objection, found))


def person(agent: str) -> str:
    """`1001 王芳`."""
    return f"{agent} {name_of(agent)}".rstrip()


def hole(one: HoleSeries) -> str:
    """`22:00–24:00 on 7 days (…): nobody there, hotline asks for 1`."""
    return _(
        "%(clocks)s %(days)s: %(there)s there, %(cover)s asks for %(heads)s",
        clocks=one.clocks,
        days=days(one.days),
        there=one.there or _("nobody"),
        cover=one.cover,
        heads=one.heads,
    )


def days(those: Sequence[date]) -> str:
    """One date, or how many and from when to when."""
    if len(those) == 1:
        return _("on %(day)s", day=those[0])
    return _(
        "on %(n)s days from %(first)s to %(last)s", n=len(those), first=those[0], last=those[-1]
    )


def fix(one: Fix) -> str:
    """What would close a hole."""
    match one:
        case ExtendShift(shift, closes):
            return _("let %(shift)s go on to %(at)s", shift=shift, at=clock(closes))
        case BeginEarlier(shift, opens):
            return _("let %(shift)s begin at %(at)s", shift=shift, at=clock(opens))
        case AssignTo(shift, heads, _free):
            return _("put %(n)s more on %(shift)s", n=heads, shift=shift)
        case AddShift(opens, closes):
            return _("add a shift %(opens)s–%(closes)s", opens=clock(opens), closes=clock(closes))
        case AfterHours():
            return _("leave it to the after-hours rule of the queues, and publish with this reason")


def strip(day: Sequence[Piece], weekday: str) -> str:
    """A day of a coverage strip, for those who do not see it."""
    if not day:
        return _("%(day)s: nobody is asked for", day=weekday)
    parts = [
        _(
            "%(opens)s–%(closes)s %(there)s of %(required)s",
            opens=clock(one.opens),
            closes=clock(one.closes),
            there=one.there,
            required=one.required,
        )
        for one in day
    ]
    return f"{weekday}: " + _("; ").join(parts)


def short_days(those: Iterable[date]) -> str:
    """How many days, in a button."""
    n = len(tuple(those))
    return counted("%(n)s day", "%(n)s days", n)


def _called(name: str, fact: str) -> str:
    if name == "agent":
        return person(fact)
    if name == "skill":
        return site().skills.get(fact, fact)
    return fact
