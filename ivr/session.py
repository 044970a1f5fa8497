"""Drives one Interpreter over one Line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from structlog.typing import FilteringBoundLogger

from ivr.interpreter import (
    CollectStep,
    Done,
    EnqueueStep,
    Failed,
    HangUpStep,
    Interpreter,
    NoKey,
    Outcome,
    Played,
    PlayStep,
    Pressed,
    SetStep,
)
from ivr.ports import Line, LineFailed
from ivr.prompts import sound_paths

Enqueue: TypeAlias = Callable[[EnqueueStep], Awaitable[Outcome]]
"""Holds the caller in the queue and through the talk; ends in Left or Failed.

`announce` are sounds that the line can play. After a crash the same step comes again for a caller
who was waiting or talking: whether it is still to be queued or announced is the callee's to know.
"""


async def run_menu(
    line: Line,
    interpreter: Interpreter,
    *,
    enqueue: Enqueue,
    on_position: Callable[[str], Awaitable[None]],
    log: FilteringBoundLogger,
) -> None:
    """Take the caller of an answered line through the menu, up to and with the hang-up.

    `on_position` is awaited at each new node, before the node's step: the place to write down
    where to go on after a crash. Raises LineGone if the caller hangs up first.
    """
    step = interpreter.start()
    position = None
    while not isinstance(step, HangUpStep):
        if interpreter.position != position:
            position = interpreter.position
            await on_position(position)
        try:
            outcome = await _carry_out(line, step, enqueue)
        except LineFailed as error:
            outcome = Failed(str(error))
        if isinstance(outcome, Failed):
            log.warning("menu step failed", node=position, step=step, reason=outcome.reason)
        step = interpreter.feed(outcome)
    await line.hang_up(step.cause)


async def _carry_out(
    line: Line, step: PlayStep | CollectStep | SetStep | EnqueueStep, enqueue: Enqueue
) -> Outcome:
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
                await line.speak_language(step.facts["language"])
            return Done()
        case EnqueueStep():
            return await enqueue(replace(step, announce=sound_paths(step.announce)))
