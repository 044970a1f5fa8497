"""No test may leave timers in its clock, or an error that nobody looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from zope.interface import provider


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    yield clock
    left = [str(call) for call in clock.getDelayedCalls()]
    assert not left, f"timers left behind: {left}"


@pytest.fixture(autouse=True)
def _no_lost_errors() -> Iterator[None]:
    lost: list[str] = []

    @provider(ILogObserver)
    def observe(event: LogEvent) -> None:
        if "log_failure" in event:
            lost.append(str(event["log_failure"]))

    globalLogPublisher.addObserver(observe)
    yield
    globalLogPublisher.removeObserver(observe)
    assert not lost, f"errors that nobody looked at: {lost}"
