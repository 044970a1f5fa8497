"""Why Asterisk did not get the prompts, in words of both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotseat.asterisk.sandbox import Sandbox
from hotseat.config import Settings
from hotseat.prompts.publishing import publish
from words import told


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (
            PermissionError(13, "Permission denied", "a.wav"),
            "may not write a.wav",
            "无权写入 a.wav",
        ),
        (OSError(28, "No space left on device", "a.wav"), "the disk is full", "磁盘已满"),
        (OSError(30, "Read-only file system", "a.wav"), "a.wav cannot be written (EROFS)", "EROFS"),
        (OSError("odd"), "cannot be written (?)", "无法写入"),
    ],
)
def test_a_disk_that_refuses_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, english: str, chinese: str
) -> None:
    def write_prompts(sandbox: Sandbox) -> list[str]:
        raise error

    monkeypatch.setattr(Sandbox, "write_prompts", write_prompts)
    why = publish(Settings(state=tmp_path))
    assert why is not None
    assert english in why
    assert "`hotseat asterisk render`" in why
    in_chinese = told(why, "zh")
    assert chinese in in_chinese
    assert "请" in in_chinese
    assert str(error.strerror) not in in_chinese


def test_without_an_asterisk_that_is_told(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path, asterisk={"root": str(tmp_path / "none")})
    why = publish(settings)
    assert why is not None
    assert "no Asterisk here yet" in why
    assert "还没有 Asterisk" in told(why, "zh")
