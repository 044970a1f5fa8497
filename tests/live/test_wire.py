"""The wires against a real Asterisk: AMI log-in and answers, and prompts cut at any instant."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotseat.asterisk.install import find
from hotseat.asterisk.render import PhoneLogin
from hotseat.asterisk.sandbox import Sandbox
from hotseat.config import AsteriskSettings, Settings
from hotseat.softphones.callers import Callers

pytestmark = pytest.mark.live

CHECKOUT = Path(__file__).parents[2]
CALLERS = 10
CUTS_EACH = 20
TRIAL_SECONDS = 60


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An Asterisk without a server: the trial takes the server's place."""
    root = Path(os.environ.get("HOTSEAT_ASTERISK__ROOT", CHECKOUT / ".hotseat/asterisk/root"))
    if find(root) is None:
        says = "no Asterisk here; run `make asterisk`"
        if os.environ.get("CI"):
            pytest.fail(says)
        pytest.skip(says)
    settings = Settings(
        state=tmp_path_factory.mktemp("state"), asterisk=AsteriskSettings(root=root)
    )
    sandbox = Sandbox(settings, lambda: [PhoneLogin("p101", "a-secret-for-tests")])
    sandbox.up()
    yield settings
    sandbox.down()


@pytest.fixture
def callers(settings: Settings, tmp_path: Path) -> Iterator[Callers]:
    asterisk = settings.asterisk
    callers = Callers(
        address=str(asterisk.trunk_peers[0]),
        server=f"{asterisk.host}:{asterisk.sip_port}",
        folder=tmp_path,
    )
    yield callers
    callers.close()


def trial(settings: Settings, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.live.wire_trial", *map(str, words)],
        cwd=CHECKOUT,
        env={**os.environ, "HOTSEAT_STATE": str(settings.state)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


def report_of(process: subprocess.Popen[str]) -> Any:
    out, _ = process.communicate(timeout=TRIAL_SECONDS)
    assert process.returncode == 0
    return json.loads(out.splitlines()[-1])


def test_the_link_logs_in_asks_lists_and_is_answered(settings: Settings) -> None:
    report = report_of(trial(settings, "link"))
    assert report["startup"]
    assert report["refusal"] == "No such channel"
    assert "PJSIP/p101" in report["devices"]
    assert report["lag_ms"] < 1000
    assert report["bad_frames"] == report["unknown_responses"] == 0


def test_the_next_reply_belongs_to_the_next_command_at_200_cut_points(
    settings: Settings, callers: Callers, seed: int
) -> None:
    callers.make_room(CALLERS)
    process = trial(settings, "cuts", CALLERS, CUTS_EACH, seed)
    try:
        assert process.stdout is not None
        while process.stdout.readline() != "ready\n":
            assert process.poll() is None
        for number in range(CALLERS):
            callers.call("4008001000", caller=f"1380008{number:04}")
        report = report_of(process)
    finally:
        process.kill()
        process.wait()
    assert report["faults"] == []
    assert report["cut"] + report["ended"] == CALLERS * CUTS_EACH
    assert report["cut"] > 80
    assert report["ended"] > 10
    assert report["slow"] == 0  # none slept in Asterisk's buffer
    assert report["refused"] == {}
