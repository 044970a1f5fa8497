"""One AMI connection: actions out, their answers and events in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime, ITCPTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure

from hotseat.asterisk.ami_wire import AmiParser, Headers, Message, format_action

ACTION_LIMIT = 10.0
LISTING_LIMIT = 30.0
"""Seconds until an action fails with AmiTimeout."""


class AmiError(Exception):
    """An action did not succeed."""


class AmiRefused(AmiError):
    """Asterisk answered with an error; the text is its own."""


class AmiTimeout(AmiError):
    """Asterisk did not answer in time; the action may have been carried out all the same."""


class LinkDown(AmiError):
    """There is no link, or it was lost before the answer came."""


@dataclass(slots=True)
class _Pending:
    """An action under way: its response, and the rows where it is a listing."""

    answered: Deferred[list[Message]]
    listing: bool
    messages: list[Message] = field(default_factory=list)


class AmiConnection(Protocol):
    """Matches answers to actions by ActionID; everything else is an event."""

    transport: ITCPTransport

    def __init__(
        self,
        clock: IReactorTime,
        parser: AmiParser,
        on_event: Callable[[str, Message], None],
        on_stamp: Callable[[str], None],
    ) -> None:
        self.parser = parser
        self.heard_at = clock.seconds()
        """When the last byte came."""
        self._clock = clock
        self._on_event = on_event
        self._on_stamp = on_stamp
        self._ids = count(1)
        self._pending: dict[str, _Pending] = {}
        self._lost = False
        self._watchers: list[Deferred[None]] = []

    async def action(
        self, name: str, headers: Headers | None = None, timeout: float | None = ACTION_LIMIT
    ) -> Message:
        """The response to one action. Raises AmiRefused, AmiTimeout, LinkDown, ValueError."""
        messages = await self._send(name, headers, timeout, listing=False)
        return messages[0]

    async def listing(
        self, name: str, headers: Headers | None = None, timeout: float | None = LISTING_LIMIT
    ) -> list[Message]:
        """The rows of a listing, without the response before and the count after them."""
        messages = await self._send(name, headers, timeout, listing=True)
        return [row for row in messages[1:] if "EventList" not in row]

    def when_lost(self) -> Deferred[None]:
        """A new Deferred that fires once the connection is gone."""
        if self._lost:
            return succeed(None)
        watcher: Deferred[None] = Deferred(self._watchers.remove)
        self._watchers.append(watcher)
        return watcher

    def abort(self) -> None:
        """Close without waiting for the peer."""
        self.transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        self.heard_at = self._clock.seconds()
        messages = self.parser.feed(data)
        if messages and (stamp := messages[-1].get("Timestamp")) is not None:
            self._on_stamp(stamp)
        for message in messages:
            pending = self._pending.get(message["ActionID"]) if "ActionID" in message else None
            name = message.event
            if name is None:
                self._take_response(message, pending)
            elif pending is None or not pending.messages:
                self.parser.counts.events += 1
                self._on_event(name, message)
            else:
                self._take_row(message, pending)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._lost = True
        pending, self._pending = self._pending, {}
        for each in pending.values():
            each.answered.errback(LinkDown("the link to Asterisk was lost"))
        watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            watcher.callback(None)

    def _send(
        self, name: str, headers: Headers | None, timeout: float | None, *, listing: bool
    ) -> Deferred[list[Message]]:
        if self._lost:
            raise LinkDown("the link to Asterisk was lost")
        action_id = str(next(self._ids))
        self.transport.write(format_action(name, action_id, headers))

        def forget(_: object) -> None:
            self._pending.pop(action_id, None)

        answered: Deferred[list[Message]] = Deferred(forget)
        self._pending[action_id] = _Pending(answered, listing)
        if timeout is not None:

            def too_late(_: object, seconds: float) -> list[Message]:
                raise AmiTimeout(f"no answer to {name} within {seconds:g} s")

            answered.addTimeout(timeout, self._clock, too_late)
        return answered

    def _take_response(self, response: Message, pending: _Pending | None) -> None:
        if pending is None:
            self.parser.counts.unknown_responses += 1
        elif response.response == "Error":
            del self._pending[response["ActionID"]]
            pending.answered.errback(AmiRefused(response.get("Message", "no reason given")))
        else:
            pending.messages.append(response)
            if not pending.listing or response.get("EventList") != "start":
                self._answer(response["ActionID"], pending)

    def _take_row(self, row: Message, pending: _Pending) -> None:
        pending.messages.append(row)
        if row.get("EventList") == "Complete":
            self._answer(row["ActionID"], pending)

    def _answer(self, action_id: str, pending: _Pending) -> None:
        del self._pending[action_id]
        pending.answered.callback(pending.messages)
