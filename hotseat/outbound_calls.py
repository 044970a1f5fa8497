"""Every outbound call passes here: the gate of the site in force, and its row in the journal."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from acd.effects import Note
from acd.ports import Journal
from acd.types import CallId, SeatId
from hotseat.clock import Clock
from hotseat.history import JournalRow
from hotseat.live_config import LiveConfig
from hotseat.numbering import is_costly, normal_form
from hotseat.outbound import Dialled, OutboundGate, OutboundRules, Refusal

log = structlog.get_logger(__name__)

OUTBOUND = "outbound"
"""The kind of the journal's row for a number that is dialled."""


class OutboundCalls:
    """Asks the outbound gate, and writes down what it said."""

    def __init__(self, *, config: LiveConfig, journal: Journal, clock: Clock) -> None:
        self._config = config
        self._journal = journal
        self._now = clock.now
        self._gate = OutboundGate()

    def recall(self, rows: Iterable[JournalRow]) -> None:
        """What earlier servers dialled: the caps outlive a restart."""
        self._gate = OutboundGate(Dialled(row.at, str(row.facts["number"])) for row in rows)

    def allow(self, number: str, *, call: CallId, seat: SeatId) -> str | None:
        """The normal form to dial, None if it may not be dialled now. Counts what it allows."""
        rules, now = self._config.now.outbound, self._now()
        normal, costly = _looked_up(number, rules)
        refusal = self._gate.ask(normal, rules, now, costly=costly)
        if refusal is None:
            self._journal.note(now, Note(OUTBOUND, call, seat, facts={"number": normal or ""}))
            return normal
        self._refused(refusal, number, call, seat)
        return None

    def refusal(self, number: str, *, call: CallId, seat: SeatId) -> Refusal | None:
        """Why a number that is about to be dialled may not be; None if it may."""
        rules = self._config.now.outbound
        normal, costly = _looked_up(number, rules)
        refusal = self._gate.verdict(normal, rules, self._now(), costly=costly)
        if refusal is not None:
            self._refused(refusal, number, call, seat)
        return refusal

    def _refused(self, refusal: Refusal, number: str, call: CallId, seat: SeatId) -> None:
        log.warning("outbound_refused", call=call, seat=seat, why=refusal.value)
        facts = {"number": number, "why": refusal.value}
        self._journal.note(self._now(), Note("outbound_refused", call, seat, facts=facts))


def _looked_up(number: str, rules: OutboundRules | None) -> tuple[str | None, bool]:
    """The normal form, if it is a number at all, and whether it is a premium one."""
    normal = normal_form(number, rules.country if rules is not None else "ZZ")
    return normal, normal is not None and is_costly(normal)
