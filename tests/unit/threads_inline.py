"""A reactor of virtual time whose threads run at once, and one whose threads are real."""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue
from typing import Any

from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool


class InlineReactor(Clock):
    """Time stands still until it is advanced; calls from threads are calls."""

    def callFromThread(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """We are in the only thread."""
        call(*args, **kwargs)


class InlineThreads(ThreadPool):
    """Runs everything before it returns; can be told to fail, or to let work lie for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.idle = False
        self._lying: list[tuple[Any, Callable[[], Any]]] = []

    def callInThreadWithCallback(self, onResult: Any, func: Any, *args: Any, **kw: Any) -> None:
        """In turn, like the one writer."""
        self._lying.append((onResult, lambda: func(*args, **kw)))
        if not self.idle:
            self.work()

    def work(self) -> None:
        """Do what lies there."""
        while self._lying:
            on_result, func = self._lying.pop(0)
            try:
                on_result(True, func())
            except Exception:
                on_result(False, Failure())

    def stop(self) -> None:
        """There is no thread."""


class WaitingReactor(Clock):
    """Calls from real threads lie in a queue until the test takes them."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: Queue[Callable[[], Any]] = Queue()

    def callFromThread(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Thread-safe."""
        self._calls.put(lambda: call(*args, **kwargs))

    def take_one(self) -> None:
        """Wait for the next call and make it."""
        self._calls.get(timeout=30)()
