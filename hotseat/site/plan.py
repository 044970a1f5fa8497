"""What applying a site would change, in words that can be told."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, TypeAlias

from hotseat.site.export import written
from hotseat.site.records import Site, SiteNow
from words import Message, said


class Sign(enum.Enum):
    """What becomes of the thing that a change is about."""

    NEW = "+"
    GONE = "-"
    CHANGED = "~"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a plan."""

    sign: Sign
    what: Message
    """`queue consult`."""
    words: str
    """`ring_seconds: 20 -> 15`, a message; titles as they are, "" where there is none."""

    def __str__(self) -> str:
        """`~ queue consult: ring_seconds: 20 -> 15`, a message."""
        sign, what = self.sign.value, self.what
        if not self.words:
            return said("%(sign)s %(what)s", sign=sign, what=what)
        return said("%(sign)s %(what)s: %(words)s", sign=sign, what=what, words=self.words)


def plan(current: SiteNow, wanted: Site) -> list[Change]:
    """Everything that differs; empty if nothing does. The order of fields is no difference."""
    old, new = written(current.as_written()), written(wanted)
    changes = [
        Change(Sign.CHANGED, one, _difference(*difference))
        for name, one in (("site", said("site")), ("roster", said("roster")))
        for difference in _differences(old[name], new[name])
    ]
    changes += _outbound(old.get("outbound"), new.get("outbound"))
    for section, one in _ONE_OF.items():
        changes += _section(one, old[section], new[section], current)
    return changes


_ONE_OF: Final = {
    "skills": said("skill"),
    "queues": said("queue"),
    "hours": said("hours"),
    "teams": said("team"),
    "agents": said("agent"),
    "phones": said("phone"),
    "shifts": said("shift"),
    "coverage": said("cover"),
    "menus": said("menu"),
    "numbers": said("number"),
}
_OUTBOUND: Final = said("outbound calls")
_TITLES: Final = ("title", "name", "place", "menu", "agent", "country")

_MISSING: Final = object()
Path: TypeAlias = tuple[str, ...]


def _outbound(old: object, new: object) -> Iterator[Change]:
    if old is None and new is not None:
        yield Change(Sign.NEW, _OUTBOUND, _title(new))
    elif old is not None and new is None:
        yield Change(Sign.GONE, _OUTBOUND, _title(old))
    else:
        for difference in _differences(old, new):
            yield Change(Sign.CHANGED, _OUTBOUND, _difference(*difference))


def _section(
    one: Message, old: Mapping[str, Any], new: Mapping[str, Any], current: SiteNow
) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        what = _named(one, name)
        if name not in old:
            yield Change(Sign.NEW, what, _title(new[name]))
        elif name not in new:
            yield Change(Sign.GONE, what, _title(old[name]))
        else:
            for difference in _differences(old[name], new[name]):
                words = _difference(*difference)
                if one == "menu":
                    revision = current.menus[name].revision + 1
                    words = said("revision %(n)s, %(change)s", n=revision, change=words)
                yield Change(Sign.CHANGED, what, words)


def _title(entry: object) -> str:
    """What people call the thing."""
    if isinstance(entry, str):
        return entry
    if isinstance(entry, Mapping):
        return next((str(entry[field]) for field in _TITLES if field in entry), "")
    return ""


def _differences(
    old: object, new: object, path: Path = ()
) -> Iterator[tuple[Path, object, object]]:
    """(path, old, new) of every leaf that differs; `_MISSING` where one side has nothing."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _differences(
                old.get(key, _MISSING), new.get(key, _MISSING), (*path, str(key))
            )
    elif old != new:
        yield path, old, new


def _difference(path: Path, old: object, new: object) -> Message:
    if not path:
        return said("%(old)s -> %(new)s", old=_shown(old), new=_shown(new))
    where = _where(path)
    if new is _MISSING:
        return said("no %(where)s any more", where=where)
    if old is not _MISSING:
        return said("%(where)s: %(old)s -> %(new)s", where=where, old=_shown(old), new=_shown(new))
    if isinstance(new, Mapping):
        return said("new %(where)s", where=where)
    return said("new %(where)s: %(value)s", where=where, value=_shown(new))


def _where(path: Path) -> str:
    """`key 1 of node ask` for `nodes.ask.keys.1`: inmost first, each entry with its kind."""
    steps: list[str] = []
    rest = list(path)
    while rest:
        field = rest.pop(0)
        entry = _ENTRY_OF.get(field)
        steps.append(_named(entry, rest.pop(0)) if entry and rest else field)
    return reduce(
        lambda outer, inner: said("%(inner)s of %(outer)s", inner=inner, outer=outer), steps
    )


def _named(kind: Message, name: str) -> Message:
    return said("%(kind)s %(name)s", kind=kind, name=name)


_ENTRY_OF: Final = {
    "nodes": said("node"),
    "keys": said("key"),
    "skills": said("skill"),
    "requires": said("required skill"),
    "set": said("setting"),
    "weekly": said("weekday"),
    "overrides": said("date"),
}


def _shown(value: object) -> str:
    return said("nothing") if value is None or value == "" else _written(value)


def _written(value: object) -> str:
    """On one line, as the file has it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_written(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value) or '""'
