"""FastAGI as bytes: no socket and no clock.

Asterisk opens the connection, writes an environment of `agi_name: value` lines and an empty line,
and then answers our commands one by one. The protocol is Asterisk's res/res_agi.c.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from hotseat.asterisk.charset import DEFAULT_FALLBACK, decode

ENVIRONMENT_LIMIT = 64 * 1024
REPLY_LIMIT = 1 << 20
COMMAND_LIMIT = 8_000
"""Bytes of one command. res_agi reads into 8,192 bytes and loses step after a longer line."""

_REPLY = re.compile(r"([0-9]{3})([ -]?)(.*)", re.DOTALL)
_DATA_AND_END = re.compile(r"\((.*)\) endpos=([0-9]{1,15})", re.DOTALL)
_END = re.compile(r"endpos=([0-9]{1,15})")
_CLOSING = re.compile(r"\)( endpos=[0-9]{1,15})?$")


class AgiError(ValueError):
    """The peer does not speak AGI, or says more than anybody should."""


class Environment(NamedTuple):
    """What Asterisk says of the line before the first command; names without `agi_`."""

    values: Mapping[str, str]


class Reply(NamedTuple):
    """The answer to one command."""

    code: int
    """200 done; 510 unknown command, 511 dead channel, 520 wrong usage."""
    result: str
    """What stands after `result=`, empty in an error."""
    data: str | None = None
    """What stands in parentheses (a variable's value, `timeout`); an error's text."""
    endpos: int | None = None
    """Where a prompt ended, in samples."""


class Hangup(NamedTuple):
    """The session is over: the caller is gone, or the channel was taken elsewhere."""


AgiMessage: TypeAlias = Environment | Reply | Hangup


class AgiParser:
    """Turns received bytes into messages, whatever the pieces they come in.

    Raises AgiError, for good, when the environment is none or a limit is passed.
    """

    def __init__(
        self,
        *,
        fallback: str = DEFAULT_FALLBACK,
        environment_limit: int = ENVIRONMENT_LIMIT,
        reply_limit: int = REPLY_LIMIT,
    ) -> None:
        self._fallback = fallback
        self._limit = environment_limit
        self._reply_limit = reply_limit
        self._rest = b""
        self._environment: dict[str, str] | None = {}
        self._size = 0
        self._block: list[str] = []

    def feed(self, data: bytes) -> list[AgiMessage]:
        """The messages that these bytes complete."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        messages: list[AgiMessage] = []
        for raw in lines:
            self._size += len(raw) + 1
            if self._size > self._limit:
                break
            line = decode(raw.removesuffix(b"\r"), self._fallback)
            if self._environment is not None:
                self._read_environment(line, messages)
            elif self._block:
                self._continue_block(line, messages)
            else:
                self._size = 0
                self._read_reply(line, messages)
        if self._size + len(self._rest) > self._limit:
            raise AgiError(f"more than {self._limit} bytes without an end")
        return messages

    def _read_environment(self, line: str, messages: list[AgiMessage]) -> None:
        assert self._environment is not None
        if not line:
            messages.append(Environment(self._environment))
            self._environment = None
            self._limit = self._reply_limit
            self._size = 0
            return
        name, colon, value = line.removeprefix("agi_").partition(":")
        if not colon or not line.startswith("agi_"):
            raise AgiError("no AGI environment")
        if name in self._environment:
            raise AgiError(f"forged environment: agi_{name} twice")
        self._environment[name] = value.removeprefix(" ")

    def _read_reply(self, line: str, messages: list[AgiMessage]) -> None:
        if line.startswith("200 result="):
            reply = _success(line)
            if reply is None:
                self._block = [line]
            else:
                messages.append(reply)
        elif line.startswith("agi_"):
            # A blank line in a caller's number ended the environment before its true end.
            raise AgiError("forged environment: it goes on after its end")
        elif line == "HANGUP":
            messages.append(Hangup())
        elif found := _REPLY.fullmatch(line):
            code, mark, text = found.groups()
            if mark == "-":
                self._block = [line]
            elif code >= "200":  # 100 Trying announces an answer and is none
                messages.append(Reply(int(code), "", text))

    def _continue_block(self, line: str, messages: list[AgiMessage]) -> None:
        """A value with line breaks goes on to its `)`, a `520-` block to its `520 ` line."""
        first = self._block[0]
        self._block.append(line)
        reply: Reply | None = None
        if first.startswith("200 "):
            if _CLOSING.search(line):
                reply = _success("\n".join(self._block))
        elif line.startswith(f"{first[:3]} "):
            reply = Reply(int(first[:3]), "", first[4:])
        if reply is not None:
            messages.append(reply)
            self._block = []
            self._size = 0


def _success(line: str) -> Reply | None:
    """The reply `200 result=…`, None if a value in parentheses goes on in the next line."""
    result, _, tail = line[11:].partition(" ")
    if not tail:
        return Reply(200, result)
    if tail.startswith("("):
        if tail.endswith(")"):  # first: a value may look like `x) endpos=1`
            return Reply(200, result, tail[1:-1])
        found = _DATA_AND_END.fullmatch(tail)
        return Reply(200, result, found[1], int(found[2])) if found else None
    if found := _END.fullmatch(tail):
        return Reply(200, result, None, int(found[1]))
    return Reply(200, result, tail)


def quote(word: str) -> str:
    """One argument as res_agi's parse_args reads it back: quotes toggle, a backslash escapes."""
    word = word.replace("\\", r"\\").replace('"', r"\"")
    return f'"{word}"'


def format_command(verb: str, *arguments: str) -> bytes:
    """The bytes of one command.

    Raises ValueError for CR, LF or NUL in an argument (a second command of somebody else's
    choice) and for a line that res_agi would not read whole. The text names the verb and never
    shows an argument: they may be digits of a PIN.
    """
    line = " ".join((verb, *map(quote, arguments)))
    if "\n" in line or "\r" in line or "\0" in line:
        raise ValueError(f"AGI {verb}: CR, LF and NUL cannot be sent")
    command = line.encode() + b"\n"
    if len(command) > COMMAND_LIMIT:
        raise ValueError(f"AGI {verb}: more than {COMMAND_LIMIT} bytes")
    return command


class Turn(enum.IntEnum):
    """Where a conversation stands."""

    OURS = 0
    """Nothing runs; a command may be sent."""
    THEIRS = 1
    """A command runs; its reply is the next one."""
    PROMPT = 2
    """A STREAM FILE runs; it may be cut."""
    CUT = 3
    """The prompt is to be cut by the next command, which is still to be sent."""
    CUTTING = 4
    """The cutting command is sent; the prompt's own reply may still come."""
    LATE = 5
    """The prompt ended by itself; the cutting command runs, or sleeps unseen (see below)."""
    POKED = 6
    """As LATE, and a NOOP was sent to wake it."""
    DRAINING = 7
    """The cutting command is answered, the NOOP not yet."""


_Event: TypeAlias = Literal["send", "play", "cut", "reply", "ended", "poke"]
"""`ended` is a reply with `endpos=`."""

_TURNS: dict[Turn, dict[_Event, Turn]] = {
    Turn.OURS: {"send": Turn.THEIRS, "play": Turn.PROMPT},
    Turn.THEIRS: {"reply": Turn.OURS, "ended": Turn.OURS},
    Turn.PROMPT: {"cut": Turn.CUT, "reply": Turn.OURS, "ended": Turn.OURS},
    Turn.CUT: {"send": Turn.CUTTING, "reply": Turn.OURS, "ended": Turn.OURS},
    Turn.CUTTING: {"reply": Turn.OURS, "ended": Turn.LATE},
    Turn.LATE: {"reply": Turn.OURS, "ended": Turn.OURS, "poke": Turn.POKED},
    Turn.POKED: {"reply": Turn.DRAINING, "ended": Turn.DRAINING},
    Turn.DRAINING: {"reply": Turn.OURS, "ended": Turn.OURS},
}

_POKE = format_command("NOOP")


class AgiConversation:
    """Which reply belongs to which command, also when a prompt is cut.

    res_agi stops a STREAM FILE when another command arrives, and then prints no reply for the
    prompt. A prompt that ended in the same instant has printed one: its `endpos=` tells it from
    the answer, since only commands whose reply has none may cut.

    There is a trap. res_agi reads with stdio: if prompt and cutting command were both waiting in
    the socket, it reads both, plays the prompt to its end, and then sleeps on the socket with the
    second command in its buffer. So a prompt should not be cut before Asterisk has surely begun
    it; and if its reply comes all the same and the answer does not, `poke` wakes Asterisk with one
    more command. The answer is then kept back until that one is answered too, so that nothing is
    under way when the next command is sent.
    """

    __slots__ = ("_kept", "surplus", "turn")

    def __init__(self) -> None:
        self.turn = Turn.OURS
        self.surplus = 0
        """Replies that nobody asked for, dropped."""
        self._kept: Reply | None = None

    def send(self) -> None:
        """A command is sent. Raises RuntimeError out of turn."""
        self._step("send")

    def play(self) -> None:
        """A STREAM FILE is sent. Raises RuntimeError out of turn: no prompt may cut a prompt."""
        self._step("play")

    def cut(self) -> None:
        """The running prompt is to be cut. Raises RuntimeError if none runs."""
        self._step("cut")

    def receive(self, reply: Reply) -> Reply | None:
        """The answer to the command last sent if this reply completes it."""
        before = self.turn
        if before is Turn.OURS:
            self.surplus += 1
            return None
        after = self._step("reply" if reply.endpos is None else "ended")
        if before is Turn.THEIRS:  # nearly always, so this is asked first
            return reply
        if before is Turn.CUT or after is Turn.LATE:
            return None
        if after is Turn.DRAINING:
            self._kept = reply
            return None
        if before is Turn.DRAINING:
            reply, self._kept = self._kept or reply, None
        return reply

    def poke(self) -> bytes:
        """What wakes Asterisk, to be sent when LATE lasts. Raises RuntimeError at other times."""
        self._step("poke")
        return _POKE

    def _step(self, event: _Event) -> Turn:
        after = _TURNS[self.turn].get(event)
        if after is None:
            raise RuntimeError(f"AGI conversation: {event} while {self.turn.name}")
        self.turn = after
        return after
