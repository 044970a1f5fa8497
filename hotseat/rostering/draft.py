"""`hotseat roster draft`: a roster in the making."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import click

from hotseat.db.roster_writes import begin_draft, catch_up, drop_draft, save_draft
from hotseat.db.rosters import KeptDraft, drafts
from hotseat.roster.drafts import Draft
from hotseat.roster.rotations import ROTATIONS
from hotseat.roster.shifts import Assignment
from hotseat.rostering.at_hand import BEGIN, AtHand, Day, at_hand, by_option, draft_option
from hotseat.site.roster_rules import holidays_of
from hotseat.tables import table
from hotseat.terminal import as_json, fail, moment, show, tell
from words import said, under

_HEADS = (
    *(said("draft"), said("first day"), said("last day")),
    *(said("assignments"), said("made by"), said("changed")),
)


@click.group()
def draft() -> None:
    """Make a roster before it counts: begin, fill by a rotation, assign, move, remove.

    A draft begins with what is published for its dates. `hotseat roster publish` puts it in force.

    \b
    Rotations:
      three-weeks-four   三周轮换 四人: A, B and C every day, weekends too
      two-of-each-four   two days each of A, B and C, then two off
      office-weeks-two   working days only: A and B in turns
    """


def rotation_options(function: Any) -> Any:
    """Which rotation, for whom, since when."""
    for option in (
        click.option(
            "--starts",
            type=Day(),
            help="The Monday of the first round; the first day's, unless said otherwise.",
        ),
        click.option("--agents", default="", metavar="A,B,…", help="In the order of the rows."),
    ):
        function = option(function)
    return function


@draft.command("begin")
@click.argument("first", type=Day())
@click.argument("last", required=False, type=Day())
@click.option("--weeks", type=click.IntRange(1, 53), default=1, help="Instead of LAST (1).")
@click.option("--rotation", type=click.Choice(sorted(ROTATIONS)), help="Fill it by this one.")
@rotation_options
@by_option
@as_json
def begin_command(
    first: date,
    last: date | None,
    weeks: int,
    rotation: str | None,
    agents: str,
    starts: date | None,
    by: str,
    json_: bool,
) -> None:
    """Begin a draft for FIRST to LAST, or for some weeks.

    \b
    Examples:
      hotseat roster draft begin 2026-11-23 2026-12-31
      hotseat roster draft begin 2026-11-23 --weeks 3 \\
          --rotation three-weeks-four --agents 1001,1002,1004,1005
    """
    end = last or first + timedelta(days=7 * weeks - 1)
    if end < first:
        fail(said("%(last)s is before %(first)s", last=str(end), first=str(first)))
    with at_hand(changes=True) as office:
        kept = begin_draft(office.session, first, end, by, office.now)
        made = kept.draft
        if rotation is not None:
            made = _filled(office, made, rotation, agents, starts)
            save_draft(office.session, kept.id, made, office.now)
    begun = said(
        "draft %(n)s for %(first)s to %(last)s is begun",
        n=kept.id,
        first=str(first),
        last=str(end),
    )
    show(json_, _plain(kept.id, made), begun)


@draft.command("list")
@as_json
def list_command(json_: bool) -> None:
    """Which drafts there are."""
    with at_hand() as office:
        found = drafts(office.session)
    show(
        json_,
        [_plain(one.id, one.draft) for one in found],
        table(
            [tell(head) for head in _HEADS],
            [
                (
                    one.id,
                    one.draft.first,
                    one.draft.last,
                    len(one.draft.assignments),
                    one.made_by,
                    moment(one.changed_at, office.zone),
                )
                for one in found
            ],
        )
        or said("there is no draft; `%(command)s` begins one", command=BEGIN),
    )


@draft.command("fill")
@click.argument("rotation", type=click.Choice(sorted(ROTATIONS)))
@rotation_options
@draft_option
@as_json
def fill_command(
    rotation: str, agents: str, starts: date | None, number: int | None, json_: bool
) -> None:
    """Give these agents the duties of a rotation, and no others.

    \b
    Example:
      hotseat roster draft fill three-weeks-four --agents 1001,1002,1004,1005
    """
    with at_hand(changes=True) as office:
        kept = office.draft(number)
        made = _filled(office, kept.draft, rotation, agents, starts)
        save_draft(office.session, kept.id, made, office.now)
    filled = said(
        "draft %(n)s is filled: %(assignments)s assignments",
        n=kept.id,
        assignments=len(made.assignments),
    )
    show(json_, _plain(kept.id, made), filled)


@draft.command("assign")
@click.argument("agent")
@click.argument("day", type=Day())
@click.argument("shift")
@draft_option
@as_json
def assign_command(agent: str, day: date, shift: str, number: int | None, json_: bool) -> None:
    """Put AGENT on SHIFT of DAY.

    \b
    Example:
      hotseat roster draft assign 1004 2026-11-28 C
    """
    with at_hand(changes=True) as office:
        kept = office.draft(number)
        new = _assignment(office, agent, day, shift)
        made = kept.draft.assign(new)
        save_draft(office.session, kept.id, made, office.now)
    show(json_, _plain(kept.id, made), said("assigned: %(assignment)s", assignment=str(new)))


@draft.command("move")
@click.argument("agent")
@click.argument("day", type=Day())
@click.argument("shift")
@click.option("--to", "to_agent", metavar="AGENT", help="Another agent.")
@click.option("--to-day", type=Day(), help="Another day.")
@click.option("--to-shift", metavar="SHIFT", help="Another shift.")
@draft_option
@as_json
def move_command(
    agent: str,
    day: date,
    shift: str,
    to_agent: str | None,
    to_day: date | None,
    to_shift: str | None,
    number: int | None,
    json_: bool,
) -> None:
    """Move one assignment to another agent, day or shift.

    \b
    Example:
      hotseat roster draft move 1004 2026-11-28 C --to 1002
    """
    with at_hand(changes=True) as office:
        kept = office.draft(number)
        old = Assignment(day, shift, agent)
        new = _assignment(office, to_agent or agent, to_day or day, to_shift or shift)
        made = kept.draft.move(old, new)
        save_draft(office.session, kept.id, made, office.now)
    moved = said("moved: %(old)s → %(new)s", old=str(old), new=str(new))
    show(json_, _plain(kept.id, made), moved)


@draft.command("remove")
@click.argument("agent")
@click.argument("day", type=Day())
@click.argument("shift")
@draft_option
@as_json
def remove_command(agent: str, day: date, shift: str, number: int | None, json_: bool) -> None:
    """Take AGENT off SHIFT of DAY."""
    with at_hand(changes=True) as office:
        kept = office.draft(number)
        gone = Assignment(day, shift, agent)
        made = kept.draft.remove(gone)
        save_draft(office.session, kept.id, made, office.now)
    show(json_, _plain(kept.id, made), said("removed: %(assignment)s", assignment=str(gone)))


@draft.command("catch-up")
@draft_option
@as_json
def catch_up_command(number: int | None, json_: bool) -> None:
    """Take swaps and other changes into the draft that were published since it was begun."""
    with at_hand(changes=True) as office:
        before = office.draft(number)
        after = catch_up(office.session, before.id, office.now)
    changed = sorted(before.draft.assignments ^ after.draft.assignments)
    text = (
        under(said("taken into the draft:"), map(str, changed))
        if changed
        else said("nothing has changed meanwhile")
    )
    show(json_, _plain(after.id, after.draft), text)


@draft.command("drop")
@draft_option
@as_json
def drop_command(number: int | None, json_: bool) -> None:
    """Throw a draft away. What is published stays."""
    with at_hand(changes=True) as office:
        kept: KeptDraft = office.draft(number)
        drop_draft(office.session, kept.id)
    show(json_, {"draft": kept.id}, said("draft %(n)s is gone", n=kept.id))


def _filled(office: AtHand, made: Draft, name: str, agents: str, starts: date | None) -> Draft:
    rotation = ROTATIONS[name]
    named = [agent for agent in agents.split(",") if agent]
    for agent in named:
        office.require_agent(agent)
    lacking = sorted(rotation.shifts - office.site.shifts.keys())
    if lacking:
        fail(
            said(
                "rotation %(name)s needs the shifts %(shifts)s; add them to the site file",
                name=name,
                shifts=", ".join(lacking),
            )
        )
    monday = made.first - timedelta(days=made.first.weekday())
    found = rotation.fill(
        named,
        made.first,
        made.last,
        starts=starts or monday,
        special=holidays_of(office.site.roster.holidays, made.first, made.last),
    )
    return made.fill(found, named)


def _assignment(office: AtHand, agent: str, day: date, shift: str) -> Assignment:
    office.require_agent(agent)
    if shift not in office.site.shifts:
        known = ", ".join(office.site.shifts) or said("none at all")
        fail(said("no shift %(shift)s; the site has %(known)s", shift=shift, known=known))
    return Assignment(day, shift, agent)


def _plain(number: int, made: Draft) -> dict[str, Any]:
    return {
        "draft": number,
        "first": made.first.isoformat(),
        "last": made.last.isoformat(),
        "assignments": [
            {"day": one.day.isoformat(), "shift": one.shift, "agent": one.agent}
            for one in sorted(made.assignments)
        ],
    }
