"""Asterisk's side of the wire, without an Asterisk: events to be read, lines to be served.

It does the least that the contestants need, so that they are what takes time.
"""

from __future__ import annotations

import select
import socket

from hotseat.asterisk.agi import signature

LOOPBACK = "127.0.0.1"
PATIENCE = 60.0
"""Seconds after which a contestant that is silent has failed."""

EVENT_BYTES = 468
EVENTS = 22_000
"""Events of one turn."""
VARIABLES = 2
"""Channel variables of each event: the same header, repeated."""
LAST_EVENT = "BenchmarkOver"
EVENT_NAMES = (
    "Newchannel",
    "Newstate",
    "DialBegin",
    "DialEnd",
    "BridgeEnter",
    "BridgeLeave",
    "Hangup",
    "VarSet",
    "DeviceStateChange",
    "Newexten",
    "MusicOnHoldStart",
)

SESSIONS = 200
"""Lines at the same time."""
LINES = 500
"""Lines of one turn."""
COMMANDS = 21
"""Commands to each line."""
VARIABLE = "HOTSEAT_TICKET"
KEY = "the-key"
UNIQUEID = "1795287227.1"

_ENVIRONMENT = "".join(
    f"agi_{name}: {value}\n"
    for name, value in {
        "network": "yes",
        "network_script": "line",
        "request": "agi://127.0.0.1/line",
        "channel": "PJSIP/trunk-0000002a",
        "language": "en",
        "type": "PJSIP",
        "uniqueid": UNIQUEID,
        "version": "22.10.1",
        "callerid": "13800138000",
        "calleridname": "unknown",
        "callingpres": "67",
        "callingani2": "0",
        "callington": "0",
        "callingtns": "0",
        "dnid": "4000",
        "rdnis": "unknown",
        "context": "line",
        "extension": "s",
        "priority": "3",
        "enhanced": "0.0",
        "accountcode": "",
        "threadid": "140385911531200",
        "arg_1": "trunk",
        "arg_2": "4000",
        "arg_7": signature(KEY, UNIQUEID),
    }.items()
)
_HELLO = f"{_ENVIRONMENT}\n".encode()
_REPLY = b"200 result=1 (01JCALLFORTESTS00000000000)\n"


def tell_events(client: socket.socket) -> None:
    """Send a turn's events and the last one, as fast as they are read."""
    different = 200 * len(EVENT_NAMES)
    some = b"".join(map(_event, range(different)))
    for _ in range(EVENTS // different):
        client.sendall(some)
    client.sendall(_block(f"Event: {LAST_EVENT}", "Privilege: system,all"))


def log_in(client: socket.socket) -> None:
    """Greet, and agree to all that the client asks, up to its Login; then be booted."""
    client.sendall(b"Asterisk Call Manager/11.0.0\r\n")
    heard = client.makefile(encoding="utf-8", newline="\r\n")
    action = ""
    while action != "login":
        asked: dict[str, str] = {}
        while line := heard.readline().strip():
            name, _, value = line.partition(": ")
            asked[name.lower()] = value
        action = asked["action"].lower()
        same = f"ActionID: {asked['actionid']}"
        client.sendall(_block("Response: Success", same, "Challenge: 123456789"))
    client.sendall(_block("Event: FullyBooted", "Privilege: system,all"))


def _event(number: int) -> bytes:
    """A call event as Asterisk 22 tells it, filled up to its size."""
    lines = [
        f"Event: {EVENT_NAMES[number % len(EVENT_NAMES)]}",
        "Privilege: call,all",
        "Timestamp: 1795287193.707384",
        f"Channel: PJSIP/p{100 + number % 10}-{number:08x}",
        "ChannelState: 6",
        "ChannelStateDesc: Up",
        f"CallerIDNum: 1380013{number % 10_000:04}",
        "CallerIDName: 张三",
        "ConnectedLineNum: 8001",
        "ConnectedLineName: <unknown>",
        "Language: zh",
        "AccountCode: ",
        "Context: line",
        "Exten: s",
        "Priority: 1",
        f"Uniqueid: 1795287193.{number:04}",
        f"Linkedid: 1795287193.{number:04}",
        "ChanVariable: HOTSEAT_CALL=01JCALLFORTESTS00000000000",
    ]
    queue = "ChanVariable: HOTSEAT_QUEUE="
    room = EVENT_BYTES - len(_block(*lines, queue))
    return _block(*lines, queue + "q" * room)


def _block(*lines: str) -> bytes:
    return "\r\n".join((*lines, "", "")).encode()


def call(port: int) -> int:
    """Let a turn's lines call, so many at the same time; the commands that were answered.

    Answers go out when all open lines wait for one. So the contestant always finds full work,
    however fast this side is, and its cost is that under full load.
    """
    poll = select.epoll()
    lines: dict[int, socket.socket] = {}
    commands = begun = 0
    try:
        while lines or begun < LINES:
            while begun < LINES and len(lines) < SESSIONS:
                line = socket.create_connection((LOOPBACK, port), PATIENCE)
                line.sendall(_HELLO)
                lines[line.fileno()] = line
                poll.register(line, select.EPOLLIN)
                begun += 1
            waiting: list[socket.socket] = []
            while len(waiting) < len(lines):
                ready = poll.poll(PATIENCE)
                if not ready:
                    raise TimeoutError(f"FastAGI: {len(lines) - len(waiting)} lines hear nothing")
                for descriptor, _ in ready:
                    line = lines[descriptor]
                    if line.recv(4096).endswith(b"\n"):
                        waiting.append(line)
                    else:
                        poll.unregister(line)
                        lines.pop(descriptor).close()
            for line in waiting:
                line.sendall(_REPLY)
            commands += len(waiting)
    finally:
        poll.close()
        for line in lines.values():
            line.close()
    return commands
