"""Leave and swaps: who asked, who agreed, and what they would change.

A swap hands a duty over, or exchanges two. Leave hands all duties of some dates over to a stand-in.
Nothing changes before everybody whose word is needed has given it; each word is kept with its
time. From then on whoever took the duty is answerable for it, before that the rostered agent is.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from acd.types import Millis
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.rules import Leave
from hotseat.roster.shifts import Assignment, Duty
from words import Message, said


class RequestKind(enum.Enum):
    """What is asked for; the values are told."""

    SWAP = said("swap")
    LEAVE = said("leave")


class State(enum.Enum):
    """How far a request has come."""

    ASKED = "asked"
    """The other has to agree."""
    AGREED = "agreed"
    """The lead has to approve."""
    IN_FORCE = "in force"
    DECLINED = "declined"
    """The other did not want it."""
    REFUSED = "refused"
    """The lead did not, or the roster does not allow it."""
    WITHDRAWN = "withdrawn"


STATES: Mapping[State, Message] = {
    State.ASKED: said("the other has to agree"),
    State.AGREED: said("the lead has to approve"),
    State.IN_FORCE: said("in force"),
    State.DECLINED: said("declined"),
    State.REFUSED: said("not approved"),
    State.WITHDRAWN: said("taken back"),
}
"""Each as people read it."""


class Step(enum.Enum):
    """What moves a request on; the values are told."""

    ASK = said("ask")
    AGREE = said("agree")
    DECLINE = said("decline")
    APPROVE = said("approve")
    REFUSE = said("refuse")
    WITHDRAW = said("withdraw")


REQUEST_TABLE: Mapping[State, Mapping[Step, State]] = {
    State.ASKED: {
        Step.AGREE: State.AGREED,
        Step.DECLINE: State.DECLINED,
        Step.REFUSE: State.REFUSED,
        Step.WITHDRAW: State.WITHDRAWN,
    },
    State.AGREED: {
        Step.APPROVE: State.IN_FORCE,
        Step.REFUSE: State.REFUSED,
        Step.WITHDRAW: State.WITHDRAWN,
    },
    State.IN_FORCE: {},
    State.DECLINED: {},
    State.REFUSED: {},
    State.WITHDRAWN: {},
}
"""A request in force stays: to take it back is another request."""

OPEN = frozenset({State.ASKED, State.AGREED})
"""Something can still come of it."""


class IllegalStep(ValueError):
    """The request is past that, or not this person's to decide; nothing is changed."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One word on record."""

    step: Step
    by: str
    """An agent number, a log-in of the admin, or `policy`."""
    at: Millis
    note: str = ""
    """A reason, or what is handed over."""


@dataclass(frozen=True, slots=True)
class Move:
    """One duty and who is to do it."""

    assignment: Assignment
    to: str


@dataclass(frozen=True, slots=True)
class Request:
    """One leave or swap with everything that was said about it."""

    id: int
    kind: RequestKind
    asker: str
    other: str
    """Who takes the duty, or stands in; "" for leave on dates without duties."""
    first: date
    last: date
    """The dates of a leave; of a swap those of its duties."""
    gives: Assignment | None = None
    """The duty of the asker that a swap is about."""
    takes: Assignment | None = None
    """The duty of the other that the asker does instead, if it is an exchange."""
    state: State = State.ASKED
    signed: tuple[Signed, ...] = ()

    def step(self, step: Step, by: str, now: Millis, note: str = "") -> Request:
        """With one word more. Raises IllegalStep if the table or the rule has none such."""
        after = REQUEST_TABLE[self.state].get(step)
        if after is None:
            raise IllegalStep(
                said(
                    "%(kind)s %(n)s (%(state)s): impossible to %(step)s",
                    step=step.value,
                    kind=self.kind.value,
                    n=self.id,
                    state=STATES[self.state],
                )
            )
        if step in (Step.AGREE, Step.DECLINE) and by != self.other:
            raise IllegalStep(
                said(
                    "only agent %(other)s can %(step)s, not %(by)s",
                    other=self.other,
                    step=step.value,
                    by=by,
                )
            )
        if step is Step.WITHDRAW and by not in (self.asker, self.other):
            raise IllegalStep(
                said(
                    "only %(asker)s or %(other)s can withdraw it, not %(by)s",
                    asker=self.asker,
                    other=self.other,
                    by=by,
                )
            )
        if step in (Step.APPROVE, Step.REFUSE) and by in (self.asker, self.other):
            raise IllegalStep(
                said(
                    "agent %(by)s has a part in it; somebody else has to %(step)s it",
                    by=by,
                    step=step.value,
                )
            )
        return replace(self, state=after, signed=(*self.signed, Signed(step, by, now, note)))

    @property
    def consents(self) -> frozenset[str]:
        """The agents who have given their word."""
        return frozenset(word.by for word in self.signed if word.step in (Step.ASK, Step.AGREE))

    @property
    def is_binding(self) -> bool:
        """In force, and with the consent of both on record."""
        both = {self.asker, self.other} - {""}
        return self.state is State.IN_FORCE and both <= self.consents

    def moves(self, rostered: Iterable[Duty]) -> tuple[Move, ...]:
        """What it changes in a roster: one move, two for an exchange, or all duties of a leave."""
        if self.kind is RequestKind.LEAVE:
            return tuple(
                Move(duty.assignment, self.other)
                for duty in sorted(rostered)
                if duty.agent == self.asker and self.first <= duty.day <= self.last
            )
        moves = [Move(self.gives, self.other)] if self.gives else []
        return (*moves, *([Move(self.takes, self.asker)] if self.takes else []))

    def needs_approval(self, policy: RosterPolicy) -> bool:
        """Has the lead a word in it?"""
        by_kind = {
            RequestKind.SWAP: policy.swap_approval,
            RequestKind.LEAVE: policy.leave_approval,
        }
        return by_kind[self.kind]

    @property
    def leave(self) -> Leave | None:
        """The leave that it is once in force; None for a swap."""
        if self.kind is not RequestKind.LEAVE:
            return None
        return Leave(self.asker, self.first, self.last)


def ask_swap(
    number: int,
    gives: Assignment,
    other: str,
    now: Millis,
    takes: Assignment | None = None,
    note: str = "",
) -> Request:
    """The holder of `gives` asks `other` to do it, and to have `takes` done in turn if named.

    Raises IllegalStep.
    """
    if other == gives.agent:
        raise IllegalStep(said("%(gives)s: nobody swaps with themselves", gives=str(gives)))
    if takes is not None and takes.agent != other:
        raise IllegalStep(
            said("%(takes)s is not a duty of agent %(other)s", takes=str(takes), other=other)
        )
    days = [one.day for one in (gives, takes) if one is not None]
    return Request(
        number,
        RequestKind.SWAP,
        gives.agent,
        other,
        min(days),
        max(days),
        gives,
        takes,
        signed=(Signed(Step.ASK, gives.agent, now, note),),
    )


def ask_leave(
    number: int,
    agent: str,
    first: date,
    last: date,
    now: Millis,
    stand_in: str = "",
    note: str = "",
) -> Request:
    """The agent asks for leave; without a stand-in only the lead's word is needed.

    Raises IllegalStep.
    """
    if stand_in == agent:
        raise IllegalStep(said("agent %(agent)s cannot stand in for themselves", agent=agent))
    if last < first:
        raise IllegalStep(
            said(
                "a leave from %(first)s to %(last)s is none: its end is before its begin",
                first=str(first),
                last=str(last),
            )
        )
    return Request(
        number,
        RequestKind.LEAVE,
        agent,
        stand_in,
        first,
        last,
        state=State.ASKED if stand_in else State.AGREED,
        signed=(Signed(Step.ASK, agent, now, note),),
    )
