"""Asking for leave and swaps, and deciding: each in the caller's transaction, checked in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.db.roster_models import RosterRequest, RosterWord
from hotseat.db.roster_writes import NoSuchEntry, NotPublished, lock_roster, put_version
from hotseat.db.rosters import AROUND, published, request_of
from hotseat.roster.changes import moved, objections
from hotseat.roster.requests import Request, State, Step
from hotseat.roster.rules import Rules
from hotseat.roster.shifts import dates
from words import said

BY_POLICY = "policy"
"""Who approves where the site does not ask the lead."""


def next_request(session: Session) -> int:
    """The number of a new request."""
    lock_roster(session)
    return (session.scalar(select(func.max(RosterRequest.id))) or 0) + 1


def ask(session: Session, request: Request, rules: Rules, now: Millis) -> Request:
    """Put a new request on record. Raises NotPublished with all that speaks against it."""
    _require_no_objection(session, request, rules, now)
    session.add(
        RosterRequest(
            id=request.id,
            kind=request.kind.value,
            asker=request.asker,
            other=request.other,
            first_day=request.first.isoformat(),
            last_day=request.last.isoformat(),
            gives_day=request.gives and request.gives.day.isoformat(),
            gives_shift=request.gives and request.gives.shift,
            takes_day=request.takes and request.takes.day.isoformat(),
            takes_shift=request.takes and request.takes.shift,
            state=request.state.value,
        )
    )
    session.flush()
    _write_words(session, request, since=0)
    return _approve_by_policy(session, request, rules, now)


def decide(
    session: Session,
    number: int,
    step: Step,
    rules: Rules,
    *,
    by: str,
    now: Millis,
    note: str = "",
) -> Request:
    """Let somebody agree, decline, approve, refuse or withdraw.

    A request that comes in force changes the published roster in the same transaction. Raises
    NoSuchEntry, IllegalStep, and NotPublished with all that speaks against it by now.
    """
    lock_roster(session)
    request = request_of(session, number)
    if request is None:
        raise NoSuchEntry(said("no leave or swap %(n)s", n=number))
    after = request.step(step, by, now, note)
    if step in (Step.AGREE, Step.APPROVE):
        _require_no_objection(session, request, rules, now)
    return _approve_by_policy(session, _keep(session, request, after, rules, now), rules, now)


def _approve_by_policy(session: Session, request: Request, rules: Rules, now: Millis) -> Request:
    if request.state is not State.AGREED or request.needs_approval(rules.policy):
        return request
    approved = request.step(Step.APPROVE, BY_POLICY, now)
    return _keep(session, request, approved, rules, now)


def _keep(session: Session, before: Request, after: Request, rules: Rules, now: Millis) -> Request:
    row = session.get(RosterRequest, after.id)
    assert row is not None
    row.state = after.state.value
    _write_words(session, after, since=len(before.signed))
    if after.state is State.IN_FORCE:
        _put_in_force(session, after, now)
    session.flush()
    return after


def _put_in_force(session: Session, request: Request, now: Millis) -> None:
    """One version for each run of dates that the moves touch: others stay as they are."""
    rostered = published(session, request.first, request.last)
    moves = request.moves(rostered)
    after = moved(rostered, moves)
    touched = {move.assignment.day for move in moves}
    for first, last in _runs(touched):
        put_version(
            session,
            (first, last),
            [duty for duty in after if first <= duty.day <= last],
            by=request.signed[-1].by,
            now=now,
            why=f"{request.kind.value} {request.id}",
            shortcomings=[],
        )


def _require_no_objection(session: Session, request: Request, rules: Rules, now: Millis) -> None:
    rostered = published(session, request.first - AROUND, request.last + AROUND)
    found = objections(request, rostered, rules, now)
    if found:
        what = said("%(kind)s %(n)s cannot be:", kind=request.kind.value, n=request.id)
        raise NotPublished(what, found)


def _write_words(session: Session, request: Request, since: int) -> None:
    for place, word in enumerate(request.signed[since:], since):
        session.add(
            RosterWord(
                request=request.id,
                place=place,
                step=word.step.value,
                given_by=word.by,
                given_at=word.at,
                note=word.note,
            )
        )
    session.flush()


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Dates as runs of one after the other."""
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and dates(runs[-1][1], day)[1:2] == (day,):
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return runs
