"""What people do at their phones, by the intentions of `people.py`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Protocol

from hotseat.demo.people import Caller, KeyPress, Response, Side, Turn
from hotseat.demo.stage import Scene, Stage
from hotseat.softphones.phone import NotHeard, PhoneError, PhoneEvent
from words import said

ANSWER_SECONDS = 10.0
LONGEST_SECONDS = 300.0
"""Nobody of ours stays on the line for longer, whatever happens."""
STRANGER_TALK_SECONDS = 20.0
"""How long an agent talks to a caller who is none of ours."""
BACK_SECONDS = 6.0
"""After a missed call the agent is back at the desk."""
DECLINED = 603


class OnTheLine(Protocol):
    """One call at a phone."""

    @property
    def caller(self) -> str: ...
    @property
    def over(self) -> bool: ...
    def find(self, *kinds: str) -> PhoneEvent | None: ...
    def digits(self, digits: str) -> None: ...
    def pick_up(self, code: int = 200) -> None: ...
    def hang_up(self) -> None: ...


class Agent(Protocol):
    """An agent with a phone on the desk, or at home with the duty mobile."""

    name: str
    turns: Iterator[Turn]
    accepts: tuple[KeyPress, ...]
    """What takes a call once the phone is picked up: a mobile is asked for a key."""

    def sit_down(self) -> None:
        """Log on. Raises PhoneError, NotHeard."""

    def rings(self) -> bool:
        """Has a call come that was not looked at yet?"""

    def call(self) -> OnTheLine:
        """The next one of these."""

    def talks_to(self, call: OnTheLine) -> str | None:
        """The number of who is on the line, once they hear each other."""

    def pause(self, reason: str) -> bool:
        """Take no calls for now; False if the shift has ended meanwhile."""

    def ready(self) -> bool:
        """Take calls again; False as above."""


@dataclass(slots=True)
class Visit:
    """A caller of ours on the line, and whether an agent has answered: one hears that."""

    plan: Caller
    answered: bool = False


@dataclass(slots=True)
class House:
    """What all scenes share. `tell` takes a line for the audience."""

    stage: Stage
    tell: Callable[[str], None]
    visits: dict[str, Visit]

    def visit(self, plan: Caller, dial: Callable[[Caller], OnTheLine]) -> Scene:
        """A caller dials, listens, presses keys, waits, and talks or gives up."""
        who = veiled(plan.number)
        self.visits[plan.number] = visit = Visit(plan)
        try:
            yield from self._visit(visit, who, dial(plan))
        except (PhoneError, NotHeard):
            self.tell(said("%(who)s is cut off", who=who))
        finally:
            del self.visits[plan.number]

    def _visit(self, visit: Visit, who: str, call: OnTheLine) -> Scene:
        until, plan = self.stage.until, visit.plan
        self.tell(said("%(who)s dials", who=who))
        yield from until(lambda: call.over or call.find("talking") is not None, ANSWER_SECONDS)
        for press in plan.keys:
            yield press.after
            if call.over:
                return
            call.digits(press.key)
            self.tell(said("%(who)s presses %(key)s", who=who, key=press.key))
        yield from until(lambda: call.over or visit.answered, plan.patience)
        if not call.over and not visit.answered:
            self.tell(said("%(who)s gives up", who=who))
        elif plan.ends_talk is Side.AGENT:
            yield from until(lambda: call.over, LONGEST_SECONDS)
        else:
            yield from until(lambda: call.over, plan.talk)
            if not call.over:
                self.tell(said("%(who)s says goodbye", who=who))
        call.hang_up()

    def work(self, agent: Agent, comes: str) -> Scene:
        """An agent comes to work, which is said unless `comes` is empty, and takes one call after
        another."""
        try:
            agent.sit_down()
            if comes:
                self.tell(comes)
            while True:
                yield from self.stage.until(agent.rings)
                yield from self._take(agent, agent.call(), next(agent.turns))
        except (PhoneError, NotHeard) as error:
            self.tell(said("%(who)s has to leave: %(why)s", who=agent.name, why=str(error)))

    def _take(self, agent: Agent, call: OnTheLine, turn: Turn) -> Scene:
        if turn.response is Response.MISSES:
            self.tell(said("%(who)s lets it ring", who=agent.name))
            yield from self.stage.until(lambda: call.over, LONGEST_SECONDS)
            yield BACK_SECONDS
            agent.ready()
            return
        yield turn.after
        if call.over:
            return
        if turn.response is Response.DECLINES:
            self.tell(said("%(who)s declines", who=agent.name))
            call.pick_up(DECLINED)
            return
        if (yield from self._talk(agent, call)):
            yield from self._wrap_up(agent, turn)

    def _talk(self, agent: Agent, call: OnTheLine) -> Generator[float, None, bool]:
        call.pick_up()
        for press in agent.accepts:
            yield press.after
            if call.over:
                return False
            call.digits(press.key)
            self.tell(said("%(who)s presses %(key)s at the mobile", who=agent.name, key=press.key))
        yield from self.stage.until(
            lambda: call.over or agent.talks_to(call) is not None, ANSWER_SECONDS
        )
        caller = agent.talks_to(call)
        if call.over or caller is None:
            call.hang_up()
            return False
        talks = said("%(who)s talks to %(caller)s", who=agent.name, caller=veiled(caller))
        self.tell(talks)
        visit = self.visits.get(caller)
        length, ends = STRANGER_TALK_SECONDS, Side.AGENT
        if visit is not None:
            visit.answered = True
            length, ends = visit.plan.talk, visit.plan.ends_talk
        yield from self.stage.until(
            lambda: call.over, length if ends is Side.AGENT else LONGEST_SECONDS
        )
        if not call.over:
            self.tell(said("%(who)s says goodbye", who=agent.name))
        call.hang_up()
        return True

    def _wrap_up(self, agent: Agent, turn: Turn) -> Scene:
        if turn.pause is not None:
            if not agent.pause(turn.pause):
                return
            self.tell(said("%(who)s pauses: %(why)s", who=agent.name, why=turn.pause))
            yield turn.pause_length
            if agent.ready():
                self.tell(said("%(who)s is back", who=agent.name))
        elif turn.ready_early is not None:
            yield turn.ready_early
            agent.ready()


def veiled(number: str) -> str:
    """A caller's number as it may be shown."""
    return "…" + number[-4:]
