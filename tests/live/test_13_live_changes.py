"""Every part of the site changes while calls come, wait and talk; a bad change does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from sqlalchemy import text

from acd.recovery import Ticket
from hotseat.db.engine import open_engine
from hotseat.history import Outcome
from hotseat.softphones.phone import PhoneCall
from tests.live.crowd import Crowd, crowd
from tests.live.hotline import NUMBER, Hotline, now_ms
from tests.live.premises import CommandFailed, until
from tests.live.sipp import Sipp
from tests.live.talk import Talk, begin_talk

pytestmark = pytest.mark.live

SEATS = 6
CALLS_A_SECOND = 2
TALKER = "13800139999"
FLOW = [f"13800130{number:03}" for number in range(80)]
COMPLAINT = ["13800131001", "13800131002", "13800131003"]
CALLBACK = ["13800132001", "13800132002"]
EVERY_SECONDS = 10

Content = dict[str, Any]


class Site:
    """The site file of a running hotline, to be edited and applied."""

    def __init__(self, hotline: Hotline, folder: Path) -> None:
        self._hotline = hotline
        self._file = folder / "edited.yaml"

    def change(self, edit: Callable[[Content], None]) -> None:
        """Apply the site in force with an edit. Raises CommandFailed."""
        content = yaml.safe_load(self._hotline.hotseat("site", "export"))
        edit(content)
        self._file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        self._hotline.apply(self._file)


class Busy(NamedTuple):
    """A hotline where calls come all the time and are answered at once, at seats nobody edits."""

    many: Crowd
    flow: Sipp
    talk: Talk
    """With 1002, who takes no other call."""


@pytest.fixture
def busy(hotline: Hotline, tmp_path: Path) -> Iterator[Busy]:
    talk = begin_talk(hotline, "1002", "p102", TALKER)
    with crowd(hotline, SEATS, tmp_path) as many:
        many.log_on()
        yield Busy(many, many.call(FLOW, rate=CALLS_A_SECOND), talk)
        for desk in hotline.desks:
            if desk.user == "p111":
                desk.unregister()  # the site will not know it any more


def test_the_site_changes_under_load(hotline: Hotline, busy: Busy, tmp_path: Path) -> None:
    many, flow, talk = busy
    site = Site(hotline, tmp_path)
    began, log_began = now_ms(), hotline.server_log.stat().st_size
    for agent, phone in (("1003", "p103"), ("1005", "p105")):
        desk = hotline.log_on(agent, phone, paused="lunch")
        desk.answers(after_ms=30, hang_up_after_ms=200)
    hotline.ask("seat-login", agent="1004", phone="p110", paused="lunch")
    complaints = [_press(hotline, "2", caller) for caller in COMPLAINT]
    callbacks = [_press(hotline, "3", caller) for caller in CALLBACK]
    in_menu = hotline.callers.call(NUMBER, caller="13800133001")
    in_menu.wait("talking")
    until("somebody is in the menu", lambda: hotline.record("13800133001"), 5)
    before = hotline.status()

    # Nearly everything at once.
    site.change(_edit_much)
    after = hotline.status()
    _nothing_began_anew(before, after)
    until("the day is counted again", lambda: _goes_on(before, hotline.status()), 5)
    titles = {queue["name"]: queue["title"] for queue in after["queues"]}
    assert (after["site"]["name"], titles["complaint"], titles["extra"]) == ("新", "投诉部", "新队")
    in_menu.digits("1")  # the old menu's key for consult, the new one's for complaint
    assert _queue_of(hotline, "13800133001") == "consult"
    assert _written(hotline)[-1] == ["pjsip.conf"]
    desk = hotline.log_on("1111", "p111")
    desk.answers(after_ms=30, hang_up_after_ms=200)
    served = hotline.callers.call("4008009000", caller="13800134001")
    desk.rung_by("13800134001").wait("talking")
    assert hotline.ended("13800134001").queue == "extra"
    assert served.wait("ended")

    # Those who wait may be served by more people now, in their order.
    hotline.ask("seat-ready", agent="1005")
    _announced(hotline, COMPLAINT[0])
    assert not [row for row in hotline.journal("offered", since=began) if row.seat == "1005"]
    reloads = _reloads(hotline)
    site.change(_ease)
    assert _written(hotline)[-1] == []
    assert _reloads(hotline) == reloads, "no phone changed: Asterisk reads nothing anew"
    assert _answered(hotline, "1005", len(COMPLAINT), began) == _ids(hotline, COMPLAINT)

    # Things go in which people wait, sit and talk.
    site.change(_remove_much)
    after = hotline.status()
    assert {seat["seat"] for seat in after["seats"]} == {
        *many.agents,
        *("1002", "1003", "1005", "1111"),
    }
    assert hotline.seat("1002")["leaving"]
    assert hotline.seat("1002")["state"] == "talking"
    assert hotline.waiting("callback") == len(CALLBACK)
    hotline.ask("seat-ready", agent="1003")
    assert _answered(hotline, "1003", len(CALLBACK), began) == _ids(hotline, CALLBACK)
    talk.put_down()
    until("1002 is gone", lambda: "1002" not in {s["seat"] for s in hotline.status()["seats"]}, 5)
    assert talk.heard_by_caller().snr_db > 20
    assert hotline.ended(TALKER).outcome is Outcome.ANSWERED

    for call in (*complaints, *callbacks):
        call.wait("ended")
    flow.wait(40)
    until("nobody is on the phone", lambda: not hotline.status()["contacts"], 10)
    records = {row.caller: row for row in hotline.calls(hotline.started_at)}
    assert {records[caller].outcome for caller in FLOW} == {Outcome.ANSWERED}
    slow = [caller for caller in FLOW if records[caller].offers != 1]
    assert not slow, "nobody was offered twice because of an edit"
    log = hotline.server_log.read_bytes()[log_began:].decode()
    assert "queue_removed" in log
    assert "Traceback" not in log


def test_a_bad_change_changes_nothing_and_says_why(apart: Hotline, tmp_path: Path) -> None:
    hotline, site = apart, Site(apart, tmp_path)
    revision = hotline.status()["site"]["revision"]

    def wrong_menu(content: Content) -> None:
        content["menus"]["main"]["nodes"]["ask"]["otherwise"] = "nowhere"

    def wrong_skill(content: Content) -> None:
        content["queues"]["consult"]["requires"] = {"flying": 1}

    with pytest.raises(CommandFailed, match='no node "nowhere"'):
        site.change(wrong_menu)
    with pytest.raises(CommandFailed, match='no skill "flying"'):
        site.change(wrong_skill)
    assert hotline.status()["site"]["revision"] == revision

    engine = open_engine(hotline.settings.database)
    try:
        with engine.begin() as connection:
            connection.execute(text("UPDATE site SET languages = '7'"))
            connection.execute(
                text("INSERT INTO config_revision VALUES (:revision, 1, '[]')"),
                {"revision": revision + 1},
            )
        until("the server says why", lambda: hotline.status()["site"]["problem"], 5)
        status = hotline.status()["site"]
        assert status["revision"] == revision
        assert "a row that cannot be read" in status["problem"]
        assert "site_refused" in hotline.server_log.read_text(encoding="utf-8")
        with pytest.raises(CommandFailed, match="cannot be read"):
            hotline.hotseat("doctor")
        call = hotline.callers.call(NUMBER, caller="13800135001")
        call.wait("talking")
        assert until("the call is in the menu", lambda: hotline.record("13800135001"), 5)
    finally:
        with engine.begin() as connection:
            connection.execute(text("""UPDATE site SET languages = '["zh", "en"]'"""))
        engine.dispose()
    hotline.ask("reload-config")
    status = hotline.status()["site"]
    assert (status["problem"], status["revision"]) == (None, revision + 1)


def _edit_much(content: Content) -> None:
    head, queues, menus = content["site"], content["queues"], content["menus"]
    head |= {"name": "新", "time_zone": "Asia/Singapore", "languages": ["en", "zh"]}
    content["skills"] |= {"consult": "新", "extra": "新"}
    queues["complaint"] |= {
        "title": "投诉部",
        "while_waiting": {"every_seconds": EVERY_SECONDS, "position": True},
    }
    queues["callback"] |= {"ring_seconds": 7, "wrap_up_seconds": 2, "priority": 1}
    queues["extra"] = {"title": "新队", "requires": {"extra": 1}, "wrap_up_seconds": 0}
    content["hours"] = {"never": {"weekly": {}, "holidays": "CN", "overrides": {"2026-12-31": []}}}
    content["agents"]["1003"] |= {"skills": {"callback": 1}}
    content["agents"]["1005"] |= {"skills": {"complaint": 2}}
    content["agents"]["1111"] = {"name": "新人", "skills": {"extra": 1}}
    content["phones"]["p103"]["place"] = "三楼"
    content["phones"]["p111"] = {"place": "三楼"}
    keys = menus["main"]["nodes"]["ask"]["keys"]
    keys["1"], keys["2"] = keys["2"], keys["1"]
    menus["extra"] = {
        "start": "ask",
        "language": "zh",
        "nodes": {
            "ask": {"hours": "never", "open": "end", "closed": "extra"},
            "extra": {"queue": "extra", "next": "end"},
            "end": {"hang_up": []},
        },
    }
    content["numbers"]["4008009000"] = {"menu": "extra"}


def _ease(content: Content) -> None:
    content["queues"]["complaint"]["requires"] = {"complaint": 1}


def _remove_much(content: Content) -> None:
    del content["queues"]["callback"], content["agents"]["1002"], content["phones"]["p110"]
    nodes = content["menus"]["main"]["nodes"]
    del nodes["callback"], nodes["ask"]["keys"]["3"], nodes["ask-english"]["keys"]["3"]


def _press(hotline: Hotline, key: str, caller: str) -> PhoneCall:
    """A caller who waits, as the key says."""
    call = hotline.callers.call(NUMBER, caller=caller)
    call.wait("talking")
    until(f"{caller} is in the menu", lambda: hotline.record(caller), 5)
    call.digits(key)
    _queue_of(hotline, caller)
    return call


def _queue_of(hotline: Hotline, caller: str) -> str:
    def queue() -> str | None:
        record = hotline.record(caller)
        return record.queue if record is not None else None

    return str(until(f"{caller} is in a queue", queue, 10))


def _ids(hotline: Hotline, callers: list[str]) -> list[str]:
    records = {row.caller: row.id for row in hotline.calls(hotline.started_at)}
    return [records[caller] for caller in callers]


def _answered(hotline: Hotline, agent: str, count: int, since: int) -> list[str]:
    """The calls that this agent answered, in order, once they are so many."""

    def calls() -> list[str] | None:
        found = [
            str(row.call) for row in hotline.journal("answered", since=since) if row.seat == agent
        ]
        return found if len(found) >= count else None

    found = until(f"{agent} has answered {count} calls", calls, 15)
    assert found is not None
    return found


def _announced(hotline: Hotline, caller: str) -> None:
    """Announcements were added while he waited; the ticket tells that one was heard."""

    def told() -> bool:
        call = _ids(hotline, [caller])[0]
        for line in hotline.rx("core show channels concise").splitlines():
            if not line.startswith("PJSIP/trunk"):
                continue
            shown = hotline.rx(f"core show channel {line.partition('!')[0]}")
            for row in shown.splitlines():
                name, _, value = row.partition("=")
                if name == "HOTSEAT_TICKET" and call in value:
                    return Ticket.parse(value.strip()).told == 1
        return False

    until(f"{caller} has heard the place", told, EVERY_SECONDS + 5)


def _nothing_began_anew(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Who sat, sits and has been idle for longer; who waited, waits; the day goes on."""
    passed = after["now"] - before["now"]
    seats = {seat["seat"]: seat for seat in after["seats"]}
    for seat in before["seats"]:
        now = seats[seat["seat"]]
        if seat["state"] == "paused":
            assert now["idle_ms"] == seat["idle_ms"] + passed
            assert (now["paused"], now["phone"]) == (seat["paused"], seat["phone"])
    calls = {call["call"]: call for call in after["calls"]}
    stood = [call for call in before["calls"] if call["queue"] in ("complaint", "callback")]
    for call in stood:
        assert calls[call["call"]]["waited_ms"] == call["waited_ms"] + passed
    assert len(stood) == len(COMPLAINT) + len(CALLBACK)


def _goes_on(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """In another time zone the day is counted again from the database."""
    return all(
        after["today"][figure] >= before["today"][figure]
        for figure in ("calls", "answered", "abandoned")
    )


def _written(hotline: Hotline) -> list[list[str]]:
    """Which of Asterisk's files were changed by each edit, once the last is done."""
    revision = hotline.status()["site"]["revision"]

    def rows() -> list[list[str]] | None:
        lines = hotline.server_log.read_text(encoding="utf-8").splitlines()
        edits = [at for at, line in enumerate(lines) if f"revision={revision}" in line]
        done = [line for line in lines if "asterisk_files_written" in line]
        since = [line for line in lines[edits[-1] :] if "asterisk_files_written" in line]
        return [["pjsip.conf"] if "pjsip.conf" in row else [] for row in done] if since else None

    found = until("Asterisk's files are written", rows, 10)
    assert found is not None
    return found


def _reloads(hotline: Hotline) -> int:
    """How often Asterisk has read its SIP files anew; it says so each time."""
    return hotline.asterisk_log.read_text(encoding="utf-8").count("Type 'system' is not reloadable")
