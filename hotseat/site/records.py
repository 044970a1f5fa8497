"""What a site is made of, as frozen records.

`Site` is what a site file says. `SiteNow` is a site in force: it also knows its revision and the
published revision of each menu. Everything else in hotseat reads these, never rows.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from acd.types import Millis, Skills
from hotseat.outbound import OutboundRules
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
    duty: DutyTerms = DutyTerms()


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
class Site:
    """What a site file says, checked: every name that is used exists."""

    name: str
    time_zone: str
    languages: tuple[str, ...]
    """The first is the one a call begins in."""
    skills: Mapping[str, str]
    """Skill -> title."""
    queues: Mapping[str, QueueRecord]
    hours: Mapping[str, HoursRecord]
    agents: Mapping[str, AgentRecord]
    phones: Mapping[str, PhoneRecord]
    menus: Mapping[str, MenuDocument]
    numbers: Mapping[str, NumberRecord]
    outbound: OutboundRules | None = None
    """What may be dialled; nothing if None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNow:
    """The site in force. Revision 0 is the empty site before the first apply."""

    revision: int
    name: str
    time_zone: str
    languages: tuple[str, ...]
    skills: Mapping[str, str]
    queues: Mapping[str, QueueRecord]
    hours: Mapping[str, HoursRecord]
    agents: Mapping[str, AgentRecord]
    phones: Mapping[str, PhoneRecord]
    menus: Mapping[str, MenuRecord]
    numbers: Mapping[str, NumberRecord]
    outbound: OutboundRules | None = None

    def as_written(self) -> Site:
        """The site as its file would say it: without revisions."""
        return Site(
            name=self.name,
            time_zone=self.time_zone,
            languages=self.languages,
            skills=self.skills,
            queues=self.queues,
            hours=self.hours,
            agents=self.agents,
            phones=self.phones,
            menus={name: menu.document for name, menu in self.menus.items()},
            numbers=self.numbers,
            outbound=self.outbound,
        )


EMPTY_SITE = SiteNow(
    revision=0,
    name="",
    time_zone="UTC",
    languages=(),
    skills={},
    queues={},
    hours={},
    agents={},
    phones={},
    menus={},
    numbers={},
)
