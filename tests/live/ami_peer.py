"""An AMI client by hand, for what must be refused and what must not be sent."""

from __future__ import annotations

import socket
from contextlib import AbstractContextManager

Block = dict[str, str]


class AmiPeer(AbstractContextManager["AmiPeer"]):
    """One AMI connection from `source`; blocking, with a time-out of five seconds."""

    def __init__(self, host: str, port: int, *, source: str) -> None:
        self._connection = socket.create_connection((host, port), 5, source_address=(source, 0))
        self._file = self._connection.makefile("r", encoding="utf-8", newline="\r\n")
        self._file.readline()
        self.events: list[Block] = []

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._connection.close()

    def login(self, user: str, secret: str) -> Block:
        return self.action("Login", Username=user, Secret=secret)

    def action(self, name: str, **headers: str) -> Block:
        """The answer; events that come before it are kept. Raises EOFError."""
        lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in headers.items())]
        self._connection.sendall("\r\n".join([*lines, "", ""]).encode())
        while "Response" not in (block := self._block()):
            self.events.append(block)
        return block

    def listing(self, name: str, **headers: str) -> list[Block]:
        """The rows of a list action; its last row says how many there were."""
        assert self.action(name, **headers)["Response"] == "Success"
        rows = []
        while "ListItems" not in (block := self._block()):
            rows.append(block)
        return rows

    def _block(self) -> Block:
        block: Block = {}
        for line in self._file:
            if not line.strip():
                return block
            key, _, value = line.strip().partition(":")
            block[key] = value.strip()
        raise EOFError("AMI has closed the connection")
