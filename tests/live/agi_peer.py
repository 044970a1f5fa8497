"""The server's end of FastAGI, by hand: what the dialplan does when the server is not well.

with AgiPeer(host, port) as peer:
    session = peer.session(timeout=5)
    session.command("ANSWER")
    session.begin('EXEC Dial "PJSIP/p101,10,mg"')
# leaving the block is a crash: every socket closes at once
"""

from __future__ import annotations

import socket
from contextlib import AbstractContextManager, ExitStack


class AgiSession:
    """One FastAGI connection, its environment read."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("r", encoding="utf-8", newline="\n")
        self.environment: dict[str, str] = {}
        while line := self._file.readline().strip():
            name, _, value = line.partition(": ")
            self.environment[name] = value

    @property
    def script(self) -> str:
        return self.environment["agi_network_script"]

    def begin(self, command: str) -> None:
        """Send a command whose reply is not awaited."""
        self._connection.sendall(f"{command}\n".encode())

    def command(self, command: str) -> str:
        """Send a command; its reply line, or "" if the connection is over."""
        self.begin(command)
        return self._file.readline().strip()

    def variable(self, name: str) -> str | None:
        reply = self.command(f"GET VARIABLE {name}")
        _, found, rest = reply.partition("200 result=1 (")
        return rest.removesuffix(")") if found else None

    def done(self) -> None:
        """End like a server that is well: say so, then close."""
        self.command("SET VARIABLE HOTSEAT_DONE 16")
        self.close()

    def close(self) -> None:
        self._file.close()
        self._connection.close()


class AgiPeer(AbstractContextManager["AgiPeer"]):
    """A FastAGI listener whose connections are accepted one by one."""

    def __init__(self, host: str, port: int) -> None:
        self._open = ExitStack()
        self._listener = self._open.enter_context(socket.create_server((host, port), backlog=50))

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def session(self, timeout: float) -> AgiSession:
        """The next connection. Raises TimeoutError."""
        self._listener.settimeout(timeout)
        connection, _ = self._listener.accept()
        connection.settimeout(20)
        session = AgiSession(connection)
        self._open.callback(session.close)
        return session
