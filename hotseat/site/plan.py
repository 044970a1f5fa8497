"""What applying a site would change, in words."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from hotseat.site.export import written
from hotseat.site.records import Site, SiteNow


class Sign(enum.Enum):
    """What becomes of the thing that a change is about."""

    NEW = "+"
    GONE = "-"
    CHANGED = "~"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a plan."""

    sign: Sign
    what: str
    """`queue consult`."""
    words: str
    """`ring_seconds: 20 -> 15`; "" where there is nothing to add."""

    def __str__(self) -> str:
        """`~ queue consult: ring_seconds: 20 -> 15`."""
        line = f"{self.sign.value} {self.what}"
        return f"{line}: {self.words}" if self.words else line


def plan(current: SiteNow, wanted: Site) -> list[Change]:
    """Everything that differs; empty if nothing does. The order of fields is no difference."""
    old, new = written(current.as_written()), written(wanted)
    changes = [
        Change(Sign.CHANGED, one, _difference(*difference))
        for one in ("site", "roster")
        for difference in _differences(old[one], new[one])
    ]
    changes += _outbound(old.get("outbound"), new.get("outbound"))
    for section, one in _ONE_OF.items():
        changes += _section(one, old[section], new[section], current)
    return changes


_ONE_OF: Final = {
    "skills": "skill",
    "queues": "queue",
    "hours": "hours",
    "teams": "team",
    "agents": "agent",
    "phones": "phone",
    "shifts": "shift",
    "coverage": "cover",
    "menus": "menu",
    "numbers": "number",
}
_TITLES: Final = ("title", "name", "place", "menu", "agent", "country")

_MISSING: Final = object()
Path: TypeAlias = tuple[str, ...]


def _outbound(old: object, new: object) -> Iterator[Change]:
    if old is None and new is not None:
        yield Change(Sign.NEW, "outbound calls", _title(new))
    elif old is not None and new is None:
        yield Change(Sign.GONE, "outbound calls", _title(old))
    else:
        for difference in _differences(old, new):
            yield Change(Sign.CHANGED, "outbound calls", _difference(*difference))


def _section(
    one: str, old: Mapping[str, Any], new: Mapping[str, Any], current: SiteNow
) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        what = f"{one} {name}"
        if name not in old:
            yield Change(Sign.NEW, what, _title(new[name]))
        elif name not in new:
            yield Change(Sign.GONE, what, _title(old[name]))
        else:
            prefix = f"revision {current.menus[name].revision + 1}, " if one == "menu" else ""
            for difference in _differences(old[name], new[name]):
                yield Change(Sign.CHANGED, what, prefix + _difference(*difference))


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


def _difference(path: Path, old: object, new: object) -> str:
    where = _where(path)
    if old is _MISSING:
        return f"new {where}{_after(new)}"
    if new is _MISSING:
        return f"no {where} any more"
    return (
        f"{where}: {_shown(old)} -> {_shown(new)}" if where else f"{_shown(old)} -> {_shown(new)}"
    )


def _where(path: Path) -> str:
    """`key 1 of node ask` for `nodes.ask.keys.1`: inmost first, each entry with its kind."""
    steps: list[str] = []
    rest = list(path)
    while rest:
        field = rest.pop(0)
        steps.append(f"{_ENTRY_OF[field]} {rest.pop(0)}" if field in _ENTRY_OF and rest else field)
    return " of ".join(reversed(steps))


_ENTRY_OF: Final = {
    "nodes": "node",
    "keys": "key",
    "skills": "skill",
    "requires": "required skill",
    "set": "setting",
    "weekly": "weekday",
    "overrides": "date",
}


def _after(value: object) -> str:
    return "" if isinstance(value, Mapping) else f": {_shown(value)}"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "nothing" if value is None or value == "" else str(value)
