"""The table of rights, and the scopes of its cells."""

from __future__ import annotations

import pytest

from hotseat.rights import GRANTS, NOBODYS, Action, Actor, Owned, Role, Scope, may, reach, roles_of

MINE = Owned("1001", "east")
TEAMMATES = Owned("1002", "east")
STRANGERS = Owned("2001", "west")


def user(*roles: Role) -> Actor:
    """Agent 1001, lead of the team east."""
    return Actor("mei", frozenset(roles), "1001", frozenset({"east"}))


def test_the_table_has_every_cell() -> None:
    """An action without a row would be a KeyError on a page."""
    assert GRANTS.keys() == set(Action)
    assert all(row.keys() == set(Role) for row in GRANTS.values())


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_scope_reaches_what_it_says(action: Action, role: Role) -> None:
    """And nothing else."""
    expected = {
        Scope.NONE: [],
        Scope.OWN: [MINE],
        Scope.TEAM: [MINE, TEAMMATES],
        Scope.ALL: [MINE, TEAMMATES, STRANGERS, NOBODYS],
    }[GRANTS[action][role]]
    things = [MINE, TEAMMATES, STRANGERS, NOBODYS]
    assert [thing for thing in things if may(user(role), action, thing)] == expected
    assert reach(user(role), action) is GRANTS[action][role]


def test_several_roles_add_up() -> None:
    """The widest counts."""
    both = user(Role.AGENT, Role.SUPERVISOR)
    assert reach(both, Action.STEER_SEATS) is Scope.ALL
    assert may(both, Action.STEER_SEATS, STRANGERS)


def test_who_is_nobody_owns_nothing() -> None:
    """A user without an agent does not own what has no agent."""
    clerk = Actor("clerk", frozenset({Role.AGENT, Role.LEAD}))
    assert not any(may(clerk, Action.STEER_SEATS, thing) for thing in (NOBODYS, MINE, STRANGERS))


def test_without_a_role_nothing() -> None:
    """Nor with a word that is no role."""
    assert roles_of(["admin", "root", "lead"]) == {Role.LEAD}
    nobody = Actor("x", frozenset())
    assert not any(may(nobody, action) for action in Action)
