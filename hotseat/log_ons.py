"""Who was logged on when: the spans of the last days, kept beside the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from acd.effects import Note
from acd.ports import Journal
from acd.types import Millis
from hotseat.roster.attendance import LogOn

KEPT_MS: Millis = 2 * 86_400_000
"""A span that ended so long ago bears on no duty that runs."""


class LogOns:
    """A journal that remembers log-ons and log-offs and passes everything on."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.keep_seat = journal.keep_seat
        self.drop_seat = journal.drop_seat
        self.call_changed = journal.call_changed
        self._spans: defaultdict[str, list[LogOn]] = defaultdict(list)

    def recall(self, spans: Iterable[LogOn]) -> None:
        """What was before this server."""
        for span in spans:
            self._spans[span.agent].append(span)

    def note(self, at: Millis, note: Note) -> None:
        """Append one row."""
        if note.kind == "logged_on":
            self._begin(str(note.seat), at)
        elif note.kind == "logged_off":
            self._end(str(note.seat), at)
        self._journal.note(at, note)

    def of(self, agents: Iterable[str]) -> list[LogOn]:
        """The spans of these agents."""
        return [span for agent in agents for span in self._spans.get(agent, ())]

    def _begin(self, agent: str, at: Millis) -> None:
        spans = self._spans[agent]
        if any(span.ends is None for span in spans):
            return  # only the seat has moved
        spans[:] = [span for span in spans if span.ends is None or span.ends > at - KEPT_MS]
        spans.append(LogOn(agent, at))

    def _end(self, agent: str, at: Millis) -> None:
        self._spans[agent] = [
            LogOn(agent, span.begins, at) if span.ends is None else span
            for span in self._spans[agent]
        ]
