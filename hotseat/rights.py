"""Who may do what: one table of actions, roles and scopes.

The admin asks it for every page and every object, and the running server asks it again for every
command that comes from there.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final


class Role(enum.Enum):
    """What a user is in the hotline. One user may be several."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    SUPERVISOR = "supervisor"
    LEAD = "lead"
    """Of teams: those that the user is lead of."""
    AGENT = "agent"
    """Who takes calls, and is linked to the agent of that number."""


class Scope(enum.IntEnum):
    """How far a right goes; each scope holds those below it."""

    NONE = 0
    OWN = 1
    """What belongs to the user's own agent."""
    TEAM = 2
    """What belongs to the agents of the user's teams."""
    ALL = 3


class Action(enum.Enum):
    """Everything that pages and commands do, as far as some may do it and some may not."""

    OWN_ACCOUNT = "own account"
    SEE_FLOOR = "see floor"
    SEE_SEATS = "see seats"
    WORK_AT_DESK = "work at a desk"
    """The page of one's own seat."""
    STEER_SEATS = "steer seats"
    """Log on and off, pause, make ready, choose desk or mobile."""
    PLACE_SEATS = "place seats"
    """Say where an agent is rung, against the agent's own choice."""
    SEE_SITE = "see site"
    EDIT_QUEUES = "edit queues"
    EDIT_AGENTS = "edit agents"
    """Names, skills, teams; adding and removing takes the whole scope."""
    EDIT_MOBILES = "edit duty mobiles"
    """Where customers' calls go at the company's cost."""
    SET_PINS = "set PINs"
    """With which agents check in by telephone."""
    EDIT_PHONES = "edit phones"
    EDIT_NUMBERS = "edit numbers"
    EDIT_MENUS = "edit menus"
    EDIT_PROMPTS = "edit prompts"
    IMPORT_SITE = "import site"
    SEE_ROSTER = "see roster"
    EDIT_ROSTER = "edit roster"
    ASK_FOR_LEAVE = "ask for leave"
    """Leave and swaps, for oneself or for others."""
    SEE_CALLS = "see calls"
    SEE_WHOLE_NUMBERS = "see whole numbers"
    """Callers' numbers without a mask."""
    NOTE_ON_CALLS = "note on calls"
    WORK_CALLBACKS = "work off call-backs"
    """See, take, dial and close those of the queues that one's agents serve; hear messages."""
    DELETE_MESSAGES = "delete messages"
    """What callers have left to say."""
    SEE_FIGURES = "see figures"
    EDIT_USERS = "edit users"
    SEE_AUDIT = "see audit"
    SEE_HEALTH = "see health"
    STOP_SERVER = "stop server"


ALL, TEAM, OWN, NO = Scope.ALL, Scope.TEAM, Scope.OWN, Scope.NONE

_COLUMNS: Final = (Role.ADMINISTRATOR, Role.MANAGER, Role.SUPERVISOR, Role.LEAD, Role.AGENT)

GRANTS: Final[Mapping[Action, Mapping[Role, Scope]]] = {
    action: dict(zip(_COLUMNS, scopes, strict=True))
    for action, scopes in {
        # .                       administrator manager supervisor lead agent
        Action.OWN_ACCOUNT:       (ALL, ALL, ALL, ALL, ALL),
        Action.SEE_FLOOR:         (ALL, ALL, ALL, ALL, NO),
        Action.SEE_SEATS:         (ALL, ALL, ALL, ALL, OWN),
        Action.WORK_AT_DESK:      (OWN, OWN, OWN, OWN, OWN),
        Action.STEER_SEATS:       (ALL, ALL, ALL, TEAM, OWN),
        Action.PLACE_SEATS:       (ALL, ALL, ALL, TEAM, NO),
        Action.SEE_SITE:          (ALL, ALL, ALL, ALL, NO),
        Action.EDIT_QUEUES:       (ALL, ALL, NO, NO, NO),
        Action.EDIT_AGENTS:       (ALL, ALL, ALL, TEAM, NO),
        Action.EDIT_MOBILES:      (ALL, NO, NO, NO, NO),
        Action.SET_PINS:          (ALL, ALL, ALL, TEAM, OWN),
        Action.EDIT_PHONES:       (ALL, NO, NO, NO, NO),
        Action.EDIT_NUMBERS:      (ALL, NO, NO, NO, NO),
        Action.EDIT_MENUS:        (ALL, ALL, NO, NO, NO),
        Action.EDIT_PROMPTS:      (ALL, ALL, NO, NO, NO),
        Action.IMPORT_SITE:       (ALL, NO, NO, NO, NO),
        Action.SEE_ROSTER:        (ALL, ALL, ALL, ALL, ALL),
        Action.EDIT_ROSTER:       (ALL, ALL, ALL, TEAM, NO),
        Action.ASK_FOR_LEAVE:     (ALL, ALL, ALL, TEAM, OWN),
        Action.SEE_CALLS:         (ALL, ALL, ALL, TEAM, OWN),
        Action.SEE_WHOLE_NUMBERS: (ALL, ALL, ALL, TEAM, OWN),
        Action.NOTE_ON_CALLS:     (ALL, ALL, ALL, TEAM, OWN),
        Action.WORK_CALLBACKS:    (ALL, ALL, ALL, TEAM, OWN),
        Action.DELETE_MESSAGES:   (ALL, ALL, ALL, NO, NO),
        Action.SEE_FIGURES:       (ALL, ALL, ALL, TEAM, NO),
        Action.EDIT_USERS:        (ALL, NO, NO, NO, NO),
        Action.SEE_AUDIT:         (ALL, ALL, NO, NO, NO),
        Action.SEE_HEALTH:        (ALL, ALL, ALL, NO, NO),
        Action.STOP_SERVER:       (ALL, NO, NO, NO, NO),
    }.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Actor:
    """A user as far as rights go."""

    login: str
    roles: frozenset[Role]
    agent: str | None = None
    """The number of the agent that the user is."""
    teams: frozenset[str] = frozenset()
    """The teams that the user is lead of."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose a thing is: an agent's, and so that agent's team's."""

    agent: str | None = None
    team: str | None = None


NOBODYS: Final = Owned()
"""A thing of the hotline as a whole: only the scope ALL reaches it."""


def roles_of(words: Iterable[str]) -> frozenset[Role]:
    """The roles that are spelt so; a word that is no role gives no right."""
    known = {role.value: role for role in Role}
    return frozenset(known[word] for word in words if word in known)


def reach(actor: Actor, action: Action) -> Scope:
    """The widest scope in which the actor may do it; NONE if nowhere."""
    return max((GRANTS[action][role] for role in actor.roles), default=Scope.NONE)


def may(actor: Actor, action: Action, whose: Owned = NOBODYS) -> bool:
    """Whether the actor may do it to this thing."""
    for role in actor.roles:
        match GRANTS[action][role]:
            case Scope.ALL:
                return True
            case Scope.TEAM if whose.team is not None and whose.team in actor.teams:
                return True
            case Scope.OWN | Scope.TEAM if whose.agent is not None and whose.agent == actor.agent:
                return True
    return False
