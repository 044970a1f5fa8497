"""The wire that the tests cut has to be really cut, and whole again afterwards."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.live.relay import Relay

TIMEOUT = 5.0


@pytest.fixture
def echo() -> Iterator[socket.socket]:
    """A server that says everything back."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    while chunk := peer.recv(100):
                        peer.sendall(chunk)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(TIMEOUT)


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def test_cut_and_mended(echo: socket.socket, free_port: int) -> None:
    at = ("127.0.0.1", free_port)
    with Relay(at=at, to=echo.getsockname(), source="127.0.0.1") as relay:
        with socket.create_connection(at, TIMEOUT) as wire:
            wire.sendall(b"one")
            assert wire.recv(100) == b"one"
            relay.cut()
            assert wire.recv(100) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(at, TIMEOUT)
        relay.mend()
        with socket.create_connection(at, TIMEOUT) as wire:
            wire.sendall(b"two")
            assert wire.recv(100) == b"two"


def test_nobody_at_the_far_end_looks_like_a_closed_wire(free_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()
    at = ("127.0.0.1", free_port)
    with (
        Relay(at=at, to=nobody, source="127.0.0.1"),
        socket.create_connection(at, TIMEOUT) as wire,
    ):
        assert wire.recv(100) == b""
