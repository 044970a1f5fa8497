"""The watch that tells a stalled machine from a silent call."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

WATCHED = """
import sys, time
from tests.live.stalls import Stalls
with Stalls() as stalls:
    time.sleep(0.2)
    begun = time.time() * 1000
    print("ready", flush=True)
    sys.stdin.readline()
    time.sleep(0.1)
    print(stalls.longest_ms(begun, time.time() * 1000), flush=True)
"""


def test_a_process_that_was_stopped_knows_for_how_long() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WATCHED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    ) as watched:
        assert watched.stdout is not None
        assert watched.stdin is not None
        assert watched.stdout.readline() == b"ready\n"
        watched.send_signal(signal.SIGSTOP)
        try:
            os.waitpid(watched.pid, os.WUNTRACED)
            signal.sigtimedwait([], 0.3)
        finally:
            watched.send_signal(signal.SIGCONT)
        watched.stdin.write(b"\n")
        watched.stdin.flush()
        longest = float(watched.stdout.readline())
    assert 250 < longest < 5_000
