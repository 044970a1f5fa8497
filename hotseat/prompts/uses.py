"""Where each prompt of a site is heard, and in which languages it has to be there. Pure."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hotseat.site.records import AfterHours, MenuRecord, QueueRecord, Site, SiteNow
from ivr import waiting
from ivr.menus import parse
from ivr.nodes import MenuTree
from ivr.nodes import prompts as prompts_of
from ivr.prompts import needed


class Where(enum.Enum):
    """A part of the hotline that speaks."""

    STEP = "step"
    """A step of a menu."""
    SORRY = "sorry"
    """A menu that cannot serve its caller."""
    IN_LINE = "in line"
    """A queue, to those who wait in it."""
    NOBODY = "nobody"
    """A queue that takes a message, or a request to be called back."""
    MOBILE = "mobile"
    """A queue, to an agent who is rung at a duty mobile."""
    EVERY_MOBILE = "every mobile"
    OWN_NUMBER = "own number"
    """The number of an agent."""
    CHECK_IN = "check-in"
    """Agents who call about themselves."""
    EVERY_CALL = "every call"
    """A call that nothing else can serve."""


@dataclass(frozen=True, slots=True)
class Use:
    """One place. `name` is the menu's, queue's or number's, `step` the menu's step."""

    where: Where
    name: str = ""
    step: str = ""


EVERY_CALL: Final = ("sorry-hang-up",)
OWN_NUMBER: Final = ("please-wait", *EVERY_CALL)
EVERY_MOBILE: Final = ("duty-number", *(f"digit-{digit}" for digit in range(10)), "duty-keys")
CHECK_IN: Final = (
    *("enter-agent", "enter-pin", "wrong-pin", "pin-locked", "check-in-menu"),
    *("at-this-phone", "at-your-mobile", "at-another-phone", "not-checked-in"),
    *("checked-out", "paused", "ready", "not-possible"),
)
NOBODY: Final[Mapping[AfterHours, tuple[str, ...]]] = {
    AfterHours.WAIT: (),
    AfterHours.CALLBACK: ("callback-noted",),
    AfterHours.VOICEMAIL: ("leave-message", "message-kept"),
}
"""What the parts of the hotline say that are no menus; a test holds it against their code."""


def uses(site: Site | SiteNow) -> dict[str, tuple[Use, ...]]:
    """Prompt -> where it is heard, menus first."""
    found: defaultdict[str, list[Use]] = defaultdict(list)
    for prompt, use in _uses(site):
        if use not in found[prompt]:
            found[prompt].append(use)
    return {prompt: tuple(places) for prompt, places in found.items()}


def needs(site: Site | SiteNow) -> set[tuple[str, str]]:
    """(language, prompt) for all that callers and agents can come to hear."""
    if not site.languages:
        return set()
    menus = _menus(site)
    in_line = {name: _in_line(queue) for name, queue in site.queues.items()}
    found: set[tuple[str, str]] = set()
    for menu in {number.menu for number in site.numbers.values() if number.menu}:
        found |= needed(menus, menu, in_line)
    # Agents, and callers of an agent's number, are spoken to in the first language.
    first = site.languages[0]
    for number in site.numbers.values():
        if number.agent:
            found |= {(first, prompt) for prompt in in_line[number.queue]}
    elsewhere = {Where.MOBILE, Where.EVERY_MOBILE, Where.OWN_NUMBER, Where.CHECK_IN}
    found |= {(first, prompt) for prompt, use in _uses(site) if use.where in elsewhere}
    return found | {(first, prompt) for prompt in EVERY_CALL}


def missing(site: Site | SiteNow, have: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """(language, prompt) of what is needed and not there; `have`: language -> prompts."""
    return sorted(need for need in needs(site) if need[1] not in have.get(need[0], ()))


def _uses(site: Site | SiteNow) -> Iterator[tuple[str, Use]]:
    for name, menu in _menus(site).items():
        for step, node in menu.nodes.items():
            for prompt in prompts_of(node):
                yield prompt, Use(Where.STEP, name, step)
        for prompt in menu.sorry:
            yield prompt, Use(Where.SORRY, name)
    for name, queue in site.queues.items():
        for prompt in _while_waiting(queue):
            yield prompt, Use(Where.IN_LINE, name)
        for prompt in NOBODY[queue.duty.after_hours]:
            yield prompt, Use(Where.NOBODY, name)
        for prompt in queue.duty.announce if _mobiles(site) else ():
            yield prompt, Use(Where.MOBILE, name)
    for prompt in EVERY_MOBILE if _mobiles(site) else ():
        yield prompt, Use(Where.EVERY_MOBILE)
    for number in site.numbers.values():
        for prompt in OWN_NUMBER if number.agent else ():
            yield prompt, Use(Where.OWN_NUMBER, number.number)
    # Star codes can be dialled at every phone.
    for prompt in CHECK_IN if site.phones else ():
        yield prompt, Use(Where.CHECK_IN)
    for prompt in EVERY_CALL:
        yield prompt, Use(Where.EVERY_CALL)


def _menus(site: Site | SiteNow) -> dict[str, MenuTree]:
    return {
        name: parse(menu.document if isinstance(menu, MenuRecord) else menu, name)
        for name, menu in site.menus.items()
    }


def _in_line(queue: QueueRecord) -> tuple[str, ...]:
    return (*_while_waiting(queue), *NOBODY[queue.duty.after_hours])


def _while_waiting(queue: QueueRecord) -> tuple[str, ...]:
    return () if queue.while_waiting is None else waiting.prompts(queue.while_waiting)


def _mobiles(site: Site | SiteNow) -> bool:
    return any(agent.mobile for agent in site.agents.values())
