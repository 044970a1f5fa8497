"""`hotseat roster swap` and `hotseat roster leave`: ask, agree, approve, each word on record."""

from __future__ import annotations

from datetime import date
from getpass import getuser
from typing import Any

import click

from hotseat.db.roster_requests import BY_POLICY, ask, decide, next_request
from hotseat.db.rosters import request_of, requests
from hotseat.roster.requests import (
    OPEN,
    STATES,
    Request,
    RequestKind,
    Signed,
    State,
    Step,
    ask_leave,
    ask_swap,
)
from hotseat.roster.shifts import Assignment
from hotseat.rostering.at_hand import AtHand, Day, at_hand
from hotseat.site.commands import reload_running_server
from hotseat.tables import table
from hotseat.terminal import as_json, fail, moment, show, tell
from words import Message, listed, said

_HEADS = (
    *(said("request"), said("asked by"), "", said("what"), said("with"), ""),
    *(said("state"), said("words")),
)


@click.group()
def swap() -> None:
    """Hand a duty over to somebody else, or exchange two.

    It counts when both have agreed and, if the site asks for it, the lead has approved: then who
    took the duty is answerable. Until then it is the rostered agent. Refused with the reason if
    it leaves a hole, breaks the rest, lacks a skill or comes too late.

    \b
    Examples:
      hotseat roster swap ask 1003 2026-11-23 C --to 1004
      hotseat roster swap agree 1 --as 1004
      hotseat roster swap approve 1
      hotseat roster swap list
    """


@click.group()
def leave() -> None:
    """Ask for leave; a stand-in takes the duties over.

    \b
    Examples:
      hotseat roster leave ask 1003 2026-12-01 2026-12-05 --stand-in 1004 \\
          --note "open cases: handed to 1004"
      hotseat roster leave agree 2 --as 1004
      hotseat roster leave approve 2
    """


@swap.command("ask")
@click.argument("agent")
@click.argument("day", type=Day())
@click.argument("shift")
@click.option("--to", "other", required=True, metavar="AGENT", help="Who is to do it.")
@click.option(
    "--for",
    "takes",
    type=(Day(), str),
    metavar="DAY SHIFT",
    help="The other's duty that AGENT does in exchange.",
)
@click.option("--note", default="", help="A word to the other and the lead.")
@as_json
def ask_swap_command(
    agent: str,
    day: date,
    shift: str,
    other: str,
    takes: tuple[date, str] | None,
    note: str,
    json_: bool,
) -> None:
    """Ask that another agent does AGENT's SHIFT of DAY.

    \b
    Examples:
      hotseat roster swap ask 1003 2026-11-23 C --to 1004
      hotseat roster swap ask 1003 2026-11-23 C --to 1004 --for 2026-11-25 A
    """
    with at_hand(changes=True) as office:
        for number in (agent, other):
            office.require_agent(number)
        exchange = Assignment(*takes, other) if takes else None
        request = ask_swap(
            next_request(office.session),
            Assignment(day, shift, agent),
            other,
            office.now,
            exchange,
            note,
        )
        done = _asked(office, request)
    _told(json_, done)


@leave.command("ask")
@click.argument("agent")
@click.argument("first", type=Day())
@click.argument("last", required=False, type=Day())
@click.option("--stand-in", default="", metavar="AGENT", help="Who takes the duties over.")
@click.option("--note", default="", help="Why, and what is handed over to whom.")
@as_json
def ask_leave_command(
    agent: str, first: date, last: date | None, stand_in: str, note: str, json_: bool
) -> None:
    """Ask for leave for AGENT from FIRST to LAST, or on FIRST alone."""
    with at_hand(changes=True) as office:
        for number in (agent, *([stand_in] if stand_in else [])):
            office.require_agent(number)
        request = ask_leave(
            next_request(office.session),
            agent,
            first,
            last or first,
            office.now,
            stand_in,
            note,
        )
        done = _asked(office, request)
    _told(json_, done)


def _asked(office: AtHand, request: Request) -> Request:
    rules = office.rules(request.first, request.last)
    return ask(office.session, request, rules, office.now)


def _add_steps(group: click.Group, kind: RequestKind) -> None:
    """agree, decline, withdraw (as an agent), approve, refuse (as a lead), list."""
    for step in (Step.AGREE, Step.DECLINE, Step.WITHDRAW, Step.APPROVE, Step.REFUSE):
        group.add_command(_step_command(kind, step))

    @group.command("list", help=f"Show every {kind.value}, the newest first.")
    @click.option("--open", "open_", is_flag=True, help="Only those that wait for a word.")
    @click.option("--agent", help="Only those of this agent.")
    @as_json
    def list_command(open_: bool, agent: str | None, json_: bool) -> None:
        with at_hand() as office:
            found = requests(
                office.session,
                kinds=[kind],
                agent=agent,
                states=OPEN if open_ else tuple(State),
            )
        show(
            json_,
            [_plain(one) for one in found],
            _table(found, office) or said("no %(kind)s to show", kind=kind.value),
        )


_HELP = {
    Step.AGREE: "The other agent agrees to number N.",
    Step.DECLINE: "The other agent does not want number N.",
    Step.WITHDRAW: "Take number N back.",
    Step.APPROVE: "The lead approves number N, and it comes in force.",
    Step.REFUSE: "The lead refuses number N.",
}


def _step_command(kind: RequestKind, step: Step) -> click.Command:
    as_agent = step in (Step.AGREE, Step.DECLINE, Step.WITHDRAW)
    who = (
        click.option("--as", "by", required=True, metavar="AGENT", help="Whose word it is.")
        if as_agent
        else click.option("--by", default=getuser, metavar="NAME", help="Who decides; you.")
    )

    @click.command(step.value, help=_HELP[step])
    @click.argument("number", type=int, metavar="N")
    @who
    @click.option("--note", default="", help="A word to be kept with it.")
    @as_json
    def command(number: int, by: str, note: str, json_: bool) -> None:
        with at_hand(changes=True) as office:
            request = request_of(office.session, number)
            if request is None or request.kind is not kind:
                fail(
                    said(
                        "no %(kind)s %(n)s; `%(command)s` shows them",
                        kind=kind.value,
                        n=number,
                        command=f"hotseat roster {kind.value} list",
                    )
                )
            done = decide(
                office.session,
                number,
                step,
                office.rules(request.first, request.last),
                by=by,
                now=office.now,
                note=note,
            )
        _told(json_, done)

    return command


def _told(json_: bool, request: Request) -> None:
    text = said(
        "%(kind)s %(n)s: %(state)s",
        kind=request.kind.value,
        n=request.id,
        state=STATES[request.state],
    )
    show(json_, _plain(request), text)
    if request.is_binding:
        reload_running_server()


def _table(found: list[Request], office: AtHand) -> str:
    return table(
        [tell(head) for head in _HEADS],
        [
            (
                one.id,
                one.asker,
                office.names.get(one.asker, "?"),
                tell(_what(one)),
                one.other,
                office.names.get(one.other),
                tell(STATES[one.state]),
                tell(listed(_word(word, office) for word in one.signed)),
            )
            for one in found
        ],
    )


def _word(word: Signed, office: AtHand) -> Message:
    """`approve mei 11-21 18:39`."""
    return said(
        "%(step)s %(by)s %(at)s",
        step=word.step.value,
        by=said("by rule") if word.by == BY_POLICY else word.by,
        at=(moment(word.at, office.zone) or "")[:11],
    )


def _what(request: Request) -> Message:
    if request.gives is None:
        return said("%(first)s to %(last)s", first=str(request.first), last=str(request.last))
    gives = _duty(request.gives)
    if request.takes is None:
        return gives
    return said("%(gives)s for %(takes)s", gives=gives, takes=_duty(request.takes))


def _duty(one: Assignment) -> Message:
    return said("%(shift)s of %(day)s", shift=one.shift, day=str(one.day))


def _plain(request: Request) -> dict[str, Any]:
    return {
        "number": request.id,
        "kind": request.kind.value,
        "asker": request.asker,
        "other": request.other,
        "first": request.first.isoformat(),
        "last": request.last.isoformat(),
        "gives": request.gives and _plain_assignment(request.gives),
        "takes": request.takes and _plain_assignment(request.takes),
        "state": request.state.value,
        "words": [
            {"step": word.step.value, "by": word.by, "at": word.at, "note": word.note}
            for word in request.signed
        ],
    }


def _plain_assignment(one: Assignment) -> dict[str, str]:
    return {"day": one.day.isoformat(), "shift": one.shift, "agent": one.agent}


_add_steps(swap, RequestKind.SWAP)
_add_steps(leave, RequestKind.LEAVE)
