"""Who sent a command, and may they: asked again here, whatever the pages have asked before.

Commands of the command line come from who may open the socket, and are theirs. Those of a page
name its visitor; the rights are looked up at that moment, so that a role that was taken away a
second ago counts no more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from hotseat.control_client import OPERATOR, USER_PREFIX
from hotseat.rights import NOBODYS, Action, Actor, Owned, Scope, may, reach
from hotseat.site.records import SiteNow

NEEDS: Final[Mapping[str, Action]] = {
    "status": Action.SEE_FLOOR,
    "floor": Action.SEE_FLOOR,
    "why": Action.SEE_FLOOR,
    "seat-login": Action.STEER_SEATS,
    "seat-mobile": Action.STEER_SEATS,
    "seat-place": Action.STEER_SEATS,
    "seat-override": Action.PLACE_SEATS,
    "seat-placing": Action.SEE_SEATS,
    "seat-logout": Action.STEER_SEATS,
    "seat-pause": Action.STEER_SEATS,
    "seat-ready": Action.STEER_SEATS,
    "feed-open": Action.SEE_SEATS,
    "seat": Action.SEE_SEATS,
    "feed-close": Action.OWN_ACCOUNT,
    "reload-config": Action.OWN_ACCOUNT,
    "callback-dial": Action.WORK_CALLBACKS,
    "drain": Action.STOP_SERVER,
}
"""Command -> what a visitor must be allowed to do. Others are for the command line alone."""

_LOOKS: Final = frozenset({Action.SEE_FLOOR, Action.OWN_ACCOUNT})
"""Concern no single thing: any scope will do."""


def name_of(actor: str) -> str:
    """Who that is, for the journal: a log-in, or the command line."""
    return actor.removeprefix(USER_PREFIX)


def owned_by(site: SiteNow, agent: str) -> Owned:
    """What belongs to this agent: the agent's own, and the team's."""
    known = site.agents.get(agent)
    return NOBODYS if known is None else Owned(agent, known.team or None)


class Authority:
    """Answers for every command whether its actor may give it."""

    def __init__(
        self,
        find: Callable[[str], Awaitable[Actor | None]],
        whose: Callable[[str], Owned],
    ) -> None:
        self._find = find
        """Log-in -> the user now; None if there is none, or the database does not say so."""
        self._whose = whose
        """Agent number -> agent and team."""

    async def refusal(self, actor: str, command: str, args: Mapping[str, Any]) -> str | None:
        """Why not, for the person who asked; None if they may."""
        if actor == OPERATOR:
            return None
        login = name_of(actor)
        needed = NEEDS.get(command)
        if login == actor or needed is None:
            return f"{command} is for the command line alone"
        user = await self._find(login)
        if user is None:
            return f"nothing is known of the rights of {login} now; try again"
        named = args.get("login")
        if named is not None and named != login and not may(user, Action.EDIT_USERS):
            return f"{login} may not do this in the name of {named}"
        if needed in _LOOKS:
            granted = reach(user, needed) is not Scope.NONE
        else:
            granted = all(may(user, needed, whose) for whose in self._concerned(args))
        return None if granted else f"{login} may not do this: {needed.value}"

    def _concerned(self, args: Mapping[str, Any]) -> list[Owned]:
        """Whose the things are that a command names; without names it is about the whole."""
        named = [args.get("agent"), *(args.get("seats") or [])]
        return [self._whose(agent) for agent in named if isinstance(agent, str)] or [NOBODYS]
