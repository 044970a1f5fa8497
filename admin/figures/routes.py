"""One day: in all, by queue, by half hour, by agent; as a page, as CSV, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, Response, abort, render_template, request

from acd.stats import ANSWERED
from admin.access import allowed
from admin.calls.routes import seats_in_reach
from admin.days import bounds, read_day, today
from admin.figures.columns import OF_AGENTS, OF_CALLS, OF_HALF_HOURS, cells, plain, written
from admin.figures.day import Figures, add_up
from admin.figures.table import as_csv
from admin.instance import instance, site
from admin.presence import breaks, stays
from admin.shown import clock_minute
from admin.teams import teams
from admin.words import N_, _
from hotseat.db.engine import reading
from hotseat.db.reports import ended_by_half_hour, figures_by_seat
from hotseat.db.rosters import published
from hotseat.rights import Action
from hotseat.roster.attendance import attendance

pages = Blueprint("figures", __name__, url_prefix="/figures")

AT_ONCE: Final = 60
"""Agents on one page."""
FORMULAS: Final = (
    N_(
        "Service level = answered in time ÷ (answered + lost + gave up too late). In time is a wait"
        " no longer than the queue allows; who gives up within that time counts neither way."
    ),
    N_(
        "Speed of answer = waits of answered calls ÷ answered calls. Handling time = (talk +"
        " wrap-up) ÷ answered calls, without call-backs."
    ),
    N_(
        "Occupancy = (talk + wrap-up + call-backs) ÷ (logged on − paused). It is drawn for all"
        " queues together only, because nobody is logged on for one queue."
    ),
    N_(
        "Call-backs stand by agent only. Each counts when it ends, whether or not the customer"
        " answered: with the time since the customer was dialled, and with the wrap-up behind it,"
        " which is in the agent's wrap-up."
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures are asked for, as the address says."""

    day: date
    queue: str
    team: str
    who: str
    """In an agent's number or name."""
    seats: frozenset[str] | None
    """The agents that this leaves, and that the visitor may see; None: all, and nobody's calls."""


@pages.get("/")
@allowed(Action.SEE_FIGURES)
def index() -> str:
    """One day on one page."""
    asked = _asked()
    figures = _look(asked)
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "figures/index.html",
        asked=asked,
        earlier=asked.day - timedelta(days=1),
        later=asked.day + timedelta(days=1) if asked.day < today() else None,
        figures=figures,
        agents=figures.agents[(page - 1) * AT_ONCE : page * AT_ONCE],
        page=page,
        pages=-(-len(figures.agents) // AT_ONCE),
        most=max((half.sums.offered for half in figures.half_hours), default=0),
        site=site(),
        teams=teams(),
        of_calls=OF_CALLS,
        of_half_hours=OF_HALF_HOURS,
        of_agents=OF_AGENTS,
        written=written,
        formulas=FORMULAS,
        answered=ANSWERED,
    )


@pages.get("/<kind>.csv")
@allowed(Action.SEE_FIGURES)
def file(kind: str) -> Response:
    """The same for spreadsheets; spans are seconds."""
    asked = _asked()
    figures = _look(asked)
    heads: Sequence[str]
    rows: list[Sequence[object]]
    match kind:
        case "queues":
            heads = [_("Queue"), *(_(column.title) for column in OF_CALLS)]
            rows = [[_queue(name), *cells(OF_CALLS, sums)] for name, sums in figures.queues.items()]
        case "half-hours":
            heads = [_("From"), *(_(column.title) for column in OF_HALF_HOURS)]
            rows = [
                [clock_minute(half.at), *cells(OF_HALF_HOURS, half)] for half in figures.half_hours
            ]
        case "agents":
            heads = [_("Agent"), _("Name"), *(_(column.title) for column in OF_AGENTS)]
            rows = [
                [agent.seat.seat, _name(agent.seat.seat), *cells(OF_AGENTS, agent)]
                for agent in figures.agents
            ]
        case _:
            abort(404)
    return Response(
        as_csv(heads, rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{kind}-{asked.day}.csv"'},
    )


@pages.get("/figures.json")
@allowed(Action.SEE_FIGURES)
def data() -> dict[str, Any]:
    """The same for programs; instants and spans are milliseconds."""
    asked = _asked()
    figures = _look(asked)
    return {
        "day": str(asked.day),
        "total": {
            **plain(OF_CALLS, figures.total),
            "over_in_the_menu": figures.total.tally.by_outcome["menu"],
        },
        "queues": {name: plain(OF_CALLS, sums) for name, sums in figures.queues.items()},
        "half_hours": [
            {"from": half.at, **plain(OF_HALF_HOURS, half)} for half in figures.half_hours
        ],
        "agents": {
            agent.seat.seat: {
                **plain(OF_AGENTS, agent),
                "pauses_ms": agent.times.paused,
                "duties": [
                    {
                        "shift": one.duty.shift,
                        "begins": one.duty.begins,
                        "late_ms": one.late,
                        "verdicts": sorted(verdict.value for verdict in one.verdicts),
                    }
                    for one in agent.duties
                ],
            }
            for agent in figures.agents
        },
    }


def _asked() -> Asked:
    day = read_day(request.args.get("day", "")) or today()
    queue, team = request.args.get("queue", ""), request.args.get("team", "")
    who = request.args.get("agent", "").strip()
    seats = seats_in_reach(Action.SEE_FIGURES)
    if team or who:
        known = site().agents.values()
        fitting = {
            agent.number
            for agent in known
            if team in ("", agent.team)
            and who.casefold() in f"{agent.number} {agent.name}".casefold()
        }
        seats = fitting if seats is None else seats & fitting
    return Asked(day, queue, team, who, None if seats is None else frozenset(seats))


def _look(asked: Asked) -> Figures:
    since, until = bounds(asked.day)
    now = instance().now()
    with reading(instance().engine) as db:
        rows = ended_by_half_hour(db, since, until, asked.seats, asked.queue)
        seats = figures_by_seat(db, since, until, asked.seats, asked.queue)
        there = [stay for stay in stays(db, since, until) if _within(asked, stay.agent)]
        paused = breaks(db, there, since, until)
        duties = published(db, asked.day, asked.day)
    kept = attendance(
        (duty for duty in duties if _within(asked, duty.agent)), there, site().roster, now
    )
    over = max(since, min(until, now))
    return add_up(rows, seats, there, paused, kept, since, over, one_queue=bool(asked.queue))


def _within(asked: Asked, agent: str) -> bool:
    return asked.seats is None or agent in asked.seats


def _queue(name: str) -> str:
    known = site().queues.get(name)
    return name if known is None else known.title


def _name(agent: str) -> str:
    known = site().agents.get(agent)
    return "" if known is None else known.name
