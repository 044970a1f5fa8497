"""Rendered texts and prompts in an instance's folders."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path, PurePosixPath

import pytest

from hotseat.asterisk.files import (
    alone,
    link_core_data,
    make_folders,
    remove_left_overs,
    share_sounds,
    write_prompts,
    write_texts,
)
from hotseat.asterisk.install import Installation
from hotseat.asterisk.instance import Instance


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    instance = Instance("f00", tmp_path / "f00", PurePosixPath("/srv/hotseat/f00"))
    make_folders(instance, tmp_path, owner=None)
    return instance


def prompt(folder: Path, name: str, sound: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sound)


def test_only_what_differs_is_written(instance: Instance) -> None:
    etc = instance.outside / "etc"
    assert write_texts(etc, {"a.conf": "1", "b.conf": "2"}, owner=None) == ["a.conf", "b.conf"]
    untouched = (etc / "a.conf").stat().st_ino
    assert write_texts(etc, {"a.conf": "1", "b.conf": "3"}, owner=None) == ["b.conf"]
    assert (etc / "a.conf").stat().st_ino == untouched
    assert (etc / "b.conf").read_text() == "3"


def test_secrets_are_not_for_everybody(instance: Instance) -> None:
    write_texts(instance.outside / "etc", {"a.conf": "1"}, owner=None)
    assert (instance.outside / "etc" / "a.conf").stat().st_mode & 0o777 == 0o640


def test_what_is_no_longer_rendered_goes(instance: Instance) -> None:
    etc = instance.outside / "etc"
    write_texts(etc, {"a.conf": "1", "old.conf": "2"}, owner=None)
    assert remove_left_overs(etc, {"a.conf": "1"}) == ["old.conf"]
    assert [path.name for path in etc.iterdir()] == ["a.conf"]


def test_a_draft_left_by_a_crash_is_no_hindrance(instance: Instance) -> None:
    etc = instance.outside / "etc"
    (etc / ".a.conf.new").write_text("half")
    write_texts(etc, {"a.conf": "whole"}, owner=None)
    assert [path.name for path in etc.iterdir()] == ["a.conf"]
    assert (etc / "a.conf").read_text() == "whole"


def test_the_sites_prompt_beats_the_built_in_one(instance: Instance, tmp_path: Path) -> None:
    built_in = tmp_path / "built-in"
    prompt(built_in, "zh/welcome.wav", b"ours")
    prompt(built_in, "zh/goodbye.wav", b"ours")
    prompt(built_in, "__pycache__/odd.wav", b"no language")
    theirs = [("zh", "welcome", b"theirs"), ("de", "welcome", b"theirs too")]
    assert sorted(write_prompts(instance, built_in, theirs)) == [
        "de/hotseat/welcome.wav",
        "zh/hotseat/goodbye.wav",
        "zh/hotseat/welcome.wav",
    ]
    sounds = instance.outside / "data" / "sounds"
    assert (sounds / "zh/hotseat/welcome.wav").read_bytes() == b"theirs"
    assert write_prompts(instance, built_in, theirs) == []
    (built_in / "zh/goodbye.wav").unlink()
    assert sorted(write_prompts(instance, built_in, [])) == [
        "de/hotseat/welcome.wav",
        "zh/hotseat/goodbye.wav",
        "zh/hotseat/welcome.wav",
    ]
    assert (sounds / "zh/hotseat/welcome.wav").read_bytes() == b"ours"
    assert not (sounds / "zh/hotseat/goodbye.wav").exists()


def test_asterisk_reads_what_a_careful_service_writes(instance: Instance, tmp_path: Path) -> None:
    """The pages run with a umask that leaves nothing to others."""
    before = os.umask(0o077)
    try:
        write_prompts(instance, tmp_path, [("de", "welcome", b"new")])
    finally:
        os.umask(before)
    sounds = instance.outside / "data" / "sounds"
    for path in (sounds / "de", sounds / "de/hotseat", sounds / "de/hotseat/welcome.wav"):
        assert path.stat().st_mode & 0o004, path


def test_a_line_that_plays_a_prompt_goes_on_with_it(instance: Instance, tmp_path: Path) -> None:
    write_prompts(instance, tmp_path, [("zh", "welcome", b"long")])
    with (instance.outside / "data/sounds/zh/hotseat/welcome.wav").open("rb") as playing:
        write_prompts(instance, tmp_path, [("zh", "welcome", b"new")])
        assert playing.read() == b"long"


@pytest.mark.parametrize(
    ("language", "name"),
    [("zh", "../../../etc/extensions"), ("..", "welcome"), ("zh", "a/b"), ("zh", ".."), ("zh", "")],
)
def test_no_prompt_leaves_its_folder(
    instance: Instance, tmp_path: Path, language: str, name: str
) -> None:
    assert write_prompts(instance, tmp_path, [(language, name, b"out")]) == []
    assert [
        path for path in tmp_path.rglob("*") if path.is_file() and b"out" in path.read_bytes()
    ] == []


def test_two_who_write_take_turns(instance: Instance) -> None:
    folder = os.open(instance.outside, os.O_RDONLY)
    with alone(instance), pytest.raises(BlockingIOError):
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_whoever_owns_the_state_may_add_sounds(instance: Instance, tmp_path: Path) -> None:
    write_prompts(instance, tmp_path, [("zh", "welcome", b"theirs")])
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, 1234, 1234)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "hotseat").mkdir(parents=True)
    (instance.outside / "data/sounds/en").symlink_to("/")
    (instance.outside / "data/sounds/de").symlink_to(elsewhere)
    share_sounds(instance, state)
    sounds = instance.outside / "data" / "sounds"
    owners = {folder.stat().st_uid for folder in (sounds, sounds / "zh", sounds / "zh/hotseat")}
    assert owners == {1234}
    assert {folder.stat().st_uid for folder in (Path("/"), elsewhere, elsewhere / "hotseat")} == {0}


def test_no_link_leads_a_sound_out_of_its_folder(instance: Instance, tmp_path: Path) -> None:
    """Whoever owns the folder may put links in it, and root writes there too."""
    theirs = [("zh", "welcome", b"theirs")]
    write_prompts(instance, tmp_path, theirs)
    sounds = instance.outside / "data" / "sounds"
    secret = tmp_path / "shadow"
    secret.write_bytes(b"secret")
    secret.chmod(0o600)
    (sounds / "zh/hotseat/welcome.new").symlink_to(secret)
    (sounds / "zh/hotseat/welcome.wav").unlink()
    (sounds / "zh/hotseat/welcome.wav").symlink_to(secret)
    assert write_prompts(instance, tmp_path, theirs) == ["zh/hotseat/welcome.wav"]
    assert secret.read_bytes() == b"secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    target = sounds / "zh/hotseat/welcome.wav"
    assert (target.is_symlink(), target.read_bytes()) == (False, b"theirs")
    assert [path.name for path in target.parent.iterdir()] == ["welcome.wav"]


@pytest.mark.parametrize("planted", ["de", "de/hotseat"])
def test_no_link_leads_sounds_into_another_folder(
    instance: Instance, tmp_path: Path, planted: str
) -> None:
    """Nothing is written there, and nothing removed."""
    write_prompts(instance, tmp_path, [("zh", "welcome", b"theirs")])
    elsewhere = tmp_path / "elsewhere"
    prompt(elsewhere, "hotseat/kept.wav", b"kept")
    prompt(elsewhere, "kept.wav", b"kept")
    before = sorted(elsewhere.rglob("*"))
    link = instance.outside / "data" / "sounds" / planted
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(elsewhere)
    assert write_prompts(instance, tmp_path, []) == ["zh/hotseat/welcome.wav"]
    with pytest.raises(NotADirectoryError, match=f"remove it: '{link}'"):
        write_prompts(instance, tmp_path, [("de", "welcome", b"out")])
    assert sorted(elsewhere.rglob("*")) == before


def test_no_link_leads_core_sounds_into_another_folder(instance: Instance, tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    prompt(root / "var/lib/asterisk/sounds/en", "beep.wav", b"beep")
    elsewhere.mkdir()
    (instance.outside / "data/sounds").mkdir()
    (instance.outside / "data/sounds/en").symlink_to(elsewhere)
    with pytest.raises(NotADirectoryError, match="remove it"):
        link_core_data(Installation(root, "/usr/sbin/asterisk", "22.10.1"), instance)
    assert list(elsewhere.iterdir()) == []


def test_core_sounds_are_found_behind_links_of_the_folder(
    instance: Instance, tmp_path: Path
) -> None:
    """Debian's sounds/en is a link to /etc/alternatives/…, which is a link again."""
    root = tmp_path / "root"
    sounds = root / "var/lib/asterisk/sounds"
    prompt(sounds / "en_US_f_Allison", "beep.wav", b"beep")
    (sounds / "en").symlink_to("/etc/alternatives/asterisk-prompt-en")
    (root / "etc/alternatives").mkdir(parents=True)
    (root / "etc/alternatives/asterisk-prompt-en").symlink_to(
        "/var/lib/asterisk/sounds/en_US_f_Allison"
    )
    for _ in range(2):
        link_core_data(Installation(root, "/usr/sbin/asterisk", "22.10.1"), instance)
    links = {path.name: path.readlink() for path in (instance.outside / "data/sounds/en").iterdir()}
    assert links == {"beep.wav": Path("/var/lib/asterisk/sounds/en/beep.wav")}
