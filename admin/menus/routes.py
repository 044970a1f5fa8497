"""Menus: look at those in force."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template

from admin.access import allowed
from admin.instance import instance, site
from admin.menus.picture import MOST_STEPS, drawn, fitting
from admin.menus.publishing import pages as publishing
from admin.menus.steps import Step, outline, steps
from admin.shelves import prompts
from admin.site_edit import Answer
from admin.words import language
from hotseat.db.engine import reading
from hotseat.db.snapshot import menu_revisions, menus_taken_off
from hotseat.rights import Action
from ivr.menus import parse
from ivr.nodes import Enter, MenuTree
from ivr.prompts import needed

pages = Blueprint("menus", __name__, url_prefix="/menus")
pages.register_blueprint(publishing)


@pages.get("/")
@allowed(Action.SEE_SITE)
def index() -> Answer:
    """All menus."""
    trees = _trees()
    entered = {name: _entered_from(name, trees) for name in trees}
    with reading(instance().engine) as session:
        taken_off = menus_taken_off(session)
    return render_template(
        "menus/index.html",
        taken_off=taken_off,
        menus=trees,
        numbers={name: _numbers(name) for name in trees},
        entered=entered,
        silent={name: _silent(name, trees) for name in trees if _numbers(name)},
    )


@pages.get("/menu/<menu>")
@allowed(Action.SEE_SITE)
def one(menu: str) -> Answer:
    """One menu: as an outline, and drawn."""
    trees = _trees()
    tree = trees.get(menu) or abort(404)
    known = steps(tree, site())
    with reading(instance().engine) as session:
        published = dict(menu_revisions(session, menu))
    return render_template(
        "menus/one.html",
        menu=tree,
        rows=outline(tree.start, known),
        steps=known,
        picture=_picture(tree, known),
        most=MOST_STEPS,
        fitting=fitting,
        said=_said(),
        published_at=published[tree.revision],
        numbers=_numbers(menu),
        entered=_entered_from(menu, trees),
        silent=_silent(menu, trees) if _numbers(menu) else [],
    )


def _trees() -> dict[str, MenuTree]:
    """The menus in force; what is in force was checked."""
    return {
        name: parse(record.document, name, record.revision) for name, record in site().menus.items()
    }


def _picture(tree: MenuTree, known: dict[str, Step]) -> Any:
    if len(known) > MOST_STEPS:
        return None
    ways = {name: [(way.label, way.target) for way in step.ways] for name, step in known.items()}
    return drawn(tree.start, ways)


def _numbers(menu: str) -> list[str]:
    """Those that it answers."""
    return [each.number for each in site().numbers.values() if each.menu == menu]


def _entered_from(menu: str, trees: dict[str, MenuTree]) -> list[str]:
    """Other menus that send callers here."""
    return [
        name
        for name, tree in trees.items()
        if any(isinstance(node, Enter) and node.menu == menu for node in tree.nodes.values())
    ]


def _silent(menu: str, trees: dict[str, MenuTree]) -> list[tuple[str, str]]:
    """(language, prompt) that its callers may come to and that is not there."""
    known = prompts()
    needs = sorted(needed(trees, menu, {}))
    return [need for need in needs if need[1] not in known or need[0] not in known[need[1]].spoken]


def _said() -> dict[str, str]:
    """Prompt -> its words in the visitor's language."""
    said = {name: prompt.spoken.get(language()) for name, prompt in prompts().items()}
    return {name: spoken.text for name, spoken in said.items() if spoken is not None}
