"""`hotseat roster show|check|publish`; drafts, requests and attendance have files of their own."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import Any

import click

from hotseat.db.roster_writes import check_draft, publish_again, publish_draft
from hotseat.db.rosters import (
    AROUND,
    Version,
    drafts,
    published,
    published_days,
    versions,
)
from hotseat.roster.coverage import Hole, series
from hotseat.roster.fixes import fixes
from hotseat.roster.rules import Findings, Rules
from hotseat.roster.shifts import Duty
from hotseat.rostering.at_hand import AtHand, Day, at_hand, by_option, draft_option, plain_duty
from hotseat.rostering.attendance import attendance_command
from hotseat.rostering.draft import draft
from hotseat.rostering.grid import LEGEND, coverage_strips, week_grid, weeks
from hotseat.rostering.requests import leave, swap
from hotseat.site.commands import reload_running_server
from hotseat.site.roster_rules import holidays_of
from hotseat.tables import table
from hotseat.terminal import as_json, fail, language, moment, show, tell
from words import said

MOST_NAMES = 30

_VERSIONS = (
    *(said("version"), said("first day"), said("last day"), said("published")),
    *(said("published by"), said("reason"), said("known holes")),
)


@click.group()
def roster() -> None:
    """Say who works when: draft a period, check it, publish it; swaps, leave, attendance.

    Shifts, coverage and the rules stand in the site file. What is published decides who is rung:
    a seat that is not on duty gets no calls. Without a roster whoever is logged on is on duty.

    \b
    From nothing to a roster:
      hotseat roster draft begin 2026-11-23 --weeks 3 \\
          --rotation three-weeks-four --agents 1001,1002,1004,1005
      hotseat roster show --draft 1
      hotseat roster check
      hotseat roster publish --reason "after 22:00 callers leave a message"
    """


@roster.command("show")
@click.argument("first", required=False, type=Day())
@click.option("--weeks", "count", type=click.IntRange(1, 53), default=1, help="How many (1).")
@draft_option
@click.option("--versions", "history", is_flag=True, help="What was published, when and by whom.")
@as_json
def show_command(
    first: date | None, count: int, number: int | None, history: bool, json_: bool
) -> None:
    """Show the published roster of this week, or from FIRST on, as a picture.

    \b
    Examples:
      hotseat roster show
      hotseat roster show 2026-11-23 --weeks 3
      hotseat roster show --draft 1
      hotseat roster show --versions
    """
    with at_hand() as office:
        if history:
            found = versions(office.session)
            text = _versions_table(found, office) or said("nothing is published yet")
            show(json_, [_plain_version(one) for one in found], text)
            return
        begin = first or office.monday
        last = begin + timedelta(days=7 * count - 1)
        rules = office.rules(begin, last)
        if number is not None:
            kept = office.draft(number).draft
            begin, last = kept.first, kept.last
            rules = office.rules(begin, last)
            duties = rules.duties(one for one in kept.assignments if one.shift in rules.shifts)
            head = said(
                "draft %(n)s: %(first)s to %(last)s", n=number, first=str(begin), last=str(last)
            )
        else:
            duties = published(office.session, begin, last)
            days = published_days(office.session, begin, last)
            head = said(
                "%(first)s to %(last)s: %(n)s of %(all)s days are published",
                first=str(begin),
                last=str(last),
                n=len(days),
                all=7 * count,
            )
        picture = _picture(duties, rules, office, begin, last)
    show(json_, [plain_duty(duty) for duty in duties], f"{tell(head)}\n\n{picture}")


@roster.command("check")
@click.argument("first", required=False, type=Day())
@click.option("--weeks", "count", type=click.IntRange(1, 53), default=2, help="How many (2).")
@draft_option
@as_json
def check_command(first: date | None, count: int, number: int | None, json_: bool) -> None:
    """Is everything covered, with enough rest? Names every hole and what would close it.

    Checks the draft if there is one, otherwise (or with FIRST) what is published. Ends with exit
    code 1 if there is anything to say.

    \b
    Examples:
      hotseat roster check
      hotseat roster check 2026-11-23 --weeks 1
    """
    with at_hand() as office:
        if number is not None or (first is None and drafts(office.session)):
            kept = office.draft(number).draft
            begin, last = kept.first, kept.last
            rules = office.rules(begin, last)
            findings = check_draft(office.session, kept, rules)
            own = rules.duties(one for one in kept.assignments if one.shift in rules.shifts)
            subject = said("the draft for %(first)s to %(last)s", first=str(begin), last=str(last))
        else:
            begin = first or office.today
            last = begin + timedelta(days=7 * count - 1)
            rules = office.rules(begin, last)
            own = published(office.session, begin, last)
            around = published(office.session, begin - AROUND, last + AROUND)
            outside = [duty for duty in around if not begin <= duty.day <= last]
            findings = rules.check([duty.assignment for duty in own], outside, begin, last)
            subject = said(
                "the published roster of %(first)s to %(last)s", first=str(begin), last=str(last)
            )
    lines = _findings_lines(findings, own, rules)
    sound = said("%(subject)s: nothing to say against it", subject=subject)
    text = "\n".join([tell(said("%(subject)s:", subject=subject)), *lines]) if lines else sound
    show(json_, _plain_findings(findings, own, rules), text)
    if lines:
        sys.exit(1)


@roster.command("publish")
@draft_option
@click.option("--again", type=int, metavar="VERSION", help="Roll back: publish this one again.")
@click.option("--reason", default="", help="Why it is published with holes or short rests.")
@by_option
@as_json
def publish_command(
    number: int | None, again: int | None, reason: str, by: str, json_: bool
) -> None:
    """Put the draft in force, or an earlier version once more.

    With a hole it needs a reason, which is kept with the version. A running server takes it at
    once; nobody is logged off by it.

    \b
    Examples:
      hotseat roster publish
      hotseat roster publish --reason "after 22:00 callers leave a message"
      hotseat roster publish --again 3 --reason "the new one was wrong"
    """
    if again is not None and number is not None:
        fail(said("say either which draft or which version"))
    with at_hand(changes=True) as office:
        if again is None:
            kept = office.draft(number)
            rules = office.rules(kept.draft.first, kept.draft.last)
            done = publish_draft(
                office.session, kept.id, rules, by=by, now=office.now, reason=reason
            )
        else:
            found = [one for one in versions(office.session, 10_000) if one.version == again]
            first, last = (found[0].first, found[0].last) if found else (office.today, office.today)
            rules = office.rules(first, last)
            done = publish_again(office.session, again, rules, by=by, now=office.now, reason=reason)
    holes = len(done.findings.holes)
    result = {"version": done.version, "holes": holes, "reason": reason}
    text = (
        said(
            "version %(n)s is published, with %(holes)s holes known: %(reason)s",
            n=done.version,
            holes=holes,
            reason=reason,
        )
        if holes
        else said("version %(n)s is published", n=done.version)
    )
    show(json_, result, text)
    reload_running_server()


def _picture(
    duties: tuple[Duty, ...], rules: Rules, office: AtHand, first: date, last: date
) -> str:
    special = holidays_of(office.site.roster.holidays, first, last)
    # Of a large site only those who are on the roster: the free ones would fill the screen.
    names, busy = office.names, {duty.agent for duty in duties}
    if len(names) > MOST_NAMES:
        names = {agent: name for agent, name in names.items() if agent in busy}
    parts = []
    for days in weeks(first, last):
        of_week = [duty for duty in duties if duty.day in days]
        near = [duty for duty in duties if days[0] - timedelta(days=1) <= duty.day <= days[-1]]
        parts.append(week_grid(of_week, names, days, special, language()))
        parts.append(coverage_strips(near, rules.demand, days, language()))
    return "\n\n".join([*(part for part in parts if part), tell(LEGEND)])


def _findings_lines(findings: Findings, own: tuple[Duty, ...], rules: Rules) -> list[str]:
    lines = [f"✗ {tell(str(refusal))}" for refusal in findings.refusals]
    for hole in series(findings.holes, rules.demand.zone):
        lines.append(f"! {tell(str(hole))}")
        lines += [f"    · {tell(str(fix))}" for fix in fixes(hole, own, rules.shifts, rules.demand)]
    return [*lines, *(f"! {tell(str(warning))}" for warning in findings.warnings)]


def _plain_findings(findings: Findings, own: tuple[Duty, ...], rules: Rules) -> dict[str, Any]:
    return {
        "refusals": [str(one) for one in findings.refusals],
        "holes": [_plain_hole(hole) for hole in findings.holes],
        "series": [
            {
                "words": str(one),
                "days": [day.isoformat() for day in one.days],
                "fixes": [str(fix) for fix in fixes(one, own, rules.shifts, rules.demand)],
            }
            for one in series(findings.holes, rules.demand.zone)
        ],
        "warnings": [str(one) for one in findings.warnings],
    }


def _plain_hole(hole: Hole) -> dict[str, Any]:
    return {
        "cover": hole.cover,
        "begins": hole.begins,
        "ends": hole.ends,
        "heads": hole.heads,
        "there": hole.there,
    }


def _plain_version(version: Version) -> dict[str, Any]:
    return {
        "version": version.version,
        "first": version.first.isoformat(),
        "last": version.last.isoformat(),
        "published_at": version.published_at,
        "published_by": version.published_by,
        "why": version.why,
        "shortcomings": list(version.shortcomings),
    }


def _versions_table(found: list[Version], office: AtHand) -> str:
    return table(
        [tell(head) for head in _VERSIONS],
        [
            (
                one.version,
                one.first,
                one.last,
                moment(one.published_at, office.zone),
                one.published_by,
                one.why,
                len(one.shortcomings) or None,
            )
            for one in found
        ],
    )


for command in (draft, swap, leave, attendance_command):
    roster.add_command(command)
