"""`hotseat status` and `hotseat why` for people: all of one moment, and one call in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from acd.routing import Verdict
from hotseat.operation.terms import term
from hotseat.tables import span, table
from words import Message, enumerated, said, told


def glance(state: Mapping[str, Any], language: str) -> str:
    """Tables for the result of `status`, and above them what is unusual."""
    tell = partial(told, language=language)
    nobody = said("Nobody is logged on: %(command)s", command="hotseat seat login --help")
    queues = table(
        [
            *(tell(said("queue")), "", tell(said("waiting")), tell(said("longest"))),
            *(tell(said("talking")), tell(said("ready"))),
        ],
        [
            (
                queue["name"],
                queue["title"],
                queue["waiting"],
                span(queue["longest_wait_ms"]),
                queue["talking"],
                queue["seats_ready"],
            )
            for queue in state["queues"]
        ],
    )
    seats = table(
        [
            *(tell(said("seat")), tell(said("agent")), tell(said("phone")), tell(said("state"))),
            *(tell(said("pause")), tell(said("idle")), tell(said("call"))),
        ],
        [
            (
                seat["seat"],
                seat["name"],
                seat["phone"],
                tell(term(seat["state"])),
                tell(term(seat["paused"] or "")),
                span(seat["idle_ms"]),
                seat["call"],
            )
            for seat in state["seats"]
        ],
    )
    calls = table(
        [
            *(tell(said("call")), tell(said("queue")), tell(said("state")), tell(said("since"))),
            *(tell(said("offers")), tell(said("seat"))),
        ],
        [
            (
                call["call"],
                call["queue"],
                tell(term(call["state"])),
                span(call["waited_ms"]),
                call["offers"],
                call["seat"],
            )
            for call in state["calls"]
        ],
    )
    head = "\n".join(map(tell, _head(state)))
    return "\n\n".join(part for part in (head, queues, seats or tell(nobody), calls) if part)


def reasons(found: Mapping[str, Any], language: str) -> str:
    """What each seat lacks for a call, for the result of `why`."""
    tell = partial(told, language=language)
    verdicts = {verdict.value: verdict.value for verdict in Verdict}
    seats = table(
        [tell(said("seat")), tell(said("verdict"))],
        [(seat, tell(verdicts.get(why, why))) for seat, why in found["seats"].items()],
    )
    ahead = said("%(state)s, %(n)s ahead", state=term(found["state"]), n=found["ahead"])
    return f"{tell(ahead)}\n\n{seats or tell(said('nobody is logged on'))}"


def _head(state: Mapping[str, Any]) -> Iterator[Message]:
    site = state["site"]
    yield said(
        "%(site)s  (revision %(n)s, up %(span)s)",
        site=site["name"],
        n=site["revision"],
        span=span(state["up_ms"]),
    )
    in_sight = state["ami"]["up"]
    yield said(
        "%(asterisk)s, %(lines)s lines, %(calls)s calls in all",
        asterisk=said("Asterisk in sight")
        if in_sight
        else said("Asterisk OUT OF SIGHT: no new offers"),
        lines=state["agi"]["sessions"],
        calls=state["contacts"],
    )
    if state["held"]:
        yield said("No offers at present: %(why)s", why=enumerated(map(term, state["held"])))
    if trouble := state["journal"]["trouble"]:
        yield said("HISTORY IS NOT WRITTEN: %(why)s", why=trouble)
    if state["duty"]["rostered"]:
        yield from _duty(state["duty"], ZoneInfo(site["time_zone"]))
    if state["strangers"]:
        refused = ", ".join(f"{kind} {n}" for kind, n in sorted(state["strangers"].items()))
        yield said("Refused: %(counts)s", counts=refused)


def _duty(duty: Mapping[str, Any], zone: ZoneInfo) -> Iterator[Message]:
    """Who is on duty by the roster, who of them is missing, and who comes next."""
    there = [
        _who(one) if one["logged_on"] else said("%(who)s NOT LOGGED ON", who=_who(one))
        for one in duty["on_duty"]
    ]
    if there:
        yield said("On duty: %(agents)s", agents=enumerated(there))
    else:
        yield said("On duty: nobody")
    if then := duty["next"]:
        at = datetime.fromtimestamp(then["begins"] // 1000, zone)
        yield said("Next: %(who)s at %(at)s", who=_who(then), at=f"{at:%m-%d %H:%M}")


def _who(duty: Mapping[str, Any]) -> Message:
    """`1001 王芳 (A, office)`."""
    return said(
        "%(agent)s %(name)s (%(shift)s, %(place)s)",
        agent=duty["agent"],
        name=duty["name"],
        shift=duty["shift"],
        place=term(duty["place"]),
    )
