"""Rotations: whose turn it is, for a whole period at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from hotseat.roster.shifts import Assignment
from ivr.hours import SpecialDay, SpecialDays
from words import said

OFF = "."
"""A day without duty, in the rows of a rotation."""


class RotationMisused(ValueError):
    """The rotation does not fit the agents or shifts; the text says what it needs."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Who does what on each day of a round.

    One row for each agent, one letter for each day, beginning on a Monday; a letter is the name of
    a shift or OFF. After each round everybody takes the next row, the last one the first, so that
    after as many rounds as there are rows all have worked the same; unless everybody `stays`.
    """

    name: str
    title: str
    rows: tuple[str, ...]
    stays: bool = False
    """Everybody keeps their row for good."""
    workdays_only: bool = False
    """Off on holidays; a make-up workday is worked like the Monday of its week."""

    @property
    def days(self) -> int:
        """Of one round."""
        return len(self.rows[0])

    @property
    def shifts(self) -> frozenset[str]:
        """The shifts that it fills."""
        return frozenset(chain(*self.rows)) - {OFF}

    def fill(
        self,
        agents: Sequence[str],
        first: date,
        last: date,
        *,
        starts: date,
        special: SpecialDays | None = None,
    ) -> tuple[Assignment, ...]:
        """The assignments of a period.

        `starts` is the Monday on which the first of `agents` began with the first row; it keeps
        the rounds going from one draft to the next, and may lie after `first`. Raises
        RotationMisused.
        """
        if len(agents) != len(self.rows) or len(set(agents)) != len(agents):
            raise RotationMisused(
                said(
                    "rotation %(name)s is for %(n)s different agents, not for %(agents)s",
                    name=self.name,
                    n=len(self.rows),
                    agents=", ".join(agents) or said("nobody at all"),
                )
            )
        if starts.weekday() != 0:
            raise RotationMisused(
                said("a rotation begins on a Monday, and %(day)s is none", day=str(starts))
            )
        found = []
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            turn, place = divmod(ordinal - starts.toordinal(), self.days)
            match (special or {}).get(day) if self.workdays_only else None:
                case SpecialDay.HOLIDAY:
                    continue
                case SpecialDay.MAKE_UP_WORKDAY:
                    place -= place % 7
            for seat, agent in enumerate(agents, 0 if self.stays else turn):
                shift = self.rows[seat % len(self.rows)][place]
                if shift != OFF:
                    found.append(Assignment(day, shift, agent))
        return tuple(sorted(found))


def _in_weeks(*rows: str) -> tuple[str, ...]:
    return tuple(row.replace(" ", "") for row in rows)


ROTATIONS: Mapping[str, Rotation] = {
    rotation.name: rotation
    for rotation in (
        # The smallest roster that covers A, B and C every day: three work, one is off. A round
        # gives everybody five or six days of each shift and five or six off; nobody works more
        # than six days in a row, and shifts only get later until the next day off.
        Rotation(
            "three-weeks-four",
            "三周轮换 四人 · three weeks, four agents: A, B and C every day",
            _in_weeks(
                "CC..BBB CC.AAAA A..BBBC",
                "..CCCCC ..BBBBB .AAAA.A",
                "AAAAA.. BBCCC.. BBBCCC.",
                "BBBB.AA AAA..CC CCC..AB",
            ),
        ),
        # Twice each shift, then two days off, and on and on: the weekdays drift.
        Rotation(
            "two-of-each-four",
            "两班两休 四人 · two days each of A, B and C, then two off: four agents",
            tuple("AABBCC.."[n:] + "AABBCC.."[:n] for n in (0, 2, 4, 6)),
            stays=True,
        ),
        # A week in which nobody needs cover at the weekend.
        Rotation(
            "office-weeks-two",
            "工作日 两人 · working days, two agents: A and B in turns",
            ("AAAAA..", "BBBBB.."),
            workdays_only=True,
        ),
    )
}
"""Those that come with hotseat, by name."""
