"""How a server is: one word, and the reasons, from its status."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from hotseat.operation.terms import term
from words import Message, enumerated, said

AMI_LATE_MS = 1_000
"""From here on offers come noticeably late."""

JOURNAL_LATE_MS = 5_000
"""A healthy database takes everything within a tenth of a second."""


class Condition(Enum):
    """What a probe may conclude."""

    OK = "ok"
    DEGRADED = "degraded"
    """Calls are served; somebody should look."""
    UNAVAILABLE = "unavailable"
    """A new caller hears music and is connected to nobody."""


class Health(NamedTuple):
    """A condition and the reasons for it, the worst first."""

    condition: Condition
    reasons: tuple[Message, ...] = ()


def health(status: Mapping[str, Any]) -> Health:
    """Judge what the command `status` says."""
    down: list[Message] = []
    late: list[Message] = []
    if not status["agi"]["open"]:
        down.append(said("no new lines are taken: the server drains or is not ready yet"))
    if not status["ami"]["up"]:
        down.append(said("Asterisk is out of sight: no offers"))
    elif status["held"] and status["agi"]["open"]:
        late.append(
            said("offers are held back: %(why)s", why=enumerated(map(term, status["held"])))
        )
    if status["ami"]["lag_ms"] > AMI_LATE_MS:
        late.append(said("Asterisk's events come %(ms)s ms late", ms=status["ami"]["lag_ms"]))
    if status["journal"]["lag_ms"] > JOURNAL_LATE_MS:
        trouble = status["journal"]["trouble"] or said("the database is slow")
        behind = status["journal"]["lag_ms"]
        late.append(said("the journal is %(ms)s ms behind: %(why)s", ms=behind, why=trouble))
    if status["site"]["problem"]:
        late.append(said("%(problem)s", problem=status["site"]["problem"]))
    if status["journal"]["lost"]:
        late.append(said("the journal lost %(n)s entries", n=status["journal"]["lost"]))
    condition = Condition.UNAVAILABLE if down else Condition.DEGRADED if late else Condition.OK
    return Health(condition, (*down, *late))
