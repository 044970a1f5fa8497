"""The roster's part of a site file: shifts, who has to be there, and the rules.

shifts:
  A: {title: A班, hours: 09:00-17:00, place: office}
coverage:
  hotline: {weekly: {mon-sun: [09:00-24:00]}, heads: 1}
roster: {rest_hours: 11, swap_approval: true}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotseat.public_holidays import is_known
from hotseat.roster.coverage import STANDARD_COVER, Cover
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.shifts import Place, Shift
from hotseat.site.calendars import read_hours
from hotseat.site.fields import AGENT, COUNTRY, NAME, SiteFields, Spelling, is_time_zone
from hotseat.site.records import Site
from ivr.hours import Span
from ivr.menus.fields import no_such
from words import said

PLACE = Spelling(said("place"), "office|home", said("write office or home"))
ZONE = Spelling(
    said("time zone"), "[A-Za-z0-9_+/-]{1,64}", said("write it like %(like)s", like="Europe/Berlin")
)


def read_shift(name: str, fields: SiteFields) -> Shift:
    """One entry of `shifts`; problems are noted."""
    title, text = fields.text("title"), fields.text("hours")
    span = Span(0, 1)
    try:
        span = Span.parse(text) if text else span
    except ValueError:
        fields.wrong(
            "hours",
            said('no hours "%(name)s"; write it like 09:00-17:00 or 22:00-06:00', name=text),
        )
    place = fields.spelt("place", PLACE, default="office")
    zone = fields.spelt("time_zone", ZONE, default="")
    if zone and not is_time_zone(zone):
        fields.wrong(
            "time_zone",
            said(
                'no time zone "%(name)s"; write it like %(like)s', name=zone, like="Europe/Berlin"
            ),
        )
    return Shift(name, title, span.opens, span.closes - span.opens, Place(place), zone)


def read_cover(name: str, fields: SiteFields) -> Cover:
    """One entry of `coverage`; problems are noted."""
    hours = read_hours(name, fields)
    skill, level = fields.spelt("skill", NAME, default=""), fields.whole("level", 1, 10, default=1)
    return Cover(
        name,
        hours.calendar,
        hours.holidays,
        skill=skill,
        level=level if skill else 1,
        heads=fields.whole("heads", 1, 1000, default=1),
    )


def read_covers(section: Mapping[str, Cover], said: bool) -> Mapping[str, Cover]:
    """What the file asks for; the standard cover if it says nothing about it."""
    return section if said else {STANDARD_COVER.name: STANDARD_COVER}


def read_policy(fields: SiteFields) -> RosterPolicy:
    """The section `roster`, which may be left out."""
    holidays = fields.spelt("holidays", COUNTRY, default="")
    if holidays and not is_known(holidays):
        fields.wrong(
            "holidays", said('nothing is known of the holidays of "%(country)s"', country=holidays)
        )
    return RosterPolicy(
        rest=60 * fields.whole("rest_hours", 0, 24, default=11),
        swap_notice=fields.whole("swap_notice_minutes", 0, 20_160, default=0),
        leave_notice=60 * fields.whole("leave_notice_hours", 0, 1_440, default=24),
        swap_approval=fields.flag("swap_approval", default=True),
        leave_approval=fields.flag("leave_approval", default=True),
        late_after=fields.whole("late_after_minutes", 0, 120, default=1),
        holidays=holidays,
        escalation=fields.words("escalation", AGENT, least=0),
    )


def check_rosters(whole: SiteFields, site: Site) -> None:
    """Names that the sections use exist; what is not there is noted."""
    for agent in site.agents.values():
        if agent.team and agent.team not in site.teams:
            whole.wrong(
                f"agents.{agent.number}.team", no_such(said("team"), agent.team, site.teams)
            )
    for cover in site.covers.values():
        if cover.skill and cover.skill not in site.skills:
            whole.wrong(
                f"coverage.{cover.name}.skill", no_such(said("skill"), cover.skill, site.skills)
            )
    for place, number in enumerate(site.roster.escalation):
        if number not in site.agents:
            whole.wrong(f"roster.escalation.{place}", no_such(said("agent"), number, site.agents))


def written_shift(shift: Shift) -> dict[str, Any]:
    """One entry of `shifts`, as a site file has it."""
    return {
        "title": shift.title,
        "hours": str(Span(shift.starts, shift.starts + shift.minutes)),
        "place": shift.place.value,
        **({"time_zone": shift.zone} if shift.zone else {}),
    }


def written_cover(cover: Cover) -> dict[str, Any]:
    """One entry of `coverage`."""
    return {
        "weekly": cover.calendar.written_week(),
        **({"holidays": cover.holidays} if cover.holidays else {}),
        "overrides": cover.calendar.written_overrides(),
        **({"skill": cover.skill, "level": cover.level} if cover.skill else {}),
        "heads": cover.heads,
    }


def written_policy(policy: RosterPolicy) -> dict[str, Any]:
    """The section `roster`."""
    return {
        "rest_hours": policy.rest // 60,
        "swap_notice_minutes": policy.swap_notice,
        "leave_notice_hours": policy.leave_notice // 60,
        "swap_approval": policy.swap_approval,
        "leave_approval": policy.leave_approval,
        "late_after_minutes": policy.late_after,
        **({"holidays": policy.holidays} if policy.holidays else {}),
        "escalation": list(policy.escalation),
    }
