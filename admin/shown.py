"""How values look on a page: instants on the clocks of the site, spans, masked numbers."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import yaml
from flask import current_app, g, request, url_for
from markupsafe import Markup

from acd.types import Millis
from admin.instance import zone

DASH: Final = "–"
SHOWN_DIGITS: Final = 4
_HASHES: dict[tuple[str, int], str] = {}


def moment(at: Millis | None) -> str:
    """`2026-11-21 18:39:05`."""
    return DASH if at is None else f"{datetime.fromtimestamp(at / 1000, zone()):%Y-%m-%d %H:%M:%S}"


def minute(at: Millis | None) -> str:
    """`2026-11-21 18:39`."""
    return DASH if at is None else f"{datetime.fromtimestamp(at / 1000, zone()):%Y-%m-%d %H:%M}"


def clock_minute(at: Millis) -> str:
    """`18:30`."""
    return f"{datetime.fromtimestamp(at / 1000, zone()):%H:%M}"


def clock_time(at: Millis | None) -> str:
    """`18:39:05.120`, for timelines."""
    if at is None:
        return DASH
    return f"{datetime.fromtimestamp(at // 1000, zone()):%H:%M:%S}.{at % 1000:03}"


def span(milliseconds: Millis | None) -> str:
    """`0:07`, `12:30`, `1:02:03`."""
    if milliseconds is None:
        return DASH
    seconds = round(milliseconds / 1000)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def masked(number: str | None) -> str:
    """`•••• 5678`: all but the last four digits, and none of a number that is not longer."""
    if not number:
        return DASH
    shown = number[-SHOWN_DIGITS:] if len(number) > SHOWN_DIGITS else ""
    return f"•••• {shown}".rstrip()


def as_yaml(value: object) -> str:
    """Nested values for people."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False)


def here_with(**changed: object) -> str:
    """The address of this page with some conditions changed."""
    args = {**request.args.to_dict(), **(request.view_args or {}), **changed}
    return url_for(str(request.endpoint), **args)


def asset(name: str) -> str:
    """The address of a static file, which changes when the file does; looked up once a page."""
    known: dict[str, str] = g.setdefault("assets", {})
    if name not in known:
        path = Path(current_app.static_folder or "") / name
        key = (name, path.stat().st_mtime_ns)
        if key not in _HASHES:
            _HASHES[key] = sha256(path.read_bytes()).hexdigest()[:12]
        known[name] = url_for("static", filename=name, v=_HASHES[key])
    return known[name]


def icon(name: str) -> Markup:
    """A drawing that stands beside a text, and so says nothing itself."""
    known: dict[str, Markup] = g.setdefault("icons", {})
    if name not in known:
        drawn = Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>')
        known[name] = drawn.format(asset("icons.svg"), name)
    return known[name]
