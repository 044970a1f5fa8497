"""A walk through a menu on its page: press keys, read what a caller would hear."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, render_template, request

from admin.access import allowed, can
from admin.instance import instance, site
from admin.menus.draft_page import TELEPHONE
from admin.menus.looking import trees
from admin.shelves import prompts
from admin.site_edit import Answer
from hotseat.db.engine import reading
from hotseat.db.menu_drafts import drafted
from hotseat.rights import Action
from ivr.menus import MenuError, parse
from ivr.rehearsal import CLOSED, MOST, OPEN, SILENCE, TALKED, rehearse

pages = Blueprint("walking", __name__)

ANSWERS: Final = {"silence": SILENCE, "open": OPEN, "closed": CLOSED, "talked": TALKED}
"""As the template calls them."""


@pages.get("/menu/<menu>/walk")
@allowed(Action.SEE_SITE)
def index(menu: str) -> Answer:
    """The walk so far stands in the address: it can be kept, and shown to somebody else."""
    known = trees()
    with reading(instance().engine) as session:
        draft = drafted(session, menu)
    of_draft = draft is not None and can(Action.EDIT_MENUS) and "in_force" not in request.args
    if draft is not None and of_draft:
        try:
            known[menu] = parse(draft.document, menu)
        except MenuError:
            return render_template("menus/walk.html", menu=menu, of_draft=True, scenes=[])
    if menu not in known:
        abort(404)
    did = request.args.get("did", "")
    answers = did.split(".")[:MOST] if did else []
    scenes = rehearse(known, menu, answers)
    taken = [scene.answer for scene in scenes if scene.answer is not None]
    return render_template(
        "menus/walk.html",
        menu=menu,
        of_draft=of_draft,
        drafted=draft is not None and can(Action.EDIT_MENUS),
        scenes=scenes,
        taken=taken,
        answers=ANSWERS,
        telephone=TELEPHONE,
        shelf=prompts(),
        hotline=site(),
        did=lambda answer: ".".join([*taken, answer]),
        before=".".join(taken[:-1]),
    )
