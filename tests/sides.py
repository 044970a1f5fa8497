"""Which tests may run side by side, on two cores.

Most live tests share one hotline, and the calls of one would be in the way of another's: their
files go to one process, in order. Every other file goes to whichever process is free. A process
that comes to a live test starts a hotline for itself.
"""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

LIVE = "tests/live/"

BESIDE = {
    # With an Asterisk of their own, or a hotline with a database of its own.
    *("test_8_database.py", "test_15_disk_full.py", "test_sandbox.py", "test_wire.py"),
    # They measure neither sound nor milliseconds, and take server or Asterisk away.
    *("test_9_operation.py", "test_12_demo.py", "test_16_asterisk_restart.py"),
}
"""Files of live tests that run beside the others."""


class Sides(LoadFileScheduling):
    """Hands out whole files, but those of the one hotline together."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        shares = file.startswith(LIVE) and file.removeprefix(LIVE) not in BESIDE
        return "the hotline" if shares else file
