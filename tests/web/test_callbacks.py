"""Call-backs on their pages: whose they are, who may do what, and what callers left to say."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from admin import live, logins
from hotseat import recordings
from hotseat.callbacks import Callback, Result, State
from hotseat.control_client import Refused
from hotseat.db import accounts
from hotseat.db.audit import audit_rows
from hotseat.db.callbacks import callback_of, change_callback
from hotseat.db.engine import reading, writing
from hotseat.db.writes import write
from hotseat.history import CallbackAsked, CallChanged, JournalRow
from tests.web.conftest import Browser, Clock, T

HOUR = 3_600_000
MINE, OTHERS, OLD = "01CALLMINE", "01CALLOTHERS", "01CALLOLD"
NUMBER = "13800135678"


def ask_for(engine: Engine, call: str, queue: str, at: int, recording: str = "") -> None:
    """What a caller leaves behind."""
    fields = {"arrived_at": at, "caller": NUMBER, "queue": queue, "outcome": "callback"}
    with writing(engine) as session:
        write(
            session,
            [
                CallChanged(call, at, fields),
                JournalRow(at, at, "callback_asked", call, None, queue, {"file": recording}),
                CallbackAsked(call, at, queue, NUMBER, "zh", recording),
            ],
        )


@pytest.fixture
def asked(engine: Engine) -> Engine:
    """1001 of the demo site serves consult and complaint, not callback."""
    ask_for(engine, MINE, "consult", T - HOUR, "message-01CALLMINE")
    ask_for(engine, OTHERS, "callback", T - 2 * HOUR)
    ask_for(engine, OLD, "complaint", T - 60 * HOUR)
    return engine


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Asterisk's spool folder, with one second of a message."""
    folder = tmp_path / "spool"
    folder.mkdir()
    with wave.open(str(folder / "message-01CALLMINE.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(bytes(range(256)) * 62 + bytes(128))

    monkeypatch.setattr(recordings, "spool_folder", lambda settings: folder)
    return folder


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What the running server is asked."""
    asked: list[tuple[str, dict[str, Any]]] = []

    def command(name: str, **args: Any) -> dict[str, Any]:
        asked.append((name, args))
        if name == "seat":
            return {"seat": None}
        if args.get("call") == OLD:
            raise Refused("this number may not be called: no prefix that is allowed")
        return {}

    monkeypatch.setattr(live, "command", command)
    return asked


def kept(engine: Engine, call: str = MINE) -> Callback:
    """As it stands now."""
    with reading(engine) as session:
        found = callback_of(session, call)
    assert found is not None
    return found


def take(engine: Engine, agent: str, call: str = MINE) -> None:
    """Behind the page's back."""
    with writing(engine) as session:
        change_callback(session, call, lambda one: one.take(agent))


def press(browser: Browser, step: str, call: str = MINE, **data: str) -> int:
    """Send one step from the page of the call-back."""
    browser.get("/profile/")
    return browser.post(f"/callbacks/{call}/{step}", data).status_code


def test_the_oldest_promise_comes_first_and_what_is_late_says_so(
    asked: Engine, admin: Browser
) -> None:
    page = admin.get("/callbacks/").text
    assert page.index(OLD) < page.index(OTHERS) < page.index(MINE)
    assert page.count("overdue") == 1
    newest = admin.get("/callbacks/?order=newest").text
    assert newest.index(MINE) < newest.index(OLD)
    assert OTHERS not in admin.get("/callbacks/?queue=consult").text
    spoken = admin.get("/callbacks/?message=1").text
    assert MINE in spoken
    assert OLD not in spoken
    assert MINE not in admin.get("/callbacks/?show=done").text


def test_agents_see_their_queues_and_no_number_before_they_take_it(
    asked: Engine, visit: Callable[[str], Browser]
) -> None:
    agent = visit("agent")
    page = agent.get("/callbacks/").text
    assert MINE in page
    assert OTHERS not in page
    assert NUMBER not in page
    assert "•••• 5678" in page
    assert NUMBER not in agent.get(f"/callbacks/{MINE}").text
    assert press(agent, "take") == 302
    assert kept(asked).taken_by == "1001"
    assert NUMBER in agent.get(f"/callbacks/{MINE}").text
    assert NUMBER in agent.get("/desk/").text
    assert agent.get(f"/desk/calls/{MINE}").status_code == 200
    assert agent.get(f"/calls/call/{MINE}").status_code == 200


def test_another_queue_is_closed(asked: Engine, visit: Callable[[str], Browser]) -> None:
    agent = visit("agent")
    assert agent.get(f"/callbacks/{OTHERS}").status_code == 403
    assert agent.get(f"/callbacks/{OTHERS}/now").status_code == 403
    assert agent.get(f"/callbacks/{OTHERS}/message").status_code == 403
    assert agent.get(f"/calls/call/{OTHERS}").status_code == 403
    for step in ("take", "give-back", "close", "later", "give-up", "reopen", "heard", "dial"):
        assert press(agent, step, OTHERS) == 403, step
    assert kept(asked, OTHERS).state is State.OPEN
    assert agent.get("/callbacks/?queue=callback").text.count(OTHERS) == 0


def test_a_lead_sees_the_queues_of_the_team(
    asked: Engine, visit: Callable[[str], Browser], engine: Engine
) -> None:
    """1002 leads nobody: it is the own queues; with a team come those of its agents."""
    lead = visit("lead")
    page = lead.get("/callbacks/").text
    assert OTHERS in page, "1002 serves callback"
    assert OLD not in page, "and not complaint"
    assert press(lead, "take", OTHERS, agent="1003") == 403
    with reading(engine) as session:
        assert accounts.user_by_login(session, "lead") is not None


def test_what_somebody_else_has_is_not_touched(
    asked: Engine, visit: Callable[[str], Browser]
) -> None:
    agent = visit("agent")
    take(asked, "1005")
    for step in ("give-back", "close", "later", "give-up"):
        assert press(agent, step, note="mine", result="reached", minutes="5") == 403, step
    assert press(agent, "take") == 302
    assert "somebody was quicker" in agent.get(f"/callbacks/{MINE}").text
    assert kept(asked).taken_by == "1005"


def test_from_taking_to_the_end_every_step_is_audited(
    asked: Engine, visit: Callable[[str], Browser]
) -> None:
    agent = visit("agent")
    press(agent, "take")
    press(agent, "later", minutes="45")
    assert (kept(asked).next_try_at, kept(asked).result) == (T + 45 * 60_000, Result.NO_ANSWER)
    wrong = agent.post(f"/callbacks/{MINE}/later", {"minutes": "0"}).text
    assert "not filled in rightly" in wrong
    assert "Number must be between" in wrong
    press(agent, "close", result="busy")
    assert kept(asked).state is State.TAKEN
    press(agent, "close", result="refused", note=" wants no more calls ")
    done = kept(asked)
    assert (done.state, done.result) == (State.DONE, Result.REFUSED)
    assert (done.note, done.done_at) == ("wants no more calls", T)
    press(agent, "reopen")
    with reading(asked) as session:
        rows = audit_rows(session, limit=10, what=f"call-back {MINE}")
    assert [row.done for row in rows] == [
        "opened again",
        "worked off",
        "to be tried again",
        "taken",
    ]
    assert {row.login for row in rows} == {"agent"}
    assert NUMBER not in str(rows)


LONG = "said a lot\r\n" * 363
"""4,000 characters as a browser counts them, and more as it sends them."""


def test_a_note_is_as_long_as_the_browser_counts_it(
    asked: Engine, visit: Callable[[str], Browser]
) -> None:
    agent = visit("agent")
    press(agent, "take")
    note = "x" * 7 + LONG
    assert len(note.replace("\r\n", "\n")) == 4_000
    refused = agent.post(f"/callbacks/{MINE}/close", {"result": "reached", "note": "x" + note})
    assert (refused.status_code, kept(asked).state) == (200, State.TAKEN)
    assert "cannot be longer than 4000" in refused.text
    assert refused.text.count("said a lot") == 363, "what was written is still there"
    assert "callbacks.js" not in refused.text, "and is not swept away by a new look"
    assert press(agent, "close", result="reached", note=note) == 302
    assert kept(asked).state is State.DONE


def test_a_note_is_not_lost_when_the_call_back_is_somebody_elses_by_then(
    asked: Engine, visit: Callable[[str], Browser]
) -> None:
    agent = visit("agent")
    sent = {"result": "reached", "note": "wants <b>two</b> chairs"}
    for taken_by, code in ((None, 409), ("1005", 403)):
        if taken_by is not None:
            take(asked, taken_by)
        answer = agent.post(f"/callbacks/{MINE}/close", sent)
        assert answer.status_code == code
        assert "somebody was quicker" in answer.text
        assert "Your note was not kept" in answer.text
        assert "wants &lt;b&gt;two&lt;/b&gt; chairs</textarea>" in answer.text
    assert (kept(asked).note, kept(asked).taken_by) == ("", "1005")


def test_giving_up_needs_a_reason_and_a_lead(
    asked: Engine, visit: Callable[[str], Browser]
) -> None:
    assert press(visit("agent"), "give-up", note="no time") == 403
    supervisor = visit("supervisor")
    press(supervisor, "give-up", note=" ")
    assert kept(asked).state is State.OPEN
    press(supervisor, "give-up", note="called again and was served")
    assert (kept(asked).state, kept(asked).note) == (State.GONE, "called again and was served")


def test_a_supervisor_hands_it_to_an_agent_of_the_queue(
    asked: Engine, visit: Callable[[str], Browser]
) -> None:
    supervisor = visit("supervisor")
    assert press(supervisor, "take", agent="1003") == 403, "1003 does not serve consult"
    assert press(supervisor, "take", agent="nobody") == 403
    assert press(supervisor, "take", agent="1004") == 302
    assert kept(asked).taken_by == "1004"


def test_a_message_is_heard_in_the_browser_in_pieces(
    asked: Engine, spool: Path, visit: Callable[[str], Browser]
) -> None:
    agent = visit("agent")
    whole = agent.get(f"/callbacks/{MINE}/message")
    assert (whole.status_code, whole.mimetype) == (200, "audio/wav")
    assert "media-src 'self'" in whole.headers["Content-Security-Policy"]
    assert whole.headers["Cache-Control"] == "no-store"
    piece = agent.get(f"/callbacks/{MINE}/message", Range="bytes=44-143")
    assert piece.status_code == 206
    assert piece.data == whole.data[44:144]
    for answer in (piece, whole):
        answer.close()
    page = agent.get(f"/callbacks/{MINE}").text
    assert f'src="/callbacks/{MINE}/message"' in page
    assert "not heard yet" in page
    press(agent, "heard")
    assert kept(asked).heard_at == T


def test_only_those_who_may_delete_a_message(
    asked: Engine, spool: Path, visit: Callable[[str], Browser]
) -> None:
    for login in ("agent", "lead"):
        assert press(visit(login), "delete-message") == 403
    assert list(spool.iterdir())
    assert press(visit("supervisor"), "delete-message") == 302
    assert list(spool.iterdir()) == []
    assert kept(asked).recording == ""
    assert visit("supervisor").get(f"/callbacks/{MINE}/message").status_code == 404


def test_a_message_that_cannot_be_reached_is_not_called_deleted(
    asked: Engine,
    spool: Path,
    monkeypatch: pytest.MonkeyPatch,
    visit: Callable[[str], Browser],
) -> None:
    supervisor = visit("supervisor")
    monkeypatch.setattr(recordings, "spool_folder", lambda settings: None)
    assert press(supervisor, "delete-message") == 302
    page = supervisor.get(f"/callbacks/{MINE}").text
    assert "not deleted: there is no Asterisk here" in page
    assert kept(asked).recording == "message-01CALLMINE"
    with reading(asked) as session:
        assert audit_rows(session, limit=1, what="call-back") == []
    assert list(spool.iterdir())


def test_a_message_that_is_gone_already_can_be_deleted(
    asked: Engine, spool: Path, visit: Callable[[str], Browser]
) -> None:
    (spool / "message-01CALLMINE.wav").unlink()
    press(visit("supervisor"), "delete-message")
    assert kept(asked).recording == ""
    with reading(asked) as session:
        (row,) = audit_rows(session, limit=1)
    assert row.done == "message deleted"


def test_a_call_back_is_dialled_from_the_own_seat(
    asked: Engine,
    server: list[tuple[str, dict[str, Any]]],
    visit: Callable[[str], Browser],
) -> None:
    agent = visit("agent")
    press(agent, "dial")
    assert ("callback-dial", {"call": MINE, "agent": "1001"}) in server
    assert "Your phone rings" in agent.get(f"/callbacks/{MINE}").text
    press(agent, "dial", OLD)
    assert "no prefix that is allowed" in agent.get(f"/callbacks/{OLD}").text
    assert press(visit("administrator"), "dial") == 403, "who is no agent has no phone to ring"


def test_the_mark_changes_with_what_becomes_of_it(
    asked: Engine, server: list[tuple[str, dict[str, Any]]], visit: Callable[[str], Browser]
) -> None:
    agent = visit("agent")
    first = agent.get(f"/callbacks/{MINE}/now").json
    take(asked, "1001")
    assert agent.get(f"/callbacks/{MINE}/now").json != first


def test_the_server_is_asked_only_about_who_has_taken_it(
    asked: Engine, server: list[tuple[str, dict[str, Any]]], visit: Callable[[str], Browser]
) -> None:
    agent = visit("agent")
    agent.get(f"/callbacks/{MINE}/now")
    take(asked, "1005")
    agent.get(f"/callbacks/{MINE}/now")
    assert server == []
    take(asked, "1001", OLD)
    agent.get(f"/callbacks/{OLD}/now")
    assert server == [("seat", {"agent": "1001"})]


def test_a_page_that_looks_by_itself_keeps_nobody_logged_in(
    asked: Engine, clock: Clock, visit: Callable[[str], Browser]
) -> None:
    agent = visit("agent")
    for _ in range(3):
        clock.now += logins.IDLE // 2
        last = agent.get(f"/callbacks/{MINE}/now").status_code
    assert last == 302
    assert agent.get(f"/callbacks/{MINE}").status_code == 302


def test_open_call_backs_are_counted_where_one_looks_first(
    asked: Engine, monkeypatch: pytest.MonkeyPatch, visit: Callable[[str], Browser]
) -> None:
    page = visit("agent").get("/desk/").text
    assert "2 in your queues are owed a call." in page
