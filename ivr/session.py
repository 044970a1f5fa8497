"""Drives one Interpreter over one Line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol, TypeAlias

from structlog.typing import FilteringBoundLogger

from ivr.interpreter import (
    Closed,
    CollectStep,
    Done,
    EnqueueStep,
    Entered,
    EnterStep,
    Failed,
    HangUpStep,
    HoursStep,
    Interpreter,
    NoKey,
    Opened,
    Outcome,
    Place,
    Played,
    PlayStep,
    Pressed,
    SetStep,
    Step,
)
from ivr.nodes import MenuTree
from ivr.ports import Line, LineFailed
from ivr.prompts import sound_paths

Enqueue: TypeAlias = Callable[[EnqueueStep], Awaitable[Outcome]]
"""Holds the caller in the queue and through the talk; ends in Left or Failed.

`announce` are sounds that the line can play. After a crash the same step comes again for a caller
who was waiting or talking: whether it is still to be queued or announced is the callee's to know.
"""


class Site(Protocol):
    """What a walk asks of the site in force. Raises LookupError for what the site lacks."""

    def is_open(self, hours: str) -> bool:
        """Are these hours open now?"""

    def menu(self, name: str) -> MenuTree:
        """The menu at the revision in force."""


async def run_menu(
    line: Line,
    interpreter: Interpreter,
    *,
    site: Site,
    enqueue: Enqueue,
    on_position: Callable[[Place], Awaitable[None]],
    log: FilteringBoundLogger,
) -> None:
    """Take the caller of an answered line through the menu, up to and with the hang-up.

    `on_position` is awaited at each new node, before the node's step: the place to write down
    where to go on after a crash. Raises LineGone if the caller hangs up first.
    """
    step = interpreter.start()
    place = None
    while not isinstance(step, HangUpStep):
        if interpreter.place != place:
            place = interpreter.place
            await on_position(place)
        try:
            outcome = await _carry_out(line, step, site, enqueue)
        except (LineFailed, LookupError) as error:
            outcome = Failed(str(error))
        if isinstance(outcome, Failed):
            log.warning("menu step failed", node=place.node, step=step, reason=outcome.reason)
        step = interpreter.feed(outcome)
    await line.hang_up(step.cause)


async def _carry_out(line: Line, step: Step, site: Site, enqueue: Enqueue) -> Outcome:
    match step:
        case PlayStep():
            await line.play(sound_paths(step.sounds))
            return Played()
        case CollectStep():
            sounds = sound_paths(step.sounds)
            key = await line.collect(sounds, digits=1, timeout_ms=step.timeout_ms)
            return Pressed(key) if key else NoKey()
        case SetStep():
            if "language" in step.facts:
                line.speak_language(step.facts["language"])
            return Done()
        case EnqueueStep():
            return await enqueue(replace(step, announce=sound_paths(step.announce)))
        case HoursStep():
            return Opened() if site.is_open(step.hours) else Closed()
        case EnterStep():
            return Entered(site.menu(step.menu))
        case HangUpStep():
            raise AssertionError("the walk is over")
