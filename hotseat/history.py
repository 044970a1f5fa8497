"""What is remembered of calls: the words and the records of call summaries and the journal."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from acd.types import Millis


class Outcome(enum.Enum):
    """How a call came out. An open call has none."""

    ANSWERED = "answered"
    """Talked with a seat."""
    ABANDONED = "abandoned"
    """The caller hung up while waiting."""
    CALLBACK = "callback"
    """Nobody on duty could take the call; the caller is to be called back."""
    LOST = "lost"
    """Cut by a fault of ours, Asterisk's or the line's."""
    MENU = "menu"
    """Over before it reached a queue."""
    REFUSED = "refused"
    """Not taken: unknown number, or no new lines."""


class EndedBy(enum.Enum):
    """Which side hung up first."""

    CALLER = "caller"
    SEAT = "seat"
    SYSTEM = "system"
    UNKNOWN = "unknown"
    """Nobody saw it: AMI was away. Never guessed."""


class Category(enum.Enum):
    """What a call was about."""

    UNSORTED = ""
    PLATFORM = "platform"
    """平台问题: an account, an order, a page."""
    DEVICE = "device"
    """设备问题: something that broke."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CallNote:
    """What an agent wrote down of a call; the last word counts."""

    call: str
    category: Category
    text: str
    author: str
    """The log-in."""
    at: Millis


@dataclass(frozen=True, slots=True)
class CallRow:
    """The summary of one call. Instants are UTC milliseconds, None where it did not come to it."""

    id: str
    number: str | None
    """What was dialled."""
    caller: str | None
    caller_name: str | None
    came_from: str | None
    """`trunk` or `phone`."""
    uniqueid: str | None
    """Asterisk's id of the caller's channel; a trace, never a key."""
    language: str | None
    menu: str | None
    menu_revision: int | None
    queue: str | None
    priority: int
    arrived_at: Millis
    queued_at: Millis | None
    answered_at: Millis | None
    """Both parties in one bridge."""
    talk_ended_at: Millis | None
    wrap_up_ended_at: Millis | None
    """When the seat's wrap-up after the talk is over, foreseen until then; None without one."""
    ended_at: Millis | None
    seat: str | None
    offers: int
    outcome: Outcome | None
    ended_by: EndedBy | None
    wait_ms: Millis | None
    talk_ms: Millis | None
    in_time: bool | None
    """Whether the wait was no longer than its queue allowed; None without a queue."""
    estimated: bool
    """The end was put together after an outage, from what was last seen."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One step of the history. Rows are only ever added; `id` gives their order."""

    id: int
    at: Millis
    kind: str
    call: str | None
    seat: str | None
    queue: str | None
    facts: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """A caller whom nobody could take, and who is to be called back."""

    call: str
    at: Millis
    queue: str
    caller: str
    language: str
    recording: str
    """The name of what the caller said, in Asterisk's spool folder; "" if nothing."""


@dataclass(frozen=True, slots=True)
class CallChanged:
    """Columns of a call's summary, learned at `at`."""

    call: str
    at: Millis
    fields: Mapping[str, str | int | None]
