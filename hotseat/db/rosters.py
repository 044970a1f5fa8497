"""Questions about the roster; the answers are frozen records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, func, null, or_, select
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.db import models
from hotseat.db.roster_models import (
    DraftAssignment,
    RosterDraft,
    RosterDuty,
    RosterRequest,
    RosterVersion,
    RosterWord,
)
from hotseat.roster.attendance import LogStep
from hotseat.roster.drafts import Draft
from hotseat.roster.requests import Request, RequestKind, Signed, State, Step
from hotseat.roster.rules import Leave
from hotseat.roster.shifts import Assignment, Duty, Place, dates
from hotseat.roster.times import PauseStep

_PLACES = {place.value: place for place in Place}

AROUND = timedelta(days=2)
"""So far before and after a period lie the duties that bear on its rests and its nights."""


@dataclass(frozen=True, slots=True)
class Version:
    """One publishing."""

    version: int
    first: date
    last: date
    published_at: Millis
    published_by: str
    why: str
    shortcomings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftHead:
    """A draft without what stands in it. It is another one whenever any of this is."""

    id: int
    first: date
    last: date
    base: int
    made_by: str
    changed_at: Millis


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft, and where it stands."""

    id: int
    draft: Draft
    base: int
    """The last version that it takes account of."""
    made_by: str
    changed_at: Millis


def roster_version(session: Session) -> int:
    """The number of the last publishing; 0 if there never was one."""
    return session.scalar(select(func.max(RosterVersion.version))) or 0


def versions(session: Session, limit: int = 20) -> list[Version]:
    """The last publishings, the newest first."""
    query = select(RosterVersion).order_by(RosterVersion.version.desc()).limit(limit)
    return [_version(row) for row in session.scalars(query)]


def published(
    session: Session,
    first: date,
    last: date,
    *,
    upto: int | None = None,
    agents: Collection[str] | None = None,
) -> tuple[Duty, ...]:
    """The duties in force on these dates, earliest first; only of these agents if any are named.

    With `upto` as they were when that version was the last.
    """
    wanted = _in_force(session, first, last, upto)
    if not wanted:
        return ()
    days: defaultdict[int, list[str]] = defaultdict(list)
    for day, version in wanted.items():
        days[version].append(day.isoformat())
    which = or_(
        *(
            and_(RosterDuty.version == version, RosterDuty.day.in_(of_version))
            for version, of_version in days.items()
        )
    )
    return _duties(session, which if agents is None else and_(which, RosterDuty.agent.in_(agents)))


def published_days(session: Session, first: date, last: date) -> list[date]:
    """Those of these dates that there is a published roster for, in order."""
    return sorted(_in_force(session, first, last, None))


def version_duties(session: Session, version: int) -> tuple[Duty, ...]:
    """What one version said, in force or not, earliest first."""
    return _duties(session, RosterDuty.version == version)


def version_of(session: Session, version: int) -> Version | None:
    """One publishing; None if there was none of that number."""
    row = session.get(RosterVersion, version)
    return None if row is None else _version(row)


def drafts(session: Session) -> list[KeptDraft]:
    """Every draft, the one changed last first."""
    query = select(RosterDraft).order_by(RosterDraft.changed_at.desc(), RosterDraft.id.desc())
    return [_draft(session, row) for row in session.scalars(query)]


def draft_of(session: Session, number: int) -> KeptDraft | None:
    """One draft; None if there is none of that number."""
    row = session.get(RosterDraft, number)
    return None if row is None else _draft(session, row)


def draft_heads(session: Session, number: int | None = None) -> list[DraftHead]:
    """Every draft or the one of this number, the one changed last first."""
    row = RosterDraft
    query = select(
        row.id, row.first_day, row.last_day, row.base, row.made_by, row.changed_at
    ).order_by(row.changed_at.desc(), row.id.desc())
    if number is not None:
        query = query.where(row.id == number)
    return [
        DraftHead(id_, _day(first), _day(last), base, by, at)
        for id_, first, last, base, by, at in session.execute(query)
    ]


def draft_assignments(session: Session, number: int) -> frozenset[Assignment]:
    """What a draft says; nothing if there is none of that number."""
    entries = select(DraftAssignment.day, DraftAssignment.shift, DraftAssignment.agent).where(
        DraftAssignment.draft == number
    )
    return frozenset(
        Assignment(_day(day), shift, agent) for day, shift, agent in session.execute(entries)
    )


def requests(
    session: Session,
    *,
    kinds: Collection[RequestKind] = tuple(RequestKind),
    states: Collection[State] = tuple(State),
    agent: str | None = None,
    limit: int = 100,
) -> list[Request]:
    """Leave and swaps that fit every given condition, the newest first."""
    query = select(RosterRequest).where(
        RosterRequest.kind.in_([kind.value for kind in kinds]),
        RosterRequest.state.in_([state.value for state in states]),
    )
    if agent is not None:
        query = query.where(or_(RosterRequest.asker == agent, RosterRequest.other == agent))
    rows = session.scalars(query.order_by(RosterRequest.id.desc()).limit(limit)).all()
    return _requests(session, rows)


def request_of(session: Session, number: int) -> Request | None:
    """One leave or swap; None if there is none of that number."""
    row = session.get(RosterRequest, number)
    return None if row is None else _requests(session, [row])[0]


def leaves(session: Session, first: date, last: date) -> tuple[Leave, ...]:
    """The leaves in force that have a date of this period, by agent."""
    query = select(RosterRequest).where(
        RosterRequest.kind == RequestKind.LEAVE.value,
        RosterRequest.state == State.IN_FORCE.value,
        RosterRequest.first_day <= last.isoformat(),
        RosterRequest.last_day >= first.isoformat(),
    )
    return tuple(
        Leave(row.asker, _day(row.first_day), _day(row.last_day))
        for row in session.scalars(query.order_by(RosterRequest.asker, RosterRequest.first_day))
    )


def log_steps(session: Session, since: Millis, until: Millis) -> list[LogStep]:
    """The log-ons and log-offs from `since` to just before `until`, in order."""
    journal = models.Journal
    found = []
    # One kind at a time: of an OR of two, SQLite does not conclude that the partial index fits.
    for kind in ("logged_on", "logged_off"):
        query = select(journal.id, journal.at, journal.seat).where(
            journal.kind == kind, journal.at >= since, journal.at < until
        )
        found += [(number, at, seat, kind) for number, at, seat in session.execute(query)]
    return [LogStep(str(seat), at, kind == "logged_on") for _, at, seat, kind in sorted(found)]


def pause_steps(session: Session, since: Millis, until: Millis) -> list[PauseStep]:
    """Where pauses began and ended from `since` to just before `until`, in order."""
    journal = models.Journal
    reasons = {"paused": journal.facts["reason"].as_string(), "pause_over": null()}
    found: list[Any] = []
    for kind, reason in reasons.items():
        query = select(journal.id, journal.at, journal.seat, reason).where(
            journal.kind == kind, journal.at >= since, journal.at < until
        )
        found += map(tuple, session.execute(query))
    found.sort(key=itemgetter(0))
    return [PauseStep(str(seat), at, reason) for _, at, seat, reason in found]


def logged_on(session: Session) -> dict[str, Millis]:
    """Agent -> since when at the latest, for everybody who is logged on."""
    rows = session.execute(select(models.Seat.agent, models.Seat.idle_since))
    return {agent: since for agent, since in rows}


def _in_force(session: Session, first: date, last: date, upto: int | None) -> dict[date, int]:
    """date -> the version in force on it."""
    query = select(RosterVersion).where(
        RosterVersion.first_day <= last.isoformat(), RosterVersion.last_day >= first.isoformat()
    )
    if upto is not None:
        query = query.where(RosterVersion.version <= upto)
    found: dict[date, int] = {}
    for row in session.scalars(query.order_by(RosterVersion.version)):
        begin, end = max(first, _day(row.first_day)), min(last, _day(row.last_day))
        found.update(dict.fromkeys(dates(begin, end), row.version))
    return found


def _requests(session: Session, rows: Collection[RosterRequest]) -> list[Request]:
    words: defaultdict[int, list[Signed]] = defaultdict(list)
    given = select(RosterWord).where(RosterWord.request.in_([row.id for row in rows]))
    for word in session.scalars(given.order_by(RosterWord.request, RosterWord.place)):
        words[word.request].append(Signed(Step(word.step), word.given_by, word.given_at, word.note))
    return [
        Request(
            row.id,
            RequestKind(row.kind),
            row.asker,
            row.other,
            _day(row.first_day),
            _day(row.last_day),
            _assignment(row.gives_day, row.gives_shift, row.asker),
            _assignment(row.takes_day, row.takes_shift, row.other),
            State(row.state),
            tuple(words[row.id]),
        )
        for row in rows
    ]


def _assignment(day: str | None, shift: str | None, agent: str) -> Assignment | None:
    return None if day is None or shift is None else Assignment(_day(day), shift, agent)


def _draft(session: Session, row: RosterDraft) -> KeptDraft:
    assignments = draft_assignments(session, row.id)
    draft = Draft(_day(row.first_day), _day(row.last_day), assignments)
    return KeptDraft(row.id, draft, row.base, row.made_by, row.changed_at)


def _version(row: RosterVersion) -> Version:
    return Version(
        row.version,
        _day(row.first_day),
        _day(row.last_day),
        row.published_at,
        row.published_by,
        row.why,
        tuple(row.shortcomings),
    )


def _duties(session: Session, which: ColumnElement[bool]) -> tuple[Duty, ...]:
    row = RosterDuty
    # Columns, not objects: a month of a thousand agents is twenty thousand rows.
    query = select(row.begins, row.ends, row.agent, row.day, row.shift, row.place).where(which)
    # Rows sort as their duties do, and faster.
    rows: list[Any] = sorted(map(tuple, session.execute(query)))
    return tuple(
        Duty(begins, ends, agent, _day(day), shift, _PLACES[place])
        for begins, ends, agent, day, shift, place in rows
    )


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return date.fromisoformat(text)
