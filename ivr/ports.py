"""What the interpreter's session needs of a telephone line."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class LineGone(Exception):
    """Our control of the line is over: the caller hung up, or the channel was taken elsewhere."""


class LineFailed(Exception):
    """One command failed (a missing prompt, a refused command); the line itself goes on."""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What is known when a line reaches us. Text is decoded and free of control characters."""

    channel: str
    """Asterisk's channel name, e.g. `PJSIP/trunk-0000002a`."""
    uniqueid: str
    dialled: str
    caller_number: str
    caller_name: str
    context: str
    """Where the call came from: `trunk`, `phone`, or `seat` for an agent who calls somebody."""
    dial_status: str = ""
    """`DIALSTATUS` of the channel's last Dial; says how a talk ended that we did not see."""
    ended: int | None = None
    """When the dialplan saw the talk end (`HOTSEAT_ENDED`), ms since 1970 by Asterisk's clock."""
    ticket: str = ""
    """The ticket that an earlier session left on the channel, empty at first contact."""
    arrived: int | None = None
    """When the call came (`HOTSEAT_ARRIVED`), ms since 1970 by Asterisk's clock."""


class DialResult(enum.Enum):
    """How a Dial ended, with the caller still here."""

    ANSWERED = "answered"
    NO_ANSWER = "no answer"
    DECLINED = "declined"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    """Nothing was dialled: none of the numbers may be."""
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class MobileLeg:
    """A duty mobile to be rung. Its agent hears `sounds` and takes the call with 1."""

    agent: str
    number: str
    """What is dialled; it has passed the outbound gate."""
    caller_id: str
    """The company's number, which the mobile shows."""
    language: str
    sounds: tuple[str, ...]


class Line(Protocol):
    """One channel under our control. Every method raises LineGone once the line is gone.

    One command runs at a time. The only exception: `dial` and `music` may be called while `play`
    runs; the prompt is cut and its `play` returns None.
    """

    @property
    def facts(self) -> LineFacts:
        """What is known of the line."""

    async def answer(self) -> None:
        """Take the call."""

    async def play(self, sounds: Sequence[str], keys: str = "") -> str | None:
        """Play sounds in turn; return the key that stopped them, if it is one of `keys`.

        Stops the music. Raises LineFailed if a sound is missing, after playing the others.
        """

    async def collect(
        self, sounds: Sequence[str], *, digits: int, timeout_ms: int, keys: str = ""
    ) -> str:
        """Play sounds and read up to `digits` keys, the first within `timeout_ms` of the end.

        Keys pressed during the sounds count (barge-in). Returns "" if none was pressed.
        """

    async def music(self, music_class: str | None) -> None:
        """Start this class of music, or stop music with None."""

    async def dial(
        self,
        phones: Sequence[str],
        *,
        ring_ms: int,
        music_class: str,
        talked: Callable[[], bool],
    ) -> DialResult:
        """Ring phones (endpoint names) with music for the caller; return when it is all over.

        An answered Dial returns when the talk ends and the caller stays. `talked` says whether the
        talk has been seen in another way; then the switch is not asked how the Dial ended.
        """

    async def dial_mobiles(
        self,
        mobiles: Sequence[MobileLeg],
        *,
        ring_ms: int,
        music_class: str,
        talked: Callable[[], bool],
    ) -> DialResult:
        """The same with duty mobiles, all at once: the first whose agent presses 1 is connected.

        The time covers ringing and thinking. Nothing but the key is an answer.
        """

    async def dial_out(self, number: str, *, caller_id: str, ring_ms: int) -> DialResult:
        """Ring a number at the carrier, which has passed the outbound gate; it sees `caller_id`.

        The line hears it ring. An answered Dial returns when the talk ends and the line stays.
        """

    async def record(self, name: str, *, longest_ms: int, silence_ms: int) -> None:
        """After a tone keep what is said, until a key, so much silence or the longest time.

        The file is called `name` and lies in Asterisk's spool folder. Raises LineFailed.
        """

    async def set(self, variables: Mapping[str, str]) -> None:
        """Set channel variables or writable dialplan functions. Raises ValueError for CR/LF/NUL."""

    def speak_language(self, language: str) -> None:
        """Sounds are looked up in this language (`zh`, `en`) from now on."""

    async def hang_up(self, cause: int = 16) -> None:
        """Tell the dialplan that we are done, and to hang up with a Q.850 cause."""

    def when_gone(self) -> Awaitable[None]:
        """A new awaitable each time, done once the line is gone."""
