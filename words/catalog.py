"""The sentences of each language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("zh", "en")

_FOLDER = Path(__file__).parent


@cache
def catalog(language: str) -> Mapping[str, str]:
    """English -> this language; empty for English itself.

    Raises ValueError if two files translate the same sentence in two ways.
    """
    return read_catalog(_FOLDER / language)


def read_catalog(folder: Path) -> Mapping[str, str]:
    """All files of a folder as one. Raises ValueError as above."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        for english, translated in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if found.setdefault(english, translated) != translated:
                raise ValueError(f"{path}: {english!r} is translated otherwise elsewhere")
    return found
