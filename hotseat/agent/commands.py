"""`hotseat agent`: the agents' PINs."""

from __future__ import annotations

import click

from hotseat.db.commands import opened
from hotseat.db.engine import writing
from hotseat.db.pins import drop_pin, keep_pin
from hotseat.pins import PIN, is_weak, kept, new_pin
from hotseat.terminal import as_json, fail, show, tell
from words import said


@click.group()
def agent() -> None:
    """Look after the agents."""


@agent.command("pin")
@click.argument("number", metavar="AGENT")
@click.option("--new", "action", flag_value="new", help="Make one up and print it, this once.")
@click.option("--remove", "action", flag_value="remove", help="Take it away: no check-in by PIN.")
@as_json
def pin_command(number: str, action: str | None, json_: bool) -> None:
    """Set the PIN with which AGENT checks in by telephone. It is asked for, and never shown again.

    Only a hash is kept; it is in no site file, export or log.

    \b
    Examples:
      hotseat agent pin 1001
      hotseat agent pin 1001 --new
    """
    if action == "remove":
        with opened() as engine, writing(engine) as session:
            gone = drop_pin(session, number)
        after = (
            said("agent %(agent)s has no PIN any more", agent=number)
            if gone
            else said("agent %(agent)s has no PIN", agent=number)
        )
        show(json_, {"agent": number, "pin": None}, after)
        return
    pin = new_pin() if action == "new" else _asked_pin()
    try:
        with opened() as engine, writing(engine) as session:
            keep_pin(session, number, kept(pin))
    except LookupError:
        fail(
            said(
                "no agent %(agent)s; `%(command)s` lists the agents",
                agent=number,
                command="hotseat site export",
            )
        )
    if action == "new":
        changed = said("the new PIN of agent %(agent)s is %(pin)s", agent=number, pin=pin)
        show(json_, {"agent": number, "pin": pin}, changed)
    else:
        changed = said("agent %(agent)s has a new PIN", agent=number)
        show(json_, {"agent": number, "pin": None}, changed)


def _asked_pin() -> str:
    pin: str = click.prompt(
        tell(said("PIN")), hide_input=True, confirmation_prompt=tell(said("the PIN once more"))
    )
    if not PIN.fullmatch(pin):
        fail(said("a PIN is 4 to 10 digits"))
    if is_weak(pin):
        fail(said("this PIN is guessed first; take other digits"))
    return pin
