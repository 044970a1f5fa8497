"""The hashes of the agents' PINs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotseat.db import models


def kept_pin(session: Session, agent: str) -> str:
    """The hash that was kept for an agent, "" if there is none."""
    row = session.get(models.AgentPin, agent)
    return row.pin if row is not None else ""


def agents_with_pins(session: Session) -> frozenset[str]:
    """Everybody who has one."""
    return frozenset(session.scalars(select(models.AgentPin.agent)))


def keep_pin(session: Session, agent: str, pin_hash: str) -> None:
    """Set or replace an agent's PIN. Raises LookupError if there is no such agent."""
    if session.get(models.Agent, agent) is None:
        raise LookupError(agent)
    session.merge(models.AgentPin(agent=agent, pin=pin_hash))


def drop_pin(session: Session, agent: str) -> bool:
    """Take an agent's PIN away; False if there was none."""
    row = session.get(models.AgentPin, agent)
    if row is not None:
        session.delete(row)
    return row is not None
