"""What `hotseat doctor` finds, on a page.

The doctor runs as a process of its own: it speaks AMI and looks at Asterisk's files, which these
pages know nothing of.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any, Final

from flask import Blueprint, render_template

from admin import live
from admin.access import allowed
from admin.instance import instance
from admin.words import N_
from hotseat.rights import Action

pages = Blueprint("health", __name__, url_prefix="/health")

SECONDS: Final = 30

SUBJECTS: Final = {
    "server": N_("Server"),
    "database": N_("Database"),
    "asterisk": N_("Asterisk"),
    "asterisk runs": N_("Asterisk runs"),
    "phones": N_("Phones"),
    "prompts": N_("Prompts"),
    "ami": N_("Link to Asterisk (AMI)"),
    "fastagi": N_("Door for lines (FastAGI)"),
    "trunk": N_("Trunk"),
    "seats": N_("Seats"),
    "clock": N_("Clock"),
    "disk": N_("Disk"),
    "file modes": N_("File modes"),
}
VERDICTS: Final = {"ok": N_("well"), "warn": N_("soon"), "fail": N_("now")}


@pages.get("/")
@allowed(Action.SEE_HEALTH)
def index() -> str:
    """One finding a subject, with what to do."""
    return render_template(
        "health/index.html",
        findings=_examined(),
        now=live.status(),
        subjects=SUBJECTS,
        verdicts=VERDICTS,
    )


def _examined() -> list[dict[str, Any]] | None:
    """The findings of the doctor; None if it did not come back in time."""
    settings = instance().settings
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
        found: list[dict[str, Any]] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, OSError, ValueError):
        return None
    return found
