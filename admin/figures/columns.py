"""The columns of each table of figures: one definition for page, CSV and JSON."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

from acd.stats import ABANDONED, CALLBACK
from admin.figures.day import Agent, Half, Sums
from admin.shown import DASH, span
from admin.words import N_

Row = TypeVar("Row")
Value: TypeAlias = int | float | str | None


class Unit(enum.Enum):
    """What a value is; pages and files write it each in their way."""

    COUNT = "count"
    SPAN = "span"
    """Milliseconds."""
    SHARE = "share"
    """From 0 to 1."""
    HEADS = "heads"
    """People, on average."""
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a table whose rows are `Row`s."""

    key: str
    """In JSON."""
    title: str
    """To be translated."""
    unit: Unit
    value: Callable[[Row], Value]
    help: str = ""
    """What its title does not say; to be translated."""


OF_CALLS: Final[Sequence[Column[Sums]]] = (
    Column("offered", N_("Offered"), Unit.COUNT, lambda row: row.offered),
    Column("answered", N_("Answered"), Unit.COUNT, lambda row: row.answered),
    Column("abandoned", N_("Gave up"), Unit.COUNT, lambda row: row.tally.by_outcome[ABANDONED]),
    Column("lost", N_("Lost"), Unit.COUNT, lambda row: row.tally.by_outcome["lost"]),
    Column(
        "callback", N_("To be called back"), Unit.COUNT, lambda row: row.tally.by_outcome[CALLBACK]
    ),
    Column("answered_rate", N_("Answered rate"), Unit.SHARE, lambda row: row.answered_rate),
    Column("service_level", N_("Service level"), Unit.SHARE, lambda row: row.tally.service_level),
    Column("speed_of_answer", N_("Speed of answer"), Unit.SPAN, lambda row: row.tally.mean_wait),
    Column("talk", N_("Talk"), Unit.SPAN, lambda row: row.talk),
    Column("wrap_up", N_("Wrap-up"), Unit.SPAN, lambda row: row.wrap_up),
    Column("handling", N_("Handling time"), Unit.SPAN, lambda row: row.handling),
)


MISSED: Final = N_("missed")
"""The reason of a pause that nobody asked for, as people read it."""


def _of_sums(column: Column[Sums]) -> Column[Half]:
    return Column(column.key, column.title, column.unit, lambda half: column.value(half.sums))


OF_HALF_HOURS: Final[Sequence[Column[Half]]] = (
    *map(_of_sums, OF_CALLS),
    Column("agents_there", N_("Agents there"), Unit.HEADS, lambda half: half.heads),
    Column("late_log_ons", N_("Late log-ons"), Unit.COUNT, lambda half: half.late),
)

OF_AGENTS: Final[Sequence[Column[Agent]]] = (
    Column("answered", N_("Answered"), Unit.COUNT, lambda agent: agent.seat.answered),
    Column("in_time", N_("in time"), Unit.COUNT, lambda agent: agent.seat.in_time),
    Column("talk", N_("Talk"), Unit.SPAN, lambda agent: agent.seat.talk_ms),
    Column("mean_talk", N_("Mean talk"), Unit.SPAN, lambda agent: agent.talk),
    Column("longest_talk", N_("Longest talk"), Unit.SPAN, lambda agent: agent.seat.longest_ms),
    Column(
        "wrap_up",
        N_("Wrap-up"),
        Unit.SPAN,
        lambda agent: agent.wrap_up,
        N_("After calls and after call-backs."),
    ),
    Column(
        "handling",
        N_("Handling time"),
        Unit.SPAN,
        lambda agent: agent.handling,
        N_("Talk and wrap-up of an answered call on average, without call-backs."),
    ),
    Column("hung_up_first", N_("Hung up first"), Unit.COUNT, lambda agent: agent.seat.hung_up),
    Column("call_backs", N_("Call-backs made"), Unit.COUNT, lambda agent: agent.seat.call_backs),
    Column(
        "called_back",
        N_("Time of call-backs"),
        Unit.SPAN,
        lambda agent: agent.seat.called_back_ms,
        N_("From the dialling of the customer on, without the wrap-up behind it."),
    ),
    Column("logged_on", N_("Time logged on"), Unit.SPAN, lambda agent: agent.times.there),
    Column("paused", N_("Paused"), Unit.SPAN, lambda agent: agent.times.pause),
    Column("pauses", N_("Pauses"), Unit.TEXT, lambda agent: _pauses(agent)),
    Column(
        "occupancy",
        N_("Occupancy"),
        Unit.SHARE,
        lambda agent: agent.occupancy,
        N_("Only of all queues together: nobody is logged on for one queue."),
    ),
    Column("late_by", N_("Late by"), Unit.SPAN, lambda agent: agent.late_by),
    Column(
        "late_for",
        N_("Late for"),
        Unit.TEXT,
        lambda agent: " ".join(one.duty.shift for one in agent.late),
    ),
)


def cells(columns: Iterable[Column[Row]], row: Row) -> list[str | int | None]:
    """A line of a CSV file: spans are seconds, shares per cent."""
    return [_cell(column.unit, column.value(row)) for column in columns]


def plain(columns: Iterable[Column[Row]], row: Row) -> Mapping[str, Any]:
    """For JSON: spans are milliseconds, as their names say, shares go from 0 to 1."""
    return {
        f"{column.key}_ms" if column.unit is Unit.SPAN else column.key: column.value(row)
        for column in columns
    }


def written(column: Column[Row], row: Row) -> str:
    """On a page: spans as `12:30`."""
    value = column.value(row)
    if column.unit is Unit.SPAN and isinstance(value, int):
        return span(value)
    found = _cell(column.unit, value)
    return DASH if found in (None, "") else str(found)


def share(value: float) -> str:
    """`83.3 %`."""
    return f"{100 * value:.1f} %"


def _cell(unit: Unit, value: Value) -> str | int | None:
    if value is None or isinstance(value, str):
        return value
    match unit:
        case Unit.SPAN:
            return round(value / 1000)
        case Unit.SHARE:
            return share(value)
        case Unit.HEADS:
            return f"{value:.1f}"
        case _:
            return int(value)


def _pauses(agent: Agent) -> str:
    """Reasons with their minutes, the longest first."""
    return ", ".join(
        f"{reason} {round(length / 60_000)}" for reason, length in agent.times.paused.most_common()
    )
