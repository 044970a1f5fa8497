"""panoramisk as a contestant: `python -m benchmarks.wire_panoramisk ami|agi PORT`."""

from __future__ import annotations

import asyncio
import sys

from panoramisk import Manager
from panoramisk.fast_agi import Application, Request
from panoramisk.message import Message

from benchmarks.wire_asterisk import COMMANDS, LAST_EVENT, LOOPBACK, SESSIONS, VARIABLE


def listen_to_events(port: int, loop: asyncio.AbstractEventLoop) -> None:
    """Read all events; after each turn tell how many events and channel variables it had."""
    events = variables = 0

    def heard(_: Manager, event: Message) -> None:
        nonlocal events, variables
        if event.event == LAST_EVENT:
            print(events, variables, flush=True)
            events = variables = 0
        elif event.channel:
            events += 1
            variables += len(event.chanvariable)

    manager = Manager(host=LOOPBACK, port=port, username="bench", secret="bench", loop=loop)
    # One pattern for all: it looks through every registered pattern at each event.
    manager.register_event("*", heard)
    manager.connect()


def serve_lines(port: int, loop: asyncio.AbstractEventLoop) -> None:
    """Ask every line for a variable, again and again."""

    async def serve(request: Request) -> None:
        for _ in range(COMMANDS):
            await request.send_command(f"GET VARIABLE {VARIABLE}")

    application = Application(loop=loop)
    application.add_route("line", serve)
    # With asyncio's backlog of 100 some lines would only come in a second later.
    opening = asyncio.start_server(application.handler, LOOPBACK, port, backlog=SESSIONS)
    loop.run_until_complete(opening)
    print("ready", flush=True)


if __name__ == "__main__":
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    {"ami": listen_to_events, "agi": serve_lines}[sys.argv[1]](int(sys.argv[2]), loop)
    loop.run_forever()
