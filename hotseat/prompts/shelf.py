"""All prompts of a site, side by side: those that come with hotseat and those uploaded over them.

Pure, but for reading the manifest of the former.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from acd.types import Millis
from hotseat.db.prompts import Take
from hotseat.prompts.uses import Use, missing, uses
from hotseat.site.records import SiteNow
from ivr.prompts import built_in


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is heard as a prompt in one language."""

    text: str
    voice: str
    length_ms: Millis
    take: Take | None = None
    """The upload; None if it comes with hotseat."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """One prompt, in every language in which it is there."""

    name: str
    spoken: Mapping[str, Spoken]
    """Language -> what is heard."""
    built_in: Mapping[str, Spoken]
    """Language -> what would be heard without uploads."""
    uses: tuple[Use, ...]
    missing: tuple[str, ...]
    """The languages in which it can be asked for, and is not there."""

    def text(self, language: str) -> str:
        """Its words, in this language if they are there in it."""
        known = self.spoken.get(language) or next(iter(self.spoken.values()), None)
        return known.text if known is not None else ""


def shelf(site: SiteNow, takes: Iterable[Take]) -> dict[str, Shelved]:
    """Every prompt that is there or asked for, by name: our own order first, then others."""
    ours: dict[str, dict[str, Spoken]] = {}
    for prompt in built_in():
        spoken = Spoken(prompt.text, prompt.voice, round(prompt.seconds * 1000))
        ours.setdefault(prompt.name, {})[prompt.language] = spoken
    heard = {name: dict(spoken) for name, spoken in ours.items()}
    for take in takes:
        spoken = Spoken(take.text, take.voice, take.length_ms, take)
        heard.setdefault(take.name, {})[take.language] = spoken
    places = uses(site)
    lacking = _lacking(site, heard)
    others = sorted({*heard, *places, *lacking} - ours.keys())
    return {
        name: Shelved(
            name,
            heard.get(name, {}),
            ours.get(name, {}),
            places.get(name, ()),
            tuple(lacking.get(name, ())),
        )
        for name in (*ours, *others)
    }


def _lacking(site: SiteNow, heard: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Prompt -> the languages in which it is needed and not there. `heard`: prompt -> languages."""
    have: dict[str, set[str]] = {}
    for name, languages in heard.items():
        for language in languages:
            have.setdefault(language, set()).add(name)
    found: dict[str, list[str]] = {}
    for language, name in missing(site, have):
        found.setdefault(name, []).append(language)
    return found
