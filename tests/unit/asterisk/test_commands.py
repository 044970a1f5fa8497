"""What `hotseat asterisk` tells people, in the language of their terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotseat import cli
from hotseat.asterisk import commands
from hotseat.asterisk.sandbox import Running, SandboxError, Status
from hotseat.asterisk.steps import InstallError, Steps
from words import said, told

STOPPED = Status("22.10.1", "/opt/a", "127.1.2.1:5060", "127.1.2.1:5038", "127.1.2.2:4573", None)
RUNS = Status(
    *("22.10.1", "/opt/a", "127.1.2.1:5060", "127.1.2.1:5038", "127.1.2.2:4573"),
    Running(77, 3_723, 4, ("p101", "p102")),
)


class PaperSandbox:
    """Says what a real one says."""

    def __init__(self, status: Status = RUNS, changed: tuple[str, ...] = ()) -> None:
        self._status = status
        self._changed = changed

    def status(self) -> Status:
        return self._status

    def running(self) -> bool:
        return self._status.running is not None

    def reload(self) -> list[str]:
        return list(self._changed)

    def up(self, say: Callable[[str], None]) -> int:
        say(said("starting Asterisk %(version)s …", version="22.10.1"))
        return 77

    def down(self, say: Callable[[str], None]) -> bool:
        say(said("stopping Asterisk …"))
        return self.running()

    def rx(self, command: str) -> str:
        raise SandboxError(said("Asterisk does not run; start it with `%(command)s`", command="x"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def run_with(sandbox: PaperSandbox, language: str, *words: str) -> Result:
        monkeypatch.setattr(commands, "sandbox_of", lambda settings: sandbox)
        return CliRunner().invoke(cli.main, ["--lang", language, "asterisk", *words])

    return run_with


@pytest.mark.parametrize(
    ("sandbox", "command", "english", "chinese"),
    [
        (
            PaperSandbox(),
            ["status"],
            "Asterisk 22.10.1 in /opt/a\n"
            "SIP 127.1.2.1:5060, AMI 127.1.2.1:5038, FastAGI 127.1.2.2:4573\n"
            "runs for 1:02:03 (pid 77), 4 channels\n"
            "registered: p101, p102\n",
            "Asterisk 22.10.1，位于 /opt/a\n"
            "SIP 127.1.2.1:5060, AMI 127.1.2.1:5038, FastAGI 127.1.2.2:4573\n"
            "已运行 1:02:03（进程号 77），4 个通道\n"
            "已注册的话机：p101, p102\n",
        ),
        (
            PaperSandbox(),
            ["up"],
            "starting Asterisk 22.10.1 …\nAsterisk runs (pid 77)\n",
            "正在启动 Asterisk 22.10.1……\nAsterisk 正在运行（进程号 77）\n",
        ),
        (
            PaperSandbox(STOPPED),
            ["down"],
            "stopping Asterisk …\nit was not running\n",
            "正在停止 Asterisk……\n它没有在运行\n",
        ),
        (PaperSandbox(), ["render"], "nothing changed\n", "没有变化\n"),
        (
            PaperSandbox(changed=("rtp.conf",)),
            ["render"],
            "rtp.conf\nfor rtp.conf: hotseat asterisk down, then up\n",
            "rtp.conf\n要让 rtp.conf 生效：hotseat asterisk down，再 up\n",
        ),
        (
            PaperSandbox(STOPPED, changed=(*"abcdefgh", "zh/a.wav", "zh/b.wav")),
            ["render"],
            "8 files and 2 sounds written\n",
            "已写入 8 个文件、2 个语音\n",
        ),
    ],
)
def test_people_read_their_language(
    run: Callable[..., Result],
    sandbox: PaperSandbox,
    command: list[str],
    english: str,
    chinese: str,
) -> None:
    assert run(sandbox, "en", *command).output == english
    assert run(sandbox, "zh", *command).output == chinese


def test_what_does_not_run_is_an_exit_code(run: Callable[..., Result]) -> None:
    result = run(PaperSandbox(STOPPED), "zh", "status")
    assert result.exit_code == 1
    assert result.output.endswith("没有运行；请用 `hotseat asterisk up` 启动\n")


def test_a_mistake_is_told_too(run: Callable[..., Result]) -> None:
    result = run(PaperSandbox(STOPPED), "zh", "cli", "core show channels")
    assert result.exit_code == 1
    assert result.stderr == "hotseat: Asterisk 没有运行；请用 `x` 启动\n"


def test_programs_read_the_same_in_every_language(run: Callable[..., Result]) -> None:
    english, chinese = (run(PaperSandbox(), one, "status", "--json").output for one in ("en", "zh"))
    assert english == chinese
    assert json.loads(chinese)["running"]["pid"] == 77


def test_a_long_step_is_told_and_why_it_failed(tmp_path: Path) -> None:
    heard: list[str] = []
    steps = Steps(tmp_path / "log", 1, heard.append)
    steps.run(said("tidying"), ["true"])
    assert [told(line, "zh") for line in heard] == ["正在清理 …", "  完成，用时 0 秒"]
    assert heard[0] == "tidying …"
    with pytest.raises(InstallError) as failed:
        steps.run(said("tidying"), ["sh", "-c", "echo no room; exit 1"])
    assert told(str(failed.value), "zh").startswith("正在清理：失败\n  no room\n全部输出见 ")
    assert str(failed.value).startswith("tidying: failed\n  no room\nThe whole output is in ")
