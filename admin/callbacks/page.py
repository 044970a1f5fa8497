"""The page of one call-back, also with what was sent and could not be kept."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any, Final

from flask import render_template

from admin import live
from admin.access import can
from admin.callbacks.forms import REASONS, RESULTS, STATES, CloseForm, LaterForm
from admin.callbacks.reach import (
    WORK,
    agents_in_reach,
    may_decide,
    number_of,
    own_agent,
    taker,
    within_reach,
)
from admin.calls.routes import STEPS_SAID
from admin.instance import instance, site
from hotseat.callbacks import FINAL, Callback, queues_of
from hotseat.db.engine import reading
from hotseat.db.queries import journal_rows
from hotseat.recordings import recording_file

STEPS: Final = 200

TOLD: Final = (
    *("callback_asked", "dials", "outbound_refused", "seat_not_there"),
    *("outbound", "reached", "called_back"),
)
"""Rows of the journal that tell of a call-back."""


def page(call: str, *, close: CloseForm | None = None, later: LaterForm | None = None) -> str:
    """The call-back as it stands now; a form that is given was sent and is not kept."""
    callback, agent = within_reach(call), own_agent()
    with reading(instance().engine) as db:
        steps = journal_rows(db, call=call, limit=STEPS, kinds=TOLD)
    suits = callback.result if callback.result in FINAL else FINAL[0]
    return render_template(
        "callbacks/one.html",
        callback=callback,
        steps=steps,
        said=STEPS_SAID,
        mine=agent is not None and callback.taken_by == agent,
        agent=agent,
        takers=[
            number for number in agents_in_reach() if callback.queue in queues_of(site(), number)
        ],
        may_work=can(WORK, taker(callback)),
        may_decide=may_decide(callback),
        recorded=recording(callback) is not None,
        seconds=_seconds(callback),
        mark=mark(callback, agent),
        close=close or CloseForm(data={"result": suits.value, "note": callback.note}),
        later=later or LaterForm(),
        unkept=close,
        fresh=close is None and later is None,
        queues=site().queues,
        **words(),
    )


def words() -> dict[str, Any]:
    """What all pages need to tell of call-backs."""
    return {
        "states": STATES,
        "results": RESULTS,
        "reasons": REASONS,
        "agents": site().agents,
        "number_of": number_of,
        "now": instance().now(),
        "own": own_agent(),
    }


def recording(callback: Callback) -> Path | None:
    """What the caller said, if it is there."""
    return recording_file(instance().settings, callback.recording) if callback.recording else None


def mark(callback: Callback, agent: str | None) -> str:
    """Changes whenever the page would look different to this agent."""
    # Nobody else's seat can be dialling: the server is asked only then.
    seat = live.seat(agent)[0] if agent is not None and callback.taken_by == agent else None
    doing = seat["state"] if seat is not None and seat["call"] == callback.call else ""
    return f"{callback.state.value} {callback.taken_by} {callback.tries} {doing}"


def _seconds(callback: Callback) -> int | None:
    path = recording(callback)
    if path is None:
        return None
    try:
        with wave.open(str(path), "rb") as sound:
            return round(sound.getnframes() / sound.getframerate())
    except (OSError, EOFError, wave.Error):
        return None
