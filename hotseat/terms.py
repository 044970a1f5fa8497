"""On what terms a contact waits: what its queue and its menu ask for, as they are now."""

from __future__ import annotations

from collections.abc import Container

from acd.escalation import asks_for_agent, is_own
from acd.events import CallQueued
from acd.types import Millis, Requirement, requirement
from hotseat.contact import Contact
from hotseat.live_config import LiveConfig
from hotseat.site.records import QueueRecord, removed_queue
from ivr.interpreter import EnqueueStep


def queue_of(config: LiveConfig, contact: Contact, step: EnqueueStep) -> QueueRecord:
    """The queue in which the contact waits."""
    queue = config.queue(step.queue)
    if queue is None:
        # Removed, and forgotten by a restart: who waits is served as the ticket says.
        weight = contact.priority - step.priority
        queue = removed_queue(step.queue, dict(contact.requires), weight)
    return queue


def asked(
    queue: QueueRecord, step: EnqueueStep, skills: Container[str], *, widened: bool
) -> Requirement:
    """What the queue and the menu ask of whoever takes the call.

    A skill that the site has no more is asked of nobody: nobody can have it. Who calls an
    agent's own number asks for the agent, and for the queue's skills only after that.
    """
    wanted = {**queue.requires, **step.requires}
    if asks_for_agent(requirement(step.requires)):
        wanted = dict(queue.requires if widened else step.requires)
    return requirement({name: wanted[name] for name in wanted if name in skills or is_own(name)})


def terms_of(contact: Contact, queue: QueueRecord, again: Millis) -> CallQueued:
    """The whole of it, for the floor; `again` is how long a seat that missed the call has rest."""
    assert contact.queued_at is not None
    return CallQueued(
        contact.call,
        queue.name,
        contact.requires,
        contact.queued_at,
        priority=contact.priority,
        ring=queue.ring_ms,
        wrap_up=queue.wrap_up_ms,
        again=again,
        attempts=contact.offers,
        volunteers=queue.volunteers or asks_for_agent(contact.requires),
        mobile_ring=queue.duty.ring_ms,
        together=queue.duty.together,
    )
