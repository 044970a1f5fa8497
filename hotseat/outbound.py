"""The outbound gate: the one place that says which number may be dialled at our cost.

Pure: it is told the time. Numbers come in their normal form (see `hotseat.numbering`).
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from acd.types import Millis

HOUR: Millis = 3_600_000
DAY: Millis = 24 * HOUR


@dataclass(frozen=True, slots=True)
class OutboundRules:
    """What a site allows to dial. Caps are calls in the last hour or the last 24 hours."""

    country: str
    """Whose numbers may be dialled, unless `allow` says otherwise; also their way of writing."""
    allow: tuple[str, ...]
    """Prefixes of normal forms, such as `+86`; one of them must fit."""
    caller_id: str = ""
    """The company's number, shown to those who are called."""
    per_number_a_day: int = 100
    per_hour: int = 200
    per_day: int = 1_000
    stopped: bool = False
    """The kill switch: nothing is dialled."""


class Refusal(enum.Enum):
    """Why a number is not dialled. The value is what people read."""

    CLOSED = "the site says nothing about outbound calls"
    STOPPED = "outbound calls are stopped"
    NO_NUMBER = "no telephone number"
    PREFIX = "no prefix that is allowed"
    COSTLY = "a premium number"
    NUMBER_CAP = "too many calls to this number in 24 hours"
    HOUR_CAP = "too many calls in an hour"
    DAY_CAP = "too many calls in 24 hours"


@dataclass(frozen=True, slots=True)
class Dialled:
    """An outbound call that was made."""

    at: Millis
    number: str


class OutboundGate:
    """Says yes or no to each outbound call, and remembers the last day's calls for the caps."""

    def __init__(self, dialled: Iterable[Dialled] = ()) -> None:
        self._dialled: deque[Dialled] = deque(sorted(dialled, key=lambda call: call.at))

    def ask(
        self, number: str | None, rules: OutboundRules | None, now: Millis, *, costly: bool
    ) -> Refusal | None:
        """None: dial it, and it is counted. `number` is None if it has no normal form."""
        refusal = self.verdict(number, rules, now, costly=costly)
        if refusal is None and number is not None:
            self._dialled.append(Dialled(now, number))
        return refusal

    def verdict(
        self, number: str | None, rules: OutboundRules | None, now: Millis, *, costly: bool
    ) -> Refusal | None:
        """The same answer for who does not dial yet; nothing is counted."""
        if rules is None:
            return Refusal.CLOSED
        if rules.stopped:
            return Refusal.STOPPED
        if number is None:
            return Refusal.NO_NUMBER
        if costly:
            return Refusal.COSTLY
        if not any(number.startswith(prefix) for prefix in rules.allow):
            return Refusal.PREFIX
        while self._dialled and self._dialled[0].at <= now - DAY:
            self._dialled.popleft()
        if sum(call.number == number for call in self._dialled) >= rules.per_number_a_day:
            return Refusal.NUMBER_CAP
        if sum(call.at > now - HOUR for call in self._dialled) >= rules.per_hour:
            return Refusal.HOUR_CAP
        if len(self._dialled) >= rules.per_day:
            return Refusal.DAY_CAP
        return None
