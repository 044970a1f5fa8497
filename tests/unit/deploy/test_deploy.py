"""What stands in deploy/ and in the guides fits the program."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from hotseat.cli import main
from hotseat.config import Settings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
SYSTEMD_ANALYZE = shutil.which("systemd-analyze")
PROGRAM = "/opt/hotseat/bin/hotseat"

MOST_EXPOSED = {
    "hotseat.service": 20,
    "hotseat-asterisk.service": 50,
    "hotseat-admin.service": 22,
}
"""`systemd-analyze security`: tenths of its exposure level; 96 is a unit without any care."""

WORDS = re.compile(r"(?<![\w/.-])hotseat((?: [a-z][a-z-]*)+)")
TEXTS = [DEPLOY / "README.md", ROOT / "README.md", *UNITS, DEPLOY / "Dockerfile"]


def commands(text: str) -> list[list[str]]:
    """Every `hotseat …` in code; prose says `hotseat` too."""
    code = re.findall(r"```(.*?)```|`([^`\n]+)`|(?m:^Exec\w+=(.*)$|^CMD (.*)$)", text, re.S)
    found = [words for parts in code for part in parts for words in WORDS.findall(part)]
    return [words.split() for words in found]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_is_named_exists(path: Path) -> None:
    named = commands(path.read_text(encoding="utf-8").replace(PROGRAM, "hotseat"))
    assert named
    for words in named:
        command: click.Command = main
        for word in words:
            if not isinstance(command, click.Group):
                break  # an argument
            assert word in command.commands, f"no command: hotseat {' '.join(words)}"
            command = command.commands[word]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as on a machine where hotseat is installed."""
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.skipif(SYSTEMD_ANALYZE is None, reason="no systemd-analyze here")
def test_systemd_understands_the_units(installed: Path) -> None:
    done = analyze("verify", *map(str, sorted(installed.iterdir())))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(SYSTEMD_ANALYZE is None, reason="no systemd-analyze here")
@pytest.mark.parametrize("unit", sorted(MOST_EXPOSED))
def test_the_units_are_closed(installed: Path, unit: str) -> None:
    most = MOST_EXPOSED[unit]
    done = analyze("security", "--offline=yes", f"--threshold={most}", str(installed / unit))
    assert done.returncode == 0, done.stdout[-300:]


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    assert SYSTEMD_ANALYZE is not None
    return subprocess.run([SYSTEMD_ANALYZE, *words], capture_output=True, text=True, check=False)


def test_every_unit_is_tried() -> None:
    assert {unit.name for unit in UNITS} == set(MOST_EXPOSED)


def test_the_settings_are_settings() -> None:
    settings = Settings(**tomllib.loads((DEPLOY / "hotseat.toml").read_text(encoding="utf-8")))
    assert settings.metrics_port == 9464
    assert str(settings.asterisk.host) == "192.0.2.10"


def test_the_container_s_environment_is_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    service = compose["services"]["hotline"]
    for name, value in service["environment"].items():
        value = re.sub(r"\$\{HOTSEAT_\w+:\?[^}]*\}", "192.0.2.10", value)
        monkeypatch.setenv(name, value)
    settings = Settings()
    probe = f"http://{settings.metrics_host}:{settings.metrics_port}/health"
    assert probe in " ".join(service["healthcheck"]["test"])
    assert [str(peer) for peer in settings.asterisk.trunk_peers] == ["192.0.2.10"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
