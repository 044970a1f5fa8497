"""The tables. Instants are UTC milliseconds; a span in a column called `…_ms` is milliseconds.

History (call, journal, seat) names agents, queues and menus without foreign keys: it has to
outlive what an administrator removes from the site.
"""

from __future__ import annotations

import enum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from hotseat.callbacks import Result, State
from hotseat.history import Category, EndedBy, Outcome

Instant = BigInteger()
Name = String(32)
"""Names in the site file: `[a-z0-9-]{1,32}`."""
Title = String(100)
PhoneNumber = String(32)
UlidText = String(26)
JournalId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite's row id has to be declared INTEGER; it is 64 bits wide all the same."""


PRESENCE = text(
    "kind = 'logged_on' OR kind = 'logged_off' OR kind = 'paused' OR kind = 'pause_over'"
)
"""The journal's rows that say who was there; a query has to say it with the same words."""


def _one_of(column: str, words: type[enum.Enum]) -> CheckConstraint:
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Base(DeclarativeBase):
    """Names every constraint, so that later migrations can find it on any database."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: JSON, list[str]: JSON}


# --- the site -------------------------------------------------------------------------------


class ConfigRevision(Base):
    """One applied change of the site. The highest revision is in force.

    Who changes the site holds `hotseat.db.engine.lock_site` and inserts its row first. Were the
    lock forgotten, of two writers that began at the same revision the primary key would still let
    exactly one through.
    """

    __tablename__ = "config_revision"

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    applied_at: Mapped[int] = mapped_column(Instant)
    changes: Mapped[list[str]]
    """The plan in words."""


class Site(Base):
    """The one row about the site as a whole."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str] = mapped_column(Title)
    time_zone: Mapped[str] = mapped_column(String(64))
    languages: Mapped[list[str]]


class User(Base):
    """A log-in to the admin."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(Title)
    roles: Mapped[list[str]]


class Skill(Base):
    """Something a seat can do."""

    __tablename__ = "skill"

    name: Mapped[str] = mapped_column(Name, primary_key=True)
    title: Mapped[str] = mapped_column(Title)


class Agent(Base):
    """A person who takes calls."""

    __tablename__ = "agent"

    number: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(Title)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), unique=True)


class AgentPin(Base):
    """What an agent proves to be the agent with, at any phone; see `hotseat.pins`."""

    __tablename__ = "agent_pin"

    agent: Mapped[str] = mapped_column(
        ForeignKey("agent.number", ondelete="CASCADE"), primary_key=True
    )
    pin: Mapped[str] = mapped_column(String(200))
    """Its hash."""


class DutyMobile(Base):
    """The mobile that an agent takes calls at on home duty, E.164."""

    __tablename__ = "duty_mobile"

    agent: Mapped[str] = mapped_column(ForeignKey("agent.number"), primary_key=True)
    number: Mapped[str] = mapped_column(PhoneNumber)


class AgentSkill(Base):
    """How well an agent can do it."""

    __tablename__ = "agent_skill"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 10", name="level"),)

    agent: Mapped[str] = mapped_column(ForeignKey("agent.number"), primary_key=True)
    skill: Mapped[str] = mapped_column(ForeignKey("skill.name"), primary_key=True)
    level: Mapped[int]


class Phone(Base):
    """A SIP endpoint with its own credential."""

    __tablename__ = "phone"

    name: Mapped[str] = mapped_column(Name, primary_key=True)
    place: Mapped[str] = mapped_column(Title)
    secret: Mapped[str] = mapped_column(String(64))


class Queue(Base):
    """Where callers wait."""

    __tablename__ = "queue"

    name: Mapped[str] = mapped_column(Name, primary_key=True)
    title: Mapped[str] = mapped_column(Title)
    priority: Mapped[int]
    ring_ms: Mapped[int]
    wrap_up_ms: Mapped[int]
    again_ms: Mapped[int]
    music: Mapped[str] = mapped_column(String(64))
    volunteers: Mapped[bool]
    answer_within_ms: Mapped[int]


class QueueSkill(Base):
    """What a queue requires of a seat, with the least level."""

    __tablename__ = "queue_skill"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 10", name="level"),)

    queue: Mapped[str] = mapped_column(ForeignKey("queue.name"), primary_key=True)
    skill: Mapped[str] = mapped_column(ForeignKey("skill.name"), primary_key=True)
    level: Mapped[int]


class WhileWaiting(Base):
    """What a queue says to those who wait in it; a queue without a row says nothing."""

    __tablename__ = "while_waiting"

    queue: Mapped[str] = mapped_column(ForeignKey("queue.name"), primary_key=True)
    every_ms: Mapped[int]
    position: Mapped[bool]
    expected_wait: Mapped[bool]
    comfort: Mapped[list[str]]


class QueueDuty(Base):
    """How a queue is served from duty mobiles, where that is not as by default."""

    __tablename__ = "queue_duty"

    queue: Mapped[str] = mapped_column(ForeignKey("queue.name"), primary_key=True)
    ring_ms: Mapped[int]
    together: Mapped[int]
    after_hours: Mapped[str] = mapped_column(String(16))
    announce: Mapped[list[str]]


class Hours(Base):
    """Opening hours; the tables are written as in a site file, by weekday and by date."""

    __tablename__ = "hours"

    name: Mapped[str] = mapped_column(Name, primary_key=True)
    weekly: Mapped[dict[str, Any]]
    holidays: Mapped[str] = mapped_column(String(2))
    overrides: Mapped[dict[str, Any]]


class MenuRevision(Base):
    """A published menu. Rows are never changed or removed: running calls are pinned to them."""

    __tablename__ = "menu_revision"

    menu: Mapped[str] = mapped_column(Name, primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]]
    published_at: Mapped[int] = mapped_column(Instant)


class Menu(Base):
    """Which revision of a menu is in force; a menu taken off the site has no row."""

    __tablename__ = "menu"
    __table_args__ = (
        ForeignKeyConstraint(
            ["name", "revision"], ["menu_revision.menu", "menu_revision.revision"]
        ),
    )

    name: Mapped[str] = mapped_column(Name, primary_key=True)
    revision: Mapped[int]


class Number(Base):
    """A number that callers dial."""

    __tablename__ = "number"

    number: Mapped[str] = mapped_column(PhoneNumber, primary_key=True)
    menu: Mapped[str] = mapped_column(ForeignKey("menu.name"))


class DirectNumber(Base):
    """A number that no menu answers: an agent's own, or the check-in's if it has no agent."""

    __tablename__ = "direct_number"
    __table_args__ = (
        CheckConstraint("(agent IS NULL) = (queue IS NULL)", name="agent_with_queue"),
    )

    number: Mapped[str] = mapped_column(PhoneNumber, primary_key=True)
    agent: Mapped[str | None] = mapped_column(ForeignKey("agent.number"))
    queue: Mapped[str | None] = mapped_column(ForeignKey("queue.name"))


class Outbound(Base):
    """The one row about what may be dialled; a site without it dials nothing."""

    __tablename__ = "outbound"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    country: Mapped[str] = mapped_column(String(2))
    allow: Mapped[list[str]]
    caller_id: Mapped[str] = mapped_column(PhoneNumber)
    per_number_a_day: Mapped[int]
    per_hour: Mapped[int]
    per_day: Mapped[int]
    stopped: Mapped[bool]


# --- what happened --------------------------------------------------------------------------


class Seat(Base):
    """A seat as it must be found after a restart."""

    __tablename__ = "seat"

    agent: Mapped[str] = mapped_column(String(8), primary_key=True)
    phone: Mapped[str] = mapped_column(Name)
    paused: Mapped[str | None] = mapped_column(Title)
    idle_since: Mapped[int] = mapped_column(Instant)
    wrap_up_until: Mapped[int | None] = mapped_column(Instant)
    rests_after: Mapped[str | None] = mapped_column(UlidText)


class Call(Base):
    """The summary of one call; see `hotseat.history.CallRow` for the columns."""

    __tablename__ = "call"
    __table_args__ = (
        _one_of("outcome", Outcome),
        _one_of("ended_by", EndedBy),
        Index("call_by_arrival", "arrived_at"),
        Index("call_by_caller", "caller", "arrived_at"),
        # Recovery looks for open calls at every start; they are few among millions.
        Index(
            "call_open",
            "arrived_at",
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(UlidText, primary_key=True)
    number: Mapped[str | None] = mapped_column(PhoneNumber)
    caller: Mapped[str | None] = mapped_column(PhoneNumber)
    caller_name: Mapped[str | None] = mapped_column(String(200))
    came_from: Mapped[str | None] = mapped_column(String(16))
    uniqueid: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(8))
    menu: Mapped[str | None] = mapped_column(Name)
    menu_revision: Mapped[int | None]
    queue: Mapped[str | None] = mapped_column(Name)
    priority: Mapped[int] = mapped_column(default=0)
    arrived_at: Mapped[int] = mapped_column(Instant)
    queued_at: Mapped[int | None] = mapped_column(Instant)
    answered_at: Mapped[int | None] = mapped_column(Instant)
    talk_ended_at: Mapped[int | None] = mapped_column(Instant)
    ended_at: Mapped[int | None] = mapped_column(Instant)
    seat: Mapped[str | None] = mapped_column(String(8))
    offers: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str | None] = mapped_column(String(16))
    ended_by: Mapped[str | None] = mapped_column(String(16))
    wait_ms: Mapped[int | None] = mapped_column(BigInteger)
    talk_ms: Mapped[int | None] = mapped_column(BigInteger)
    estimated: Mapped[bool] = mapped_column(default=False)
    in_time: Mapped[bool | None]
    wrap_up_ended_at: Mapped[int | None] = mapped_column(Instant)


class CallbackRequest(Base):
    """A caller who is to be called back; see `hotseat.callbacks.Callback` for the columns."""

    __tablename__ = "callback_request"
    __table_args__ = (
        _one_of("state", State),
        _one_of("result", Result),
        Index("callback_request_by_state", "state", "asked_at"),
    )

    call: Mapped[str] = mapped_column(UlidText, primary_key=True)
    asked_at: Mapped[int] = mapped_column(Instant)
    queue: Mapped[str] = mapped_column(Name)
    caller: Mapped[str] = mapped_column(PhoneNumber)
    language: Mapped[str] = mapped_column(String(8))
    recording: Mapped[str] = mapped_column(String(100))
    """The file of what the caller said, in Asterisk's spool folder; "" if nothing."""
    state: Mapped[str] = mapped_column(String(8), default=State.OPEN.value)
    taken_by: Mapped[str | None] = mapped_column(String(8))
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[int | None] = mapped_column(Instant)
    next_try_at: Mapped[int | None] = mapped_column(Instant)
    result: Mapped[str] = mapped_column(String(16), default=Result.NONE.value)
    note: Mapped[str] = mapped_column(Text, default="")
    heard_at: Mapped[int | None] = mapped_column(Instant)
    done_at: Mapped[int | None] = mapped_column(Instant)


class CallNote(Base):
    """What an agent wrote down of a call."""

    __tablename__ = "call_note"
    __table_args__ = (_one_of("category", Category),)

    call: Mapped[str] = mapped_column(UlidText, primary_key=True)
    category: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(64))
    """The log-in."""
    at: Mapped[int] = mapped_column(Instant)


class Journal(Base):
    """The append-only history."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("journal_by_call", "call_id"),
        Index("journal_by_time", "at"),
        # A call ends once, whatever two processes or a replay believe.
        Index(
            "journal_one_end",
            "call_id",
            unique=True,
            sqlite_where=text("kind = 'ended'"),
            postgresql_where=text("kind = 'ended'"),
        ),
        # Attendance and figures ask who was there in some days, few rows among what happened.
        Index(
            "journal_presence",
            "kind",
            "at",
            "seat",
            sqlite_where=PRESENCE,
            postgresql_where=PRESENCE,
        ),
        # Asked at every start, and days may lie between two of them.
        Index(
            "journal_switch_up",
            "id",
            sqlite_where=text("kind = 'switch_up'"),
            postgresql_where=text("kind = 'switch_up'"),
        ),
        # Asked at every start for each seat, which may be logged on for weeks.
        Index(
            "journal_placed",
            "seat",
            "id",
            sqlite_where=text("kind = 'placed'"),
            postgresql_where=text("kind = 'placed'"),
        ),
        # Asked by the figures of a day, few rows among what happened.
        Index(
            "journal_called_back",
            "at",
            sqlite_where=text("kind = 'called_back'"),
            postgresql_where=text("kind = 'called_back'"),
        ),
    )

    id: Mapped[int] = mapped_column(JournalId, primary_key=True, autoincrement=False)
    """Minted by the writer, rising: the same row written twice is one row."""
    at: Mapped[int] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(32))
    call_id: Mapped[str | None] = mapped_column(UlidText)
    seat: Mapped[str | None] = mapped_column(String(8))
    queue: Mapped[str | None] = mapped_column(Name)
    facts: Mapped[dict[str, Any]]
