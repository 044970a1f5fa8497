"""hotseat's link and listener as a contestant: `python -m benchmarks.wire_hotseat ami|agi PORT`."""

from __future__ import annotations

import sys
from typing import cast

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint

from benchmarks.wire_asterisk import COMMANDS, EVENT_NAMES, KEY, LAST_EVENT, LOOPBACK, VARIABLE
from hotseat.asterisk.agi import FastAgiListener, Reactor
from hotseat.asterisk.agi_line import FastAgiLine
from hotseat.asterisk.ami import AmiLink
from hotseat.asterisk.ami_wire import Message
from hotseat.log import start_logging

reactor = cast(Reactor, _reactor)


def listen_to_events(port: int) -> None:
    """Read all events; after each turn tell how many events and channel variables it had."""
    events = variables = 0

    def heard(event: Message) -> None:
        nonlocal events, variables
        events += bool(event["Channel"])
        variables += len(event.all("ChanVariable"))

    def told(_: Message) -> None:
        nonlocal events, variables
        print(events, variables, flush=True)
        events = variables = 0

    endpoint = TCP4ClientEndpoint(reactor, LOOPBACK, port)
    link = AmiLink(reactor, endpoint, user="bench", secret="bench")
    for name in EVENT_NAMES:
        link.subscribe(name, heard)
    link.subscribe(LAST_EVENT, told)
    link.start()


def serve_lines(port: int) -> None:
    """Ask every line for a variable, again and again."""

    async def serve(line: FastAgiLine) -> None:
        for _ in range(COMMANDS):
            await line.get(VARIABLE)

    async def open_door() -> None:
        await FastAgiListener(reactor, key=KEY, allowed=[LOOPBACK], on_line=serve).start(
            LOOPBACK, port
        )
        print("ready", flush=True)

    Deferred.fromCoroutine(open_door())


if __name__ == "__main__":
    start_logging("warning")
    {"ami": listen_to_events, "agi": serve_lines}[sys.argv[1]](int(sys.argv[2]))
    _reactor.run()
