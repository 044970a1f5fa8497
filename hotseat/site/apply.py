"""Putting a site in force: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from acd.types import Millis, Skills
from hotseat.db import models, roster_models
from hotseat.db.engine import lock_site
from hotseat.db.secret_columns import new_secret
from hotseat.db.snapshot import current_revision, site_now
from hotseat.site.plan import Change, plan
from hotseat.site.records import DutyTerms, Site, SiteNow
from words import said


class SiteChangedMeanwhile(Exception):
    """Somebody applied another site between the plan and its apply."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(
            said(
                "the site changed meanwhile: it was at revision %(expected)s, now at %(found)s;"
                " look at the plan again",
                expected=expected,
                found=found,
            )
        )


class NoSuchPhone(Exception):
    """The site has no phone of this name."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did; no changes means that nothing was to do."""

    revision: int
    changes: tuple[Change, ...]


def apply(session: Session, wanted: Site, *, expected: int, now: Millis) -> Applied:
    """Put `wanted` in force if the site is still at revision `expected`.

    Phones keep their secrets, new ones get one. A menu gets a new revision if its document
    changed; old revisions stay. Raises SiteChangedMeanwhile; the caller's transaction then ends
    without a change.
    """
    lock_site(session)
    current = site_now(session)
    if current.revision != expected:
        raise SiteChangedMeanwhile(expected, current.revision)
    changes = plan(current, wanted)
    if not changes:
        return Applied(current.revision, ())
    revision = _claim(session, expected, changes, now)
    rows = _rows(session, current, wanted, now)
    for model, wanted_rows in rows:
        _put(session, model, wanted_rows)
    for model, wanted_rows in reversed(rows):
        _remove(session, model, wanted_rows)
    return Applied(revision, tuple(changes))


def rotate_secret(session: Session, phone: str, now: Millis) -> str:
    """Give a phone a new secret and return it; a new revision tells the server.

    Raises NoSuchPhone.
    """
    lock_site(session)
    row = session.get(models.Phone, phone)
    if row is None:
        raise NoSuchPhone(phone)
    row.secret = new_secret()
    _claim(session, current_revision(session), [f"~ phone {phone}: new secret"], now)
    return row.secret


def _claim(session: Session, current: int, changes: Sequence[Change | str], now: Millis) -> int:
    """Take the next revision."""
    row = models.ConfigRevision(
        revision=current + 1, applied_at=now, changes=[str(change) for change in changes]
    )
    session.add(row)
    session.flush()
    return current + 1


Rows = list[dict[str, Any]]


def _rows(
    session: Session, current: SiteNow, wanted: Site, now: Millis
) -> list[tuple[type[models.Base], Rows]]:
    """The rows of every table, in an order in which each finds what it refers to.

    Columns that are left out keep their value: a phone's secret, an agent's log-in.
    """
    menus = _menu_revisions(session, current, wanted, now)
    return [
        (
            models.Site,
            [
                {
                    "id": 1,
                    "name": wanted.name,
                    "time_zone": wanted.time_zone,
                    "languages": list(wanted.languages),
                }
            ],
        ),
        (models.Skill, [{"name": name, "title": title} for name, title in wanted.skills.items()]),
        (
            models.Queue,
            [
                {
                    "name": queue.name,
                    "title": queue.title,
                    "priority": queue.priority,
                    "ring_ms": queue.ring_ms,
                    "wrap_up_ms": queue.wrap_up_ms,
                    "again_ms": queue.again_ms,
                    "answer_within_ms": queue.answer_within_ms,
                    "music": queue.music,
                    "volunteers": queue.volunteers,
                }
                for queue in wanted.queues.values()
            ],
        ),
        (
            models.QueueSkill,
            _levels("queue", {name: queue.requires for name, queue in wanted.queues.items()}),
        ),
        (
            models.WhileWaiting,
            [
                {"queue": queue.name, **asdict(queue.while_waiting)}
                | {"comfort": list(queue.while_waiting.comfort)}
                for queue in wanted.queues.values()
                if queue.while_waiting is not None
            ],
        ),
        (
            models.QueueDuty,
            [
                {
                    "queue": queue.name,
                    "ring_ms": queue.duty.ring_ms,
                    "together": queue.duty.together,
                    "after_hours": queue.duty.after_hours.value,
                    "announce": list(queue.duty.announce),
                }
                for queue in wanted.queues.values()
                if queue.duty != DutyTerms()
            ],
        ),
        (
            models.Hours,
            [
                {
                    "name": hours.name,
                    "weekly": hours.calendar.written_week(),
                    "holidays": hours.holidays,
                    "overrides": hours.calendar.written_overrides(),
                }
                for hours in wanted.hours.values()
            ],
        ),
        (
            models.Agent,
            [{"number": agent.number, "name": agent.name} for agent in wanted.agents.values()],
        ),
        (
            models.DutyMobile,
            [
                {"agent": agent.number, "number": agent.mobile}
                for agent in wanted.agents.values()
                if agent.mobile
            ],
        ),
        (
            models.AgentSkill,
            _levels("agent", {number: agent.skills for number, agent in wanted.agents.items()}),
        ),
        *_roster_rows(wanted),
        (
            models.Phone,
            [
                {"name": phone.name, "place": phone.place}
                if phone.name in current.phones
                else {"name": phone.name, "place": phone.place, "secret": new_secret()}
                for phone in wanted.phones.values()
            ],
        ),
        (models.Menu, [{"name": name, "revision": number} for name, number in menus.items()]),
        (
            models.Number,
            [
                {"number": number.number, "menu": number.menu}
                for number in wanted.numbers.values()
                if number.menu
            ],
        ),
        (
            models.DirectNumber,
            [
                {
                    "number": number.number,
                    "agent": number.agent or None,
                    "queue": number.queue or None,
                }
                for number in wanted.numbers.values()
                if not number.menu
            ],
        ),
        (
            models.Outbound,
            [{"id": 1, **asdict(wanted.outbound), "allow": list(wanted.outbound.allow)}]
            if wanted.outbound is not None
            else [],
        ),
    ]


def _roster_rows(wanted: Site) -> list[tuple[type[models.Base], Rows]]:
    policy = asdict(wanted.roster) | {"escalation": list(wanted.roster.escalation)}
    return [
        (
            roster_models.Team,
            [{"name": name, "title": title} for name, title in wanted.teams.items()],
        ),
        (
            roster_models.TeamMember,
            [
                {"agent": agent.number, "team": agent.team}
                for agent in wanted.agents.values()
                if agent.team
            ],
        ),
        (
            roster_models.Shift,
            [
                {
                    "name": shift.name,
                    "title": shift.title,
                    "starts": shift.starts,
                    "minutes": shift.minutes,
                    "place": shift.place.value,
                    "zone": shift.zone,
                }
                for shift in wanted.shifts.values()
            ],
        ),
        (
            roster_models.Cover,
            [
                {
                    "name": cover.name,
                    "weekly": cover.calendar.written_week(),
                    "holidays": cover.holidays,
                    "overrides": cover.calendar.written_overrides(),
                    "skill": cover.skill or None,
                    "level": cover.level,
                    "heads": cover.heads,
                }
                for cover in wanted.covers.values()
            ],
        ),
        (roster_models.RosterRules, [{"id": 1, **policy}]),
    ]


def _levels(owner: str, levels: Mapping[str, Skills]) -> Rows:
    return [
        {owner: name, "skill": skill, "level": level}
        for name, skills in levels.items()
        for skill, level in skills.items()
    ]


def _menu_revisions(
    session: Session, current: SiteNow, wanted: Site, now: Millis
) -> dict[str, int]:
    """Publish the menus that changed; menu -> the revision in force."""
    in_force: dict[str, int] = {}
    for name, document in wanted.menus.items():
        known = current.menus.get(name)
        if known is not None and known.document == document:
            in_force[name] = known.revision
            continue
        last = session.scalar(
            select(func.max(models.MenuRevision.revision)).where(models.MenuRevision.menu == name)
        )
        in_force[name] = (last or 0) + 1
        session.add(
            models.MenuRevision(
                menu=name, revision=in_force[name], document=dict(document), published_at=now
            )
        )
    session.flush()
    return in_force


def _key_of(model: type[models.Base]) -> tuple[str, ...]:
    return tuple(column.key for column in inspect(model).primary_key if column.key is not None)


def _put(session: Session, model: type[models.Base], rows: Rows) -> None:
    """Insert what is new and change what differs."""
    key = _key_of(model)
    there = {
        tuple(getattr(row, name) for name in key): row for row in session.scalars(select(model))
    }
    for row in rows:
        found = there.get(tuple(row[name] for name in key))
        if found is None:
            session.add(model(**row))
            continue
        for name, value in row.items():
            if getattr(found, name) != value:
                setattr(found, name, value)
    session.flush()


def _remove(session: Session, model: type[models.Base], rows: Rows) -> None:
    """Delete what is not wanted any more."""
    key = _key_of(model)
    wanted = {tuple(row[name] for name in key) for row in rows}
    for row in session.scalars(select(model)):
        if tuple(getattr(row, name) for name in key) not in wanted:
            session.delete(row)
    session.flush()
