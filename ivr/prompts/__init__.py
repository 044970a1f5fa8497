"""Prompts: whole sentences, recorded once for each language, and which of them a menu lacks.

`sentences.toml` holds the words, `<language>/<name>.wav` the sound (8 kHz, 16 bit, mono) and
`manifest.json` where each came from; tools/make_prompts.py makes the last two from the first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.nodes import Enter, GoBack, MenuTree, Queue, Set, exits, prompts

FOLDER = Path(__file__).parent
"""Holds `<language>/<name>.wav` and the manifest."""

SOUND_FOLDER = "hotseat"
"""The folder inside Asterisk's `sounds/<language>/` that prompts are copied to."""

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""How a prompt is called: it is spelt like every name in a menu, and is a file's name too."""
LANGUAGE = re.compile(r"[a-z]{2,3}")
"""How a language is called, which is a folder's name too."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One recorded sentence."""

    name: str
    language: str
    text: str
    voice: str
    engine: str
    licence: str
    sha256: str
    seconds: float

    @property
    def file(self) -> Path:
        """Its sound."""
        return FOLDER / self.language / f"{self.name}.wav"


def built_in() -> tuple[Prompt, ...]:
    """The prompts that come with hotseat."""
    entries = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return tuple(Prompt(**entry) for entry in entries)


def sound_paths(names: Iterable[str]) -> tuple[str, ...]:
    """What Asterisk is asked to play; the line's language picks the file."""
    return tuple(f"{SOUND_FOLDER}/{name}" for name in names)


def needed(
    menus: Mapping[str, MenuTree], start: str, in_line: Mapping[str, Iterable[str]]
) -> set[tuple[str, str]]:
    """(language, prompt) for every prompt in every language that a caller can hear it in.

    `start` is the menu that answers; `in_line`: queue -> what is said to those who wait in it.
    """
    needs: set[tuple[str, str]] = set()
    for name, at, language in come_to(menus, start):
        menu, node = menus[name], menus[name].nodes[at]
        needs.update((language, prompt) for prompt in (*prompts(node), *menu.sorry))
        if isinstance(node, Queue):
            needs.update((language, prompt) for prompt in in_line.get(node.queue, ()))
    return needs


def come_to(menus: Mapping[str, MenuTree], start: str) -> set[tuple[str, str, str]]:
    """(menu, node, language) for every node in every language that a caller can come to it in.

    `start` is the menu that answers; callers come from it to others and back, with the language
    that they have then.
    """
    found: set[tuple[str, str, str]] = set()
    waiting = [(start, menus[start].start, menus[start].language)]
    # A caller goes back to every node that may have sent one here: more than can be, never less.
    returns: dict[str, set[tuple[str, str]]] = {}
    ends: dict[str, set[str]] = {}
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        found.add(place)
        name, at, language = place
        match node := menus[name].nodes[at]:
            case Enter():
                entered = menus[node.menu]
                returns.setdefault(node.menu, set()).add((name, node.next))
                waiting.append((node.menu, entered.start, language))
                waiting += [(name, node.next, spoken) for spoken in ends.get(node.menu, ())]
            case GoBack():
                ends.setdefault(name, set()).add(language)
                waiting += [(*above, language) for above in returns.get(name, ())]
            case Set():
                waiting.append((name, node.next, node.facts.get("language", language)))
            case _:
                waiting += [(name, target, language) for _, target in exits(node)]
    return found
