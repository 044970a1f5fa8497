"""Words of a server's status, health and history, which another language may tell as well.

English shows them as JSON and filters have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from words import Message, said

_TERMS: Final[Mapping[str, Message]] = {
    term: term
    for term in (
        # What a seat or a call is doing.
        said("talking"),
        said("offered"),
        said("wrap-up"),
        said("ready"),
        said("off duty"),
        said("paused"),
        said("phone in use"),
        said("phone away"),
        said("waiting"),
        # How a call came out, and who ended it.
        said("open"),
        said("answered"),
        said("abandoned"),
        said("callback"),
        said("lost"),
        said("menu"),
        said("refused"),
        said("caller"),
        said("seat"),
        said("system"),
        said("unknown"),
        # Why offers are held back.
        said("drain"),
        said("recovery"),
        said("switch away"),
        said("the site changes"),
        # Where somebody is on duty.
        said("office"),
        said("home"),
        # What the doctor looks at, and how it is.
        said("server"),
        said("database"),
        said("asterisk"),
        said("asterisk runs"),
        said("phones"),
        said("prompts"),
        said("ami"),
        said("fastagi"),
        said("trunk"),
        said("roster"),
        said("seats"),
        said("clock"),
        said("disk"),
        said("file modes"),
        said("ok"),
        said("warn"),
        said("fail"),
        # Pauses that nobody gave a reason for.
        said("missed"),
        said("star code"),
        # The journal's kinds, but for those above.
        said("arrived"),
        said("came_back"),
        said("queued"),
        said("failed"),
        said("withdrawn"),
        said("called_in"),
        said("callback_asked"),
        said("mobile"),
        said("adopted"),
        said("gone"),
        said("talk_ended"),
        said("released"),
        said("ended"),
        said("dials"),
        said("outbound"),
        said("outbound_refused"),
        said("seat_not_there"),
        said("reached"),
        said("called_back"),
        said("logged_on"),
        said("logged_off"),
        said("placed"),
        said("not_placed"),
        said("check_in_refused"),
        said("pause_asked"),
        said("pause_over"),
        said("wrap_up"),
        said("device"),
        said("on_duty"),
        said("off_duty"),
        said("held"),
        said("resumed"),
        said("switch_up"),
        said("switch_down"),
    )
}


def term(word: str) -> str:
    """The word as one that can be told; as it is, if this hotseat does not know it."""
    return _TERMS.get(word, word)
