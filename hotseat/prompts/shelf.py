"""All prompts of a site, side by side: those that come with hotseat and those uploaded over them.

Pure, but for reading the manifest of the former.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from acd.types import Millis
from hotseat.db.prompts import Take
from hotseat.prompts.uses import Use, missing, uses
from hotseat.site.records import Site, SiteNow
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
    lacking: dict[str, list[str]] = {}
    for language, name in missing(site, _names(heard)):
        lacking.setdefault(name, []).append(language)
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


def unrecorded(site: Site | SiteNow, takes: Iterable[Take]) -> list[str]:
    """`zh/welcome` for what is asked for and neither comes with hotseat nor was uploaded."""
    have: dict[str, set[str]] = {}
    for prompt in built_in():
        have.setdefault(prompt.language, set()).add(prompt.name)
    for take in takes:
        have.setdefault(take.language, set()).add(take.name)
    return [f"{language}/{name}" for language, name in missing(site, have)]


def _names(heard: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Prompt -> languages, the other way round."""
    have: dict[str, set[str]] = {}
    for name, languages in heard.items():
        for language in languages:
            have.setdefault(language, set()).add(name)
    return have
