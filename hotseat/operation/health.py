"""How a server is: one word, and the reasons, from its status."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

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
    reasons: tuple[str, ...] = ()


def health(status: Mapping[str, Any]) -> Health:
    """Judge what the command `status` says."""
    down, late = [], []
    if not status["agi"]["open"]:
        down.append("no new lines are taken: the server drains or is not ready yet")
    if not status["ami"]["up"]:
        down.append("Asterisk is out of sight: no offers")
    elif status["held"] and status["agi"]["open"]:
        late.append(f"offers are held back: {', '.join(status['held'])}")
    if status["ami"]["lag_ms"] > AMI_LATE_MS:
        late.append(f"Asterisk's events come {status['ami']['lag_ms']} ms late")
    if status["journal"]["lag_ms"] > JOURNAL_LATE_MS:
        trouble = status["journal"]["trouble"] or "the database is slow"
        late.append(f"the journal is {status['journal']['lag_ms']} ms behind: {trouble}")
    if status["site"]["problem"]:
        late.append(status["site"]["problem"])
    if status["journal"]["lost"]:
        late.append(f"the journal lost {status['journal']['lost']} entries")
    condition = Condition.UNAVAILABLE if down else Condition.DEGRADED if late else Condition.OK
    return Health(condition, (*down, *late))
