"""A wire that can be cut: a small TCP relay between the server and Asterisk's manager port."""

from __future__ import annotations

import contextlib
import socket
import threading
from contextlib import AbstractContextManager
from typing import TypeAlias

Address: TypeAlias = tuple[str, int]

CHUNK = 65_536


class Relay(AbstractContextManager["Relay"]):
    """Listens at `at` and passes bytes to and from `to`, connecting from the address `source`."""

    def __init__(self, *, at: Address, to: Address, source: str) -> None:
        self._at, self._to, self._source = at, to, source
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._sockets: set[socket.socket] = set()
        self.mend()

    def __exit__(self, *_: object) -> None:
        self.cut()

    def cut(self) -> None:
        """Close every connection and refuse new ones."""
        with self._lock:
            listener, self._listener = self._listener, None
            sockets, self._sockets = self._sockets, set()
        if listener is not None:
            _close(listener)
        for end in sockets:
            _close(end)

    def mend(self) -> None:
        """Take connections (again); nothing happens to a whole wire."""
        with self._lock:
            if self._listener is not None:
                return
            listener = self._listener = socket.create_server(self._at)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._to, source_address=(self._source, 0))
            except OSError:
                _close(near)
                continue
            with self._lock:
                if self._listener is not listener:
                    _close(near)
                    _close(far)
                    return
                self._sockets |= {near, far}
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK):
                target.sendall(chunk)
        with self._lock:
            self._sockets -= {source, target}
        _close(source)
        _close(target)


def _close(end: socket.socket) -> None:
    # shutdown wakes a thread that waits in accept or recv; close alone does not.
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
