"""One day: in all, by queue, by half hour, by agent; as a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from flask import Blueprint, Response, abort, render_template, request

from acd.stats import ABANDONED, ANSWERED, CALLBACK, QUEUED_OUTCOMES, Tally
from acd.types import Millis
from admin.access import allowed
from admin.calls.routes import seats_in_reach
from admin.days import bounds, read_day, today
from admin.figures.table import Figures, add_up, as_csv
from admin.instance import instance
from admin.shown import clock_minute
from admin.site_edit import section
from admin.words import N_, _
from hotseat.db.engine import reading
from hotseat.db.reports import HALF_HOUR, SeatFigures, ended_by_half_hour, figures_by_seat
from hotseat.rights import Action

pages = Blueprint("figures", __name__, url_prefix="/figures")

COLUMNS: Final = (
    N_("Offered"),
    N_("Answered"),
    N_("Gave up"),
    N_("Lost"),
    N_("Service level"),
    N_("Mean wait"),
    N_("To be called back"),
)
SEAT_COLUMNS: Final = (
    N_("Answered"),
    N_("in time"),
    N_("Talk"),
    N_("Mean talk"),
    N_("Longest"),
    N_("Hung up first"),
)


@pages.get("/")
@allowed(Action.SEE_FIGURES)
def index() -> str:
    """One day on one page."""
    day = _day()
    figures, seats = _look(day)
    since, _until = bounds(day)
    return render_template(
        "figures/index.html",
        day=day,
        earlier=day - timedelta(days=1),
        later=day + timedelta(days=1) if day < today() else None,
        figures=figures,
        half_hours=_filled(figures, since),
        most=max((_offered(tally) for tally in figures.half_hours.values()), default=0),
        seats=seats,
        queues=section("queues"),
        agents=section("agents"),
        row=row,
        seat_row=seat_row,
        columns=COLUMNS,
        seat_columns=SEAT_COLUMNS,
        offered=_offered,
        answered=ANSWERED,
    )


@pages.get("/<kind>.csv")
@allowed(Action.SEE_FIGURES)
def file(kind: str) -> Response:
    """The same for spreadsheets; spans are seconds."""
    day = _day()
    figures, seats = _look(day)
    since, _until = bounds(day)
    queues, agents = section("queues"), section("agents")
    match kind:
        case "queues":
            heads = [_("Queue"), *map(_, COLUMNS)]
            rows = [
                [queues[name]["title"] if name in queues else name, *row(tally)]
                for name, tally in sorted(figures.queues.items())
            ]
        case "half-hours":
            heads = [_("From"), *map(_, COLUMNS)]
            rows = [[clock_minute(at), *row(tally)] for at, tally in _filled(figures, since)]
        case "agents":
            heads = [_("Agent"), _("Name"), *map(_, SEAT_COLUMNS)]
            rows = [
                [seat.seat, agents.get(seat.seat, {}).get("name", ""), *seat_row(seat)]
                for seat in seats
            ]
        case _:
            abort(404)
    return Response(
        as_csv(heads, rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{kind}-{day}.csv"'},
    )


def row(tally: Tally) -> tuple[int, int, int, int, str, int | None, int]:
    """The values of COLUMNS; the wait in seconds."""
    level, wait = tally.service_level, tally.mean_wait
    return (
        _offered(tally),
        tally.by_outcome[ANSWERED],
        tally.by_outcome[ABANDONED],
        tally.by_outcome["lost"],
        "" if level is None else f"{100 * level:.1f} %",
        None if wait is None else round(wait / 1000),
        tally.by_outcome[CALLBACK],
    )


def seat_row(seat: SeatFigures) -> tuple[int, int, int, int, int, int]:
    """The values of SEAT_COLUMNS; spans in seconds."""
    return (
        seat.answered,
        seat.in_time,
        round(seat.talk_ms / 1000),
        round(seat.talk_ms / seat.answered / 1000),
        round(seat.longest_ms / 1000),
        seat.hung_up,
    )


def _offered(tally: Tally) -> int:
    return sum(tally.by_outcome[outcome] for outcome in QUEUED_OUTCOMES)


def _day() -> date:
    return read_day(request.args.get("day", "")) or today()


def _look(day: date) -> tuple[Figures, list[SeatFigures]]:
    since, until = bounds(day)
    seats = seats_in_reach(Action.SEE_FIGURES)
    with reading(instance().engine) as db:
        return (
            add_up(ended_by_half_hour(db, since, until, seats)),
            figures_by_seat(db, since, until, seats),
        )


def _filled(figures: Figures, since: Millis) -> Iterator[tuple[Millis, Tally]]:
    """From the first half hour with a call to the last, also those without one between them."""
    if figures.half_hours:
        for number in range(min(figures.half_hours), max(figures.half_hours) + 1):
            yield since + number * HALF_HOUR, figures.half_hours.get(number, Tally())
