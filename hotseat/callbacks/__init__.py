"""Call-backs: callers whom nobody could take, from the request to its end.

A request is everybody's of its queue until an agent takes it; then it is that agent's to dial,
to try again later, and to close with what came of it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from acd.routing import meets
from acd.types import Millis, requirement
from hotseat.site.records import SiteNow
from words import Message, said

PROMISED: Final[Millis] = 48 * 3_600_000
"""So long after the request an answer is owed; a request that is older is late."""

RETRY_AFTER: Final[Millis] = 30 * 60_000
"""When a customer who was not reached is tried again, unless the agent says otherwise."""


class State(enum.Enum):
    """How far a request has come."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    """The customer was reached, or wants no call."""
    GONE = "gone"
    """Given up: nobody calls any more."""


STATES: Final[Mapping[State, Message]] = {
    State.OPEN: said("still open"),
    State.TAKEN: said("taken"),
    State.DONE: said("done"),
    State.GONE: said("given up"),
}
"""Each as people read it."""


class Step(enum.Enum):
    """What moves a request on; the values are told."""

    TAKE = said("take it")
    GIVE_BACK = said("give it back")
    LATER = said("try it again later")
    FINISH = said("close it")
    DROP = said("give it up")
    REOPEN = said("open it again")


CALLBACK_TABLE: Final[Mapping[State, Mapping[Step, State]]] = {
    State.OPEN: {Step.TAKE: State.TAKEN, Step.DROP: State.GONE},
    State.TAKEN: {
        Step.GIVE_BACK: State.OPEN,
        Step.LATER: State.TAKEN,
        Step.FINISH: State.DONE,
        Step.DROP: State.GONE,
    },
    State.DONE: {Step.REOPEN: State.OPEN},
    State.GONE: {Step.REOPEN: State.OPEN},
}

WORKED: Final = frozenset({State.OPEN, State.TAKEN})
"""Something is still owed."""


class Result(enum.Enum):
    """What came of a try, or of the whole."""

    NONE = ""
    REACHED = "reached"
    NO_ANSWER = "no answer"
    BUSY = "busy"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """The customer wants no call."""
    WRONG_NUMBER = "wrong number"


FINAL: Final = (Result.REACHED, Result.REFUSED, Result.WRONG_NUMBER)
"""Results with which a request is closed."""


class IllegalStep(ValueError):
    """The request is past that, or somebody else's; nothing is changed."""


@dataclass(frozen=True, slots=True)
class Callback:
    """One request. Instants are UTC milliseconds."""

    call: str
    """The call in which it was asked for; also its own name."""
    asked_at: Millis
    queue: str
    caller: str
    """The number to call; "" if it was withheld."""
    language: str
    recording: str
    """The name of what the caller said; "" if nothing, or if it was deleted."""
    state: State = State.OPEN
    taken_by: str | None = None
    """The agent who has it, or closed it."""
    tries: int = 0
    tried_at: Millis | None = None
    next_try_at: Millis | None = None
    result: Result = Result.NONE
    note: str = ""
    heard_at: Millis | None = None
    """When the recording was marked as heard."""
    done_at: Millis | None = None

    @property
    def promised_at(self) -> Millis:
        """When the customer was told to expect a call; requests are worked off in this order."""
        return self.asked_at if self.next_try_at is None else self.next_try_at

    def late(self, now: Millis) -> bool:
        """Is an answer overdue?"""
        return self.state in WORKED and now - self.asked_at > PROMISED

    def take(self, agent: str) -> Callback:
        """It is this agent's; nothing new if it was before. Raises IllegalStep."""
        if self.state is State.TAKEN and self.taken_by == agent:
            return self
        return replace(self._step(Step.TAKE), taken_by=agent)

    def give_back(self) -> Callback:
        """It is everybody's again. Raises IllegalStep."""
        return replace(self._step(Step.GIVE_BACK), taken_by=None)

    def later(self, result: Result, at: Millis, note: str) -> Callback:
        """Not reached: to be tried again at `at`. Raises IllegalStep."""
        return replace(self._step(Step.LATER), result=result, next_try_at=at, note=note)

    def finish(self, result: Result, note: str, now: Millis) -> Callback:
        """Closed, with one of FINAL. Raises IllegalStep."""
        if result not in FINAL:
            why = said(
                'call-back %(call)s: "%(result)s" is no result to close with',
                call=self.call,
                result=result.value,
            )
            raise IllegalStep(why)
        return replace(self._step(Step.FINISH), result=result, note=note, done_at=now)

    def drop(self, note: str, now: Millis) -> Callback:
        """Given up. Raises IllegalStep."""
        return replace(self._step(Step.DROP), note=note, done_at=now)

    def reopen(self) -> Callback:
        """Closed by mistake: everybody's again. Raises IllegalStep."""
        return replace(self._step(Step.REOPEN), taken_by=None, done_at=None, next_try_at=None)

    def heard(self, now: Millis) -> Callback:
        """Somebody has listened to the recording."""
        return replace(self, heard_at=now) if self.recording else self

    def without_recording(self) -> Callback:
        """The recording is deleted."""
        return replace(self, recording="")

    def _step(self, step: Step) -> Callback:
        after = CALLBACK_TABLE[self.state].get(step)
        if after is None:
            raise IllegalStep(self._past(step))
        return replace(self, state=after)

    def _past(self, step: Step) -> Message:
        if self.taken_by is None:
            return said(
                "call-back %(call)s is %(state)s: impossible to %(step)s",
                call=self.call,
                state=STATES[self.state],
                step=step.value,
            )
        return said(
            "call-back %(call)s is %(state)s by %(agent)s: impossible to %(step)s",
            call=self.call,
            state=STATES[self.state],
            agent=self.taken_by,
            step=step.value,
        )


@dataclass(frozen=True, slots=True)
class CallbackTried:
    """The server dialled a customer; written behind the calls, twice without harm."""

    call: str
    at: Millis
    tries: int
    """Which try it was; an earlier one changes nothing any more."""
    result: str
    """The value of a Result."""
    next_try_at: Millis | None


def queues_of(site: SiteNow, agent: str) -> frozenset[str]:
    """The queues whose calls the agent can take, and so whose call-backs."""
    record = site.agents.get(agent)
    if record is None:
        return frozenset()
    return frozenset(
        queue.name
        for queue in site.queues.values()
        if meets(record.skills, requirement(queue.requires))
    )
