"""The overview: is all well, what is to do, where things are."""

from __future__ import annotations

from flask import Blueprint, render_template

from admin import live
from admin.access import actor, allowed
from admin.callbacks.reach import open_callbacks
from admin.instance import site
from hotseat.rights import Action, Scope, reach

pages = Blueprint("home", __name__)


@pages.get("/")
@allowed(Action.OWN_ACCOUNT)
def index() -> str:
    """What everybody sees first."""
    status = live.status() if reach(actor(), Action.SEE_FLOOR) is not Scope.NONE else None
    return render_template("home/index.html", now=status, hotline=site(), owed=open_callbacks())
