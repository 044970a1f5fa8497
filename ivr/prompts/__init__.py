"""Prompts: whole sentences, recorded once for each language, and which of them a menu lacks.

`sentences.toml` holds the words, `<language>/<name>.wav` the sound (8 kHz, 16 bit, mono) and
`manifest.json` where each came from; tools/make_prompts.py makes the last two from the first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.nodes import Enter, GoBack, MenuTree, Set, exits, prompts

FOLDER = Path(__file__).parent
"""Holds `<language>/<name>.wav` and the manifest."""

SOUND_FOLDER = "hotseat"
"""The folder inside Asterisk's `sounds/<language>/` that prompts are copied to."""


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


def recorded(prompts: Iterable[Prompt]) -> dict[str, set[str]]:
    """Language -> names."""
    names: dict[str, set[str]] = {}
    for prompt in prompts:
        names.setdefault(prompt.language, set()).add(prompt.name)
    return names


def sound_paths(names: Iterable[str]) -> tuple[str, ...]:
    """What Asterisk is asked to play; the line's language picks the file."""
    return tuple(f"{SOUND_FOLDER}/{name}" for name in names)


def needed(menus: Mapping[str, MenuTree], start: str) -> set[tuple[str, str]]:
    """(language, prompt) for every prompt in every language that a caller can hear it in.

    `start` is the menu that answers; callers come from it to others and back, with the language
    that they have then.
    """
    found: set[tuple[str, str, str]] = set()
    waiting = [(start, menus[start].start, menus[start].language)]
    needs: set[tuple[str, str]] = set()
    # A caller goes back to every node that may have sent one here: more than can be, never less.
    returns: dict[str, set[tuple[str, str]]] = {}
    ends: dict[str, set[str]] = {}
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        found.add(place)
        name, at, language = place
        menu, node = menus[name], menus[name].nodes[at]
        needs.update((language, prompt) for prompt in (*prompts(node), *menu.sorry))
        match node:
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
    return needs


def missing(
    menus: Mapping[str, MenuTree], start: str, have: Mapping[str, Collection[str]]
) -> list[tuple[str, str]]:
    """(language, prompt) that callers of `start` may hear and `have` (language -> names) lacks."""
    return sorted(need for need in needed(menus, start) if need[1] not in have.get(need[0], ()))
