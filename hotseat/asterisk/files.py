"""Puts rendered configuration and sounds into an instance's folders.

Texts are written beside their place and renamed, so Asterisk never reads half a file; what did
not change is left alone.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from hotseat.asterisk.install import Installation
from hotseat.asterisk.instance import FOLDERS, STATE_FILE, Instance

Owner = tuple[int, int]

LANGUAGE = re.compile(r"[a-z]{2}(_[A-Z]{2})?")
MOST_LINKS = 40
"""Like the kernel's limit for symbolic links in one path."""


def make_folders(instance: Instance, state: Path, owner: Owner | None) -> None:
    """The instance's folders: Asterisk may write all but its configuration and its sounds."""
    for name in FOLDERS:
        folder = instance.outside / name
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755 if name == "data" else 0o750)
        if owner:
            uid, gid = owner
            os.chown(folder, 0 if name in ("etc", "data") else uid, gid)
    (instance.outside / STATE_FILE).write_text(str(state), encoding="utf-8")
    # Asterisk looks for the keys of other Asterisks at start; there are none.
    (instance.outside / "var" / "keys").mkdir(exist_ok=True)


def write_texts(folder: Path, texts: Mapping[str, str], owner: Owner | None) -> list[str]:
    """Write what differs, with mode 0640 (there are secrets in it); return its names."""
    changed = []
    for name, text in texts.items():
        path = folder / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        draft = folder / f".{name}.new"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "w") as file:
            file.write(text)
        if owner:
            os.chown(draft, 0, owner[1])
        draft.rename(path)
        changed.append(name)
    return changed


def remove_left_overs(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Remove files that are no longer rendered: Asterisk would go on reading them."""
    left_over = [path for path in sorted(folder.glob("*.conf")) if path.name not in texts]
    for path in left_over:
        path.unlink()
    return [path.name for path in left_over]


@contextmanager
def alone(instance: Instance) -> Iterator[None]:
    """Two who write at once (the server and a command) take turns."""
    instance.outside.mkdir(parents=True, exist_ok=True)
    with (instance.outside / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def link_core_data(installation: Installation, instance: Instance) -> None:
    """Asterisk's own documentation and sounds, in the instance's data folder as links.

    The instance has a data folder of its own because its prompts are its own: neighbours share
    the installed Asterisk.
    """
    core = PurePosixPath(installation.data)
    data = instance.outside / "data"
    _link(data / "documentation", core / "documentation")
    (data / "agi-bin").mkdir(exist_ok=True)
    sounds = data / "sounds" / "en"
    sounds.mkdir(parents=True, exist_ok=True)
    core_sounds = _outside(installation.root, core / "sounds" / "en")
    for sound in core_sounds.iterdir() if core_sounds.is_dir() else ():
        _link(sounds / sound.name, core / "sounds" / "en" / sound.name)


def copy_prompts(instance: Instance, folders: Iterable[Path]) -> list[str]:
    """Copy `<language>/<name>.wav` to where `hotseat/<name>` is looked up; later folders win."""
    wanted = {
        f"{sound.parent.name}/hotseat/{sound.name}": sound
        for folder in folders
        for sound in sorted(folder.glob("*/*.wav"))
        if LANGUAGE.fullmatch(sound.parent.name)
    }
    sounds = instance.outside / "data" / "sounds"
    changed = []
    for name, source in wanted.items():
        target = sounds / name
        if target.exists() and filecmp.cmp(source, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".new")
        shutil.copyfile(source, draft)
        draft.chmod(0o644)
        draft.rename(target)
        changed.append(name)
    for left_over in sorted(sounds.glob("*/hotseat/*.wav")):
        name = str(left_over.relative_to(sounds))
        if name not in wanted:
            left_over.unlink()
            changed.append(name)
    return changed


def _link(link: Path, target: PurePosixPath) -> None:
    if link.is_symlink():
        if os.readlink(link) == str(target):
            return
        link.unlink()
    link.symlink_to(target)


def _outside(root: Path, inside: PurePosixPath) -> Path:
    """The real path of `inside`, which may lead over links that are absolute inside `root`."""
    done, todo = Path(root), list(inside.relative_to("/").parts)
    for _ in range(MOST_LINKS):
        while todo and not (done / todo[0]).is_symlink():
            done /= todo.pop(0)
        if not todo:
            return done
        target = PurePosixPath(os.readlink(done / todo.pop(0)))
        if target.is_absolute():
            done, target = Path(root), target.relative_to("/")
        todo[:0] = target.parts
    raise OSError(f"{inside} in {root}: too many symbolic links")
