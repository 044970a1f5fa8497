"""What a site is made of, as frozen records.

`Site` is what a site file says. `SiteNow` is a site in force: it also knows its revision and the
published revision of each menu. Everything else in hotseat reads these, never rows.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TypeAlias

from acd.types import Millis, Skills
from hotseat.outbound import OutboundRules
from hotseat.roster.coverage import Cover
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.shifts import Shift
from ivr.hours import Calendar
from ivr.waiting import WhileWaiting

MenuDocument: TypeAlias = Mapping[str, object]
"""A menu as it stands in the site file: JSON values only, every key a string."""


class AfterHours(enum.Enum):
    """What becomes of a caller whom nobody on duty can take."""

    WAIT = "wait"
    """The caller waits; somebody may log on."""
    CALLBACK = "callback"
    """A request to be called back is put on record, and the caller is told."""
    VOICEMAIL = "voicemail"
    """The same, with what the caller has to say."""


@dataclass(frozen=True, slots=True)
class DutyTerms:
    """How a queue is served by agents at their duty mobiles, and when there are none."""

    ring_ms: Millis = 40_000
    """How long a mobile may ring and its agent think."""
    together: int = 1
    """How many mobiles are rung at the same time."""
    after_hours: AfterHours = AfterHours.WAIT
    announce: tuple[str, ...] = ("duty-call",)
    """Prompts that tell the agent at a mobile what the call is for."""


@dataclass(frozen=True, slots=True)
class QueueRecord:
    """A queue: what it requires of a seat, and its spans."""

    name: str
    title: str
    requires: Skills
    priority: int
    """Calls of a higher priority are served first."""
    ring_ms: Millis
    wrap_up_ms: Millis
    again_ms: Millis
    """How long a seat that missed a call is not offered the same call again."""
    answer_within_ms: Millis
    """An answer after no longer wait is in time: what the service level is drawn from."""
    music: str
    """Asterisk's music class for those who wait."""
    while_waiting: WhileWaiting | None = None
    """What is said to them now and then; nothing but music if None."""
    volunteers: bool = False
    """Are agents rung who are logged on though the roster has them not on duty?"""
    duty: DutyTerms = DutyTerms()


def removed_queue(name: str, requires: Skills, priority: int) -> QueueRecord:
    """A queue that the site has no more, for those who still wait in it."""
    return QueueRecord(
        name=name,
        title="",
        requires=requires,
        priority=priority,
        ring_ms=20_000,
        wrap_up_ms=10_000,
        again_ms=20_000,
        answer_within_ms=20_000,
        music="default",
    )


@dataclass(frozen=True, slots=True)
class HoursRecord:
    """Opening hours, on the clocks of the site."""

    name: str
    calendar: Calendar
    holidays: str
    """The country (`CN`) whose holidays and make-up workdays count; "" if none do."""


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """A person who takes calls; `number` is the 工号."""

    number: str
    name: str
    skills: Skills
    mobile: str = ""
    """The registered duty mobile, E.164; "" if there is none."""
    team: str = ""
    """"" if in none."""


@dataclass(frozen=True, slots=True)
class PhoneRecord:
    """A SIP endpoint. Its secret is no part of the record: see `phone_secrets`."""

    name: str
    place: str


@dataclass(frozen=True, slots=True)
class NumberRecord:
    """A number that callers dial, and what answers it: a menu, or an agent.

    An agent's own number takes the terms of `queue`, which also serves the call when the agent
    does not. A check-in number is for agents who call from their duty mobiles.
    """

    number: str
    menu: str = ""
    agent: str = ""
    queue: str = ""
    check_in: bool = False


@dataclass(frozen=True, slots=True)
class MenuRecord:
    """One published revision of a menu; it never changes."""

    name: str
    revision: int
    document: MenuDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What a site has, but for its menus, whether in a file or in force."""

    name: str
    time_zone: str
    languages: tuple[str, ...]
    """The first is the one a call begins in."""
    skills: Mapping[str, str]
    """Skill -> title."""
    queues: Mapping[str, QueueRecord]
    hours: Mapping[str, HoursRecord]
    teams: Mapping[str, str]
    """Team -> title."""
    agents: Mapping[str, AgentRecord]
    phones: Mapping[str, PhoneRecord]
    shifts: Mapping[str, Shift]
    covers: Mapping[str, Cover]
    """Who has to be there when, by name."""
    roster: RosterPolicy
    numbers: Mapping[str, NumberRecord]
    outbound: OutboundRules | None = None
    """What may be dialled; nothing if None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(_Parts):
    """What a site file says, checked: every name that is used exists."""

    menus: Mapping[str, MenuDocument]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNow(_Parts):
    """The site in force. Revision 0 is the empty site before the first apply."""

    revision: int
    menus: Mapping[str, MenuRecord]

    def as_written(self) -> Site:
        """The site as its file would say it: without revisions."""
        parts = {part.name: getattr(self, part.name) for part in fields(_Parts)}
        return Site(**parts, menus={name: menu.document for name, menu in self.menus.items()})


EMPTY_SITE = SiteNow(
    revision=0,
    name="",
    time_zone="UTC",
    languages=(),
    skills={},
    queues={},
    hours={},
    teams={},
    agents={},
    phones={},
    shifts={},
    covers={},
    roster=RosterPolicy(),
    menus={},
    numbers={},
)
