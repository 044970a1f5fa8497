"""Menus: look at those in force."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from admin.access import allowed
from admin.instance import instance, site
from admin.menus.drafting import pages as drafting
from admin.menus.looking import entered_from, numbers_of, picture_of, silent, trees, wording
from admin.menus.picture import MOST_STEPS, fitting
from admin.menus.publishing import pages as publishing
from admin.menus.steps import outline, steps
from admin.menus.walking import pages as walking
from admin.site_edit import Answer
from hotseat.db.engine import reading
from hotseat.db.menu_drafts import drafted, menus_drafted
from hotseat.db.snapshot import menu_revisions, menus_taken_off
from hotseat.rights import Action

pages = Blueprint("menus", __name__, url_prefix="/menus")
pages.register_blueprint(publishing)
pages.register_blueprint(drafting)
pages.register_blueprint(walking)


@pages.get("/")
@allowed(Action.SEE_SITE)
def index() -> Answer:
    """All menus."""
    known = trees()
    entered = {name: entered_from(name, known) for name in known}
    with reading(instance().engine) as session:
        taken_off = menus_taken_off(session)
        drafts = menus_drafted(session)
    return render_template(
        "menus/index.html",
        taken_off=taken_off,
        drafts=drafts,
        menus=known,
        numbers={name: numbers_of(name) for name in known},
        entered=entered,
        silent={name: silent(name, known) for name in known if numbers_of(name)},
    )


@pages.get("/menu/<menu>")
@allowed(Action.SEE_SITE)
def one(menu: str) -> Answer:
    """One menu: as an outline, and drawn."""
    all_menus = trees()
    tree = all_menus.get(menu) or abort(404)
    known = steps(tree, site())
    with reading(instance().engine) as session:
        published = dict(menu_revisions(session, menu))
        draft = drafted(session, menu)
    return render_template(
        "menus/one.html",
        menu=tree,
        rows=outline(tree.start, known),
        steps=known,
        picture=picture_of(tree, known),
        most=MOST_STEPS,
        fitting=fitting,
        said=wording(),
        draft=draft,
        published_at=published[tree.revision],
        numbers=numbers_of(menu),
        entered=entered_from(menu, all_menus),
        silent=silent(menu, all_menus) if numbers_of(menu) else [],
    )
