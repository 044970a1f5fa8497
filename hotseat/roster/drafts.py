"""A roster in the making: assignments of a period, edited one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from hotseat.roster.shifts import Assignment
from words import said


class EditRefused(ValueError):
    """The draft cannot be changed so and is as it was; the text says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be published for the dates from `first` to `last`."""

    first: date
    last: date
    assignments: frozenset[Assignment] = frozenset()

    def assign(self, assignment: Assignment) -> Draft:
        """With one assignment more. Raises EditRefused."""
        if assignment in self.assignments:
            raise EditRefused(
                said("%(assignment)s is in the draft already", assignment=str(assignment))
            )
        return self._with(frozenset({assignment}))

    def remove(self, assignment: Assignment) -> Draft:
        """Without an assignment. Raises EditRefused."""
        if assignment not in self.assignments:
            raise EditRefused(
                said("%(assignment)s is not in the draft", assignment=str(assignment))
            )
        return replace(self, assignments=self.assignments - {assignment})

    def move(self, old: Assignment, new: Assignment) -> Draft:
        """With one assignment in another's place. Raises EditRefused."""
        return self.remove(old).assign(new)

    def fill(self, assignments: Iterable[Assignment], agents: Iterable[str]) -> Draft:
        """Everything of these agents anew. Raises EditRefused."""
        anew = set(agents)
        kept = frozenset(one for one in self.assignments if one.agent not in anew)
        return replace(self, assignments=kept)._with(frozenset(assignments))

    def catch_up(self, base: frozenset[Assignment], now: frozenset[Assignment]) -> Draft:
        """With what was changed in the published roster, which was `base` when the draft was
        begun: a swap that was agreed meanwhile is not undone by publishing the draft.
        """
        return replace(self, assignments=(self.assignments - (base - now)) | (now - base))

    def _with(self, assignments: frozenset[Assignment]) -> Draft:
        for one in sorted(assignments):
            if not self.first <= one.day <= self.last:
                raise EditRefused(
                    said(
                        "%(day)s is not in the draft, which is for %(first)s to %(last)s",
                        day=str(one.day),
                        first=str(self.first),
                        last=str(self.last),
                    )
                )
        return replace(self, assignments=self.assignments | assignments)
