"""Where what callers say is kept: Asterisk's spool folder, as this process sees it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from hotseat.asterisk.install import find
from hotseat.asterisk.instance import instance_of
from hotseat.config import Settings

NAME: Final = re.compile(r"message-[0-9A-Z]{1,26}")
"""How a recording is called: it is named by its call, and by nobody from outside."""


def recording_file(settings: Settings, name: str) -> Path | None:
    """The file of a recording; None if there is no such name, no such file or no Asterisk."""
    root = settings.asterisk.root
    assert root is not None  # filled in by Settings
    installation = find(root)
    if installation is None or not NAME.fullmatch(name):
        return None
    path = instance_of(settings, installation).outside / "spool" / f"{name}.wav"
    return path if path.is_file() and not path.is_symlink() else None
