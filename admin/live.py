"""The running server, asked over its control socket in the name of the visitor."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import g

from admin.access import visitor
from admin.instance import instance
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


def poke() -> str | None:
    """Tell the server that the site changed; it also finds out by itself. Returns its complaint."""
    try:
        command("reload-config")
    except NotRunning:
        return None
    except Refused as error:
        return str(error)
    return None


def cut_feeds(login: str) -> None:
    """What this user watches ends: logged out, closed, or of other rights from now on."""
    with suppress(NotRunning, Refused):
        command("feed-close", login=login)
