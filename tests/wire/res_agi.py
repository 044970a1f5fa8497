"""A model of Asterisk's side of FastAGI, from res/res_agi.c, for tests without Asterisk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


def parse_args(line: str) -> list[str]:
    """res_agi's parse_args: a quote toggles, a backslash escapes, blanks part words."""
    words: list[str] = []
    quoted = escaped = False
    blank = True
    for char in line:
        if char == '"' and not escaped:
            quoted = not quoted
            if quoted and blank:
                words.append("")
                blank = False
        elif char in " \t" and not quoted and not escaped:
            blank = True
        elif char == "\\" and not escaped:
            escaped = True
        else:
            if blank:
                words.append("")
                blank = False
            words[-1] += char
            escaped = False
    return words


@dataclass
class ResAgi:
    """The thread of one channel: reads commands with stdio and answers them in order.

    Time is in milliseconds and given by the caller. `prompt_ms` is how long a STREAM FILE lasts,
    `exec_ms` how long an EXEC, everything else is done at once. It wakes `wake_ms` after bytes
    arrive. What it reads at one go stays in the buffer of stdio, where a running prompt does not
    see it: only bytes in the socket cut a prompt.
    """

    prompt_ms: float
    exec_ms: float
    wake_ms: float
    _socket: list[tuple[float, bytes]] = field(default_factory=list)
    _stdio: list[bytes] = field(default_factory=list)
    _free_at: float = 0.0
    """When the thread asks for its next command."""
    _streaming: tuple[float, float] | None = None
    """Beginning and end of the running prompt."""

    def arrive(self, at: float, data: bytes) -> None:
        """Bytes are in the socket from `at` on."""
        self._socket.append((at, data))

    def run(self, until: float) -> Iterator[tuple[float, bytes]]:
        """What is written up to `until`, with the times."""
        while True:
            if self._streaming is not None:
                began, ends = self._streaming
                cut = next((at for at, _ in self._socket), None)
                if cut is not None and max(cut, began) < ends:
                    if cut > until:
                        return
                    self._free_at = max(cut, began)
                elif ends > until:
                    return
                else:
                    self._free_at = ends
                    yield ends, b"200 result=0 endpos=%d\n" % (8 * self.prompt_ms)
                self._streaming = None
            line = self._next_line(until)
            if line is None:
                return
            began = self._free_at
            words = line.decode().split()
            if words[:2] == ["STREAM", "FILE"]:
                self._streaming = (began, began + self.prompt_ms)
                continue
            if words[0] == "EXEC":
                self._free_at = began + self.exec_ms
            tag = words[-1].strip('"')
            yield (
                self._free_at,
                b"200 result=1 (%s)\n" % tag.encode()
                if words[0] == "GET"
                else (b"200 result=%s\n" % (b"7" if words[0] == "EXEC" else b"0")),
            )

    def _next_line(self, until: float) -> bytes | None:
        """fgets() after poll() on the socket: stdio's buffer does not wake the thread."""
        if not self._socket:
            return None
        wakes = max(self._socket[0][0] + self.wake_ms, self._free_at)
        if wakes > until:
            return None
        self._free_at = wakes
        if not self._stdio:
            ready = [data for at, data in self._socket if at <= wakes]
            self._socket = [(at, data) for at, data in self._socket if at > wakes]
            self._stdio = b"".join(ready).splitlines(keepends=True)
        return self._stdio.pop(0)
