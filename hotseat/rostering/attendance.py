"""`hotseat roster attendance`: who was there, beside who should have been."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import click

from hotseat.db.rosters import log_steps, logged_on, published
from hotseat.roster.attendance import Attendance, Verdict, attendance, log_ons
from hotseat.roster.shifts import midnight
from hotseat.rostering.at_hand import AtHand, Day, at_hand, plain_duty
from hotseat.tables import span, table
from hotseat.terminal import as_json, moment, show, tell
from words import enumerated, said

LOOK_BACK = timedelta(days=2)
"""Whoever logged on so long ago and is still on is found; others are in the table of seats."""

_HEADS = (
    *(said("day"), said("shift"), said("agent"), "", said("result"), said("came"), said("went")),
    *(said("late by"), said("early by"), said("there for")),
)
_VERDICTS = {
    Verdict.ON_TIME: said("on time"),
    Verdict.LATE: said("late"),
    Verdict.LEFT_EARLY: said("left early"),
    Verdict.ABSENT: said("absent"),
    Verdict.MISSING: said("MISSING NOW"),
}


@click.command("attendance")
@click.argument("day", required=False, type=Day())
@click.option("--days", type=click.IntRange(1, 366), default=1, help="How many (1).")
@as_json
def attendance_command(day: date | None, days: int, json_: bool) -> None:
    """Who came on time, late 迟到, left early 早退 or was absent 缺勤; who is missing now.

    Log-ons are held against the published roster of today, or of DAY.

    \b
    Examples:
      hotseat roster attendance
      hotseat roster attendance 2026-11-23 --days 7 --json
    """
    with at_hand() as office:
        first = day or office.today
        last = first + timedelta(days=days - 1)
        since = midnight(first - LOOK_BACK, office.zone)
        spans = log_ons(
            log_steps(office.session, since, office.now + 1),
            dict.fromkeys(logged_on(office.session), since),
        )
        duties = published(office.session, first, last)
        found = attendance(duties, spans, office.site.roster, office.now)
    show(
        json_,
        [_plain(one) for one in found],
        _table(found, office) or said("no duty has begun in this time"),
    )


def _table(found: tuple[Attendance, ...], office: AtHand) -> str:
    return table(
        [tell(head) for head in _HEADS],
        [
            (
                one.duty.day,
                one.duty.shift,
                one.duty.agent,
                office.names.get(one.duty.agent, "?"),
                tell(
                    enumerated(_VERDICTS[verdict] for verdict in Verdict if verdict in one.verdicts)
                ),
                _at(one.came, office),
                _at(one.went, office),
                span(one.late) if one.late else None,
                span(one.early) if one.early else None,
                span(one.there),
            )
            for one in found
        ],
    )


def _at(instant: int | None, office: AtHand) -> str | None:
    shown = moment(instant, office.zone)
    return None if shown is None else shown[6:14]


def _plain(one: Attendance) -> dict[str, Any]:
    return {
        **plain_duty(one.duty),
        "verdicts": sorted(verdict.value for verdict in one.verdicts),
        "came": one.came,
        "went": one.went,
        "late_ms": one.late,
        "early_ms": one.early,
        "there_ms": one.there,
    }
