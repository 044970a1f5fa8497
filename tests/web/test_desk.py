"""The desk of an agent: steps, who calls, notes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from acd.types import Millis
from admin import live
from hotseat.control_client import NotRunning, Refused
from hotseat.db import notes
from hotseat.db.audit import audit_rows
from hotseat.db.engine import reading, writing
from hotseat.db.writes import write
from hotseat.history import CallChanged, CallNote, Category, JournalRow
from tests.web.conftest import Browser, T

HOUR: Millis = 3_600_000
RUNG, BEFORE, OTHERS = "01CALLRUNG", "01CALLBEFORE", "01CALLOTHERS"
SEAT: dict[str, Any] = {
    "state": "offered",
    "since": T,
    "phone": "p101",
    "paused": None,
    "leaving": False,
    "call": RUNG,
    "queue": "consult",
    "rests_until": None,
}


class Server:
    """Answers as a running one would, or refuses."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.seat: dict[str, Any] | None = SEAT
        self.refuses: Exception | None = None

    def command(self, name: str, **args: Any) -> dict[str, Any]:
        if self.refuses is not None:
            raise self.refuses
        if name == "seat":
            return {"seat": self.seat}
        self.asked.append((name, args))
        return {"pass": "secret"} if name == "feed-open" else {}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """In the place of the control socket."""
    found = Server()
    monkeypatch.setattr(live, "command", found.command)
    return found


def call(name: str, arrived: Millis, **fields: Any) -> CallChanged:
    known = {"arrived_at": arrived, "caller": "13800138000", "queue": "consult"}
    return CallChanged(name, arrived, {**known, **fields})


@pytest.fixture
def history(engine: Engine) -> None:
    """1001 is rung by somebody who called before; 1002 talked with somebody else."""
    with writing(engine) as session:
        write(
            session,
            [
                call(BEFORE, T - HOUR, outcome="answered", seat="1003", ended_at=T - HOUR),
                call(RUNG, T - 5_000, caller_name="<script>alert(1)</script>"),
                call(OTHERS, T - 2_000, caller="13900139000", seat="1002", outcome="answered"),
                JournalRow(1, T, "offered", RUNG, "1001", "consult", {}),
            ],
        )
        notes.put_note(session, CallNote(BEFORE, Category.DEVICE, "冰箱不冷 <b>", "lead", T))


@pytest.fixture
def agent(visit: Callable[[str], Browser]) -> Browser:
    """Agent 1001's browser."""
    return visit("agent")


def test_whoever_is_no_agent_is_told_how_to_become_one(admin: Browser, server: Server) -> None:
    assert "belongs to an agent" in admin.get("/desk/").text
    assert admin.post("/desk/pass").status_code == 403
    assert admin.post("/desk/steps/seat-ready").status_code == 403
    assert server.asked == []


def test_the_pass_shows_the_own_seat_only(agent: Browser, server: Server) -> None:
    agent.get("/desk/")
    assert agent.post("/desk/pass", {"seats": "1002"}).status_code == 200
    ((name, args),) = server.asked
    assert (name, args["seats"]) == ("feed-open", ["1001"])


@pytest.mark.parametrize(
    ("step", "form", "told"),
    [
        ("seat-ready", {}, {}),
        ("seat-logout", {}, {}),
        ("seat-pause", {"reason": "tea"}, {"reason": "tea"}),
        ("seat-pause", {"reason": ""}, {"reason": "break"}),
        ("seat-login", {"phone": "p103"}, {"phone": "p103"}),
    ],
)
def test_steps_are_those_of_the_own_seat(
    agent: Browser, server: Server, step: str, form: dict[str, str], told: dict[str, str]
) -> None:
    agent.get("/desk/")
    answer = agent.post(f"/desk/steps/{step}", {**form, "agent": "1002"})
    assert answer.status_code == 302
    assert server.asked == [(step, {"agent": "1001", **told})]


def test_no_other_command_can_be_given(agent: Browser, server: Server) -> None:
    agent.get("/desk/")
    assert agent.post("/desk/steps/drain").status_code == 404
    assert server.asked == []


@pytest.mark.parametrize(
    ("refuses", "said"),
    [(NotRunning("x"), "nothing was done"), (Refused("phone p103 is used"), "p103 is used")],
)
def test_what_was_not_done_is_said(
    agent: Browser, server: Server, refuses: Exception, said: str
) -> None:
    agent.get("/desk/")
    server.refuses = refuses
    agent.post("/desk/steps/seat-login", {"phone": "p103"})
    assert said in agent.get("/desk/").text


def test_without_a_server_the_desk_still_shows_what_was(agent: Browser, history: None) -> None:
    page = agent.get("/desk/").text
    assert "The server does not answer" in page
    assert "My last calls" in page


def test_who_calls_is_shown_with_earlier_calls_and_notes(
    agent: Browser, server: Server, history: None
) -> None:
    page = agent.get(f"/desk/calls/{RUNG}?piece=1").text
    assert "13800138000" in page
    assert "冰箱不冷 &lt;b&gt;" in page
    assert "device problem" in page
    assert "<script>alert" not in page
    assert "<html" not in page
    assert RUNG in agent.get("/desk/").text


def test_calls_of_others_are_closed(agent: Browser, server: Server, history: None) -> None:
    agent.get("/desk/")
    assert agent.get(f"/desk/calls/{OTHERS}").status_code == 403
    assert agent.post(f"/desk/calls/{OTHERS}", {"category": "", "text": "x"}).status_code == 403
    assert agent.get("/desk/calls/01NOSUCH").status_code == 404


def test_a_note_is_kept_and_audited(
    agent: Browser, server: Server, history: None, engine: Engine
) -> None:
    agent.get(f"/desk/calls/{RUNG}")
    agent.post(f"/desk/calls/{RUNG}", {"category": "platform", "text": " 登录不上 "})
    with reading(engine) as session:
        note = notes.note_of(session, RUNG)
        (entry,) = [
            row for row in audit_rows(session, limit=20) if row.what == f"note on call {RUNG}"
        ]
    assert note == CallNote(RUNG, Category.PLATFORM, "登录不上", "agent", T)
    assert (entry.before, entry.after) == (None, {"category": "platform", "text": "登录不上"})
    assert "登录不上" in agent.get(f"/desk/calls/{RUNG}").text


@pytest.mark.parametrize(
    "form", [{"category": "nonsense", "text": "x"}, {"category": "", "text": "x" * 4_001}]
)
def test_a_note_that_does_not_fit_changes_nothing(
    agent: Browser, server: Server, history: None, engine: Engine, form: dict[str, str]
) -> None:
    agent.get(f"/desk/calls/{RUNG}")
    agent.post(f"/desk/calls/{RUNG}", form)
    with reading(engine) as session:
        assert notes.note_of(session, RUNG) is None


def test_the_next_shifts_are_there(
    agent: Browser, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from admin.desk import routes
    from hotseat.roster.shifts import Duty, Place

    duties = (
        Duty(T + HOUR, T + 3 * HOUR, "1001", date(2027, 1, 15), "C", Place.HOME),
        Duty(T + HOUR, T + 3 * HOUR, "1002", date(2027, 1, 15), "B", Place.OFFICE),
        Duty(T - 3 * HOUR, T - HOUR, "1001", date(2027, 1, 15), "A", Place.OFFICE),
    )
    monkeypatch.setattr(routes, "published", lambda *_: duties)
    page = agent.get("/desk/").text
    assert "17:00–19:00" in page
    assert page.count("at home") == 1
    assert ">office<" not in page
