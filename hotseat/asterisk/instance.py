"""Where one hotseat instance keeps its Asterisk files, seen from both sides of the chroot.

Several instances share one installed Asterisk: each has its own folders, its own addresses and
its own process.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hotseat.asterisk.install import Installation
from hotseat.config import Settings

FOLDERS = ("etc", "var", "run", "log", "spool", "data")
STATE_FILE = "state-folder"
_INSIDE = PurePosixPath("/srv/hotseat")


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance's folders: `outside` as this process sees them, `inside` as Asterisk does."""

    name: str
    outside: Path
    inside: PurePosixPath

    @property
    def config(self) -> str:
        """asterisk.conf, as Asterisk sees it; it also tells our process from its neighbours."""
        return str(self.inside / "etc" / "asterisk.conf")

    @property
    def log(self) -> Path:
        """The log with notices, warnings and errors."""
        return self.outside / "log" / "messages.log"

    def pid(self) -> int | None:
        """The pid of this instance's Asterisk, checked against its command line."""
        try:
            pid = int((self.outside / "run" / "asterisk.pid").read_text("ascii"))
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if self.config.encode() in command else None


def instance_of(settings: Settings, installation: Installation) -> Instance:
    """The instance that belongs to the state folder of these settings."""
    name = hashlib.sha256(str(settings.state).encode()).hexdigest()[:12]
    if installation.chrooted:
        inside = _INSIDE / name
        return Instance(name, installation.root / str(inside).lstrip("/"), inside)
    outside = settings.state / "asterisk" / name
    return Instance(name, outside, PurePosixPath(outside))


def forget_lost_instances(settings: Settings, installation: Installation) -> None:
    """Remove what instances left in a shared Asterisk whose state folders are gone."""
    home = instance_of(settings, installation).outside.parent
    for note in home.glob(f"*/{STATE_FILE}"):
        neighbour = Instance(note.parent.name, note.parent, _INSIDE / note.parent.name)
        gone = note.parent.with_name(f".{neighbour.name}.{os.getpid()}")
        with suppress(FileNotFoundError):  # another instance forgets it in this moment
            if not Path(note.read_text("utf-8")).exists() and neighbour.pid() is None:
                note.parent.rename(gone)
                shutil.rmtree(gone)
