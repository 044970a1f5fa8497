"""What the running server lets a page do, by command, role and agent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hotseat.authority import NEEDS, Authority, owned_by
from hotseat.rights import NOBODYS, Action, Actor, Owned, Role
from hotseat.site.records import EMPTY_SITE, AgentRecord

TEAMS = {"1001": "east", "1002": "east", "2001": "west"}
USERS = {
    "root": Actor("root", frozenset({Role.ADMINISTRATOR})),
    "lead": Actor("lead", frozenset({Role.LEAD}), "1001", frozenset({"east"})),
    "agent": Actor("agent", frozenset({Role.AGENT}), "1002"),
    "none": Actor("none", frozenset()),
}
STEERING = [command for command, action in NEEDS.items() if action is Action.STEER_SEATS]


async def find(login: str) -> Actor | None:
    """As the database would say."""
    return USERS.get(login)


def whose(agent: str) -> Owned:
    """As the site would say."""
    return Owned(agent, TEAMS[agent]) if agent in TEAMS else NOBODYS


def may(actor: str, command: str, agent: str | None = None, **args: object) -> bool:
    """Whether the command goes through."""
    refusing = Authority(find, whose).refusal(
        actor, command, args if agent is None else {"agent": agent}
    )
    refusal = SynchronousTestCase().successResultOf(Deferred.fromCoroutine(refusing))
    return refusal is None


@pytest.mark.parametrize(
    ("login", "agents"),
    [
        ("root", {"1001", "1002", "2001", "9999"}),
        ("lead", {"1001", "1002"}),
        ("agent", {"1002"}),
        ("none", set()),
        ("gone", set()),
    ],
)
@pytest.mark.parametrize("command", sorted(STEERING))
def test_seats_are_steered_by_those_whose_they_are(
    command: str, login: str, agents: set[str]
) -> None:
    """An agent's own, a lead's teams', an administrator's all."""
    found = {
        agent for agent in ("1001", "1002", "2001", "9999") if may(f"user:{login}", command, agent)
    }
    assert found == agents


@pytest.mark.parametrize(
    ("login", "agents"),
    [("root", {"1001", "1002", "2001"}), ("lead", {"1001", "1002"}), ("agent", set())],
)
def test_only_who_leads_says_where_others_are_rung(login: str, agents: set[str]) -> None:
    """No agent outweighs the own supervisor."""
    found = {
        agent
        for agent in ("1001", "1002", "2001")
        if may(f"user:{login}", "seat-override", agent, where="desk")
    }
    assert found == agents


def test_only_an_administrator_stops_the_server() -> None:
    """And the command line."""
    assert [login for login in USERS if may(f"user:{login}", "drain")] == ["root"]
    assert may("cli", "drain")


def test_the_feed_shows_what_its_viewer_may_see() -> None:
    """An agent the own seat; without seats named it is about all of them."""
    assert may("user:agent", "feed-open", seats=["1002"])
    assert not may("user:agent", "feed-open", seats=["1002", "1001"])
    assert not may("user:agent", "feed-open", seats=[])
    assert not may("user:agent", "feed-open")
    assert may("user:lead", "feed-open")


def test_a_feed_is_opened_and_cut_in_the_own_name() -> None:
    """An administrator who closes a user cuts that user's feed as well."""
    for command, args in (("feed-open", {"seats": ["1002"]}), ("feed-close", {})):
        assert may("user:agent", command, login="agent", **args)
        assert not may("user:agent", command, login="lead", **args)
        assert may("user:root", command, login="lead", **args)


@pytest.mark.parametrize(
    ("agent", "owned"),
    [("1001", Owned("1001", "east")), ("1002", Owned("1002")), ("9999", NOBODYS)],
)
def test_whose_a_thing_is_stands_in_the_site(agent: str, owned: Owned) -> None:
    """Nothing belongs to an agent whom the site does not have."""
    agents = {
        "1001": AgentRecord("1001", "李静", {}, team="east"),
        "1002": AgentRecord("1002", "王强", {}),
    }
    assert owned_by(replace(EMPTY_SITE, agents=agents), agent) == owned


def test_an_actor_is_no_command_line_by_saying_so() -> None:
    """`user:` makes a user of every name."""
    assert not may("user:cli", "drain")
    assert not may("root", "drain")
    assert not may("", "status")
