"""Drafting and publishing: each in the caller's transaction, checked in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.db.roster_models import (
    DraftAssignment,
    RosterDraft,
    RosterDuty,
    RosterVersion,
)
from hotseat.db.rosters import (
    AROUND,
    KeptDraft,
    draft_assignments,
    draft_of,
    published,
    roster_version,
    version_duties,
    version_of,
)
from hotseat.roster.coverage import series
from hotseat.roster.drafts import Draft
from hotseat.roster.rules import Findings, Objection, Rules
from hotseat.roster.shifts import Assignment, Duty
from words import Message, enumerated, said, under


class NoSuchEntry(LookupError):
    """No draft, version or request of that number."""


class NotPublished(ValueError):
    """The roster stays as it is; `objections` say why, the text all of them."""

    def __init__(self, why: Message, objections: Sequence[Objection] = ()) -> None:
        super().__init__(under(why, map(str, objections)))
        self.objections = tuple(objections)


class ReasonNeeded(NotPublished):
    """It has holes or breaks a rule: it can be published for a reason that is kept."""

    def __init__(self, findings: Findings, shortcomings: Sequence[str]) -> None:
        super().__init__(
            under(said("this roster needs a reason to be published so:"), shortcomings)
        )
        self.findings = findings


class PublishedMeanwhile(NotPublished):
    """The published roster has changed since the draft was begun; `catch_up` takes that in."""


@dataclass(frozen=True, slots=True)
class Published:
    """A new version, and what was known to be wrong with it."""

    version: int
    findings: Findings


def lock_roster(session: Session) -> None:
    """Wait until no other writer publishes, and keep others waiting until the end."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE roster_version IN EXCLUSIVE MODE"))


# ---- drafts


def begin_draft(session: Session, first: date, last: date, by: str, now: Millis) -> KeptDraft:
    """A new draft with what is published for these dates."""
    draft = Draft(first, last, _assignments(published(session, first, last)))
    row = RosterDraft(
        first_day=first.isoformat(),
        last_day=last.isoformat(),
        base=roster_version(session),
        made_by=by,
        changed_at=now - 1,
    )
    session.add(row)
    session.flush()
    save_draft(session, row.id, draft, now)
    return KeptDraft(row.id, draft, row.base, by, row.changed_at)


def save_draft(session: Session, number: int, draft: Draft, now: Millis) -> None:
    """The assignments of a draft as they are now. Raises NoSuchEntry."""
    row = session.get(RosterDraft, number)
    if row is None:
        raise NoSuchEntry(said("no draft %(n)s", n=number))
    # Rising, so that it tells one state of the draft from every other.
    row.changed_at = max(now, row.changed_at + 1)
    before = draft_assignments(session, number)
    for gone in sorted(before - draft.assignments):
        session.execute(
            delete(DraftAssignment).where(
                DraftAssignment.draft == number,
                DraftAssignment.day == gone.day.isoformat(),
                DraftAssignment.shift == gone.shift,
                DraftAssignment.agent == gone.agent,
            )
        )
    added = sorted(draft.assignments - before)
    if added:
        session.execute(
            insert(DraftAssignment),
            [
                {
                    "draft": number,
                    "day": one.day.isoformat(),
                    "shift": one.shift,
                    "agent": one.agent,
                }
                for one in added
            ],
        )
    session.flush()


def drop_draft(session: Session, number: int) -> None:
    """The draft is no more. Raises NoSuchEntry."""
    session.execute(delete(DraftAssignment).where(DraftAssignment.draft == number))
    session.delete(_draft_row(session, number))
    session.flush()


def catch_up(session: Session, number: int, now: Millis) -> KeptDraft:
    """Take what was published since the draft was begun into it. Raises NoSuchEntry."""
    kept = _kept(session, number)
    row = _draft_row(session, number)
    before, after = _since(session, kept)
    row.base = roster_version(session)
    draft = kept.draft.catch_up(before, after)
    save_draft(session, number, draft, now)
    return KeptDraft(number, draft, row.base, kept.made_by, row.changed_at)


# ---- publishing


def check_draft(session: Session, draft: Draft, rules: Rules) -> Findings:
    """What is to be said of a draft, beside what is published for the days around it."""
    outside = [
        duty
        for duty in published(session, draft.first - AROUND, draft.last + AROUND)
        if not draft.first <= duty.day <= draft.last
    ]
    return rules.check(draft.assignments, outside, draft.first, draft.last)


def publish_draft(
    session: Session, number: int, rules: Rules, *, by: str, now: Millis, reason: str = ""
) -> Published:
    """Put a draft in force and remove it.

    Raises NoSuchEntry, PublishedMeanwhile, ReasonNeeded, and NotPublished for what cannot be.
    """
    lock_roster(session)
    kept = _kept(session, number)
    before, after = _since(session, kept)
    if before != after:
        changed = sorted(before ^ after)
        raise PublishedMeanwhile(
            said(
                "the published roster was changed since draft %(n)s was begun: %(changed)s;"
                " let the draft catch up first",
                n=number,
                changed=enumerated(map(str, changed[:5])),
            )
        )
    findings = check_draft(session, kept.draft, rules)
    _require_reason(findings, reason, rules)
    version = put_version(
        session,
        (kept.draft.first, kept.draft.last),
        rules.duties(kept.draft.assignments),
        by=by,
        now=now,
        why=reason,
        shortcomings=_shortcomings(findings, rules),
    )
    drop_draft(session, number)
    return Published(version, findings)


def publish_again(
    session: Session, version: int, rules: Rules, *, by: str, now: Millis, reason: str = ""
) -> Published:
    """Put an earlier version in force once more, with the instants that it had.

    Raises NoSuchEntry, ReasonNeeded, NotPublished.
    """
    lock_roster(session)
    old = version_of(session, version)
    if old is None:
        raise NoSuchEntry(said("no version %(n)s of the roster", n=version))
    rostered = version_duties(session, version)
    draft = Draft(old.first, old.last, _assignments(rostered))
    findings = check_draft(session, draft, rules)
    _require_reason(findings, reason, rules)
    new = put_version(
        session,
        (old.first, old.last),
        rostered,
        by=by,
        now=now,
        why=reason or f"version {version} again",
        shortcomings=_shortcomings(findings, rules),
    )
    return Published(new, findings)


# ---- rows


def put_version(
    session: Session,
    period: tuple[date, date],
    rostered: Iterable[Duty],
    *,
    by: str,
    now: Millis,
    why: str,
    shortcomings: Sequence[str],
) -> int:
    """Write a new version with these duties; the caller holds the lock. Returns its number."""
    version = roster_version(session) + 1
    session.add(
        RosterVersion(
            version=version,
            first_day=period[0].isoformat(),
            last_day=period[1].isoformat(),
            published_at=now,
            published_by=by,
            why=why,
            shortcomings=list(shortcomings),
        )
    )
    session.flush()
    rows = [
        {
            "version": version,
            "day": duty.day.isoformat(),
            "shift": duty.shift,
            "agent": duty.agent,
            "place": duty.place.value,
            "begins": duty.begins,
            "ends": duty.ends,
        }
        for duty in rostered
    ]
    if rows:
        session.execute(insert(RosterDuty), rows)
    return version


def _kept(session: Session, number: int) -> KeptDraft:
    kept = draft_of(session, number)
    if kept is None:
        raise NoSuchEntry(said("no draft %(n)s", n=number))
    return kept


def _draft_row(session: Session, number: int) -> RosterDraft:
    row = session.get(RosterDraft, number)
    if row is None:
        raise NoSuchEntry(said("no draft %(n)s", n=number))
    return row


def _since(
    session: Session, kept: KeptDraft
) -> tuple[frozenset[Assignment], frozenset[Assignment]]:
    """What was published for the period when the draft was begun, and what is now."""
    first, last = kept.draft.first, kept.draft.last
    return (
        _assignments(published(session, first, last, upto=kept.base)),
        _assignments(published(session, first, last)),
    )


def _require_reason(findings: Findings, reason: str, rules: Rules) -> None:
    if findings.refusals:
        raise NotPublished(said("this roster cannot be:"), findings.refusals)
    if findings.needs_reason and not reason.strip():
        raise ReasonNeeded(findings, _shortcomings(findings, rules))


def _shortcomings(findings: Findings, rules: Rules) -> list[str]:
    holes = series(findings.holes, rules.demand.zone)
    return [str(one) for one in (*holes, *findings.warnings)]


def _assignments(rostered: Iterable[Duty]) -> frozenset[Assignment]:
    return frozenset(duty.assignment for duty in rostered)
