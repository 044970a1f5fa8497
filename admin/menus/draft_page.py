"""The page of a draft of a menu: the picture, the outline, and the form of one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import render_template

from admin.instance import site
from admin.menus.findings import Finding, findings
from admin.menus.looking import picture_of, wording
from admin.menus.picture import MOST_STEPS, fitting
from admin.menus.spots import earlier, later, places, written
from admin.menus.steps import KINDS, outline, steps
from admin.shelves import prompts
from admin.site_edit import Answer, Planned
from admin.words import LANGUAGES, N_
from hotseat.db.menu_drafts import Drafted
from ivr.menus import sketched
from ivr.menus.edits import ONWARD, Document, Entry, Head, Spot, kind_of
from ivr.nodes import Node

NAMES: Final[Mapping[str, str]] = {
    "play": "say",
    "menu": "ask",
    "queue": "wait",
    "hours": "hours",
    "enter": "enter",
    "set": "speak",
    "go_to": "on",
    "go_back": "back",
    "hang_up": "end",
}
"""Kind of a step -> how a new one is called."""

SAID: Final[Mapping[str, str]] = {
    "play": N_("Say prompts, then go on."),
    "menu": N_("Ask for a key, and go where it leads."),
    "queue": N_("Wait for a person, then go on."),
    "hours": N_("Go on by the opening hours."),
    "enter": N_("Through another menu, up to where it goes back."),
    "set": N_("Speak another language."),
    "go_to": N_("Go on elsewhere."),
    "go_back": N_("Back to the menu that entered this one."),
    "hang_up": N_("Say the last words and end the call."),
}
"""Kind of a step -> what it does; also the order in which kinds are offered."""

TELEPHONE: Final = "123456789*0#"
"""The keys as they lie."""

CLASSES: Final[Mapping[str, type[Node]]] = dict(
    zip(
        ("play", "menu", "set", "queue", "go_to", "hours", "enter", "go_back", "hang_up"),
        KINDS,
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is worked on: the draft, or, before its first edit, the menu in force."""

    menu: str
    document: Document
    kept: Drafted | None
    version: str
    """For the next edit, so that nobody overwrites what somebody else did."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows beside the draft itself."""

    chosen: str = ""
    """The step whose form is open."""
    entry: Entry | None = None
    """What its form says, if that was not done."""
    renamed: str | None = None
    """How it was to be called, if that was not done."""
    head: Head | None = None
    """What was sent for the menu as a whole, if that was not done."""
    kind: str = ""
    """Of a step that is about to be added,"""
    spot: str = ""
    """where,"""
    name: str = ""
    """and how it is called."""
    refused: tuple[Finding, ...] = ()
    planned: Planned | None = None
    problems: tuple[Finding, ...] = ()


def page(draft: Draft, shown: Shown) -> Answer:
    document = draft.document
    tree = sketched(document, draft.menu)
    known = steps(tree, site())
    rows = outline(tree.start, known)
    reached = {row.step.name for row in rows}
    kind = shown.kind or (kind_of(document["nodes"][shown.chosen]) if shown.chosen else "")
    found = [*shown.refused, *(shown.problems or findings(draft.menu, document, tree))]
    chosen = shown.chosen
    record = site().menus.get(draft.menu)
    return render_template(
        "menus/draft.html",
        menu=draft.menu,
        draft=draft,
        shown=shown,
        record=record,
        document=document,
        tree=tree,
        steps=known,
        rows=rows,
        lonely=[step for name, step in known.items() if name not in reached],
        picture=picture_of(tree, known),
        most=MOST_STEPS,
        fitting=fitting,
        said=wording(),
        kind=kind,
        entry=_form_entry(document, shown),
        found=found,
        of_field={f"{one.step}.{one.field}": one for one in found if one.field and one.wrong},
        kinds={name: (KINDS[CLASSES[name]], SAID[name]) for name in SAID},
        spots=places(document),
        earlier=_spot(earlier(document, chosen)) if chosen else "",
        later=_spot(later(document, chosen)) if chosen else "",
        shelf=prompts(),
        telephone=TELEPHONE,
        hotline=site(),
        after_chosen=_after(document, chosen),
        marks=_marks(found),
        **_choices(draft.menu),
    )


def _choices(menu: str) -> Mapping[str, Mapping[str, str]]:
    """Name -> title of what a step can name on the site."""
    hotline = site()
    return {
        "queue_titles": {name: f"{queue.title} · {name}" for name, queue in hotline.queues.items()},
        "hours_names": {name: name for name in hotline.hours},
        "menu_names": {name: name for name in hotline.menus if name != menu},
        "language_names": {name: LANGUAGES.get(name, name) for name in hotline.languages},
    }


def _marks(found: Iterable[Finding]) -> Mapping[str, str]:
    """Step -> how its box in the picture is marked: by the worst that is found."""
    ordered = sorted(found, key=lambda one: one.wrong)
    return {one.step: "wrong" if one.wrong else "look" for one in ordered if one.step}


def _after(document: Document, chosen: str) -> str:
    """The spot behind the chosen step, where a new one is likely to come."""
    if not chosen:
        return ""
    way = ONWARD.get(kind_of(document["nodes"][chosen]))
    return "" if way is None else written(Spot(chosen, way))


def _form_entry(document: Document, shown: Shown) -> Entry:
    if shown.entry is not None:
        return shown.entry
    found: Entry = document["nodes"].get(shown.chosen, {})
    return found


def _spot(spot: Spot | None) -> str:
    return "" if spot is None else written(spot)
