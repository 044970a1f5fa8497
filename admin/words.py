"""The two languages of the pages.

English texts stand in templates and code, inside `_("…")`; their Chinese stands in
`catalogs/zh/<area>.toml`, one line each. `N_("…")` marks a text that is translated later, where it
is shown. A test finds texts that are not marked, not translated, or no longer used. What checks and
the doctor say comes from elsewhere, as sentences with facts: see `words` and `admin.told`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from flask import g, request

from words.catalog import read_catalog

LANGUAGES: Final[Mapping[str, str]] = {"zh": "简体中文", "en": "English"}
"""Language -> what it calls itself."""
TAGS: Final[Mapping[str, str]] = {"zh": "zh-CN", "en": "en"}
"""Language -> what HTML calls it."""

_CATALOGS = Path(__file__).parent / "catalogs"


@cache
def catalog(language: str) -> Mapping[str, str]:
    """English -> this language; empty for English itself."""
    return read_catalog(_CATALOGS / language)


def _(text: str, **values: object) -> str:
    """The text in the visitor's language, with `%(name)s` filled in."""
    said = catalog(language()).get(text, text)
    return said % values if values else said


def N_(text: str) -> str:
    """The text as it is, to be translated where it is shown."""
    return text


def counted(one: str, many: str, n: int) -> str:
    """`1 change`, `2 changes`: both texts hold `%(n)s`; Chinese has one form for all."""
    return _(one if n == 1 else many, n=n)


def language() -> str:
    """The visitor's choice, else what the browser asks for, else English."""
    chosen: str | None = g.get("language")
    if chosen is None:
        visitor = g.get("visitor")
        chosen = g.language = (
            visitor.language if visitor is not None and visitor.language else _browsers()
        )
    return chosen


def _browsers() -> str:
    wanted = request.accept_languages.best_match([*TAGS.values(), *TAGS])
    return (wanted or "en").partition("-")[0]
