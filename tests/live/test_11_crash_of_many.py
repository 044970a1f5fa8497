"""`kill -9` of the server with 200 waiting and 20 talking, and once more at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from hotseat.history import Outcome
from tests.live.crowd import Crowd, crowd
from tests.live.hotline import Hotline, now_ms
from tests.live.premises import until
from tests.live.sipp import Said
from tests.live.talk import begin_talk

pytestmark = pytest.mark.live

WAITING = 200
HEARD = {"1001": "p101", "1002": "p102"}
"""Two of the talks are between phones that listen; SIPp's are silent."""
TALKING = 18 + len(HEARD)
CALLS_A_SECOND = 25
BACK_MS = 3_000
TALK_ERROR_MS = 300
GAP_MS = 60


@dataclass(frozen=True, slots=True)
class Back:
    """One return of the server; milliseconds since its process was started."""

    ready: int
    """Its control socket answered."""
    complete: int
    """The last caller was back on the floor."""
    offering: int
    waited_for_cpu: int
    """How long the process could have run, but the machine was busy with something else."""


def test_two_crashes_cost_nobody_the_place(hotline: Hotline, tmp_path: Path) -> None:
    talkers = [f"139000110{number:02}" for number in range(TALKING - len(HEARD))]
    callers = [f"13800111{number:03}" for number in range(WAITING)]
    heard = {
        f"138001101{agent[-2:]}": begin_talk(hotline, agent, phone, f"138001101{agent[-2:]}")
        for agent, phone in HEARD.items()
    }
    with crowd(hotline, len(talkers), tmp_path) as many:
        many.log_on()
        talks = many.call(talkers, rate=CALLS_A_SECOND)
        until("all talk", lambda: _state(hotline)["talking"] == TALKING, 10)
        waiting = many.call(callers, rate=CALLS_A_SECOND)
        until("all wait", lambda: _state(hotline)["waiting"] == WAITING, 30)
        hotline.until_written()
        line = _line(hotline)
        assert len(line) == WAITING

        for returned in (_crash(hotline), _crash(hotline)):
            print(returned)
            assert returned.complete - returned.waited_for_cpu <= BACK_MS, returned
            assert _line(hotline) == line
        assert "recovery_incomplete" not in hotline.server_log.read_text(encoding="utf-8")
        assert not talks.said("ended"), "nobody's talk was cut"
        assert not waiting.said("ended"), "nobody who waited was cut"

        resumed = now_ms()
        talks.hang_up(range(len(talkers)))
        talks.wait()
        for talk in heard.values():
            talk.put_down()
        waiting.wait(60)
        until("the floor is empty", lambda: not hotline.status()["contacts"], 10)

        offered = [row.call for row in hotline.journal("offered", since=resumed)]
        assert offered == line, "everybody is offered once, in the order of the line"
        _all_answered(hotline, callers)
        _talks_are_told(hotline, many, talks.said("hung-up"))

    for caller, talk in heard.items():
        record = hotline.ended(caller)
        assert record.outcome is Outcome.ANSWERED
        assert talk.is_length(record.talk_ms, TALK_ERROR_MS), f"{talk}: {record}"
        sides = (talk.heard_by_caller(), talk.heard_by_desk())
        assert min(side.snr_db for side in sides) > 20, f"{caller}: {sides}"
        stalled = hotline.stalls.longest_ms(talk.began, talk.ended)
        assert max(side.gap_ms for side in sides) <= GAP_MS + stalled, f"{caller}: {sides}"
    assert hotline.channels() == 0


def _crash(hotline: Hotline) -> Back:
    """Kill the server, start it at once, and wait until it offers calls again."""
    hotline.kill()
    started = now_ms()
    hotline.launch()
    ready = now_ms()
    until("the server offers calls", lambda: not hotline.status()["held"], 10)
    waited_for_cpu = hotline.waited_for_cpu()
    queued = [row.at for row in hotline.journal("queued", since=started)]
    adopted = [row.at for row in hotline.journal("adopted", since=started)]
    assert (len(queued), len(adopted)) == (WAITING, TALKING)
    resumed = [
        row.at
        for row in hotline.journal("resumed", since=started)
        if row.facts["reason"] == "recovery"
    ]
    return Back(
        ready=ready - started,
        complete=max(queued + adopted) - started,
        offering=resumed[0] - started,
        waited_for_cpu=waited_for_cpu,
    )


def _state(hotline: Hotline) -> dict[str, int]:
    queues = hotline.status()["queues"]
    row: dict[str, int] = next(row for row in queues if row["name"] == "consult")
    return row


def _line(hotline: Hotline) -> list[str]:
    """The calls that wait, in the order in which they will be served."""
    calls = hotline.status()["calls"]
    return [call["call"] for call in calls if call["state"] == "waiting"]


def _all_answered(hotline: Hotline, callers: list[str]) -> None:
    records = {row.caller: row for row in hotline.calls(hotline.started_at)}
    ends = [row.call for row in hotline.journal("ended", since=hotline.started_at)]
    for caller in callers:
        record = records[caller]
        assert (record.outcome, record.offers) == (Outcome.ANSWERED, 1), record
        assert not record.estimated, record
        assert ends.count(record.id) == 1, record


def _talks_are_told(hotline: Hotline, many: Crowd, hung_up: list[Said]) -> None:
    """Each talk of SIPp's has the length that its two phones know of."""
    began = {said.about: said.at for said in many.phones.said("talking")}
    stalled = 0.0
    for said in hung_up:
        record = hotline.ended(said.about)
        talked = said.at - began[said.about]
        stalled = hotline.stalls.longest_ms(began[said.about], said.at)
        assert record.outcome is Outcome.ANSWERED, record
        assert record.ended_by is not None
        assert record.ended_by.value == "caller", record
        assert record.talk_ms == pytest.approx(talked, abs=TALK_ERROR_MS + stalled), record
        assert len(hotline.journal("ended", call=record.id)) == 1
