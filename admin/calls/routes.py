"""Search, and one call's story. Whose calls: all, one's teams', one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import Blueprint, abort, render_template, request

from admin.access import actor, allowed, can, require
from admin.callbacks.reach import owed_in
from admin.calls.timeline import WIDTH, lanes
from admin.days import bounds, read_day, today
from admin.instance import instance
from admin.site_edit import section
from admin.teams import owned_by
from admin.words import N_
from hotseat.db.engine import reading
from hotseat.db.queries import journal_rows
from hotseat.db.reports import CallsWanted, Place, call_of, find_calls
from hotseat.history import CallRow, EndedBy, Outcome
from hotseat.rights import Action, Owned, Scope, may, reach

pages = Blueprint("calls", __name__, url_prefix="/calls")

AT_ONCE: Final = 50
DAYS: Final = 7
STEPS: Final = 1000

OUTCOMES: Final = {
    "open": N_("going on"),
    Outcome.ANSWERED.value: N_("answered"),
    Outcome.ABANDONED.value: N_("gave up"),
    Outcome.CALLBACK.value: N_("to be called back"),
    Outcome.LOST.value: N_("lost"),
    Outcome.MENU.value: N_("over in the menu"),
    Outcome.REFUSED.value: N_("refused"),
}
ENDED_BY: Final = {
    EndedBy.CALLER: N_("caller"),
    EndedBy.SEAT: N_("agent"),
    EndedBy.SYSTEM: N_("hotline"),
    EndedBy.UNKNOWN: N_("unknown"),
}
WHY_SAID: Final = {
    "no answer": N_("nobody picked up"),
    "declined": N_("the agent declined"),
    "busy": N_("busy"),
    "unreachable": N_("out of reach"),
    "withdrawn": N_("withdrawn"),
    "caller gone": N_("the caller hung up"),
    "answered elsewhere": N_("another was first"),
    "refused": N_("refused"),
    "error": N_("a fault of the hotline"),
    "logged off": N_("the agent logged off"),
    "paused": N_("paused"),
    "seat moved": N_("the seat moved"),
    "phone away": N_("phone away"),
    "off duty": N_("off duty"),
    "yes": N_("yes"),
    "no": N_("no"),
}
"""Why an offer came to nothing, as the journal has it, and what a mobile said."""
STEPS_SAID: Final = {
    "arrived": N_("arrived"),
    "menu": N_("entered a menu"),
    "key": N_("pressed a key"),
    "queued": N_("joined the queue"),
    "offered": N_("a seat rings"),
    "failed": N_("not taken"),
    "withdrawn": N_("withdrawn"),
    "answered": N_("talks"),
    "mobile": N_("the agent at the mobile said"),
    "called_in": N_("an agent is called in"),
    "outbound_refused": N_("a number that may not be dialled"),
    "callback_asked": N_("to be called back"),
    "dials": N_("calls the customer back"),
    "outbound": N_("a number is dialled"),
    "seat_not_there": N_("not taken up at the agent's own phone"),
    "reached": N_("the customer is on the line"),
    "called_back": N_("called back"),
    "talk_ended": N_("talk ended"),
    "released": N_("the seat is free"),
    "gone": N_("left the line"),
    "adopted": N_("found again after a restart"),
    "ended": N_("ended"),
}
PARTS: Final = {
    "menu": N_("in the menu"),
    "waiting": N_("waiting"),
    "ringing": N_("ringing"),
    "talking": N_("talking"),
    "after": N_("after the talk"),
}


@pages.get("/")
@allowed(Action.SEE_CALLS)
def index() -> str:
    """Calls of some days, newest first."""
    args = request.args
    last = read_day(args.get("to", "")) or today()
    first = read_day(args.get("from", "")) or last - timedelta(days=DAYS - 1)
    since, until = bounds(min(first, last), last)
    agents = seats_in_reach(Action.SEE_CALLS)
    asked = args.get("agent", "")
    seats = {asked} & agents if asked and agents is not None else {asked} if asked else agents
    outcome = args.get("outcome", "")
    digits = "".join(filter(str.isdigit, args.get("caller", "")))
    after = args.get("after", "").partition(".")
    with reading(instance().engine) as db:
        found = find_calls(
            db,
            CallsWanted(
                since=since,
                until=until,
                # Who may not see numbers must not find them out by trying either.
                ends_with=digits if may_search_numbers() else "",
                queue=args.get("queue", ""),
                seats=seats,
                outcome=outcome if outcome in OUTCOMES else "",
            ),
            limit=AT_ONCE + 1,
            after=Place(int(after[0]), after[2]) if after[0].isdecimal() else None,
        )
    shown = found[:AT_ONCE]
    return render_template(
        "calls/index.html",
        calls=shown,
        next=f"{shown[-1].arrived_at}.{shown[-1].id}" if len(found) > AT_ONCE else None,
        first=min(first, last),
        last=last,
        asked=args,
        queues=section("queues"),
        agents={
            number: agent
            for number, agent in section("agents").items()
            if agents is None or number in agents
        },
        outcomes=OUTCOMES,
        number_of=number_of,
        searchable=may_search_numbers(),
    )


@pages.get("/call/<call>")
@allowed(Action.SEE_CALLS)
def one(call: str) -> str:
    """One call from first ring to the end."""
    with reading(instance().engine) as db:
        found = call_of(db, call) or abort(404)
        steps = journal_rows(db, call=call, limit=STEPS)
    if not owed_in(found.id):
        require(Action.SEE_CALLS, owned_by(found.seat))
    return render_template(
        "calls/one.html",
        call=found,
        steps=steps,
        lanes=lanes(found, steps, instance().now()),
        width=WIDTH,
        queues=section("queues"),
        agents=section("agents"),
        outcomes=OUTCOMES,
        ended_by=ENDED_BY,
        said=STEPS_SAID,
        why_said=WHY_SAID,
        parts=PARTS,
        number_of=number_of,
        whole_numbers=can(Action.SEE_WHOLE_NUMBERS, owned_by(found.seat)),
    )


def seats_in_reach(action: Action) -> set[str] | None:
    """The agents whose things the visitor may see; None if it is everything."""
    if reach(actor(), action) is Scope.ALL:
        return None
    return {
        number
        for number, agent in section("agents").items()
        if may(actor(), action, Owned(number, agent.get("team")))
    }


def may_search_numbers() -> bool:
    """Whether every number is open to the visitor."""
    return can(Action.SEE_WHOLE_NUMBERS)


def number_of(call: CallRow) -> str | None:
    """The caller's number if the visitor may see it whole; None to show a mask."""
    return call.caller if can(Action.SEE_WHOLE_NUMBERS, owned_by(call.seat)) else None
