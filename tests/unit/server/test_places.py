"""Desk or mobile, said over the control socket: who may, what is answered, what rings."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from acd.types import Device
from hotseat.authority import Authority
from hotseat.config import Settings
from hotseat.control import Control
from hotseat.control_client import Refused, ask
from hotseat.control_commands import seat_commands
from hotseat.outbound import OutboundRules
from hotseat.rights import Actor, Owned, Role
from softphone_bridge.endpoints import Where
from tests.unit.server.scene import Scene, a_site
from words import told

USERS = {
    "fang": Actor("fang", frozenset({Role.AGENT}), "1001"),
    "mei": Actor("mei", frozenset({Role.SUPERVISOR})),
}


class PlaceTests(TestCase):
    """1001 sits at p101 and has a duty mobile; 1002 has none."""

    def setUp(self) -> None:
        # A socket's path is at most 107 bytes long, and trial's own folders are deep.
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        self.settings = Settings(state=folder)
        site = a_site()
        at_home = replace(site.agents["1001"], mobile="+8613800138000")
        agents = {**site.agents, "1001": at_home}
        self.scene = Scene(replace(site, agents=agents, outbound=OutboundRules("CN", ("+86",))))
        self.scene.seat("1001", "p101")
        self.scene.seat("1002", "p102")
        control = Control(
            seat_commands(self.scene.seats, self.scene.config),
            Authority(self._find, Owned),
            lambda: 1,
            reactor,
        )
        port = control.listen(reactor, self.settings.control_socket)
        self.addCleanup(port.stopListening)

    async def _find(self, login: str) -> Actor | None:
        return USERS.get(login)

    async def ask(self, who: str, command: str, agent: str = "1001", **args: Any) -> Any:
        return await deferToThread(ask, self.settings, command, f"user:{who}", agent=agent, **args)

    async def refused(self, who: str, command: str, agent: str = "1001", **args: Any) -> str:
        """Why not, as a message."""
        try:
            await self.ask(who, command, agent, **args)
        except Refused as error:
            text: str = error.args[0]
            return text
        raise AssertionError(f"{command} was done")

    async def placing(self, who: str = "fang") -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask(who, "seat-placing"))["placing"]
        return found

    async def test_the_agent_chooses_and_takes_it_back(self) -> None:
        at_desk = {"place": "p101", "because": "choice", "desk": "p101", "mobile": True}
        assert await self.placing() == {**at_desk, "choice": "desk"}
        moved = await self.ask("fang", "seat-place", where="mobile")
        assert moved == {"agent": "1001", "phone": "mobile:1001"}
        self.scene.seats.roster_is(self.scene.config.now, {"1001": Where.DESK})
        await self.ask("fang", "seat-place", where="mobile")
        assert await self.placing() == {
            "place": "mobile:1001",
            "because": "choice",
            "desk": "p101",
            "mobile": True,
            "choice": "mobile",
            "roster": "desk",
        }
        assert (await self.ask("fang", "seat-place", where="roster"))["phone"] == "p101"
        assert (await self.placing())["because"] == "roster"

    async def test_the_next_call_rings_where_it_was_said(self) -> None:
        self.scene.seats.phone_changed("p102", Device.AWAY)
        await self.ask("fang", "seat-place", where="mobile")
        line = self.scene.rings_in()
        assert [step for step in line.did if step.startswith("dial")] == ["dial mobiles 1001"]

    async def test_a_supervisor_outweighs_the_agent_until_it_is_taken_back(self) -> None:
        await self.ask("mei", "seat-override", where="desk")
        why = await self.refused("fang", "seat-place", where="mobile")
        assert "a supervisor has said that agent 1001 is rung at the desk" in why
        assert told(why, "zh") == "主管已指定客服 1001 在话机接听；只有主管可以收回"
        assert (await self.placing())["place"] == "p101"
        for agent in ("1001", "1002"):
            assert "may not do this" in await self.refused(
                "fang", "seat-override", agent, where="mobile"
            )
        await self.ask("mei", "seat-override", where="roster")
        assert (await self.ask("fang", "seat-place", where="mobile"))["phone"] == "mobile:1001"
        said = [dict(note.facts) for note in self.scene.journal.notes if note.kind == "placed"]
        assert [(facts["because"], facts.get("by")) for facts in said if facts.get("by")] == [
            ("a supervisor", "mei"),
            ("the agent's choice", "mei"),
            ("the agent's choice", "fang"),
        ]

    async def test_without_a_registered_mobile_the_reason_is_said(self) -> None:
        why = await self.refused("mei", "seat-place", "1002", where="mobile")
        assert told(why, "zh") == "客服 1002 没有登记值班手机；由系统管理员登记"
        assert "no place home" in await self.refused("mei", "seat-place", "1002", where="home")
        assert self.scene.seats.place_of("1002") == "p102"

    async def test_an_agent_looks_at_and_moves_the_own_seat_alone(self) -> None:
        for command, args in (
            ("seat-placing", {}),
            ("seat-place", {"where": "desk"}),
            ("seat-mobile", {}),
        ):
            assert "may not do this" in await self.refused("fang", command, "1002", **args)
