"""What the roster's commands share: the site, its rules, days, and who it is that asks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from getpass import getuser
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.db.commands import opened
from hotseat.db.engine import reading, writing
from hotseat.db.roster_writes import NoSuchEntry, NotPublished
from hotseat.db.rosters import AROUND, KeptDraft, drafts, leaves
from hotseat.db.snapshot import site_now
from hotseat.roster.drafts import EditRefused
from hotseat.roster.requests import IllegalStep
from hotseat.roster.rotations import RotationMisused
from hotseat.roster.rules import Rules
from hotseat.roster.shifts import Duty, day_of
from hotseat.site.records import SiteNow
from hotseat.site.roster_rules import rules_of
from hotseat.terminal import Function, fail, tell
from words import said

REFUSALS = (EditRefused, IllegalStep, NoSuchEntry, NotPublished, RotationMisused)

BEGIN = "hotseat roster draft begin FIRST"
"""What brings a first draft."""


class Day(click.ParamType[date]):
    """A date like 2026-11-23."""

    name = "day"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """The date that the text names."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            why = said('no date "%(name)s"; write it like 2026-12-31', name=value)
            self.fail(tell(why), param, ctx)


@dataclass(frozen=True, slots=True)
class AtHand:
    """One transaction on the instance's roster."""

    session: Session
    site: SiteNow
    zone: ZoneInfo
    now: Millis

    @property
    def today(self) -> date:
        """On the clocks of the site."""
        return day_of(self.now, self.zone)

    @property
    def monday(self) -> date:
        """The first day of this week."""
        return self.today - timedelta(days=self.today.weekday())

    @property
    def names(self) -> dict[str, str]:
        """Agent -> name."""
        return {agent.number: agent.name for agent in self.site.agents.values()}

    def rules(self, first: date, last: date) -> Rules:
        """The rules in force for a period."""
        away = leaves(self.session, first - AROUND, last + AROUND)
        return rules_of(self.site, away, first - AROUND, last + AROUND)

    def draft(self, number: int | None) -> KeptDraft:
        """The draft of that number, or the only one; otherwise a clear end."""
        found = [one for one in drafts(self.session) if number in (None, one.id)]
        if len(found) == 1:
            return found[0]
        if not found:
            fail(
                said("there is no draft; `%(command)s` begins one", command=BEGIN)
                if number is None
                else said(
                    "no draft %(n)s; `%(command)s` shows them",
                    n=number,
                    command="hotseat roster draft list",
                )
            )
        numbers = ", ".join(str(one.id) for one in found)
        fail(said("there are several drafts, say which: --draft %(numbers)s", numbers=numbers))

    def require_agent(self, number: str) -> None:
        """A clear end if the site has no such agent."""
        if number not in self.site.agents:
            known = ", ".join(self.site.agents)
            fail(said("no agent %(agent)s; the site has %(known)s", agent=number, known=known))


@contextmanager
def at_hand(*, changes: bool = False) -> Iterator[AtHand]:
    """The roster of the instance; what cannot be is a clear end, and nothing is changed."""
    with opened() as engine, (writing if changes else reading)(engine) as session:
        site = site_now(session)
        if not site.revision:
            fail(
                said(
                    "there is no site yet; `%(command)s` makes one to begin with",
                    command="hotseat site apply --demo",
                )
            )
        try:
            yield AtHand(session, site, ZoneInfo(site.time_zone), time.time_ns() // 1_000_000)
        except REFUSALS as refused:
            fail(str(refused))


def by_option(function: Function) -> Function:
    """Who it is that does it."""
    return click.option(
        "--by", default=getuser, metavar="NAME", help="Who does it; you, unless said otherwise."
    )(function)


def draft_option(function: Function) -> Function:
    """Which draft, if there are several."""
    return click.option(
        "-d", "--draft", "number", type=int, metavar="N", help="Which draft, if there are several."
    )(function)


def plain_duty(duty: Duty) -> dict[str, Any]:
    """For programs."""
    return {
        "agent": duty.agent,
        "day": duty.day.isoformat(),
        "shift": duty.shift,
        "place": duty.place.value,
        "begins": duty.begins,
        "ends": duty.ends,
    }
