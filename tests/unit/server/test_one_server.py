"""One state folder, one server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hotseat.one_server import AlreadyServed, only_server

HOLDER = """
import sys, time
from pathlib import Path
from hotseat.one_server import only_server
with only_server(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_server_is_refused_until_the_first_is_gone_however_it_went(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyServed, match="hotseat status"), only_server(tmp_path):
            pass
        first.kill()
        first.wait()
    with only_server(tmp_path):
        pass
