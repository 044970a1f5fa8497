"""What a running server can be told by name, over the control socket: seats, feed, floor, site."""

from __future__ import annotations

from acd.floor import Floor
from acd.types import CallId, SeatId
from hotseat.control import Command, CommandError, Reply
from hotseat.live_config import LiveConfig
from hotseat.live_roster import LiveRoster
from hotseat.seats import Seats
from softphone_bridge.endpoints import NoPlace, Placing, Where, endpoint
from softphone_bridge.feed import Feed
from softphone_bridge.frames import View
from words import said

PLACES = {"desk": Where.DESK, "mobile": Where.MOBILE, "roster": None}
"""Where an agent can be rung; `roster` takes back what was said before."""


def seat_commands(seats: Seats, config: LiveConfig) -> dict[str, Command]:
    """What an agent can be told to do, by name."""

    def login(agent: str, phone: str, by: str, paused: str | None = None) -> Reply:
        seats.log_on(config.now, agent, phone, paused, by)
        return {"agent": agent, "phone": seats.place_of(agent)}

    def mobile(agent: str, by: str) -> Reply:
        seats.log_on_mobile(config.now, agent, by)
        return {"agent": agent, "phone": seats.place_of(agent)}

    def place(agent: str, where: str, by: str) -> Reply:
        seats.choose(config.now, agent, _where(where), by)
        return {"agent": agent, "phone": seats.place_of(agent)}

    def override(agent: str, where: str, by: str) -> Reply:
        seats.override(config.now, agent, _where(where), by)
        return {"agent": agent, "phone": seats.place_of(agent)}

    def placing(agent: str) -> Reply:
        return {"placing": _told(seats.placing(config.now, agent), seats.place_of(agent))}

    def logout(agent: str) -> Reply:
        seats.log_off(agent)
        return {"agent": agent}

    def pause(agent: str, reason: str) -> Reply:
        seats.pause(agent, reason)
        return {"agent": agent, "reason": reason}

    def ready(agent: str) -> Reply:
        seats.ready(agent)
        return {"agent": agent}

    return {
        "seat-login": login,
        "seat-mobile": mobile,
        "seat-place": place,
        "seat-override": override,
        "seat-placing": placing,
        "seat-logout": logout,
        "seat-pause": pause,
        "seat-ready": ready,
    }


def _told(placing: Placing, place: str | None) -> Reply:
    """Who said what; where the seat is rung, None if it is not logged on."""
    return {
        "place": place,
        "because": _because(placing, place),
        "desk": placing.desk,
        "mobile": bool(placing.mobile),
        **{word: where.value for word, where in placing.words.items()},
    }


def _because(placing: Placing, place: str | None) -> str | None:
    """Whose word put the seat there; None if nobody's did, such as one that was not followed."""
    try:
        found = endpoint(placing)
    except NoPlace:
        return None
    return found.because.name.lower() if found.place == place else None


def _where(where: str) -> Where | None:
    if where not in PLACES:
        places = ", ".join(PLACES)
        raise CommandError(
            said("no place %(place)s; it is one of %(places)s", place=where, places=places)
        )
    return PLACES[where]


def feed_commands(feed: Feed) -> dict[str, Command]:
    """Who may watch the floor, by name."""

    def feed_open(login: str, origin: str, seats: list[str] | None = None) -> Reply:
        view = View(None if seats is None else frozenset(map(SeatId, seats)))
        return {"pass": feed.grant(login, view, origin)}

    def feed_close(login: str) -> Reply:
        feed.revoke(login)
        return {"login": login}

    def seat(agent: str) -> Reply:
        return {"seat": feed.seat(SeatId(agent))}

    return {"feed-open": feed_open, "feed-close": feed_close, "seat": seat, "floor": feed.whole}


def floor_commands(floor: Floor) -> dict[str, Command]:
    """What the floor can be asked, by name."""

    def why(call: str) -> Reply:
        try:
            explanation = floor.explain(CallId(call))
        except KeyError:
            unknown = said(
                "no call %(call)s on the floor; `%(command)s` lists them",
                call=call,
                command="hotseat status",
            )
            raise CommandError(unknown) from None
        return {
            "call": call,
            "state": explanation.state.value,
            "ahead": explanation.ahead,
            "seats": {seat: verdict.value for seat, verdict in explanation.verdicts},
        }

    return {"why": why}


def site_commands(config: LiveConfig, roster: LiveRoster) -> dict[str, Command]:
    """How a change of site or roster is made known at once, by name."""

    async def reload() -> Reply:
        for live in (config, roster):
            if (problem := await live.reload()) is not None:
                raise CommandError(problem)
        return {"revision": config.now.revision}

    return {"reload-config": reload}
