"""What pages ask of the running server, answered from a full floor: 1,000 seats, 200 callers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any, Final

from acd.events import CallQueued, SeatLoggedOn
from acd.floor import Floor
from acd.types import CallId, Device, SeatId
from benchmarks.admin.hotline import AGENT, AGENTS, NOW
from hotseat.config import Settings
from hotseat.db.engine import open_engine, reading
from hotseat.db.snapshot import site_now
from hotseat.roster.duty import DutyRoster
from hotseat.site.records import SiteNow
from hotseat.status import duty_status, floor_status, site_status

WAITING: Final = 200


@contextmanager
def running_server(settings: Settings) -> Iterator[None]:
    """Answers on the control socket, with the same state for ever."""
    engine = open_engine(settings.database)
    with reading(engine) as session:
        site = site_now(session)
    engine.dispose()
    server = _Server(str(settings.control_socket), _Reader)
    status = _status(site)
    seat = next(one for one in status["seats"] if one["seat"] == AGENT)
    server.replies = {
        "status": _reply(status),
        "seat": _reply(
            {"seat": {**seat, "since": NOW - 5_000, "queue": None, "rests_until": None}}
        ),
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _status(site: SiteNow) -> dict[str, Any]:
    floor = Floor()
    for place, agent in enumerate(AGENTS):
        device = (Device.FREE, Device.IN_USE, Device.AWAY)[place % 3]
        paused = "meal" if place % 10 == 0 else None
        skills = site.agents[agent].skills
        floor.apply(SeatLoggedOn(SeatId(agent), skills, f"p{agent}", device, paused), NOW)
    for number in range(WAITING):
        floor.apply(
            CallQueued(CallId(f"{number:026d}"), "complaint", (("complaint", 9),), NOW), NOW
        )
    tally = {"calls": 9_000, "answered": 8_000, "abandoned": 900, "callback": 0, "lost": 2}
    today = {**tally, "menu": 98, "refused": 0, "mean_wait_ms": 11_000, "service_level": 0.83}
    today |= {"in_time": 7_000, "due": 8_400}
    return {
        "site": site_status(site, None),
        "now": NOW,
        "up_ms": 3_600_000,
        **floor_status(floor.picture(), site, NOW),
        "duty": duty_status(DutyRoster((), {}, ()), floor.picture(), site, NOW),
        "today": {**today, "calls_a_minute": 70, "queues": {name: today for name in site.queues}},
        "contacts": 900,
        "draining": None,
        "ami": {"up": True, "lag_ms": 3},
        "agi": {"sessions": WAITING, "open": True},
        "journal": {"lag_ms": 12, "lost": 0, "trouble": None},
        "strangers": {},
    }


def _reply(result: dict[str, Any]) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    replies: dict[str, bytes]


class _Reader(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """One command."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        refused = {"ok": False, "error": f"no {asked['command']} here"}
        body = self.server.replies.get(asked["command"]) or json.dumps(refused).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "socket"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is told."""
