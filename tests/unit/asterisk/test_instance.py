"""The folders of instances that share one Asterisk."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

import pytest

from hotseat.asterisk.files import make_folders
from hotseat.asterisk.install import Installation
from hotseat.asterisk.instance import Instance, forget_lost_instances, instance_of
from hotseat.config import Settings


def test_two_at_once_forget_an_instance_whose_state_folder_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Installation(tmp_path / "root", "asterisk", "22.10.1")
    settings = Settings(state=tmp_path / "ours")
    settings.state.mkdir()
    ours = instance_of(settings, shared)
    lost = Instance("f00", ours.outside.with_name("f00"), PurePosixPath("/srv/hotseat/f00"))
    make_folders(ours, settings.state, owner=None)
    make_folders(lost, tmp_path / "gone", owner=None)
    rmtree = shutil.rmtree

    def interrupted(folder: Path) -> None:
        monkeypatch.setattr(shutil, "rmtree", rmtree)
        forget_lost_instances(settings, shared)
        rmtree(folder)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    forget_lost_instances(settings, shared)
    assert list(ours.outside.parent.iterdir()) == [ours.outside]
