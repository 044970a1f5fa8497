"""The control socket: HTTP/1.1 and JSON on a Unix socket, for the CLI and the admin alone.

POST /command {"command", "actor", "key", "revision"?, "args"} is answered after the effect by
{"ok": true, "result": …} or {"ok": false, "error": "…", "said": …}, the same as a message that can
be told in another language; after two seconds by "pending". A key that was seen before is answered
from memory: nothing is done twice.
"""

from __future__ import annotations

import inspect
import json
import os
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort, IReactorTime, IReactorUNIX
from twisted.python.failure import Failure
from twisted.web.http import Request
from twisted.web.resource import NoResource, Resource
from twisted.web.server import NOT_DONE_YET, Site

from acd.floor import SeatRefused
from hotseat.authority import Authority, name_of
from hotseat.callbacks import IllegalStep
from hotseat.dial_back import DialRefused
from hotseat.seats import SeatError
from words import plain, said

log = structlog.get_logger(__name__)

Reply: TypeAlias = dict[str, Any]
Command: TypeAlias = Callable[..., Reply | Awaitable[Reply]]

BODY_LIMIT = 64 * 1024
REMEMBERED = 1000
PENDING_SECONDS = 2.0
LOOKS = frozenset({"floor", "seat", "seat-placing", "status", "why"})
"""Commands that change nothing: done again, they are only newer. Their replies can be large."""
GIVER = "by"
"""A command with a parameter of this name is told who gives it, whatever the request says."""


class CommandError(Exception):
    """A command that cannot be done; the text is for the person who asked."""


REFUSALS = (CommandError, SeatError, SeatRefused, DialRefused, IllegalStep)


class Control(Resource):
    """Answers commands from a table of them."""

    isLeaf = True

    def __init__(
        self,
        commands: Mapping[str, Command],
        authority: Authority,
        revision: Callable[[], int],
        clock: IReactorTime,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority
        self._revision = revision
        self._commands = commands
        self._clock = clock
        self._answered: OrderedDict[str, Reply] = OrderedDict()
        self._under_way: dict[str, Deferred[Reply]] = {}

    def listen(self, reactor: IReactorUNIX, path: Path) -> IListeningPort:
        """Open the socket for owner and group; one left over by a killed server is replaced."""
        path.unlink(missing_ok=True)
        port: IListeningPort = reactor.listenUNIX(str(path), Site(self), mode=0o660)  # type: ignore[arg-type]
        os.chmod(path, 0o660)
        return port

    def render_POST(self, request: Request) -> object:
        """One command."""
        if request.path != b"/command":
            return NoResource().render(request)
        try:
            command, actor, key, args = _read(request, self._revision())
        except CommandError as error:
            return _write(request, {"ok": False, "error": str(error)})
        if key in self._answered:
            return _write(request, self._answered[key])
        doing = self._under_way.get(key)
        if doing is None:
            doing = Deferred.fromCoroutine(self._do(command, actor, args))
            doing.addCallback(partial(self._remember, key, command))
            if not doing.called:
                self._under_way[key] = doing
        pending = self._clock.callLater(PENDING_SECONDS, self._still_pending, request, key)

        def done(reply: Reply) -> Reply:
            if pending.active():
                pending.cancel()
                request.write(_write(request, reply))
                request.finish()
            return reply

        doing.addCallback(done)

        def asker_left(_: Failure) -> None:
            if pending.active():
                pending.cancel()

        request.notifyFinish().addErrback(asker_left)
        return NOT_DONE_YET

    def _still_pending(self, request: Request, key: str) -> None:
        request.write(_write(request, {"ok": True, "result": {"pending": True, "key": key}}))
        request.finish()

    async def _do(self, name: str, actor: str, args: dict[str, Any]) -> Reply:
        command = self._commands.get(name)
        if command is None:
            known = ", ".join(sorted(self._commands))
            return {"ok": False, "error": f"no command {name!r}; known: {known}"}
        signature = inspect.signature(command)
        if GIVER in signature.parameters:
            args = {**args, GIVER: name_of(actor)}
        try:
            signature.bind(**args)
        except TypeError as error:
            return {"ok": False, "error": f"{name}: {error}"}
        refusal = await self._authority.refusal(actor, name, args)
        if refusal is not None:
            log.warning("command_refused", command=name, actor=actor)
            return {"ok": False, "error": refusal, "said": plain(refusal)}
        try:
            result = command(**args)
            if isinstance(result, Awaitable):
                result = await result
        except REFUSALS as error:
            return {"ok": False, "error": str(error), "said": plain(*error.args)}
        except Exception:
            log.error("command_failed", command=name, failure=Failure().getTraceback())
            why = said("%(command)s failed; the server's log has the reason", command=name)
            return {"ok": False, "error": why, "said": plain(why)}
        if name not in LOOKS:
            log.info("command", command=name, actor=actor, **args)
        return {"ok": True, "result": result}

    def _remember(self, key: str, command: str, reply: Reply) -> Reply:
        self._under_way.pop(key, None)
        if command in LOOKS:
            return reply
        self._answered[key] = reply
        while len(self._answered) > REMEMBERED:
            self._answered.popitem(last=False)
        return reply


def _read(request: Request, revision: int) -> tuple[str, str, str, dict[str, Any]]:
    body = request.content.read(BODY_LIMIT + 1) if request.content is not None else b""
    if len(body) > BODY_LIMIT:
        raise CommandError(f"a command is at most {BODY_LIMIT} bytes")
    try:
        asked = json.loads(body)
        command, actor, key = (asked[name] for name in ("command", "actor", "key"))
        args = asked.get("args", {})
        expected = asked.get("revision", revision)
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"not a command: {error}; send JSON with command, actor, key and args"
        ) from error
    if not all(isinstance(text, str) for text in (command, actor, key)) or not isinstance(
        args, dict
    ):
        raise CommandError("command, actor and key are texts, args is a mapping")
    if expected != revision:
        raise CommandError(
            f"the site changed meanwhile: revision {revision} is in force, you saw {expected}"
        )
    return command, actor, key, args


def _write(request: Request, reply: Reply) -> bytes:
    request.setHeader(b"content-type", b"application/json")
    return json.dumps(reply, ensure_ascii=False).encode()
