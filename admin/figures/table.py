"""The figures of a span, by queue, half hour and agent. Pure; the definitions are acd.stats'."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from acd.stats import Tally
from hotseat.db.reports import HalfHour

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""


@dataclass(slots=True)
class Figures:
    """Tallies of one span: in all, by queue, by half hour."""

    total: Tally = field(default_factory=Tally)
    queues: dict[str, Tally] = field(default_factory=dict)
    half_hours: dict[int, Tally] = field(default_factory=dict)


def add_up(rows: Iterable[HalfHour]) -> Figures:
    """Every row counts once in each of the three; calls without a queue in no queue."""
    found = Figures()
    for row in rows:
        found.total.add(row.ended)
        found.half_hours.setdefault(row.number, Tally()).add(row.ended)
        if row.ended.queue is not None:
            found.queues.setdefault(row.ended.queue, Tally()).add(row.ended)
    return found


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """For spreadsheets: UTF-8 with a mark, and no cell that would be run as a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(map(harmless, heads))
    for row in rows:
        writer.writerow(map(harmless, row))
    return out.getvalue()


def harmless(value: object) -> str:
    """The cell's text, quoted if it would begin a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(DANGEROUS) and not isinstance(value, int) else text
