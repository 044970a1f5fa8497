"""The tables of the roster. Dates are ISO texts (2026-11-23), which sort as dates do.

Teams, shifts, covers and the policy are the site's. Published duties and requests are history:
they name agents and shifts without foreign keys, for they outlive what is removed from the site.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotseat.db.models import Base, Instant, Name, Title

AgentNumber = String(8)
Day = String(10)
ShiftName = String(16)
Word = String(16)
Who = String(64)
"""A log-in of the admin, an agent number, or `policy`."""


class Team(Base):
    """Agents who belong together."""

    __tablename__ = "team"

    name: Mapped[str] = mapped_column(Name, primary_key=True)
    title: Mapped[str] = mapped_column(Title)


class TeamMember(Base):
    """The team of an agent; one without a row is in none."""

    __tablename__ = "team_member"

    agent: Mapped[str] = mapped_column(ForeignKey("agent.number"), primary_key=True)
    team: Mapped[str] = mapped_column(ForeignKey("team.name"))


class Shift(Base):
    """A template of duties; see `hotseat.roster.shifts.Shift`."""

    __tablename__ = "shift"
    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),)

    name: Mapped[str] = mapped_column(ShiftName, primary_key=True)
    title: Mapped[str] = mapped_column(Title)
    starts: Mapped[int]
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(Word)
    zone: Mapped[str] = mapped_column(String(64))


class Cover(Base):
    """Who has to be there when; the tables are written as in a site file."""

    __tablename__ = "cover"

    name: Mapped[str] = mapped_column(Name, primary_key=True)
    weekly: Mapped[dict[str, Any]]
    holidays: Mapped[str] = mapped_column(String(2))
    overrides: Mapped[dict[str, Any]]
    skill: Mapped[str | None] = mapped_column(ForeignKey("skill.name"))
    level: Mapped[int]
    heads: Mapped[int]


class RosterRules(Base):
    """The one row of the roster's policy; spans in minutes."""

    __tablename__ = "roster_rules"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    rest: Mapped[int]
    swap_notice: Mapped[int]
    leave_notice: Mapped[int]
    swap_approval: Mapped[bool]
    leave_approval: Mapped[bool]
    late_after: Mapped[int]
    holidays: Mapped[str] = mapped_column(String(2))
    escalation: Mapped[list[str]]


class RosterVersion(Base):
    """One publishing. On each date the highest version whose period holds it is in force."""

    __tablename__ = "roster_version"
    __table_args__ = (Index("roster_version_by_day", "last_day", "first_day"),)

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_day: Mapped[str] = mapped_column(Day)
    last_day: Mapped[str] = mapped_column(Day)
    published_at: Mapped[int] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(Who)
    why: Mapped[str] = mapped_column(Text)
    """`swap 12`, or the reason given for its holes; "" if none was asked for."""
    shortcomings: Mapped[list[str]]
    """What was known to be wrong with it."""


class RosterDuty(Base):
    """One duty of one version, with the instants that it meant when it was published."""

    __tablename__ = "roster_duty"
    __table_args__ = (Index("roster_duty_by_agent", "agent", "day"),)

    version: Mapped[int] = mapped_column(ForeignKey("roster_version.version"), primary_key=True)
    day: Mapped[str] = mapped_column(Day, primary_key=True)
    shift: Mapped[str] = mapped_column(ShiftName, primary_key=True)
    agent: Mapped[str] = mapped_column(AgentNumber, primary_key=True)
    place: Mapped[str] = mapped_column(Word)
    begins: Mapped[int] = mapped_column(Instant)
    ends: Mapped[int] = mapped_column(Instant)


class RosterDraft(Base):
    """A roster in the making."""

    __tablename__ = "roster_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_day: Mapped[str] = mapped_column(Day)
    last_day: Mapped[str] = mapped_column(Day)
    base: Mapped[int]
    """The last version that it takes account of; 0 if there was none."""
    made_by: Mapped[str] = mapped_column(Who)
    changed_at: Mapped[int] = mapped_column(Instant)


class DraftAssignment(Base):
    """One assignment of a draft."""

    __tablename__ = "draft_assignment"

    draft: Mapped[int] = mapped_column(ForeignKey("roster_draft.id"), primary_key=True)
    day: Mapped[str] = mapped_column(Day, primary_key=True)
    shift: Mapped[str] = mapped_column(ShiftName, primary_key=True)
    agent: Mapped[str] = mapped_column(AgentNumber, primary_key=True)


class RosterRequest(Base):
    """A leave or a swap; see `hotseat.roster.requests.Request`."""

    __tablename__ = "roster_request"
    __table_args__ = (Index("roster_request_by_state", "state", "last_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    asker: Mapped[str] = mapped_column(AgentNumber)
    other: Mapped[str] = mapped_column(AgentNumber)
    first_day: Mapped[str] = mapped_column(Day)
    last_day: Mapped[str] = mapped_column(Day)
    gives_day: Mapped[str | None] = mapped_column(Day)
    gives_shift: Mapped[str | None] = mapped_column(ShiftName)
    takes_day: Mapped[str | None] = mapped_column(Day)
    takes_shift: Mapped[str | None] = mapped_column(ShiftName)
    state: Mapped[str] = mapped_column(Word)


class RosterWord(Base):
    """One word about a request, in the order in which it was given. Never changed."""

    __tablename__ = "roster_word"

    request: Mapped[int] = mapped_column(ForeignKey("roster_request.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(Word)
    given_by: Mapped[str] = mapped_column(Who)
    given_at: Mapped[int] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(Text)
