"""The kinds of values that a site file has beside those of its menus."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ivr.menus.fields import Fields
from words import Message, said


class SiteFields(Fields):
    """Reads one part of a site file; problems are noted, reading goes on."""

    def text(self, field: str, longest: int = 100) -> str:
        """A line for people, which must be there."""
        value = self._take(field)
        if not self._is_there(field, value):
            return ""
        return self.a_text(value, self._at(field), longest)

    def line(self, field: str) -> str | None:
        """A line for people that may be left out."""
        value = self._take(field)
        return None if value is None else self.a_text(value, self._at(field))

    def a_text(self, value: object, path: str, longest: int = 100) -> str:
        """`value` as a line for people; "" and a problem if it is none."""
        if isinstance(value, bool | int | float):
            shown = str(value).lower()
            self._wrong(path, said('must be text; put it in quotes: "%(shown)s"', shown=shown))
        elif not isinstance(value, str) or not value.strip():
            self._wrong(path, said("must be text"))
        elif len(value) > longest:
            self._wrong(
                path,
                said("must be at most %(most)s characters, not %(n)s", most=longest, n=len(value)),
            )
        elif value != value.strip() or not value.isprintable():
            self._wrong(path, said("must be one line, without spaces at its ends"))
        else:
            return value
        return ""

    def flag(self, field: str, default: bool = False) -> bool:
        """true or false."""
        value = self._take(field)
        if isinstance(value, bool):
            return value
        if value is not None:
            self._wrong(self._at(field), said("must be true or false"))
        return default

    def spelt(self, field: str, spelling: Spelling, default: str) -> str:
        """A word that is spelt in a certain way."""
        value = self._take(field)
        if value is None:
            return default
        return default if self.misspelt(value, spelling, self._at(field)) else str(value)

    def misspelt(self, value: object, spelling: Spelling, path: str) -> bool:
        """Whether it is; then the problem is noted at `path`."""
        if isinstance(value, str) and spelling.pattern.fullmatch(value):
            return False
        self._wrong(
            path,
            said(
                '"%(value)s" is no %(what)s; %(rule)s',
                value=str(value),
                what=spelling.what,
                rule=spelling.rule,
            ),
        )
        return True

    def part(self, field: str) -> dict[str, object]:
        """A mapping that may be left out or empty."""
        value = self._take(field)
        return {} if value is None else self._mapping(field, value)

    def inside(self, field: str, entry: object) -> SiteFields:
        """The fields of a part of this part."""
        return SiteFields(entry, self._at(field), self._problems)

    def words(self, field: str, spelling: Spelling, least: int = 1) -> tuple[str, ...]:
        """A list of different words; with `least` 0 it may be left out or empty."""
        value = self._take(field)
        if (value is None and not least) or not self._is_there(field, value):
            return ()
        path = self._at(field)
        if not isinstance(value, list) or len(value) < least:
            wanted = (
                said("must be a list with at least one %(what)s", what=spelling.what)
                if least
                else said("must be a list of words, each a %(what)s", what=spelling.what)
            )
            self._wrong(path, wanted)
            return ()
        words: list[str] = []
        for place, word in enumerate(value):
            at = f"{path}.{place}"
            if word in words:
                self._wrong(at, said('"%(name)s" stands here twice', name=str(word)))
            elif not self.misspelt(word, spelling, at):
                words.append(word)
        return tuple(words)

    def wrong(self, field: str, text: Message) -> None:
        """Note what only the site's check can know of a field."""
        self._wrong(self._at(field), text)

    def note(self, text: Message) -> None:
        """The same of the whole part."""
        self._wrong(self.path, text)


def is_time_zone(name: str) -> bool:
    """Is it the IANA name of a zone?"""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):  # unknown, a folder, no name at all
        return False
    return True


class Spelling:
    """How a kind of word is spelt, for the check and for its message."""

    def __init__(self, what: Message, pattern: str, rule: Message) -> None:
        self.what = what
        self.pattern = re.compile(pattern)
        self.rule = rule


NAME: Final = Spelling(
    said("name"),
    "[a-z][a-z0-9-]{0,31}",
    said("a name is up to 32 of a-z, 0-9 and -, a letter first"),
)
PHONE: Final = Spelling(
    said("name of a phone"),
    "[a-z0-9][a-z0-9-]{0,30}",
    said("use up to 31 of a-z, 0-9 and -, no - first"),
)
SHIFT: Final = Spelling(
    said("name of a shift"),
    "[A-Za-z0-9][A-Za-z0-9-]{0,15}",
    said("use up to 16 of A-Z, a-z, 0-9 and -"),
)
AGENT: Final = Spelling(said("agent number"), "[0-9]{2,8}", said("use 2 to 8 digits"))
NUMBER: Final = Spelling(
    said("telephone number"), r"\+?[0-9]{2,20}", said("use 2 to 20 digits, + may lead")
)
COUNTRY: Final = Spelling(said("country"), "[A-Z]{2}", said("write it like %(like)s", like="CN"))
LANGUAGE: Final = Spelling(said("language"), "[a-z]{2,3}", said("write it like zh or en"))
MUSIC: Final = Spelling(
    said("music class"), "[A-Za-z0-9_-]{1,64}", said("use letters, digits, - and _")
)
