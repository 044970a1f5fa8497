"""What stands on the board: agents down, dates across, and how each date is covered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from admin.access import can
from admin.instance import site, zone
from admin.roster.looked_at import Look
from admin.roster.rules import is_own, key_of, name_of, rules_for
from admin.roster.strip import Piece, by_day, most, pieces
from admin.teams import owned_by, teams
from hotseat.db.rosters import AROUND, requests
from hotseat.rights import Action
from hotseat.roster.coverage import Hole, HoleSeries, series
from hotseat.roster.fixes import Fix, fixes
from hotseat.roster.requests import OPEN, Request, RequestKind, State
from hotseat.roster.rules import Rules
from hotseat.roster.shifts import (
    Assignment,
    Duty,
    Place,
    Shift,
    clock,
    clock_minutes,
    midnight,
)
from hotseat.site.roster_rules import holidays_of
from ivr.hours import SpecialDay

SHAPES: Final = 6
"""Different shapes and colours of shifts; the letter tells them apart beyond."""
REQUESTS_AT_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Head:
    """The top of a column."""

    day: date
    today: bool
    published: bool
    special: SpecialDay | None


@dataclass(frozen=True, slots=True)
class Chip:
    """One duty."""

    assignment: Assignment
    clocks: str
    place: Place
    shape: int
    title: str
    swapped: bool
    """By a request in force."""
    asked: bool
    """A request about it is open."""

    @property
    def key(self) -> str:
        """In forms."""
        return key_of(self.assignment)


@dataclass(frozen=True, slots=True)
class Cell:
    """One agent on one date."""

    day: date
    chips: tuple[Chip, ...]
    away: bool
    """On leave."""


@dataclass(frozen=True, slots=True)
class Row:
    """One agent."""

    agent: str
    name: str
    own: bool
    editable: bool
    askable: bool
    """The visitor may ask for leave and swaps for the agent."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """The coverage of one cover, one entry for each date."""

    title: str
    skill: str
    heads: int
    height: int
    days: tuple[tuple[date, tuple[Piece, ...]], ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole in words, and what would close it."""

    hole: HoleSeries
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A page of it."""

    heads: tuple[Head, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    """Team -> its rows."""
    strips: tuple[Strip, ...]
    palette: tuple[Chip, ...]
    """One chip of each shift, to be put somewhere."""
    total: int
    """Agents in all, on this page and others."""
    pages: int


def rows_shown(look: Look, also: Iterable[str] = ()) -> tuple[list[str], int]:
    """The agents of one page by team, and how many there are in all."""
    known = site().agents
    order = {name: place for place, name in enumerate(teams())}

    def place(agent: str) -> tuple[int, str]:
        record = known.get(agent)
        return (order.get(record.team, len(order)) if record else len(order) + 1, agent)

    wanted = {one for one in {*known, *also} if not look.team or _team(one) == look.team}
    found = sorted(wanted, key=place)
    return found[(look.page - 1) * look.at_once : look.page * look.at_once], len(found)


def board(
    session: Session,
    look: Look,
    rostered: Collection[Duty],
    rules: Rules,
    *,
    strips: tuple[Strip, ...],
    published: Collection[date],
    today: date,
) -> Board:
    """The board of what is looked at. `rostered` are its duties, perhaps with others around it."""
    days = look.days
    shown = [duty for duty in rostered if days[0] <= duty.day <= days[-1]]
    agents, total = rows_shown(look, {duty.agent for duty in shown})
    asked = _asked(session, days[0], days[-1])
    chips: defaultdict[tuple[str, date], list[Chip]] = defaultdict(list)
    on_page = set(agents)
    for duty in sorted(one for one in shown if one.agent in on_page):
        chips[duty.agent, duty.day].append(_chip(duty, rules.shifts, asked))
    special = holidays_of(site().roster.holidays, days[0], days[-1])
    groups: dict[str, list[Row]] = {}
    for agent in agents:
        cells = tuple(
            Cell(
                day,
                tuple(chips[agent, day]),
                any(leave.covers(agent, day) for leave in rules.leaves),
            )
            for day in days
        )
        whose = owned_by(agent)
        row = Row(
            agent,
            name_of(agent),
            is_own(agent),
            can(Action.EDIT_ROSTER, whose),
            can(Action.ASK_FOR_LEAVE, whose),
            cells,
        )
        groups.setdefault(teams().get(_team(agent), ""), []).append(row)
    return Board(
        tuple(Head(day, day == today, day in published, special.get(day)) for day in days),
        tuple((title, tuple(rows)) for title, rows in groups.items()),
        strips,
        palette(rules, days[0]),
        total,
        -(-total // look.at_once),
    )


def strips(rules: Rules, rostered: Iterable[Duty], days: Sequence[date]) -> tuple[Strip, ...]:
    """The coverage of every cover on these dates."""
    near = by_day(rostered)
    found = []
    for cover in rules.demand.covers.values():
        drawn = [pieces(cover, rules.demand, near.get(day, []), day) for day in days]
        skill = site().skills.get(cover.skill, cover.skill)
        found.append(
            Strip(
                cover.name,
                f"{skill} {cover.level}+" if skill else "",
                cover.heads,
                most(drawn),
                tuple(zip(days, drawn, strict=True)),
            )
        )
    return tuple(found)


def palette(rules: Rules, day: date) -> tuple[Chip, ...]:
    """A chip of each shift."""
    return tuple(
        _chip(duty, rules.shifts, {})
        for name in rules.shifts
        for duty in rules.duties([Assignment(day, name, "")])
    )


def gaps(holes: Iterable[Hole], rostered: Collection[Duty], rules: Rules) -> tuple[Gap, ...]:
    """Every hole in words, alike ones together."""
    return tuple(
        Gap(one, fixes(one, rostered, rules.shifts, rules.demand))
        for one in series(holes, rules.demand.zone)
    )


def drafted(assignments: Iterable[Assignment], rules: Rules) -> tuple[Duty, ...]:
    """The duties of a draft; one whose shift is gone stands at its midnight, to be taken away."""
    assignments = tuple(assignments)
    known = rules.duties(one for one in assignments if one.shift in rules.shifts)
    gone = [
        Duty(at, at, one.agent, one.day, one.shift, Place.OFFICE)
        for one in assignments
        if one.shift not in rules.shifts
        for at in (midnight(one.day, zone()),)
    ]
    return tuple(sorted((*known, *gone)))


def around(session: Session, days: Sequence[date]) -> Rules:
    """The rules for a page of the board."""
    return rules_for(session, days[0] - AROUND, days[-1] + AROUND)


def _team(agent: str) -> str:
    record = site().agents.get(agent)
    return "" if record is None else record.team


def _asked(session: Session, first: date, last: date) -> Mapping[Assignment, Request]:
    """Duty -> the swap that brought it there, or that is asked for."""
    states = [*OPEN, State.IN_FORCE]
    found: dict[Assignment, Request] = {}
    for request in reversed(
        requests(session, kinds=[RequestKind.SWAP], states=states, limit=REQUESTS_AT_MOST)
    ):
        if request.first > last or request.last < first:
            continue
        done = request.state is State.IN_FORCE
        for one, to in ((request.gives, request.other), (request.takes, request.asker)):
            if one is not None:
                found[Assignment(one.day, one.shift, to) if done else one] = request
    return found


def _chip(duty: Duty, shifts: Mapping[str, Shift], asked: Mapping[Assignment, Request]) -> Chip:
    names = list(shifts)
    shift = shifts.get(duty.shift)
    request = asked.get(duty.assignment)
    begins, ends = clock_minutes(duty.begins, zone()), clock_minutes(duty.ends, zone())
    return Chip(
        duty.assignment,
        f"{clock(begins)}–{clock(ends or 1440)}",
        duty.place,
        names.index(duty.shift) % SHAPES if shift else 0,
        shift.title if shift else duty.shift,
        request is not None and request.state is State.IN_FORCE,
        request is not None and request.state is not State.IN_FORCE,
    )
