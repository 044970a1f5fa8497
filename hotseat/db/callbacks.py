"""Call-backs in the database: found, counted, and changed one at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from acd.types import Millis
from hotseat.callbacks import Callback, CallbackTried, Result, State
from hotseat.db import models
from hotseat.db.audit import Author, note
from words import said

_ROW = models.CallbackRequest
_PLAIN = [field.name for field in fields(Callback) if field.name not in ("state", "result")]


class NoSuchCallback(LookupError):
    """Nobody asked for a call-back in this call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbacksWanted:
    """Conditions that call-backs have to fit; those that are left out do not matter."""

    queues: Collection[str] | None = None
    """Of one of these; None for all."""
    states: Collection[State] = ()
    taken_by: str | None = None
    with_message: bool = False
    """Only those whose caller left a message."""


def find_callbacks(
    session: Session,
    wanted: CallbacksWanted,
    *,
    limit: int,
    offset: int = 0,
    newest_first: bool = False,
) -> list[Callback]:
    """The call-backs that fit, in the order in which they were promised."""
    promised = func.coalesce(_ROW.next_try_at, _ROW.asked_at)
    order = (promised.desc(), _ROW.call.desc()) if newest_first else (promised, _ROW.call)
    query = select(_ROW).where(*_conditions(wanted)).order_by(*order)
    return [_callback(row) for row in session.scalars(query.limit(limit).offset(offset))]


def count_callbacks(session: Session, wanted: CallbacksWanted) -> int:
    """How many fit."""
    return session.scalar(select(func.count()).select_from(_ROW).where(*_conditions(wanted))) or 0


def callback_of(session: Session, call: str) -> Callback | None:
    """The call-back that was asked for in this call."""
    row = session.get(_ROW, call)
    return None if row is None else _callback(row)


def change_callback(
    session: Session, call: str, step: Callable[[Callback], Callback]
) -> tuple[Callback, Callback]:
    """Take a step with a call-back; (before, after). Raises NoSuchCallback, and what `step` does.

    Two who want the same at once take turns: the second sees what the first has done.
    """
    row = session.get(_ROW, call, with_for_update=True)
    if row is None:
        raise NoSuchCallback(
            said(
                "no call-back %(call)s; `%(command)s` shows them",
                call=call,
                command="hotseat callbacks list",
            )
        )
    before = _callback(row)
    after = step(before)
    for name in _PLAIN:
        setattr(row, name, getattr(after, name))
    row.state, row.result = after.state.value, after.result.value
    return before, after


def change_audited(
    session: Session,
    call: str,
    step: Callable[[Callback], Callback],
    *,
    by: Author,
    now: Millis,
    done: str,
) -> tuple[Callback, Callback]:
    """The same, written into the audit as `done` unless it changes nothing."""
    before, after = change_callback(session, call, step)
    if after != before:
        note(
            session,
            by,
            now,
            what=f"call-back {call}",
            done=done,
            before=_audited(before),
            after=_audited(after),
        )
    return before, after


def write_try(session: Session, tried: CallbackTried) -> None:
    """Count a try, once; what was closed meanwhile stays as it was closed."""
    newer = (_ROW.call == tried.call, _ROW.tries < tried.tries)
    session.execute(
        update(_ROW)
        .where(*newer, _ROW.done_at.is_(None))
        .values(result=tried.result, next_try_at=tried.next_try_at)
    )
    session.execute(update(_ROW).where(*newer).values(tries=tried.tries, tried_at=tried.at))


def _audited(callback: Callback) -> dict[str, Any]:
    """What steps change; never the number."""
    return {
        "state": callback.state.value,
        "taken_by": callback.taken_by,
        "result": callback.result.value,
        "next_try_at": callback.next_try_at,
        "note": callback.note,
        "heard_at": callback.heard_at,
        "recording": callback.recording,
    }


def _conditions(wanted: CallbacksWanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.queues is not None:
        found.append(_ROW.queue.in_(wanted.queues))
    if wanted.states:
        found.append(_ROW.state.in_([state.value for state in wanted.states]))
    if wanted.taken_by is not None:
        found.append(_ROW.taken_by == wanted.taken_by)
    if wanted.with_message:
        found.append(_ROW.recording != "")
    return found


def _callback(row: models.CallbackRequest) -> Callback:
    return Callback(
        **{name: getattr(row, name) for name in _PLAIN},
        state=State(row.state),
        result=Result(row.result),
    )
