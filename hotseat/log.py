"""How this process logs: one line an event on standard error, with call and seat ids as fields.

As `console` for people, as `json` for programs: an object a line with `event`, `level`,
`timestamp` (UTC, ISO 8601) and the fields.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import Literal, TextIO, TypeAlias, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger
from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent, globalLogBeginner
from zope.interface import implementer

LogFormat: TypeAlias = Literal["console", "json"]

SECRET = frozenset({"secret", "password", "pin", "digits", "keys", "ticket"})
NUMBERS = frozenset({"number", "caller", "caller_number", "dialled"})
SHOWN_DIGITS = 4

_LEVELS = {
    LogLevel.debug: logging.DEBUG,
    LogLevel.info: logging.DEBUG,  # Twisted's "Starting factory …" is of no use to an operator
    LogLevel.warn: logging.WARNING,
    LogLevel.error: logging.ERROR,
    LogLevel.critical: logging.CRITICAL,
}


class _Lines:
    """A file that takes what it can: a full disk costs a line, never the call that is told of."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


@implementer(ILogObserver)
class _FromTwisted:
    """Passes Twisted's own log, and errors nobody handled, on to ours."""

    def __call__(self, event: LogEvent) -> None:
        failure = event.get("log_failure")
        extra = {"failure": failure.getTraceback()} if failure is not None else {}
        structlog.get_logger("twisted").log(
            _LEVELS[event["log_level"]], formatEvent(event) or "unhandled", **extra
        )


def veil(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Nothing secret and no whole number of a customer, whoever forgot about it."""
    for name in event.keys() & SECRET:
        event[name] = "***"
    for name in event.keys() & NUMBERS:
        event[name] = "…" + str(event[name])[-SHOWN_DIGITS:]
    return event


def start_logging(level: str, format: LogFormat = "console", file: TextIO = sys.stderr) -> None:
    """Log everything from `level` up. Raises ValueError for a level that does not exist."""
    threshold = logging.getLevelNamesMapping().get(level.upper())
    if threshold is None:
        raise ValueError(f"log_level {level!r}: use debug, info, warning or error")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            veil,
            structlog.processors.format_exc_info,
            *_written(format, colors=file.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Lines(file))),
        cache_logger_on_first_use=True,
    )
    globalLogBeginner.beginLoggingTo([_FromTwisted()], redirectStandardIO=False)


def _written(format: LogFormat, *, colors: bool) -> list[Processor]:
    if format == "json":
        return [
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    return [
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S.%f", utc=False),
        structlog.dev.ConsoleRenderer(colors=colors, pad_event_to=28),
    ]
