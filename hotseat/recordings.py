"""Where what callers say is kept: Asterisk's spool folder, as this process sees it."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Final

from hotseat.asterisk.install import find
from hotseat.asterisk.instance import instance_of
from hotseat.config import Settings
from words import Message, said

NAME: Final = re.compile(r"message-[0-9A-Z]{1,26}")
"""How a recording is called: it is named by its call, and by nobody from outside."""


class NotDeleted(Exception):
    """The recording is still there, or may be; the message says why and what to do."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


def recording_file(settings: Settings, name: str) -> Path | None:
    """The file of a recording; None if there is no such name, no such file or no Asterisk."""
    folder = spool_folder(settings)
    if folder is None or not NAME.fullmatch(name):
        return None
    path = _file(folder, name)
    return path if path.is_file() and not path.is_symlink() else None


def delete_recording(settings: Settings, name: str) -> None:
    """The recording is gone for good, or was before. Raises NotDeleted."""
    folder = spool_folder(settings)
    if folder is None:
        raise NotDeleted(
            said("there is no Asterisk here; delete it on the machine on which Asterisk runs")
        )
    if not NAME.fullmatch(name):
        return
    try:
        _file(folder, name).unlink(missing_ok=True)
    except PermissionError as error:
        raise NotDeleted(
            said("hotseat may not write in Asterisk's spool folder; run it as Asterisk's user")
        ) from error
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "?")
        raise NotDeleted(
            said("the disk does not let it go (%(code)s); look at the server's disk", code=code)
        ) from error


def spool_folder(settings: Settings) -> Path | None:
    """Asterisk's spool folder; None if there is none here."""
    root = settings.asterisk.root
    assert root is not None  # filled in by Settings
    installation = find(root)
    if installation is None:
        return None
    folder = instance_of(settings, installation).outside / "spool"
    return folder if folder.is_dir() else None


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.wav"
