"""`hotseat callbacks`: who is owed a call, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from getpass import getuser
from typing import Any
from zoneinfo import ZoneInfo

import click

from hotseat.callbacks import FINAL, STATES, WORKED, Callback, IllegalStep, Result, State
from hotseat.control_client import NotRunning, Refused, ask
from hotseat.db.audit import Author
from hotseat.db.callbacks import (
    CallbacksWanted,
    NoSuchCallback,
    change_audited,
    find_callbacks,
)
from hotseat.db.commands import opened
from hotseat.db.engine import reading, writing
from hotseat.db.snapshot import site_now
from hotseat.tables import table
from hotseat.terminal import Function, as_json, fail, moment, settings_or_exit, show, tell
from words import said

MOST = 200

_HEADS = (
    said("call"),
    said("asked for"),
    said("queue"),
    said("customer"),
    said("message"),
    said("state"),
    said("tries"),
    said("result"),
    said("next try"),
)
_RESULTS = {
    Result.NONE: "",
    Result.REACHED: said("reached"),
    Result.NO_ANSWER: said("no answer"),
    Result.BUSY: said("busy"),
    Result.DECLINED: said("call declined"),
    Result.UNREACHABLE: said("unreachable"),
    Result.REFUSED: said("wants no call"),
    Result.WRONG_NUMBER: said("wrong number"),
}


@click.group()
def callbacks() -> None:
    """Call customers back whom nobody could take.

    \b
    Examples:
      hotseat callbacks list --queue consult
      hotseat callbacks take 01M80DWFD2CEJF3PPEDT9XTWPQ 1001
      hotseat callbacks dial 01M80DWFD2CEJF3PPEDT9XTWPQ 1001
      hotseat callbacks done 01M80DWFD2CEJF3PPEDT9XTWPQ reached \\
          --note "sent the invoice"
    """


def by_option(function: Function) -> Function:
    """Who it is that does it."""
    return click.option(
        "--by", default=getuser, metavar="NAME", help="Who does it; you, unless said otherwise."
    )(function)


@callbacks.command("list")
@click.option("--queue", help="Of this queue only.")
@click.option("--agent", metavar="NUMBER", help="Taken by this agent.")
@click.option(
    "--state",
    type=click.Choice([*(state.value for state in State), "all"]),
    help="In this state; what is owed, unless said otherwise.",
)
@as_json
def list_command(queue: str | None, agent: str | None, state: str | None, json_: bool) -> None:
    """List call-backs, the oldest promise first."""
    states = () if state == "all" else tuple(WORKED) if state is None else (State(state),)
    wanted = CallbacksWanted(queues=[queue] if queue else None, states=states, taken_by=agent)
    with opened() as engine, reading(engine) as session:
        found = find_callbacks(session, wanted, limit=MOST)
        zone = ZoneInfo(site_now(session).time_zone)
    rows = [
        (
            callback.call,
            moment(callback.asked_at, zone),
            callback.queue,
            callback.caller,
            tell(said("yes")) if callback.recording else "",
            " ".join(filter(None, (tell(STATES[callback.state]), callback.taken_by))),
            callback.tries,
            tell(_RESULTS[callback.result]),
            moment(callback.next_try_at, zone),
        )
        for callback in found
    ]
    shown = table([tell(head) for head in _HEADS], rows) or said("nobody waits for a call")
    show(json_, [_plain(callback) for callback in found], shown)


@callbacks.command()
@click.argument("call")
@click.argument("agent")
@by_option
@as_json
def take(call: str, agent: str, by: str, json_: bool) -> None:
    """Give the call-back of CALL to AGENT."""
    with opened() as engine, reading(engine) as session:
        if agent not in site_now(session).agents:
            fail(
                said(
                    "no agent %(agent)s; `%(command)s` lists the agents",
                    agent=agent,
                    command="hotseat site export",
                )
            )
    after = _change(call, by, "taken", lambda callback: callback.take(agent))
    show(json_, _plain(after), said("agent %(agent)s calls back", agent=agent))


@callbacks.command("give-back")
@click.argument("call")
@by_option
@as_json
def give_back(call: str, by: str, json_: bool) -> None:
    """Let everybody of the queue take the call-back of CALL again."""
    after = _change(call, by, "given back", Callback.give_back)
    show(json_, _plain(after), said("it is everybody's of the queue again"))


@callbacks.command()
@click.argument("call")
@click.argument("result", type=click.Choice([result.value for result in FINAL]))
@click.option("--note", default="", help="What was said.")
@by_option
@as_json
def done(call: str, result: str, note: str, by: str, json_: bool) -> None:
    """Close the call-back of CALL, which somebody has taken, with its RESULT."""
    now = _now()
    after = _change(
        call, by, "worked off", lambda callback: callback.finish(Result(result), note, now)
    )
    show(json_, _plain(after), said("closed: %(result)s", result=_RESULTS[Result(result)]))


@callbacks.command()
@click.argument("call")
@click.argument("agent")
@as_json
def dial(call: str, agent: str, json_: bool) -> None:
    """Ring AGENT's own place, and then the customer of CALL, through the outbound gate."""
    try:
        begun = ask(settings_or_exit(), "callback-dial", call=call, agent=agent)
    except (NotRunning, Refused) as error:
        fail(str(error))
    show(json_, begun, said("%(phone)s rings", phone=begun.get("phone", agent)))


def _change(call: str, by: str, done: str, step: Callable[[Callback], Callback]) -> Callback:
    try:
        with opened() as engine, writing(engine) as session:
            author = Author(by, "command line")
            _, after = change_audited(session, call, step, by=author, now=_now(), done=done)
    except (NoSuchCallback, IllegalStep) as error:
        fail(str(error))
    return after


def _plain(callback: Callback) -> dict[str, Any]:
    return {
        **asdict(callback),
        "state": callback.state.value,
        "result": callback.result.value,
    }


def _now() -> int:
    return time.time_ns() // 1_000_000
