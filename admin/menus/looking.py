"""What every page of a menu shows of it: the picture, its sentences, where callers come from."""

from __future__ import annotations

from collections.abc import Mapping

from admin.instance import site
from admin.menus.picture import MOST_STEPS, Picture, drawn
from admin.menus.steps import Step
from admin.shelves import prompts
from admin.words import language
from hotseat.prompts.shelf import Shelved
from ivr.menus import parse
from ivr.nodes import Enter, MenuTree
from ivr.prompts import needed


def trees() -> dict[str, MenuTree]:
    """The menus in force; what is in force was checked."""
    return {
        name: parse(record.document, name, record.revision) for name, record in site().menus.items()
    }


def picture_of(tree: MenuTree, known: Mapping[str, Step]) -> Picture | None:
    """None of a menu that is too large for a screen."""
    if len(known) > MOST_STEPS:
        return None
    ways = {name: [(way.label, way.target) for way in step.ways] for name, step in known.items()}
    return drawn(tree.start, ways)


def numbers_of(menu: str) -> list[str]:
    """Those that it answers."""
    return [each.number for each in site().numbers.values() if each.menu == menu]


def entered_from(menu: str, known: dict[str, MenuTree]) -> list[str]:
    """Other menus that send callers here."""
    return [
        name
        for name, tree in known.items()
        if any(isinstance(node, Enter) and node.menu == menu for node in tree.nodes.values())
    ]


def silent(menu: str, known: dict[str, MenuTree]) -> list[tuple[str, str]]:
    """(language, prompt) that its callers may come to and that is not there."""
    shelved = prompts()
    needs = sorted(needed(known, menu, {}))
    return [need for need in needs if not is_there(*need, shelved)]


def is_there(language: str, prompt: str, shelved: Mapping[str, Shelved]) -> bool:
    """Is the prompt recorded in this language?"""
    return prompt in shelved and language in shelved[prompt].spoken


def wording() -> dict[str, str]:
    """Prompt -> its words in the visitor's language."""
    spoken = {name: prompt.spoken.get(language()) for name, prompt in prompts().items()}
    return {name: it.text for name, it in spoken.items() if it is not None}
