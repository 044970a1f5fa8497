"""Changing a published roster by a request, and what speaks against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta

from acd.types import Millis
from hotseat.roster.requests import Move, Request, RequestKind
from hotseat.roster.rules import (
    Kind,
    Objection,
    Rules,
    holes_left,
    new_holes,
    objection,
    on_leave,
    overlaps,
    said_span,
    short_rests,
)
from hotseat.roster.shifts import Duty


class NotMovable(LookupError):
    """A duty that is to be moved is not in the roster, or is there already for its taker."""


def moved(rostered: Collection[Duty], moves: Iterable[Move]) -> tuple[Duty, ...]:
    """The duties after some moves: as many as before, each at its old time and place.

    Raises NotMovable, so that none is lost and none comes to be there twice.
    """
    after = {duty.assignment: duty for duty in rostered}
    taken = []
    for move in moves:
        duty = after.pop(move.assignment, None)
        if duty is None:
            raise NotMovable(f"{move.assignment} is not in the published roster")
        taken.append(replace(duty, agent=move.to))
    for duty in taken:
        if after.setdefault(duty.assignment, duty) is not duty:
            raise NotMovable(f"{duty.assignment} is in the published roster already")
    return tuple(sorted(after.values()))


def objections(
    request: Request, rostered: Collection[Duty], rules: Rules, now: Millis
) -> tuple[Objection, ...]:
    """Everything that speaks against putting a request in force now; empty if nothing does.

    `rostered` are the published duties of its dates and of two days before and after. What was
    wrong before is no reason against a change that does not make it worse.
    """
    moves = request.moves(rostered)
    by_assignment = {duty.assignment: duty for duty in rostered}
    missing = [move.assignment for move in moves if move.assignment not in by_assignment]
    if missing:
        return tuple(
            objection(Kind.NOT_ROSTERED, agent=one.agent, shift=one.shift, day=one.day)
            for one in missing
        )
    if moves and not request.other:
        return (
            objection(Kind.STAND_IN, agent=request.asker, first=request.first, last=request.last),
        )
    unknown = [
        objection(Kind.NO_AGENT, agent=one.to, shift=one.assignment.shift, day=one.assignment.day)
        for one in moves
        if one.to not in rules.demand.skills
    ]
    if unknown:
        return tuple(unknown)
    handed = [by_assignment[move.assignment] for move in moves]
    found = [*_too_late(request, handed, rules, now)]
    try:
        after = moved(rostered, moves)
    except NotMovable:
        return (*found, *_held_twice(moves))
    first, last = request.first - timedelta(days=1), request.last + timedelta(days=1)
    takers = {move.to for move in moves}
    holes = new_holes(
        rules.demand.holes(rostered, first, last), rules.demand.holes(after, first, last)
    )
    taken = [duty for duty in after if duty.agent in takers and duty not in rostered]
    return (
        *found,
        *_fresh(overlaps(rostered), overlaps(after)),
        *_fresh(short_rests(rostered, rules.policy), short_rests(after, rules.policy)),
        *on_leave(taken, rules.leaves),
        *holes_left(holes, after, takers, rules.demand),
    )


def _fresh(before: Iterable[Objection], after: Iterable[Objection]) -> list[Objection]:
    known = set(before)
    return [one for one in after if one not in known]


def _too_late(
    request: Request, handed: Iterable[Duty], rules: Rules, now: Millis
) -> list[Objection]:
    policy = rules.policy
    swap = request.kind is RequestKind.SWAP
    notice = 60_000 * (policy.swap_notice if swap else policy.leave_notice)
    return [
        objection(
            Kind.TOO_LATE,
            agent=duty.agent,
            shift=duty.shift,
            day=duty.day,
            notice=said_span(notice),
        )
        for duty in handed
        if duty.begins - now < notice or duty.begins <= now
    ]


def _held_twice(moves: Iterable[Move]) -> list[Objection]:
    return [
        objection(
            Kind.OVERLAP,
            agent=move.to,
            first=f"{move.assignment.shift} of {move.assignment.day}",
            second=f"{move.assignment.shift} of {move.assignment.day}",
        )
        for move in moves
    ]
