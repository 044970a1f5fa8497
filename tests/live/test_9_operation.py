"""What whoever runs the hotline sees and does: the doctor, the view, the health, a calm end."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

import pytest

from hotseat.history import EndedBy, Outcome
from tests.live.hotline import STRAIGHT, Hotline
from tests.live.premises import CommandFailed, until
from tests.live.talk import begin_talk

pytestmark = pytest.mark.live

PORT = 9464


@pytest.fixture
def measured(hotline: Hotline) -> Iterator[Hotline]:
    """With `metrics_port`; afterwards without."""
    config = hotline.state / "hotseat.toml"
    config.write_text(f"metrics_port = {PORT}\n", encoding="utf-8")
    hotline.stop()
    hotline.start()
    yield hotline
    config.unlink()
    hotline.stop()
    hotline.start()


def test_a_drain_ends_after_the_last_talk_and_costs_nobody_the_place(hotline: Hotline) -> None:
    talker, waiter, late = "13800090001", "13800090002", "13800090003"
    talk = begin_talk(hotline, "1001", "p101", talker)
    hotline.callers.call(STRAIGHT, caller=waiter)
    until("one waits", lambda: hotline.waiting() == 1, 5)

    assert hotline.ask("drain") == {"talking": 1}
    newcomer = hotline.callers.call(STRAIGHT, caller=late)
    newcomer.wait("talking")  # the dialplan takes the call and plays music
    assert hotline.alive
    assert hotline.status()["agi"]["open"] is False

    talk.desk.hang_up()
    until("the server has ended by itself", lambda: not hotline.alive, 10)
    record = hotline.ended(talker)
    assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.SEAT)
    assert not record.estimated, "its end was seen"

    hotline.start()
    until("both are in line", lambda: hotline.waiting() == 2, 10)
    order = [call["waited_ms"] for call in hotline.status()["calls"]]
    assert order == sorted(order, reverse=True)
    in_line = [hotline.recorded(caller).id for caller in (waiter, late)]
    assert [call["call"] for call in hotline.status()["calls"]] == in_line


def test_the_doctor_finds_a_hotline_well(hotline: Hotline) -> None:
    hotline.log_on("1001", "p101")
    found = {each["subject"]: each for each in json.loads(hotline.hotseat("doctor", "--json"))}
    for subject in (
        *("server", "database", "asterisk", "asterisk runs", "prompts"),
        *("phones", "fastagi", "disk", "file modes"),
    ):
        assert found[subject]["verdict"] == "ok", found[subject]
    assert found["ami"]["verdict"] == "ok", found["ami"]


def test_the_doctor_sees_a_server_that_is_away(hotline: Hotline) -> None:
    hotline.stop()
    with pytest.raises(CommandFailed, match="hotseat serve"):
        hotline.hotseat("doctor")


def test_figures_in_the_view_and_in_the_metrics(measured: Hotline) -> None:
    before = measured.status()["today"]["answered"]
    talk = begin_talk(measured, "1001", "p101", "13800090009")
    talk.desk.hang_up()
    measured.ended("13800090009")
    until("the call counts", lambda: measured.status()["today"]["answered"] == before + 1, 5)
    assert f"{before + 1} answered" in measured.hotseat("top", "--once")
    page = fetch(measured, "metrics")
    assert 'hotseat_calls_total{outcome="answered"} 1.0' in page
    assert 'hotseat_offers_total{result="answered"} 1.0' in page
    assert json.loads(fetch(measured, "health"))["condition"] == "ok"


def fetch(hotline: Hotline, path: str) -> str:
    with urllib.request.urlopen(f"http://{hotline.address(2)}:{PORT}/{path}", timeout=5) as answer:
        text: str = answer.read().decode()
    return text
