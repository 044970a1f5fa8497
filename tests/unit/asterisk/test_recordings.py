"""Recordings are found by their own names and by no path."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotseat import recordings
from hotseat.asterisk.install import Installation
from hotseat.asterisk.instance import instance_of
from hotseat.config import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An instance with one message in its spool folder, and a secret beside it."""
    settings = Settings(state=tmp_path / "state")
    installation = Installation(tmp_path / "root", "/usr/sbin/asterisk", "22.10.1")
    monkeypatch.setattr(recordings, "find", lambda root: installation)
    spool = instance_of(settings, installation).outside / "spool"
    spool.mkdir(parents=True)
    (spool / "message-01CALL.wav").write_bytes(b"RIFF")
    (spool.parent / "secret.wav").write_bytes(b"RIFF")
    (spool / "message-01LINK.wav").symlink_to(spool.parent / "secret.wav")
    return settings


def test_a_message_is_found(settings: Settings) -> None:
    found = recordings.recording_file(settings, "message-01CALL")
    assert found is not None
    assert found.read_bytes() == b"RIFF"


@pytest.mark.parametrize(
    "name",
    [
        *("", "message-", "message-01GONE", "message-01LINK", "../secret", "message-../../secret"),
        *("/etc/passwd", "message-01CALL.wav", "message-01CALL\n", "message-01call", "message-é"),
    ],
)
def test_nothing_else_is(settings: Settings, name: str) -> None:
    assert recordings.recording_file(settings, name) is None


def test_without_asterisk_there_is_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "find", lambda root: None)
    assert recordings.recording_file(settings, "message-01CALL") is None
