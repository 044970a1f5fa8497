"""Ask a running server: one JSON command over its Unix socket."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

from ulid import ULID

from hotseat.config import Settings
from words import listed, of_plain, said

TIMEOUT_SECONDS = 5.0
OPERATOR = "cli"
"""The actor of whoever may open the socket and speaks for nobody else."""
USER_PREFIX = "user:"
"""Before the log-in of a user in whose name a page asks."""


class NotRunning(Exception):
    """No server listens on this instance's control socket."""


class Refused(Exception):
    """The server understood and said no; the text, perhaps a message, says why."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("hotseat", timeout=TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask(
    settings: Settings, command: str, actor: str = OPERATOR, /, **args: object
) -> dict[str, Any]:
    """Send one command and return its result. Raises NotRunning or Refused.

    The idempotency key is new for each call: a repeated request after a broken connection is
    answered from memory by the server, never done twice.
    """
    body = json.dumps(
        {"command": command, "actor": actor, "key": str(ULID()), "args": args}
    ).encode()
    connection = _UnixConnection(str(settings.control_socket))
    try:
        connection.request("POST", "/command", body, {"Content-Type": "application/json"})
        reply = json.loads(connection.getresponse().read())
    except (FileNotFoundError, ConnectionRefusedError) as error:
        where = said("no server at %(socket)s", socket=str(settings.control_socket))
        start = said("start one with `%(command)s`", command="hotseat serve")
        raise NotRunning(listed([where, start])) from error
    except OSError as error:
        raise NotRunning(f"{settings.control_socket}: {error}") from error
    finally:
        connection.close()
    if not reply["ok"]:
        raise Refused(of_plain(reply.get("said", reply["error"])))
    result: dict[str, Any] = reply["result"]
    return result
