"""The pages as a child of the server: started, started again when it ends, never in the way.

Its end never ends the server. It ends with the server, however that ends: it reads a pipe that is
closed then.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import structlog
from twisted.internet.interfaces import IDelayedCall, IProcessTransport
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

log = structlog.get_logger(__name__)

FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
SOUND_SECONDS = 60.0
"""Who has run for so long did not fail at its start: the wait begins anew."""

COMMAND = (sys.executable, "-m", "hotseat", "admin", "--child")


class AdminProcess:
    """One child, or the wait for the next one."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._wait = FIRST_WAIT
        self._next: IDelayedCall | None = None
        self._child: IProcessTransport | None = None
        self._began = 0.0
        self._stopped = False

    def start(self) -> None:
        """Start the child, and from now on start it again."""
        self._next = None
        self._began = self._reactor.seconds()
        self._child = self._reactor.spawnProcess(
            _Child(self._ended),
            COMMAND[0],
            COMMAND,
            env=dict(os.environ),
            # It logs where we do; standard input is the pipe that tells it of our end.
            childFDs={0: "w", 1: 1, 2: 2},
        )

    def stop(self) -> None:
        """End the child."""
        self._stopped = True
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if self._child is not None:
            self._child.loseConnection()

    def _ended(self, reason: str) -> None:
        self._child = None
        if self._stopped:
            return
        if self._reactor.seconds() - self._began >= SOUND_SECONDS:
            self._wait = FIRST_WAIT
        log.error("admin_ended", reason=reason, again_in_s=self._wait)
        self._next = self._reactor.callLater(self._wait, self.start)
        self._wait = min(LONGEST_WAIT, self._wait * 2)


class _Child(ProcessProtocol):
    def __init__(self, ended: Any) -> None:
        self._ended = ended

    def processEnded(self, reason: Failure) -> None:
        self._ended(reason.getErrorMessage())
