"""What every command shares: settings, --json, clear ends, and moments for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click

from hotseat.config import ConfigError, Settings, load_settings
from words import LANGUAGES, said, told

Function = TypeVar("Function", bound=Callable[..., Any])


def settings_or_exit() -> Settings:
    """The instance's settings, or a clear end."""
    try:
        return load_settings()
    except ConfigError as error:
        fail(str(error))


def own_name() -> str:
    """How this program was called, as a person would type it."""
    called = Path(sys.argv[0])
    if str(called.parent) in os.environ.get("PATH", "").split(os.pathsep):
        return called.name
    return os.path.relpath(called)


_CHOSEN: ContextVar[str | None] = ContextVar("language", default=None)


@contextmanager
def speaking(chosen: str | None) -> Iterator[None]:
    """Meanwhile people at this terminal read this language; None for that of their locale."""
    before = _CHOSEN.set(chosen)
    try:
        yield
    finally:
        _CHOSEN.reset(before)


def language() -> str:
    """What people at this terminal read: `--lang`, else what their locale says, else English."""
    if chosen := _CHOSEN.get():
        return chosen
    # In the order in which POSIX lets them override each other (XBD, 8.2).
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, named), "")
    return next((one for one in LANGUAGES if locale.partition("_")[0] == one), "en")


def tell(text: str) -> str:
    """A message in the language of this terminal."""
    return told(text, language())


def say(text: str) -> None:
    """A line for people."""
    click.echo(tell(text))


def fail(text: str) -> NoReturn:
    """End with exit code 1 and a text for people."""
    click.echo(f"hotseat: {tell(text)}", err=True)
    sys.exit(1)


def as_json(function: Function) -> Function:
    """The --json switch that every command has."""
    return click.option("--json", "json_", is_flag=True, help="For programs.")(function)


def show(json_: bool, result: object, text: str) -> None:
    """The result for a program or the text for a person."""
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if json_ else tell(text))


def moment(milliseconds: int | None, zone: ZoneInfo) -> str | None:
    """`11-21 18:39:05.123` on the clocks of the site."""
    if milliseconds is None:
        return None
    whole = datetime.fromtimestamp(milliseconds // 1000, zone)
    return f"{whole:%m-%d %H:%M:%S}.{milliseconds % 1000:03}"


class Ago(click.ParamType[int]):
    """A span back from now: 30s, 10m, 2h, 7d; its value is in milliseconds."""

    name = "span"
    _UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}  # noqa: RUF012

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """`2h` is 7,200,000."""
        if isinstance(value, int):
            return value
        count, unit = value[:-1], value[-1:]
        if not (count.isdecimal() and unit in self._UNITS):
            why = said('"%(value)s" is no span; write it like 30s, 10m, 2h or 7d', value=value)
            self.fail(tell(why), param, ctx)
        return int(count) * self._UNITS[unit]
