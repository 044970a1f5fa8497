"""Where people and programs reach the running server: control socket, live feed, metrics."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IListeningPort

from hotseat.config import Settings
from hotseat.control import Control
from hotseat.operation.web import Pages
from softphone_bridge.feed import Feed


class Doors:
    """All but Asterisk's; its lines come in by `hotseat.asterisk.agi`."""

    def __init__(
        self, settings: Settings, reactor: Any, *, control: Control, feed: Feed, pages: Pages
    ) -> None:
        self._settings = settings
        self._reactor = reactor
        self._control = control
        self._feed = feed
        self._pages = pages
        self._ports: list[IListeningPort] = []

    def open(self) -> None:
        """Listen; metrics and health only if the settings name their port.

        Raises CannotListenError.
        """
        settings, listen = self._settings, self._reactor.listenTCP
        self._ports.append(self._control.listen(self._reactor, settings.control_socket))
        self._ports.append(
            listen(settings.feed_port, self._feed.site(), interface=str(settings.web_host))
        )
        if settings.metrics_port is not None:
            site = self._pages.site(self._reactor)
            self._ports.append(listen(settings.metrics_port, site, interface=settings.metrics_host))

    def close(self) -> None:
        """Let nobody in any more; the control socket goes from its folder."""
        for port in self._ports:
            port.stopListening()
