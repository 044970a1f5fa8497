"""The control socket, spoken to by the real client over a real Unix socket."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from hotseat import authority
from hotseat.authority import Authority
from hotseat.config import Settings
from hotseat.control import PENDING_SECONDS, CommandError, Control
from hotseat.control_client import NotRunning, Refused, ask
from hotseat.rights import Action, Actor, Owned, Role


class ControlTests(TestCase):
    """One Control with a few commands."""

    def setUp(self) -> None:
        # A socket's path is at most 107 bytes long, and trial's own folders are deep.
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.settings = Settings(state=self.folder)
        self.done: list[str] = []
        self.waits = self.looks = 0
        self.slow: Deferred[dict[str, Any]] = Deferred()
        commands = {
            "note": self._note,
            "refuse": self._refuse,
            "break": self._break,
            "wait": self._slowly,
            "status": self._status,
            "sign": self._sign,
        }
        control = Control(commands, Authority(self._find, Owned), lambda: 7, reactor)
        port = control.listen(reactor, self.settings.control_socket)
        self.addCleanup(port.stopListening)

    async def _find(self, login: str) -> Actor | None:
        return {
            "mei": Actor("mei", frozenset({Role.LEAD}), "1001", frozenset({"east"})),
            "ann": Actor("ann", frozenset({Role.AGENT}), "1002"),
        }.get(login)

    def _note(self, text: str) -> dict[str, Any]:
        self.done.append(text)
        return {"noted": text}

    def _sign(self, by: str) -> dict[str, Any]:
        return {"by": by}

    def _refuse(self) -> dict[str, Any]:
        raise CommandError("not today; come back tomorrow")

    def _slowly(self) -> Deferred[dict[str, Any]]:
        self.waits += 1
        return self.slow

    def _status(self) -> dict[str, Any]:
        self.looks += 1
        return {"look": self.looks}

    def _break(self) -> dict[str, Any]:
        raise RuntimeError("a bug")

    def post(self, body: bytes) -> Deferred[dict[str, Any]]:
        """Send raw bytes as a command."""

        def send() -> dict[str, Any]:
            connection = http.client.HTTPConnection("hotseat", timeout=5)
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(str(self.settings.control_socket))
            try:
                connection.request("POST", "/command", body)
                reply: dict[str, Any] = json.loads(connection.getresponse().read())
                return reply
            finally:
                connection.close()

        return deferToThread(send)

    async def test_a_page_gets_what_its_visitor_may_do(self) -> None:
        looked = await deferToThread(ask, self.settings, "status", "user:mei")
        assert looked == {"look": 1}
        for actor, why in (
            ("user:ann", "ann may not do this: see floor"),
            ("user:nobody", "nothing is known of the rights of nobody"),
            ("somebody", "for the command line alone"),
        ):
            with pytest.raises(Refused, match=why):
                await deferToThread(ask, self.settings, "status", actor)
        with pytest.raises(Refused, match="for the command line alone"):
            await deferToThread(ask, self.settings, "note", "user:mei", text="x")
        assert self.looks == 1
        assert self.done == []

    async def test_who_gives_a_command_is_not_for_the_request_to_say(self) -> None:
        self.patch(authority, "NEEDS", {"sign": Action.OWN_ACCOUNT})
        for actor, args in (("user:ann", {}), ("user:ann", {"by": "mei"})):
            assert await deferToThread(ask, self.settings, "sign", actor, **args) == {"by": "ann"}
        assert await deferToThread(ask, self.settings, "sign", by="mei") == {"by": "cli"}

    async def test_a_command_is_answered_after_its_effect(self) -> None:
        result = await deferToThread(ask, self.settings, "note", text="你好")
        assert result == {"noted": "你好"}
        assert self.done == ["你好"]

    async def test_a_key_seen_before_does_nothing_twice(self) -> None:
        body = json.dumps(
            {"command": "note", "actor": "cli", "key": "K", "args": {"text": "once"}}
        ).encode()
        first, second = await self.post(body), await self.post(body)
        assert first == second
        assert self.done == ["once"]

    async def test_a_refusal_says_why(self) -> None:
        with pytest.raises(Refused, match="come back tomorrow"):
            await deferToThread(ask, self.settings, "refuse")

    async def test_a_bug_is_no_secret_but_no_traceback_either(self) -> None:
        with pytest.raises(Refused, match="the server's log has the reason"):
            await deferToThread(ask, self.settings, "break")

    async def test_an_unknown_command_lists_the_known_ones(self) -> None:
        with pytest.raises(Refused, match="known: break, note, refuse, sign, status, wait"):
            await deferToThread(ask, self.settings, "dial", number="112")

    async def test_wrong_arguments_are_named(self) -> None:
        with pytest.raises(Refused, match="missing a required argument: 'text'"):
            await deferToThread(ask, self.settings, "note", words="x")

    async def test_a_command_for_another_revision_does_nothing(self) -> None:
        reply = await self.post(
            json.dumps(
                {
                    "command": "note",
                    "actor": "admin",
                    "key": "R",
                    "revision": 6,
                    "args": {"text": "late"},
                }
            ).encode()
        )
        assert not reply["ok"]
        assert "revision 7 is in force, you saw 6" in reply["error"]
        assert self.done == []

    async def test_junk_is_refused_with_words(self) -> None:
        for body in (b"", b"{", b"[]", b'{"command": 1, "actor": "a", "key": "k"}', b"x" * 70_000):
            reply = await self.post(body)
            assert not reply["ok"], body[:20]
            assert reply["error"]

    async def test_a_slow_command_is_pending_after_two_seconds(self) -> None:
        begun = reactor.seconds()
        result = await deferToThread(ask, self.settings, "wait")
        assert result["pending"]
        assert reactor.seconds() - begun >= PENDING_SECONDS
        self.slow.callback({})

    async def test_a_key_under_way_is_not_done_twice(self) -> None:
        body = json.dumps({"command": "wait", "actor": "cli", "key": "W", "args": {}}).encode()
        first = self.post(body)
        second = self.post(body)
        await deferLater(reactor, 0.2, lambda: None)
        self.slow.callback({"done": 1})
        assert (await first)["result"] == (await second)["result"] == {"done": 1}
        assert self.waits == 1

    async def test_a_look_is_not_remembered(self) -> None:
        body = json.dumps({"command": "status", "actor": "cli", "key": "S", "args": {}}).encode()
        first, second = await self.post(body), await self.post(body)
        assert (first["result"], second["result"]) == ({"look": 1}, {"look": 2})

    async def test_the_socket_is_for_owner_and_group(self) -> None:
        mode = stat.S_IMODE(self.settings.control_socket.stat().st_mode)
        assert mode == 432

    async def test_without_a_server_the_client_says_how_to_start_one(self) -> None:
        with pytest.raises(NotRunning, match="hotseat serve"):
            await deferToThread(ask, Settings(state=self.folder / "other"), "note", text="")
