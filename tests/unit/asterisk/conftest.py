"""A clock that no test may leave timers in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.internet.task import Clock


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    yield clock
    left = [str(call) for call in clock.getDelayedCalls()]
    assert not left, f"timers left behind: {left}"
