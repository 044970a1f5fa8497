"""What a process has used: its processor time and its memory. Linux only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from time import clock_gettime


def processor_seconds(pid: int) -> float:
    """User and system time of all its threads so far."""
    # A process's processor clock as clock_getcpuclockid(3) makes it on Linux.
    return clock_gettime(~pid << 3 | 2)


def descriptors(pid: int) -> list[str]:
    """What its open descriptors are, a path or `socket:[…]` and the like; proc(5), /proc/PID/fd."""
    found = []
    for number in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.append(os.readlink(number))
    return found


def resident_bytes(pid: int) -> int:
    """Its pages in memory; the second field of /proc/PID/statm, proc(5)."""
    pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
