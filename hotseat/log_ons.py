"""Who was logged on when: the spans of the last days, heard from the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from acd.effects import Note
from acd.listener import Listener
from acd.types import Millis
from hotseat.roster.attendance import LogOn

KEPT_MS: Millis = 2 * 86_400_000
"""A span that ended so long ago bears on no duty that runs."""


class LogOns:
    """Remembers log-ons and log-offs."""

    def __init__(self) -> None:
        self._spans: defaultdict[str, list[LogOn]] = defaultdict(list)

    def recall(self, spans: Iterable[LogOn]) -> None:
        """What was before this server."""
        for span in spans:
            self._spans[span.agent].append(span)

    def hears(self) -> Listener:
        """What this needs of the journal."""
        return Listener(notes={"logged_on": self._begin, "logged_off": self._end})

    def of(self, agents: Iterable[str]) -> list[LogOn]:
        """The spans of these agents."""
        return [span for agent in agents for span in self._spans.get(agent, ())]

    def _begin(self, at: Millis, note: Note) -> None:
        agent = str(note.seat)
        spans = self._spans[agent]
        if any(span.ends is None for span in spans):
            return  # only the seat has moved
        spans[:] = [span for span in spans if span.ends is None or span.ends > at - KEPT_MS]
        spans.append(LogOn(agent, at))

    def _end(self, at: Millis, note: Note) -> None:
        agent = str(note.seat)
        self._spans[agent] = [
            LogOn(agent, span.begins, at) if span.ends is None else span
            for span in self._spans[agent]
        ]
