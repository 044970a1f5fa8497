"""What `hotseat doctor` finds, on a page."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template

from admin import live
from admin.access import allowed
from admin.instance import instance
from admin.words import N_
from hotseat.rights import Action

pages = Blueprint("health", __name__, url_prefix="/health")

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
    "roster": N_("Roster"),
    "seats": N_("Seats"),
    "clock": N_("Clock"),
    "disk": N_("Disk"),
    "file modes": N_("File modes"),
}
VERDICTS: Final = {"ok": N_("well"), "warn": N_("look at it"), "fail": N_("broken")}


@pages.get("/")
@allowed(Action.SEE_HEALTH)
def index() -> str:
    """One finding a subject, with what to do."""
    return render_template(
        "health/index.html",
        findings=instance().examine(instance().settings),
        now=live.status(),
        subjects=SUBJECTS,
        verdicts=VERDICTS,
    )
