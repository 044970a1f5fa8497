"""Which call-backs are the visitor's to work off: those of the queues that the own agents serve."""

from __future__ import annotations

from flask import abort

from admin.access import actor, can, visitor
from admin.instance import instance, site
from admin.teams import owned_by
from hotseat.callbacks import WORKED, Callback, State, queues_of
from hotseat.db.callbacks import CallbacksWanted, callback_of, count_callbacks, find_callbacks
from hotseat.db.engine import reading
from hotseat.rights import Action, Owned, Scope, may, reach

WORK = Action.WORK_CALLBACKS


def agents_in_reach() -> list[str]:
    """The agents for whom the visitor may work off call-backs."""
    return [
        agent.number
        for agent in site().agents.values()
        if may(actor(), WORK, Owned(agent.number, agent.team or None))
    ]


def queues_in_reach() -> frozenset[str] | None:
    """The queues whose call-backs the visitor sees; None if it is everything."""
    if reach(actor(), WORK) is Scope.ALL:
        return None
    served = [queues_of(site(), agent) for agent in agents_in_reach()]
    return frozenset[str]().union(*served)


def own_agent() -> str | None:
    """The agent that the visitor is."""
    agent = visitor().agent
    return agent if agent in site().agents else None


def within_reach(call: str) -> Callback:
    """One call-back; another's queue is closed, unless the visitor has it already."""
    callback = _find(call) or abort(404)
    if not _in_reach(callback):
        abort(403)
    return callback


def owed_in(call: str) -> bool:
    """Was a call-back asked for in this call that the visitor may work off?"""
    callback = _find(call)
    return callback is not None and _in_reach(callback)


def taken_by_visitor(call: str) -> bool:
    """Has the visitor taken the call-back that was asked for in this call?"""
    callback = _find(call)
    return (
        callback is not None
        and callback.taken_by is not None
        and (callback.taken_by == own_agent())
    )


def my_callbacks(agent: str, most: int) -> list[Callback]:
    """What the agent has taken and not closed, the oldest promise first."""
    mine = CallbacksWanted(states=(State.TAKEN,), taken_by=agent)
    with reading(instance().engine) as db:
        return find_callbacks(db, mine, limit=most)


def taker(callback: Callback) -> Owned:
    """Whose it is, as rights see it."""
    return owned_by(callback.taken_by)


def may_decide(callback: Callback) -> bool:
    """May the visitor give it up or open it again? What nobody has is for leads to decide."""
    if callback.taken_by is None:
        return reach(actor(), WORK) > Scope.OWN
    return can(WORK, taker(callback))


def number_of(callback: Callback) -> str | None:
    """The number if the visitor may see it whole: who has taken it has to know it."""
    return callback.caller if can(Action.SEE_WHOLE_NUMBERS, taker(callback)) else None


def _find(call: str) -> Callback | None:
    with reading(instance().engine) as db:
        return callback_of(db, call)


def _in_reach(callback: Callback) -> bool:
    queues = queues_in_reach()
    return queues is None or callback.queue in queues or can(WORK, taker(callback))


def open_callbacks() -> int | None:
    """How many are owed in the visitor's queues; None for who has nothing to do with them."""
    if reach(actor(), WORK) is Scope.NONE:
        return None
    with reading(instance().engine) as db:
        return count_callbacks(db, CallbacksWanted(queues=queues_in_reach(), states=tuple(WORKED)))
