"""The ticket: what a caller's channel carries through our death.

One line of text in a channel variable. The dialplan reads only its first field; everything else is
for the server that the caller comes back to.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from acd.types import CallId, Millis, Requirement

_OWN = re.compile(r"[A-Za-z0-9_.~-]*")
"""What `quote` leaves as it is, found out sooner."""

TICKET_BYTES = 900
"""An AMI value must stay under this; AGI's GET VARIABLE returns 1,023."""


class TicketError(ValueError):
    """Not a ticket, or one that would not fit; the text says what is wrong with it."""


class TicketState(enum.Enum):
    """How far the call had come. `waiting` with an answered Dial has talked, and waits no more."""

    MENU = "menu"
    WAITING = "waiting"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One call's story so far."""

    state: TicketState
    call: CallId
    arrived: Millis
    queue: str = ""
    priority: int = 0
    requires: Requirement = ()
    attempts: int = 0
    menu: str = ""
    revision: int = 0
    node: str = ""
    """Where the menu goes on."""
    language: str = ""
    above: tuple[tuple[str, int, str], ...] = ()
    """The menus that the caller will come back to, outermost first: (menu, revision, node)."""
    told: int = 0
    """The place in line that the caller was told last; 0 if none."""

    def format(self) -> str:
        """The line. Raises TicketError if it would be longer than 900 bytes."""
        line = "|".join(
            (
                self.state.value,
                _written(self.call),
                _written(self.queue),
                str(self.priority),
                str(self.arrived),
                "+".join(f"{_written(skill)}:{level}" for skill, level in self.requires),
                str(self.attempts),
                f"{_written(self.menu)}@{self.revision}",
                _written(self.node),
                _written(self.language),
                "+".join(
                    f"{_written(menu)}@{revision}:{_written(node)}"
                    for menu, revision, node in self.above
                ),
                str(self.told),
            )
        )
        if len(line) > TICKET_BYTES:
            raise TicketError(
                f"the ticket of call {self.call} has {len(line)} bytes, {TICKET_BYTES} fit;"
                f" shorten the names of queue {self.queue!r}, its skills or node {self.node!r}"
            )
        return line

    @classmethod
    def parse(cls, line: str) -> Ticket:
        """Read a line back. Raises TicketError for anything that `format` does not write."""
        fields = line.split("|")
        if len(fields) != 12 or len(line) > TICKET_BYTES:
            raise TicketError(f"not a ticket: {len(fields)} fields, {len(line)} bytes")
        state, call, queue, priority, arrived, skills, attempts, menu, *rest = fields
        node, lang, above, told = rest
        name, _, revision = menu.partition("@")
        try:
            ticket = cls(
                state=TicketState(state),
                call=CallId(_read(call)),
                arrived=int(arrived),
                queue=_read(queue),
                priority=int(priority),
                requires=tuple(_skill(skill) for skill in skills.split("+") if skill),
                attempts=int(attempts),
                menu=_read(name),
                revision=int(revision),
                node=_read(node),
                language=_read(lang),
                above=tuple(_place(place) for place in above.split("+") if place),
                told=int(told),
            )
            # One call has one text. What reads but would be written otherwise was tampered with.
            sound = bool(call) and ticket.format() == line
        except ValueError as error:
            raise TicketError(f"not a ticket: {error}") from error
        if not sound:
            raise TicketError("not a ticket: written in another way than ours")
        return ticket


def _skill(text: str) -> tuple[str, int]:
    skill, _, level = text.partition(":")
    return _read(skill), int(level)


def _place(text: str) -> tuple[str, int, str]:
    menu, _, rest = text.partition("@")
    revision, _, node = rest.partition(":")
    return _read(menu), int(revision), _read(node)


def _written(text: str) -> str:
    """No byte that the dialplan, AGI or AMI could take for its own."""
    return text if _OWN.fullmatch(text) else quote(text, safe="")


def _read(text: str) -> str:
    return unquote(text, errors="strict")
