"""The server as a process: run until it is stopped, the web pages as its child."""

from __future__ import annotations

import gc
from typing import Any, cast

import structlog
from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorCore

from hotseat.admin_process import AdminProcess
from hotseat.clock import Clock
from hotseat.config import Settings
from hotseat.db.engine import open_engine
from hotseat.db.migrations import require_current
from hotseat.guide import guide
from hotseat.log import start_logging
from hotseat.one_server import only_server
from hotseat.server import Server
from hotseat.terminal import language, own_name

log = structlog.get_logger(__name__)


def serve(
    settings: Settings, *, clock_offset: int = 0, show_guide: bool = False, admin: bool = True
) -> int:
    """Run until stopped. Returns the exit code. Raises AlreadyServed, DatabaseNotReady."""
    engine = open_engine(settings.database)
    require_current(engine)
    engine.dispose()
    with only_server(settings.state):
        return _serve(settings, clock_offset, show_guide, admin)


def _serve(settings: Settings, clock_offset: int, show_guide: bool, admin: bool) -> int:
    from twisted.internet import reactor

    core = cast(IReactorCore, reactor)
    start_logging(settings.log_level, settings.log_format)
    server = Server(settings, Clock(clock_offset), reactor)
    pages = AdminProcess(reactor)
    outcome = 0

    def failed(failure: Any) -> None:
        nonlocal outcome
        outcome = 1
        log.error("start_failed", reason=failure.getErrorMessage(), trace=failure.getTraceback())
        if core.running:  # a second Ctrl-C during the start has stopped it already
            core.stop()

    def started(_: None) -> None:
        log.info(
            "serving",
            site=server.site.name,
            fastagi=f"{settings.asterisk.fastagi_host}:{settings.asterisk.fastagi_port}",
            control=str(settings.control_socket),
        )
        # What was made so far lives as long as the server: the collector need not walk it again.
        gc.collect()
        gc.freeze()
        if show_guide:
            invitation = server.first_run() if admin else defer.succeed(None)
            invitation.addCallback(tell)
        if admin:
            pages.start()

    def tell(invitation: str | None) -> None:
        print(guide(settings, server.site, own_name(), invitation, language()), flush=True)

    def begin() -> None:
        Deferred.fromCoroutine(server.start()).addCallbacks(started, failed)

    core.addSystemEventTrigger("before", "shutdown", pages.stop)
    core.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(server.stop()))
    core.callWhenRunning(begin)
    core.run()
    return outcome
