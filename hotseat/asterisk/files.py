"""Puts rendered configuration and sounds into an instance's folders.

Texts are written beside their place and renamed, so Asterisk never reads half a file; what did
not change is left alone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from hotseat.asterisk.install import Installation
from hotseat.asterisk.instance import FOLDERS, STATE_FILE, Instance
from ivr.prompts import LANGUAGE, NAME, SOUND_FOLDER

Owner = tuple[int, int]
Sound = tuple[str, str, bytes]
"""(language, name, wav)."""

MOST_LINKS = 40
"""Like the kernel's limit for symbolic links in one path."""


def make_folders(instance: Instance, state: Path, owner: Owner | None) -> None:
    """The instance's folders: Asterisk may write all but its configuration and its sounds."""
    # Asterisk is not us, and looks in from outside, whatever our umask is.
    for folder in (instance.outside.parent, instance.outside):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
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
    """Two who write at once (the server, a page, a command) take turns."""
    instance.outside.mkdir(parents=True, exist_ok=True)
    # The folder itself, which needs no right to write: not all of them are of one user.
    folder = os.open(instance.outside, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


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


def write_prompts(instance: Instance, built_in: Path, own: Iterable[Sound]) -> list[str]:
    """Put each sound where `hotseat/<name>` is looked up; a site's own beats the built-in one.

    A line that plays one goes on with the file that it has open. Returns what changed.
    """
    wanted = {
        (path.parent.name, path.stem): path.read_bytes()
        for path in sorted(built_in.glob("*/*.wav"))
        if LANGUAGE.fullmatch(path.parent.name)
    }
    wanted |= {
        (language, name): sound
        for language, name, sound in own
        if LANGUAGE.fullmatch(language) and NAME.fullmatch(name)
    }
    sounds = instance.outside / "data" / "sounds"
    changed = []
    for (language, name), sound in wanted.items():
        target = sounds / language / SOUND_FOLDER / f"{name}.wav"
        if target.exists() and target.read_bytes() == sound:
            continue
        for folder in (target.parents[1], target.parent):
            if not folder.exists():
                folder.mkdir(parents=True)
                folder.chmod(0o755)
        draft = target.with_suffix(".new")
        draft.write_bytes(sound)
        draft.chmod(0o644)
        draft.rename(target)
        changed.append(str(target.relative_to(sounds)))
    for left_over in sorted(sounds.glob(f"*/{SOUND_FOLDER}/*.wav")):
        if (left_over.parents[1].name, left_over.stem) not in wanted:
            left_over.unlink()
            changed.append(str(left_over.relative_to(sounds)))
    return changed


def share_sounds(instance: Instance, state: Path) -> None:
    """Root made the folders of the sounds; prompts come later from whoever owns `state`."""
    if os.geteuid() != 0:
        return
    owner = state.stat()
    sounds = instance.outside / "data" / "sounds"
    for folder in (sounds, *sounds.glob("*/"), *sounds.glob(f"*/{SOUND_FOLDER}/")):
        if not folder.is_symlink():
            os.chown(folder, owner.st_uid, owner.st_gid)
            folder.chmod(0o755)


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
