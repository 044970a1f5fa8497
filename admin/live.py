"""The running server, asked over its control socket in the name of the visitor."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from flask import flash, g, request

from admin.access import visitor
from admin.instance import instance
from admin.told import sentence
from admin.words import _
from hotseat.control_client import USER_PREFIX, NotRunning, Refused, ask


def command(name: str, **args: object) -> dict[str, Any]:
    """Do it now. Raises NotRunning, Refused."""
    return ask(instance().settings, name, USER_PREFIX + visitor().login, **args)


def status() -> dict[str, Any] | None:
    """The floor as it is now; None while the server is away. Asked once for each page."""
    if "live_status" not in g:
        try:
            g.live_status = command("status")
        except (NotRunning, Refused):
            g.live_status = None
    found: dict[str, Any] | None = g.live_status
    return found


def floor() -> dict[str, Any] | None:
    """The whole floor as its live view is told it; None while the server is away."""
    try:
        return command("floor")
    except (NotRunning, Refused):
        return None


def poke() -> str | None:
    """Tell the server that the site changed; it also finds out by itself. Returns its complaint."""
    try:
        command("reload-config")
    except NotRunning:
        return None
    except Refused as error:
        return str(error)
    return None


def seat(agent: str) -> tuple[dict[str, Any] | None, bool]:
    """A seat as it is now, None if it is not logged on; and whether the server is away."""
    try:
        return command("seat", agent=agent)["seat"], False
    except (NotRunning, Refused):
        return None, True


def placing(agent: str) -> dict[str, Any] | None:
    """Who said what about where an agent is rung; None while the server is away."""
    try:
        found: dict[str, Any] = command("seat-placing", agent=agent)["placing"]
    except (NotRunning, Refused):
        return None
    return found


def tell(step: str, **told: object) -> bool:
    """Give a command, and say on the next page why if it was not done; whether it was."""
    try:
        command(step, **told)
    except NotRunning:
        flash(_("The server does not answer; nothing was done."), "error")
    except Refused as error:
        flash(sentence(*error.args), "error")
    else:
        return True
    return False


def open_feed(seats: Sequence[str] | None = None) -> tuple[dict[str, str], int]:
    """Where the feed of these seats is, or of the whole floor; the address is a secret."""
    # A pass for everything is asked for without naming seats: the server asks for other rights.
    seen = {} if seats is None else {"seats": seats}
    origin = request.host_url.rstrip("/")
    try:
        granted = command("feed-open", login=visitor().login, origin=origin, **seen)
    except (NotRunning, Refused) as error:
        return {"error": str(error)}, 503
    return {"feed": f"{instance().settings.feed_address}?{urlencode(granted)}"}, 200


def cut_feeds(login: str) -> None:
    """What this user watches ends: logged out, closed, or of other rights from now on."""
    with suppress(NotRunning, Refused):
        command("feed-close", login=login)
