"""The site in force, and what else a starting server reads, as frozen records."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from acd.effects import SeatKept
from acd.types import CallId, Millis, SeatId
from hotseat.db import models, roster_models
from hotseat.outbound import OutboundRules
from hotseat.roster.coverage import Cover
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.shifts import Place, Shift
from hotseat.site.records import (
    EMPTY_SITE,
    AfterHours,
    AgentRecord,
    DutyTerms,
    HoursRecord,
    MenuRecord,
    NumberRecord,
    PhoneRecord,
    QueueRecord,
    SiteNow,
)
from ivr.hours import Calendar
from ivr.waiting import WhileWaiting
from words import listed, said


def current_revision(session: Session) -> int:
    """The revision of the site in force; 0 before the first apply."""
    return session.scalar(select(func.max(models.ConfigRevision.revision))) or 0


class SiteUnreadable(ValueError):
    """Somebody wrote what makes no sense into the tables; the text says what, and how to go on."""


def site_now(session: Session) -> SiteNow:
    """The whole site in force. Every mapping is sorted by its key. Raises SiteUnreadable."""
    try:
        return _site_now(session)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A column of JSON holds whatever was written into it.
        why = said(
            "the site has a row that cannot be read: %(error)s",
            error=f"{type(error).__name__}: {error}",
        )
        fix = said("correct it by hand, or: %(command)s", command="hotseat restore FILE")
        raise SiteUnreadable(listed([why, fix])) from error


def _site_now(session: Session) -> SiteNow:
    site = session.get(models.Site, 1)
    if site is None:
        return EMPTY_SITE
    required = _levels(
        session, select(models.QueueSkill.queue, models.QueueSkill.skill, models.QueueSkill.level)
    )
    skilled = _levels(
        session, select(models.AgentSkill.agent, models.AgentSkill.skill, models.AgentSkill.level)
    )
    members = {row.agent: row.team for row in session.scalars(select(roster_models.TeamMember))}
    said = {
        row.queue: WhileWaiting(row.every_ms, row.position, row.expected_wait, tuple(row.comfort))
        for row in session.scalars(select(models.WhileWaiting))
    }
    duty = {
        row.queue: DutyTerms(
            row.ring_ms, row.together, AfterHours(row.after_hours), tuple(row.announce)
        )
        for row in session.scalars(select(models.QueueDuty))
    }
    mobiles = {row.agent: row.number for row in session.scalars(select(models.DutyMobile))}
    published = select(models.MenuRevision).join(
        models.Menu,
        (models.Menu.name == models.MenuRevision.menu)
        & (models.Menu.revision == models.MenuRevision.revision),
    )
    return SiteNow(
        revision=current_revision(session),
        name=site.name,
        time_zone=site.time_zone,
        languages=tuple(site.languages),
        skills={
            skill.name: skill.title
            for skill in session.scalars(select(models.Skill).order_by(models.Skill.name))
        },
        queues={
            queue.name: QueueRecord(
                name=queue.name,
                title=queue.title,
                requires=required.get(queue.name, {}),
                priority=queue.priority,
                ring_ms=queue.ring_ms,
                wrap_up_ms=queue.wrap_up_ms,
                again_ms=queue.again_ms,
                answer_within_ms=queue.answer_within_ms,
                music=queue.music,
                while_waiting=said.get(queue.name),
                volunteers=queue.volunteers,
                duty=duty.get(queue.name, DutyTerms()),
            )
            for queue in session.scalars(select(models.Queue).order_by(models.Queue.name))
        },
        hours={
            row.name: HoursRecord(row.name, Calendar.read(row.weekly, row.overrides), row.holidays)
            for row in session.scalars(select(models.Hours).order_by(models.Hours.name))
        },
        teams={
            team.name: team.title
            for team in session.scalars(
                select(roster_models.Team).order_by(roster_models.Team.name)
            )
        },
        agents={
            agent.number: AgentRecord(
                agent.number,
                agent.name,
                skilled.get(agent.number, {}),
                mobiles.get(agent.number, ""),
                team=members.get(agent.number, ""),
            )
            for agent in session.scalars(select(models.Agent).order_by(models.Agent.number))
        },
        phones={
            phone.name: PhoneRecord(phone.name, phone.place)
            for phone in session.scalars(select(models.Phone).order_by(models.Phone.name))
        },
        shifts=_shifts(session),
        covers=_covers(session),
        roster=_roster_policy(session),
        menus={
            row.menu: MenuRecord(row.menu, row.revision, row.document)
            for row in session.scalars(published.order_by(models.MenuRevision.menu))
        },
        numbers=_numbers(session),
        outbound=_outbound(session),
    )


def _numbers(session: Session) -> dict[str, NumberRecord]:
    found = [NumberRecord(row.number, row.menu) for row in session.scalars(select(models.Number))]
    found += [
        NumberRecord(
            row.number, agent=row.agent or "", queue=row.queue or "", check_in=row.agent is None
        )
        for row in session.scalars(select(models.DirectNumber))
    ]
    return {record.number: record for record in sorted(found, key=lambda record: record.number)}


def _outbound(session: Session) -> OutboundRules | None:
    row = session.get(models.Outbound, 1)
    if row is None:
        return None
    return OutboundRules(
        country=row.country,
        allow=tuple(row.allow),
        caller_id=row.caller_id,
        per_number_a_day=row.per_number_a_day,
        per_hour=row.per_hour,
        per_day=row.per_day,
        stopped=row.stopped,
    )


def _shifts(session: Session) -> dict[str, Shift]:
    rows = session.scalars(select(roster_models.Shift).order_by(roster_models.Shift.name))
    return {
        row.name: Shift(row.name, row.title, row.starts, row.minutes, Place(row.place), row.zone)
        for row in rows
    }


def _covers(session: Session) -> dict[str, Cover]:
    rows = session.scalars(select(roster_models.Cover).order_by(roster_models.Cover.name))
    return {
        row.name: Cover(
            row.name,
            Calendar.read(row.weekly, row.overrides),
            row.holidays,
            skill=row.skill or "",
            level=row.level,
            heads=row.heads,
        )
        for row in rows
    }


def _roster_policy(session: Session) -> RosterPolicy:
    row = session.get(roster_models.RosterRules, 1)
    if row is None:
        return RosterPolicy()
    return RosterPolicy(
        rest=row.rest,
        swap_notice=row.swap_notice,
        leave_notice=row.leave_notice,
        swap_approval=row.swap_approval,
        leave_approval=row.leave_approval,
        late_after=row.late_after,
        holidays=row.holidays,
        escalation=tuple(row.escalation),
    )


def menu_at(session: Session, name: str, revision: int) -> MenuRecord | None:
    """One published revision of a menu, in force or not; None if it never was."""
    row = session.get(models.MenuRevision, (name, revision))
    return None if row is None else MenuRecord(row.menu, row.revision, row.document)


def menu_revisions(session: Session, name: str) -> list[tuple[int, Millis]]:
    """(revision, when it was published) of all that a menu ever had, newest first."""
    rows = session.execute(
        select(models.MenuRevision.revision, models.MenuRevision.published_at)
        .where(models.MenuRevision.menu == name)
        .order_by(models.MenuRevision.revision.desc())
    )
    return [(revision, at) for revision, at in rows]


def menus_taken_off(session: Session) -> list[str]:
    """Menus that were published once and are on the site no more; their revisions are kept."""
    rows = (
        select(models.MenuRevision.menu)
        .where(models.MenuRevision.menu.not_in(select(models.Menu.name)))
        .distinct()
        .order_by(models.MenuRevision.menu)
    )
    return list(session.scalars(rows))


def phone_secrets(session: Session) -> list[tuple[str, str]]:
    """(phone, secret) of every phone, for Asterisk's files only."""
    rows = session.execute(
        select(models.Phone.name, models.Phone.secret).order_by(models.Phone.name)
    )
    return [(name, secret) for name, secret in rows]


def kept_seats(session: Session) -> list[SeatKept]:
    """The seats as they were last, by agent number."""
    return [
        SeatKept(
            seat=SeatId(row.agent),
            phone=row.phone,
            paused=row.paused,
            idle_since=row.idle_since,
            wrap_up_until=row.wrap_up_until,
            rests_after=None if row.rests_after is None else CallId(row.rests_after),
        )
        for row in session.scalars(select(models.Seat).order_by(models.Seat.agent))
    ]


def last_placed(session: Session) -> dict[str, dict[str, Any]]:
    """Agent -> facts of the last `placed` row, for the seats that are kept, however old it is."""
    journal = models.Journal
    last = (
        select(func.max(journal.id))
        .where(journal.kind == "placed", journal.seat.in_(select(models.Seat.agent)))
        .group_by(journal.seat)
    )
    rows = session.execute(select(journal.seat, journal.facts).where(journal.id.in_(last)))
    return {str(seat): facts for seat, facts in rows}


def _levels(session: Session, rows: Select[str, str, int]) -> dict[str, dict[str, int]]:
    """owner -> skill -> level."""
    levels: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for owner, skill, level in session.execute(rows.order_by("skill")):
        levels[owner][skill] = level
    return levels
