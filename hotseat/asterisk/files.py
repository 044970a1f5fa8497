"""Puts rendered configuration and sounds into an instance's folders.

Texts are written beside their place and renamed, so Asterisk never reads half a file; what did
not change is left alone. The folders of the sounds belong to whoever owns the state, and root
writes there too: no link that lies in them is followed.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
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
    with _opened(data) as folder:
        _link(folder, "documentation", core / "documentation")
    (data / "agi-bin").mkdir(exist_ok=True)
    core_sounds = _outside(installation.root, core / "sounds" / "en")
    with _opened(data, "sounds", "en") as folder:
        for sound in core_sounds.iterdir() if core_sounds.is_dir() else ():
            _link(folder, sound.name, core / "sounds" / "en" / sound.name)


def write_prompts(instance: Instance, built_in: Path, own: Iterable[Sound]) -> list[str]:
    """Put each sound where `hotseat/<name>` is looked up; a site's own beats the built-in one.

    A line that plays one goes on with the file that it has open. Returns what changed. Raises
    OSError if a folder of the sounds is a link.
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
    data = instance.outside / "data"
    changed = []
    for (language, name), sound in wanted.items():
        with _opened(data, "sounds", language, SOUND_FOLDER) as folder:
            if _write_sound(folder, name, sound):
                changed.append(f"{language}/{SOUND_FOLDER}/{name}.wav")
    with _opened(data, "sounds") as sounds:
        return changed + _remove_sounds(sounds, wanted)


def share_sounds(instance: Instance, state: Path) -> None:
    """Root made the folders of the sounds; prompts come later from whoever owns `state`."""
    if os.geteuid() != 0:
        return
    owner = state.stat()
    for *_, folder in os.fwalk(instance.outside / "data" / "sounds"):
        os.fchown(folder, owner.st_uid, owner.st_gid)
        os.fchmod(folder, 0o755)


def _write_sound(folder: int, name: str, sound: bytes) -> bool:
    """Put it into the folder if it differs from what is there; is it so?"""
    target, draft = f"{name}.wav", f"{name}.new"
    if _content(folder, target) == sound:
        return False
    with suppress(FileNotFoundError):
        os.unlink(draft, dir_fd=folder)
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(draft, new, 0o644, dir_fd=folder), "wb") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(sound)
    os.rename(draft, target, src_dir_fd=folder, dst_dir_fd=folder)
    return True


def _content(folder: int, name: str) -> bytes | None:
    """Of a file in the folder; None of what is no file, such as a link."""
    # A pipe would wait for somebody who writes.
    reading = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        with os.fdopen(os.open(name, reading, dir_fd=folder), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise


def _remove_sounds(sounds: int, wanted: Container[tuple[str, str]]) -> list[str]:
    """Remove those that nobody wants; return where they were."""
    removed = []
    for path, _, names, folder in os.fwalk(".", dir_fd=sounds):
        language, *below = Path(path).parts or ("",)
        if below != [SOUND_FOLDER]:
            continue
        for name in sorted(names):
            if name.endswith(".wav") and (language, name.removesuffix(".wav")) not in wanted:
                os.unlink(name, dir_fd=folder)
                removed.append(f"{language}/{SOUND_FOLDER}/{name}")
    return removed


@contextmanager
def _opened(base: Path, *below: str) -> Iterator[int]:
    """A descriptor of the folder that is so far below `base`; what is missing is made.

    Raises OSError if one on the way is a link: who owns its folder could lead root anywhere.
    """
    path, folder = base, os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in below:
            path, outer = path / name, folder
            folder = _open_in(outer, path)
            os.close(outer)
        yield folder
    finally:
        os.close(folder)


def _open_in(outer: int, path: Path) -> int:
    try:
        os.mkdir(path.name, 0o755, dir_fd=outer)
        made = True
    except FileExistsError:
        made = False
    try:
        folder = os.open(path.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=outer)
    except NotADirectoryError:
        why = "a link or a file where a folder of sounds belongs; remove it"
        raise NotADirectoryError(errno.ENOTDIR, why, str(path)) from None
    if made:
        os.fchmod(folder, 0o755)
    return folder


def _link(folder: int, name: str, target: PurePosixPath) -> None:
    with suppress(FileNotFoundError):
        if os.readlink(name, dir_fd=folder) == str(target):
            return
        os.unlink(name, dir_fd=folder)
    os.symlink(target, name, dir_fd=folder)


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
