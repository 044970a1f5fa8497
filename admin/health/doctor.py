"""Asks `hotseat doctor`, as a process of its own.

It speaks AMI and looks at Asterisk's files, which these pages know nothing of.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from hotseat.config import Settings
from words import of_plain

SECONDS: Final = 30

Findings: TypeAlias = list[Mapping[str, Any]]


def examine(settings: Settings) -> Findings | None:
    """What it finds; None if it did not come back in time."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "hotseat", "doctor", "--json"],
            capture_output=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "HOTSEAT_STATE": str(settings.state),
                "HOTSEAT_DATABASE": settings.database,
            },
            check=False,
        )
        return [_said(finding) for finding in json.loads(done.stdout)]
    except (subprocess.TimeoutExpired, OSError, ValueError, LookupError):
        return None


def _said(finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """With sentences that can be told in the visitor's language."""
    return {
        **finding,
        **{name: of_plain(sentence) for name, sentence in finding["sentences"].items()},
    }
