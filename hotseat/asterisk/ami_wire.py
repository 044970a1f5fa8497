"""The Asterisk Manager Interface as bytes: no socket and no clock.

A message is a block of `Key: value` lines that ends with an empty line. Asterisk ends lines with
CRLF; proxies and old modules have been seen with bare LF. So LF ends a line, and CR is nothing,
wherever it stands. The protocol is described in Asterisk's main/manager.c.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeAlias

from hotseat.asterisk.charset import DEFAULT_FALLBACK, decode

FRAME_LIMIT = 1 << 20
"""Bytes of one message. The longest true ones (command output) are a tenth of this."""

VALUE_LIMIT = 900
"""Bytes of one value that we send: Asterisk's line buffer is 1,024 bytes and it answers a longer
line with "line too long", without the ActionID."""

_BANNER_LIMIT = 4096
_BANNER = b"Asterisk Call Manager"

# A message that lost its empty line. `Response:` alone does not tell: OriginateResponse is an
# event that carries a header of this name, but not before an ActionID or Message.
_NEXT_HEAD = re.compile(rb"\n(?=Event: |Response: \w+\n(?:ActionID|Message): )")

_HEADS = ("Event: ", "Response: ")
_COLONS = repeat(": ")
_ONCE = repeat(1)
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_BREAK = re.compile(r"[\r\n\0]")

Headers: TypeAlias = Mapping[str, str | Sequence[str]]
"""Headers to send; a list of values is sent as a repeated header."""


class Message(dict[str, str]):
    """One response or event: header -> value, the last value of a repeated header."""

    __slots__ = ("text",)

    text: str
    """All headers in order, each a line `Name: value`; the first is `Event` or `Response`."""

    @property
    def event(self) -> str | None:
        """The event's name, None for a response."""
        return self.get("Event")

    @property
    def response(self) -> str | None:
        """The response's word (`Success`, `Error`, `Goodbye`), None for an event."""
        return None if "Event" in self else self.get("Response")

    def all(self, name: str) -> list[str]:
        """Every value of a header that may be repeated (`ChanVariable`, `Variable`, `Output`)."""
        _, *values = f"\n{self.text}".split(f"\n{name}: ")
        return [value.partition("\n")[0] for value in values]


def message_of(text: str) -> Message:
    """The message of these lines. Raises ValueError for a line that is no header.

    This is where the time goes at thousands of events a second. So `Message` has no `__init__`,
    and beside the mapping only the text is kept: repeated headers are looked up when asked for.
    """
    message = Message(map(str.split, text.split("\n"), _COLONS, _ONCE))
    message.text = text
    return message


@dataclass(slots=True)
class AmiCounts:
    """What has come by one link, over all its connections."""

    events: int = 0
    bad_frames: int = 0
    """Frames without a head, with a line that is no header, or glued to the next."""
    long_frames: int = 0
    """Frames over the limit, dropped."""
    unknown_responses: int = 0
    """Responses to no action of ours, or after its time was up."""


class AmiParser:
    """Turns received bytes into messages, whatever the pieces they come in.

    Junk never raises: it is counted and the next `Event:` or `Response:` at the start of a line is
    read again.
    """

    def __init__(
        self,
        counts: AmiCounts | None = None,
        *,
        fallback: str = DEFAULT_FALLBACK,
        frame_limit: int = FRAME_LIMIT,
    ) -> None:
        self.counts = counts or AmiCounts()
        self.banner: str | None = None
        """Asterisk's greeting, None until it has come."""
        self.wanted: Collection[bytes] | None = None
        """Names of events to read, None for all; the others are dropped unread, except rows of a
        listing (they carry an ActionID)."""
        self._fallback = fallback
        self._limit = frame_limit
        self._rest = b""
        self._skipping = False
        self._greeted = False

    def feed(self, data: bytes) -> list[Message]:
        """The messages that these bytes complete."""
        data = self._rest + data.replace(b"\r", b"")
        if not self._greeted:
            data = self._after_banner(data)
            if not self._greeted:
                self._rest = data
                return []
        *frames, self._rest = data.split(b"\n\n")
        if frames and self._skipping:
            self._skipping = False
            del frames[0]
        # One byte of the separator may stand at the end of the rest already.
        if len(self._rest) > self._limit + 1:
            if not self._skipping:
                self.counts.long_frames += 1
            self._skipping = True
        if self._skipping:
            self._rest = self._rest[-1:]
        if len(data) > self._limit:
            short = [frame for frame in frames if len(frame) <= self._limit]
            self.counts.long_frames += len(frames) - len(short)
            frames = short
        return self._read(frames)

    def _after_banner(self, data: bytes) -> bytes:
        """Take the greeting off the front: one line, which no empty line follows."""
        end = data.find(b"\n", 0, _BANNER_LIMIT)
        if end < 0 and len(data) < _BANNER_LIMIT:
            return data
        self._greeted = True
        if end < 0 or not data.startswith(_BANNER):
            return data
        self.banner = decode(data[:end], self._fallback)
        return data[end + 1 :]

    def _read(self, frames: list[bytes]) -> list[Message]:
        messages: list[Message] = []
        for frame in frames:
            # rfind() takes half the time of `in` here.
            if frame.rfind(b"\nEvent: ") >= 0 or frame.rfind(b"\nResponse: ") >= 0:
                parts = _NEXT_HEAD.split(frame.lstrip(b"\n"))
                if len(parts) > 1:
                    self.counts.bad_frames += len(parts) - 1
                    messages += self._read(parts)
                    continue
            if (
                self.wanted is not None
                and frame.partition(b"\n")[0][7:] not in self.wanted
                and frame.startswith(b"Event: ")
                and b"\nActionID: " not in frame
            ):
                continue
            try:
                message = message_of(frame.decode())
            except ValueError:  # not UTF-8, or a line that is no header
                self._read_line_by_line(frame.strip(b"\n"), messages)
                continue
            if message.text.startswith(_HEADS):
                messages.append(message)
            else:
                self.counts.bad_frames += 1
        return messages

    def _read_line_by_line(self, frame: bytes, messages: list[Message]) -> None:
        if not frame:
            return
        lines: list[str] = []
        for line in frame.split(b"\n"):
            name, colon, value = line.partition(b":")
            if colon and not (lines and name == b"Event"):
                text = decode(value.removeprefix(b" "), self._fallback)
                lines.append(f"{decode(name, self._fallback)}: {text}")
        headed = bool(lines) and lines[0].startswith(_HEADS)
        if headed:
            messages.append(message_of("\n".join(lines)))
        if not headed or len(lines) <= frame.count(b"\n"):
            self.counts.bad_frames += 1


def format_action(action: str, action_id: str, headers: Headers | None = None) -> bytes:
    """The bytes of one action.

    Raises ValueError, naming the header, for a name that is no header name, for CR, LF or NUL
    (they would start a header or an action of somebody else's choice) and for a value that
    Asterisk's line buffer does not hold.
    """
    lines = [
        f"Action: {_checked('Action', action)}",
        f"ActionID: {_checked('ActionID', action_id)}",
    ]
    for key, value in (headers or {}).items():
        if not _KEY.fullmatch(key):
            raise ValueError(f"AMI action {action}: {key!r} is no header name")
        values: Iterable[str] = (value,) if isinstance(value, str) else value
        lines += [f"{key}: {_checked(key, each)}" for each in values]
    return "\r\n".join((*lines, "", "")).encode()


def _checked(key: str, value: str) -> str:
    if _BREAK.search(value):
        raise ValueError(f"AMI header {key}: CR, LF and NUL cannot be sent")
    if len(value.encode()) > VALUE_LIMIT:
        raise ValueError(f"AMI header {key}: more than {VALUE_LIMIT} bytes")
    return value


def challenge_key(challenge: str, secret: str) -> str:
    """The `Key` of an MD5 log-in: it proves the secret and does not show it."""
    return hashlib.md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()
