"""The doors open together, and a stopped server leaves no socket in its folder."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from hotseat.authority import Authority
from hotseat.config import Settings
from hotseat.control import Control
from hotseat.control_client import ask
from hotseat.doors import Doors
from hotseat.figures import Figures
from hotseat.live_journal import LiveJournal
from hotseat.operation.metrics import Metrics
from hotseat.operation.web import Pages
from hotseat.rights import Actor, Owned
from softphone_bridge.feed import Feed
from tests.unit.server.scene import KeptJournal


async def nobody(login: str) -> Actor | None:
    return None


def status() -> dict[str, Any]:
    return {"contacts": 3}


class DoorsTests(TestCase):
    """Real ports, which the system chooses."""

    def setUp(self) -> None:
        # A socket's path is at most 107 bytes long, and trial's own folders are deep.
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        self.settings = Settings(state=folder, feed_port=0, metrics_port=0)
        self.doors = Doors(
            self.settings,
            reactor,
            control=Control({"status": status}, Authority(nobody, Owned), lambda: 1, reactor),
            feed=Feed(
                listen=LiveJournal(KeptJournal()).listen, queues=dict, clock=reactor, now=int
            ),
            pages=Pages(Metrics(Figures(int), status), status),
        )

    async def test_a_closed_door_leaves_nothing_behind(self) -> None:
        self.doors.open()
        assert await deferToThread(ask, self.settings, "status") == {"contacts": 3}
        self.doors.close()
        await deferLater(reactor, 0, lambda: None)
        assert list(self.settings.state.iterdir()) == []
