"""What stands in the side bar: every area, for those who may go there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import current_app, request

from admin.access import NEEDS, actor
from admin.words import N_
from hotseat.rights import Scope, reach


@dataclass(frozen=True, slots=True)
class Place:
    """One entry."""

    endpoint: str
    title: str
    icon: str

    @property
    def here(self) -> bool:
        """Is the visitor in this area?"""
        return (request.blueprint or "").partition(".")[0] == self.endpoint.partition(".")[0]


GROUPS: Final[tuple[tuple[str, tuple[Place, ...]], ...]] = (
    (
        N_("Now"),
        (
            Place("home.index", N_("Overview"), "home"),
            Place("desk.index", N_("My desk"), "headset"),
            Place("callbacks.index", N_("Call-backs"), "outcome-callback"),
            Place("floor.index", N_("Live floor"), "floor"),
        ),
    ),
    (
        N_("Team"),
        (
            Place("roster.index", N_("Roster"), "calendar"),
            Place("agents.index", N_("Agents"), "people"),
        ),
    ),
    (
        N_("Looking back"),
        (
            Place("calls.index", N_("Calls"), "calls"),
            Place("figures.index", N_("Figures"), "chart"),
        ),
    ),
    (
        N_("Hotline"),
        (
            Place("numbers.index", N_("Numbers"), "hash"),
            Place("menus.index", N_("Menus"), "tree"),
            Place("prompts.index", N_("Prompts"), "sound"),
            Place("queues.index", N_("Queues and skills"), "queue"),
            Place("phones.index", N_("Phones"), "phone"),
        ),
    ),
    (
        N_("Administration"),
        (
            Place("users.index", N_("Users"), "key"),
            Place("audit.index", N_("Audit"), "book"),
            Place("sitefile.index", N_("Site file"), "file"),
            Place("health.index", N_("Health"), "pulse"),
        ),
    ),
)


def places() -> list[tuple[str, list[Place]]]:
    """The groups with what the visitor may see; areas that are not built are left out."""
    found = []
    for title, group in GROUPS:
        shown = [place for place in group if _open_to_visitor(place.endpoint)]
        if shown:
            found.append((title, shown))
    return found


def _open_to_visitor(endpoint: str) -> bool:
    view = current_app.view_functions.get(endpoint)
    needed = None if view is None else NEEDS.get(view)
    return needed is not None and reach(actor(), needed) is not Scope.NONE
