"""Where one hotseat instance keeps its Asterisk files, seen from both sides of the chroot.

Several instances share one installed Asterisk: each has its own folders, its own addresses and
its own process.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hotseat.asterisk.install import Installation
from hotseat.config import Settings

FOLDERS = ("etc", "var", "run", "log", "spool", "data")


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

    @property
    def pid_file(self) -> Path:
        """Written by Asterisk once it runs."""
        return self.outside / "run" / "asterisk.pid"


def instance_of(settings: Settings, installation: Installation) -> Instance:
    """The instance that belongs to the state folder of these settings."""
    name = hashlib.sha256(str(settings.state).encode()).hexdigest()[:12]
    if installation.chrooted:
        inside = PurePosixPath("/srv/hotseat") / name
        return Instance(name, installation.root / str(inside).lstrip("/"), inside)
    outside = settings.state / "asterisk" / name
    return Instance(name, outside, PurePosixPath(outside))
