"""Callers whom nobody on duty takes: others are asked, and at last the queue's own policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from acd.effects import Note
from acd.escalation import KeepWaiting, NextStep, asks_for_agent, next_step
from acd.ports import Journal
from acd.service import Service
from acd.types import Millis, Requirement, SeatId
from hotseat.clock import Clock
from hotseat.contact import Contact
from hotseat.history import CallbackAsked
from hotseat.live_config import LiveConfig
from hotseat.seats import Seats
from hotseat.site.records import AfterHours, QueueRecord
from ivr.ports import Line, LineFailed
from ivr.prompts import sound_paths

log = structlog.get_logger(__name__)

ASKED_ONCE: Millis = 15 * 60_000
"""Where there is a policy, whoever missed or declined a call is not asked again for it so soon."""

LONGEST_MESSAGE: Millis = 120_000
SILENCE: Millis = 5_000

Escalation = Callable[[Requirement], Sequence[str]]
"""Whom to call in for calls that require this, in order."""


class LastResort:
    """Looks after waiting callers for whom nobody is left."""

    def __init__(
        self,
        *,
        config: LiveConfig,
        journal: Journal,
        keep: Callable[[CallbackAsked], None],
        clock: Clock,
        escalation: Escalation,
    ) -> None:
        self._config = config
        self._journal = journal
        self._keep = keep
        self._now = clock.now
        self._escalation = escalation
        self._service: Service
        self._seats: Seats

    def staff(self, service: Service, seats: Seats) -> None:
        """Meet the floor; comes before the first line."""
        self._service = service
        self._seats = seats

    def again(self, queue: QueueRecord) -> Millis:
        """How long a seat that missed a call of this queue is not offered the same call again."""
        if queue.duty.after_hours is AfterHours.WAIT:
            return queue.again_ms
        return max(queue.again_ms, ASKED_ONCE)

    def next_step(self, contact: Contact) -> NextStep:
        """Whom to turn to for a contact that waits and rings nowhere."""
        floor = self._service.floor
        queue = self._config.queue(contact.queue or "")
        if queue is None or floor.held() or not contact.in_line:
            return KeepWaiting()
        waits = queue.duty.after_hours is AfterHours.WAIT
        escalation = [
            SeatId(agent) for agent in self._escalation(contact.requires) if self._mobile(agent)
        ]
        if waits and not escalation and not asks_for_agent(contact.requires):
            return KeepWaiting()  # as most calls do: the seats need not be looked at
        return next_step(
            takers=floor.takers(contact.call),
            requires=contact.requires,
            escalation=escalation,
            seated=self._seats.seated,
            asked=contact.called_in,
            waits=waits,
        )

    def call_in(self, contact: Contact, agent: SeatId) -> None:
        """Ring an agent who is not on duty for this contact."""
        contact.called_in.add(agent)
        self._journal.note(self._now(), Note("called_in", contact.call, agent, contact.queue))
        self._seats.call_in(self._config.now, agent, contact.call, dict(contact.requires))

    def let_go(self, contact: Contact) -> None:
        """Whoever was called in is so no more."""
        self._seats.let_go(contact.call)

    async def give_up(self, contact: Contact, line: Line) -> None:
        """The queue's policy: the caller is told, and a request to call back is on record.

        The request is written first: a caller who hangs up while he is told has asked all the same.
        Raises LineGone.
        """
        queue = self._config.queue(contact.queue or "")
        assert queue is not None, "a queue in which somebody waits is never forgotten"
        contact.call_back = True
        recording = ""
        if queue.duty.after_hours is AfterHours.VOICEMAIL:
            recording = f"message-{contact.call}"
        asked = CallbackAsked(
            call=contact.call,
            at=self._now(),
            queue=queue.name,
            caller=contact.facts.caller_number,
            language=contact.language,
            recording=recording,
        )
        self._keep(asked)
        note = Note("callback_asked", contact.call, queue=queue.name, facts={"file": recording})
        self._journal.note(self._now(), note)
        if not recording:
            await line.play(sound_paths(("callback-noted",)))
            return
        await line.play(sound_paths(("leave-message",)))
        try:
            await line.record(recording, longest_ms=LONGEST_MESSAGE, silence_ms=SILENCE)
        except LineFailed as error:
            log.error("message_not_recorded", call=contact.call, error=str(error))
        await line.play(sound_paths(("message-kept",)))

    def _mobile(self, agent: str) -> bool:
        record = self._config.now.agents.get(agent)
        return record is not None and bool(record.mobile)
