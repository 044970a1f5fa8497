"""Recordings are found by their own names and by no path."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotseat import recordings
from hotseat.asterisk.install import Installation
from hotseat.asterisk.instance import instance_of
from hotseat.config import Settings
from words import told


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


def test_a_message_is_deleted_once_and_for_all(settings: Settings) -> None:
    found = recordings.recording_file(settings, "message-01CALL")
    assert found is not None
    for _ in range(2):
        recordings.delete_recording(settings, "message-01CALL")
    assert not found.exists()


def test_nothing_but_messages_is_deleted(settings: Settings) -> None:
    folder = recordings.spool_folder(settings)
    assert folder is not None
    recordings.delete_recording(settings, "../secret")
    recordings.delete_recording(settings, "message-01LINK")
    assert (folder.parent / "secret.wav").exists()


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (PermissionError(13, "Permission denied"), "may not write", "无权写入"),
        (OSError(30, "Read-only file system"), "(EROFS)", "磁盘不允许删除（EROFS）"),
    ],
)
def test_why_a_message_is_still_there_is_said_in_words(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
    english: str,
    chinese: str,
) -> None:
    def unlink(path: Path, missing_ok: bool) -> None:
        raise error

    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(recordings.NotDeleted) as caught:
        recordings.delete_recording(settings, "message-01CALL")
    monkeypatch.undo()
    assert english in caught.value.why
    assert chinese in told(caught.value.why, "zh")


@pytest.mark.parametrize("away", ["no Asterisk", "no spool folder"])
def test_without_asterisk_nothing_is_said_to_be_deleted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    if away == "no Asterisk":
        monkeypatch.setattr(recordings, "find", lambda root: None)
    else:
        folder = recordings.spool_folder(settings)
        assert folder is not None
        folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(recordings.NotDeleted, match="no Asterisk here"):
        recordings.delete_recording(settings, "message-01CALL")
