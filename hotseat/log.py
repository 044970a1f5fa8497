"""How this process logs: one line an event on standard error, with call and seat ids as fields."""

from __future__ import annotations

import logging
import sys

import structlog
from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent, globalLogBeginner
from zope.interface import implementer

_LEVELS = {
    LogLevel.debug: logging.DEBUG,
    LogLevel.info: logging.DEBUG,  # Twisted's "Starting factory …" is of no use to an operator
    LogLevel.warn: logging.WARNING,
    LogLevel.error: logging.ERROR,
    LogLevel.critical: logging.CRITICAL,
}


@implementer(ILogObserver)
class _FromTwisted:
    """Passes Twisted's own log, and errors nobody handled, on to ours."""

    def __call__(self, event: LogEvent) -> None:
        failure = event.get("log_failure")
        extra = {"failure": failure.getTraceback()} if failure is not None else {}
        structlog.get_logger("twisted").log(
            _LEVELS[event["log_level"]], formatEvent(event) or "unhandled", **extra
        )


def start_logging(level: str) -> None:
    """Log everything from `level` up. Raises ValueError for a level that does not exist."""
    threshold = logging.getLevelNamesMapping().get(level.upper())
    if threshold is None:
        raise ValueError(f"log_level {level!r}: use debug, info, warning or error")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S.%f", utc=False),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=28),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    globalLogBeginner.beginLoggingTo([_FromTwisted()], redirectStandardIO=False)
