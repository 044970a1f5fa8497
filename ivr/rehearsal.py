"""A walk through menus without a caller: what would be heard, answer by answer. Pure.

The steps are the interpreter's own, so a rehearsal hears what a caller hears.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

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
    Left,
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
from ivr.nodes import KEYS, MenuTree

SILENCE: Final = "-"
OPEN: Final = "open"
CLOSED: Final = "closed"
TALKED: Final = "talked"

MOST: Final = 200
"""Answers that are taken."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of the walk."""

    step: Step
    place: Place
    language: str
    answer: str | None
    """What the caller did: a key, SILENCE, OPEN, CLOSED, TALKED; None if nothing is asked, or not
    answered yet."""

    @property
    def sounds(self) -> tuple[str, ...]:
        """The prompts that are heard."""
        match self.step:
            case PlayStep(sounds) | CollectStep(sounds):
                return sounds
            case EnqueueStep():
                return self.step.announce
            case _:
                return ()


def rehearse(menus: Mapping[str, MenuTree], start: str, answers: Iterable[str]) -> list[Scene]:
    """The scenes up to the first that no answer is left for, or to the end of the call.

    `menus` have to be sound (`ivr.menus.parse`), or the walk may have no end. An answer that does
    not fit its scene counts as none.
    """
    left = list(answers)[:MOST]
    walk = Interpreter(menus[start])
    step, scenes = walk.start(), []
    while True:
        answer = None
        outcome = _by_itself(step, menus)
        if outcome is None and not isinstance(step, HangUpStep):
            outcome = _answered(step, left[0]) if left else None
            answer = left.pop(0) if outcome is not None else None
        if not isinstance(step, SetStep | EnterStep):
            language = str(walk.facts["language"])
            scenes.append(Scene(step, walk.place, language, answer))
        if outcome is None:
            return scenes
        step = walk.feed(outcome)


def _by_itself(step: Step, menus: Mapping[str, MenuTree]) -> Outcome | None:
    """The outcome of a step that asks nobody."""
    match step:
        case PlayStep():
            return Played()
        case SetStep():
            return Done()
        case EnterStep(menu):
            return Entered(menus[menu]) if menu in menus else Failed("no such menu")
        case _:
            return None


def _answered(step: Step, answer: str) -> Outcome | None:
    match step:
        case CollectStep() if answer == SILENCE:
            return NoKey()
        case CollectStep() if len(answer) == 1 and answer in KEYS:
            return Pressed(answer)
        case HoursStep() if answer == OPEN:
            return Opened()
        case HoursStep() if answer == CLOSED:
            return Closed()
        case EnqueueStep() if answer == TALKED:
            return Left(TALKED)
        case _:
            return None
