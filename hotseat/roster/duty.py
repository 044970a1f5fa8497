"""Who is on duty at an instant, where, and who comes next: the published roster, to be asked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from acd.types import Millis, SeatId, Skills
from hotseat.roster.coverage import Stretch
from hotseat.roster.shifts import Duty


class DutyRoster:
    """The published duties around now. It never changes: a new version is a new DutyRoster.

    `published` are the stretches for which there is a roster at all, in order. Outside of them
    (`in_force` is False) nobody is rostered and whoever is logged on is on duty, in the office: a
    site without a roster, or one whose last roster has run out, goes on taking calls.

    `skills` are those of the site in force, agent -> skill -> level; an agent who is not in it is
    on no duty.
    """

    def __init__(
        self,
        duties: Iterable[Duty],
        skills: Mapping[str, Skills],
        published: Iterable[Stretch],
        escalation: Sequence[str] = (),
    ) -> None:
        self.duties = tuple(sorted(duty for duty in duties if duty.agent in skills))
        self._skills = skills
        self._escalation = tuple(escalation)
        self._begins = [duty.begins for duty in self.duties]
        self._published = tuple(published)
        self._boundaries = sorted(
            {at for duty in self.duties for at in (duty.begins, duty.ends)}
            | {at for stretch in self._published for at in stretch}
        )
        self._longest = max((duty.ends - duty.begins for duty in self.duties), default=0)

    def in_force(self, at: Millis) -> bool:
        """Is there a roster for this instant?"""
        return self.runs_out(at) is not None

    def runs_out(self, at: Millis) -> Millis | None:
        """Until when the roster in force at `at` is published, as far as it is held here; None if
        there is none for this instant.
        """
        return next((ends for begins, ends in self._published if begins <= at < ends), None)

    def at(self, at: Millis) -> tuple[Duty, ...]:
        """The duties that run at `at`, earliest begun first."""
        first = bisect_right(self._begins, at - self._longest)
        last = bisect_right(self._begins, at)
        return tuple(duty for duty in self.duties[first:last] if duty.covers(at))

    def agents_at(self, at: Millis) -> frozenset[SeatId]:
        """Everybody on duty at `at`."""
        return frozenset(SeatId(duty.agent) for duty in self.at(at))

    def next_duty(self, requires: Skills, after: Millis) -> Duty | None:
        """The next duty to begin after `after` that can serve a queue that requires this."""
        for duty in self.duties[bisect_right(self._begins, after) :]:
            if self._meets(duty.agent, requires):
                return duty
        return None

    def escalation(self, requires: Skills) -> tuple[str, ...]:
        """Whom to ask when nobody on duty takes the call, in order: those of the site's list who
        can serve it, on duty or not.
        """
        return tuple(agent for agent in self._escalation if self._meets(agent, requires))

    def next_boundary(self, after: Millis) -> Millis | None:
        """The first instant after `after` at which somebody comes on duty or goes off, or the
        roster begins to count or runs out.
        """
        place = bisect_right(self._boundaries, after)
        return self._boundaries[place] if place < len(self._boundaries) else None

    def _meets(self, agent: str, requires: Skills) -> bool:
        has = self._skills.get(agent, {})
        return all(has.get(skill, 0) >= level for skill, level in requires.items())
