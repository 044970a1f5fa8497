"""Where a demo may be played."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotseat import cli


def demo(folder: Path, **environment: str) -> Result:
    inherited = {"HOTSEAT_STATE": str(folder / "state"), **environment}
    return CliRunner().invoke(cli.main, ["demo"], env=inherited)


@pytest.mark.parametrize(
    "setting",
    [
        {"HOTSEAT_ASTERISK__HOST": "192.0.2.10"},
        {"HOTSEAT_ASTERISK__TRUNK_PEERS": '["192.0.2.20"]'},
    ],
    ids=["asterisk", "trunk"],
)
def test_nobody_simulated_calls_a_real_hotline(tmp_path: Path, setting: dict[str, str]) -> None:
    refused = demo(tmp_path, **setting)
    assert refused.exit_code == 1
    assert "the demo is for the sandbox" in refused.output
    assert not (tmp_path / "state").exists()


def test_without_softphones_it_says_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec

    def find(name: str, *rest: str) -> object:
        return None if name == "pjsua2" else found(name, *rest)

    monkeypatch.setattr(importlib.util, "find_spec", find)
    refused = demo(tmp_path)
    assert refused.exit_code == 1
    assert "pip install 'hotseat[demo]'" in refused.output
