"""`/metrics` and `/health` over HTTP, for monitoring on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from twisted.internet.interfaces import IReactorTime
from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import Site

from hotseat.operation.health import Condition, health
from hotseat.operation.metrics import Metrics, Status

CODES = {Condition.OK: 200, Condition.DEGRADED: 200, Condition.UNAVAILABLE: 503}
"""A degraded server answers 200: whoever reads codes only must not take it out of service."""

IDLE_SECONDS = 60


class Pages(Resource):
    """Two pages, both made when they are asked for."""

    isLeaf = True

    def __init__(self, metrics: Metrics, status: Callable[[], Status]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._metrics = metrics
        self._status = status

    def site(self, reactor: IReactorTime) -> Site:
        """What listens."""
        site = Site(self, timeout=IDLE_SECONDS, reactor=reactor)
        site.noisy = False
        return site

    def render_GET(self, request: Request) -> bytes:
        """One page, or 404."""
        match request.path:
            case b"/metrics":
                request.setHeader(b"content-type", CONTENT_TYPE_PLAIN_0_0_4.encode())
                return self._metrics.page()
            case b"/health":
                return self._health(request)
            case _:
                request.setResponseCode(404)
                return b"/metrics or /health\n"

    def _health(self, request: Request) -> bytes:
        found = health(self._status())
        request.setResponseCode(CODES[found.condition])
        request.setHeader(b"content-type", b"application/json")
        said = {"condition": found.condition.value, "reasons": found.reasons}
        return json.dumps(said, ensure_ascii=False).encode() + b"\n"
