"""What pages ask of the running server, answered from a full floor: 1,000 seats, 200 callers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any, Final

from acd.events import CallQueued, SeatLoggedOn
from acd.floor import Floor
from acd.types import CallId, Device, SeatId
from benchmarks.admin.hotline import AGENT, AGENTS, DAY, NOW, TODAY, YESTERDAY
from hotseat.config import Settings
from hotseat.db.engine import open_engine, reading
from hotseat.db.rosters import published
from hotseat.db.snapshot import site_now
from hotseat.duty_board import DutyBoard
from hotseat.roster.attendance import LogOn
from hotseat.roster.duty import DutyRoster
from hotseat.site.records import SiteNow
from hotseat.status import duty_status, floor_status, site_status
from softphone_bridge.frames import Frames, View

WAITING: Final = 200


@contextmanager
def running_server(settings: Settings) -> Iterator[None]:
    """Answers on the control socket, with the same state for ever."""
    server = _Server(str(settings.control_socket), _Reader)
    server.replies = {name: _reply(said) for name, said in _said(settings).items()}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _said(settings: Settings) -> dict[str, dict[str, Any]]:
    """Command -> what is answered to it."""
    engine = open_engine(settings.database)
    with reading(engine) as session:
        site = site_now(session)
        duties = published(session, YESTERDAY, TODAY)
    engine.dispose()
    skills = {agent.number: agent.skills for agent in site.agents.values()}
    roster = DutyRoster(duties, skills, [(NOW - DAY, NOW + DAY)])
    floor = _floor(site)
    tally = {"calls": 9_000, "answered": 8_000, "abandoned": 900, "callback": 0, "lost": 2}
    today = {**tally, "menu": 98, "refused": 0, "mean_wait_ms": 11_000, "service_level": 0.83}
    today |= {"in_time": 7_000, "due": 8_400}
    board = DutyBoard(lambda: roster, lambda: site, _log_ons)
    frames = Frames(floor, lambda queue: today, board)
    return {
        "status": {
            "site": site_status(site, None),
            "now": NOW,
            "up_ms": 3_600_000,
            **floor_status(floor.picture(), site, NOW),
            "duty": duty_status(roster, floor.picture(), site, NOW),
            "today": {**today, "calls_a_minute": 70, "queues": dict.fromkeys(site.queues, today)},
            "contacts": 900,
            "draining": None,
            "ami": {"up": True, "lag_ms": 3},
            "agi": {"sessions": WAITING, "open": True},
            "journal": {"lag_ms": 12, "lost": 0, "trouble": None},
            "strangers": {},
        },
        "floor": frames.whole(View(), site.queues, NOW),
        "seat": {"seat": frames.seat(SeatId(AGENT), NOW)},
        "seat-placing": {
            "placing": {"place": f"p{AGENT}", "because": "choice", "desk": f"p{AGENT}"}
            | {"mobile": False, "choice": "desk"}
        },
    }


def _floor(site: SiteNow) -> Floor:
    floor = Floor()
    for place, agent in enumerate(AGENTS):
        device = (Device.FREE, Device.IN_USE, Device.AWAY)[place % 3]
        paused = "meal" if place % 10 == 0 else None
        skills = site.agents[agent].skills
        floor.apply(SeatLoggedOn(SeatId(agent), skills, f"p{agent}", device, paused), NOW)
    for number in range(WAITING):
        call = CallId(f"{number:026d}")
        floor.apply(CallQueued(call, "complaint", (("complaint", 9),), NOW), NOW)
    return floor


def _log_ons(agents: Iterable[str]) -> list[LogOn]:
    """Two thirds came, at different times."""
    return [LogOn(agent, NOW - int(agent) * 4_000) for agent in agents if int(agent) % 3]


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
