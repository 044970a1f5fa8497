"""What is wrong with a draft of a menu, and what to look at, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from acd.types import Skills
from admin.instance import site
from admin.menus.looking import is_there, numbers_of, trees
from admin.shelves import prompts as shelved
from admin.site_edit import document as site_document
from admin.words import LANGUAGES
from hotseat.site.check import check
from hotseat.site.problems import Problem, SiteInvalid
from hotseat.site.read import SiteFile
from ivr.menus.edits import Document
from ivr.nodes import HangUp, MenuTree, Queue, prompts
from ivr.prompts import come_to
from words import Message, said


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing."""

    step: str
    """"" of the menu as a whole, or of what needs it."""
    field: str
    """The path inside the step; "" if it is about all of it."""
    text: Message
    wrong: bool
    """It cannot be published so; otherwise it is only worth a look."""


def findings(menu: str, draft: Document, tree: MenuTree) -> list[Finding]:
    """Of a draft that is well-formed, as if it stood in the site."""
    wanted = site_document()
    wanted["menus"][menu] = draft
    try:
        check(SiteFile(wanted, {}))
    except SiteInvalid as error:
        return [wrong(problem, menu) for problem in error.problems]
    return list(_worth_a_look(tree))


def wrong(problem: Problem, menu: str) -> Finding:
    """A problem of the site, at its step if it is one of this menu."""
    inside = problem.path.removeprefix(f"menus.{menu}.")
    if inside == problem.path:
        text = said("%(path)s: %(text)s", path=problem.path, text=problem.text)
        return Finding("", "", text, wrong=True)
    return at_step(inside, problem.text)


def at_step(path: str, text: Message) -> Finding:
    """What is wrong at a path inside the menu."""
    section, _, rest = path.partition(".")
    if section != "nodes":
        return Finding("", path, text, wrong=True)
    step, _, field = rest.partition(".")
    return Finding(step, field, text, wrong=True)


def _worth_a_look(tree: MenuTree) -> Iterator[Finding]:
    yield from _not_recorded(tree)
    agents = [agent.skills for agent in site().agents.values()]
    for name, node in tree.nodes.items():
        match node:
            case HangUp(sounds=()):
                yield _look(name, "hang_up", said("callers are cut off here without a word"))
            case Queue() if not _anybody_for(node, agents):
                text = said("a dead end: no agent has the skills that are asked for")
                yield _look(name, "queue", text)


def _not_recorded(tree: MenuTree) -> Iterator[Finding]:
    """Prompts that callers may come to in a language in which they are not there."""
    menus = {**trees(), tree.name: tree}
    shelf = shelved()
    answered = [name for name in menus if numbers_of(name)]
    places = {
        (node, language)
        for start in {tree.name, *answered}
        for name, node, language in come_to(menus, start)
        if name == tree.name
    }
    for node, language in sorted(places):
        for prompt in dict.fromkeys(prompts(tree.nodes[node])):
            if not is_there(language, prompt, shelf):
                spoken = LANGUAGES.get(language, language)
                text = said(
                    "%(prompt)s is not recorded in %(language)s", prompt=prompt, language=spoken
                )
                yield _look(node, "", text)


def _anybody_for(node: Queue, agents: list[Skills]) -> bool:
    asked: Mapping[str, int] = {**site().queues[node.queue].requires}
    asked = {**asked, **{s: max(n, asked.get(s, 0)) for s, n in node.requires.items()}}
    return any(all(has.get(skill, 0) >= n for skill, n in asked.items()) for has in agents)


def _look(step: str, field: str, text: Message) -> Finding:
    return replace(Finding(step, field, text, wrong=True), wrong=False)
