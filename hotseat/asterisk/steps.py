"""The long commands of an installation, and what the person who waits hears of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from words import Message, said

Say = Callable[[str], None]
"""Takes what a person waits to hear, a message where it is ours."""


class InstallError(Exception):
    """Asterisk could not be installed; the text says what to do instead."""


class Steps:
    """Runs long commands: output to a log file, a sign of life for the person who waits."""

    def __init__(self, log: Path, lock: int, say: Say) -> None:
        self._log = log
        self._lock = lock
        self._say = say
        self._environment = os.environ | _proxy()

    def run(self, title: Message, command: Sequence[str]) -> None:
        """Raises InstallError with the last lines of the output."""
        self._say(said("%(title)s …", title=title))
        begun = shown = time.monotonic()
        tail: list[str] = []
        with (
            self._log.open("a", encoding="utf-8") as log,
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._environment,
                pass_fds=[self._lock],
                text=True,
                errors="replace",
            ) as process,
        ):
            assert process.stdout is not None
            for line in process.stdout:
                log.write(line)
                tail = [*tail[-14:], line.rstrip()]
                if time.monotonic() - shown > 5:
                    shown = time.monotonic()
                    self._say(
                        said(
                            "  %(seconds)s s  %(line)s",
                            seconds=f"{shown - begun:3.0f}",
                            line=line.strip()[:80],
                        )
                    )
        if process.returncode != 0:
            lines = "\n  ".join(tail)
            raise InstallError(
                said(
                    "%(title)s: failed\n  %(lines)s\nThe whole output is in %(log)s. Usual causes:"
                    " no network, or a mirror out of reach. Once that is put right run the same"
                    " command again: it goes on where it stopped.",
                    title=title,
                    lines=lines,
                    log=str(self._log),
                )
            )
        self._say(said("  done in %(seconds)s s", seconds=f"{time.monotonic() - begun:.0f}"))


def _proxy() -> dict[str, str]:
    """debootstrap reads a proxy from the environment only; apt may have its own setting."""
    if shutil.which("apt-config") is None:
        return {}
    done = subprocess.run(
        ["apt-config", "shell", "proxy", "Acquire::http::Proxy"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.match(r"proxy='([^']+)'", done.stdout)
    return {"http_proxy": found[1]} if found else {}
