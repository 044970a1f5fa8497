"""Prompts: whole sentences, recorded once for each language, and which of them a menu lacks.

`sentences.toml` holds the words, `<language>/<name>.wav` the sound (8 kHz, 16 bit, mono) and
`manifest.json` where each came from; tools/make_prompts.py makes the last two from the first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.nodes import MenuTree, Set, exits, prompts

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


def needed(menu: MenuTree) -> set[tuple[str, str]]:
    """(language, prompt) for every prompt in every language that a caller can hear it in."""
    found = {(menu.start, menu.language)}
    waiting = list(found)
    needs: set[tuple[str, str]] = set()
    while waiting:
        name, language = waiting.pop()
        node = menu.nodes[name]
        needs.update((language, prompt) for prompt in (*prompts(node), *menu.sorry))
        if isinstance(node, Set):
            language = node.facts.get("language", language)
        for _, target in exits(node):
            if (target, language) not in found:
                found.add((target, language))
                waiting.append((target, language))
    return needs


def missing(menu: MenuTree, have: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """(language, prompt) that the menu may play and `have` (language -> names) lacks, sorted."""
    return sorted(need for need in needed(menu) if need[1] not in have.get(need[0], ()))
