"""Plans and problems of the site in the visitor's language, with the words of the forms."""

from __future__ import annotations

import re
from typing import Final

from admin.words import N_, _, language
from hotseat.site.plan import Change
from words import told

KINDS: Final = {
    "site": N_("site"),
    "skill": N_("skill"),
    "queue": N_("queue"),
    "hours": N_("hours"),
    "team": N_("team"),
    "agent": N_("agent"),
    "phone": N_("phone"),
    "shift": N_("shift"),
    "cover": N_("cover"),
    "menu": N_("menu"),
    "number": N_("number"),
    "roster": N_("roster"),
    "node": N_("node"),
    "language": N_("language"),
}
"""First word of what a change is about -> how it is called."""

FIELDS: Final = {
    "title": N_("title"),
    "name": N_("name"),
    "place": N_("place"),
    "team": N_("team"),
    "menu": N_("menu"),
    "mobile": N_("duty mobile"),
    "check_in": N_("check-in of agents"),
    "priority": N_("priority"),
    "ring_seconds": N_("seconds of ringing"),
    "wrap_up_seconds": N_("seconds of wrap-up"),
    "again_seconds": N_("seconds until offered again"),
    "answer_within_seconds": N_("seconds to answer within"),
    "volunteers": N_("volunteers"),
    "music": N_("music"),
    "while_waiting": N_("while waiting"),
    "every_seconds": N_("seconds between two sentences"),
    "position": N_("place in line"),
    "expected_wait": N_("expected wait"),
    "comfort": N_("kind words"),
    "required skill": N_("required skill"),
    "skill": N_("skill"),
    "time_zone": N_("time zone"),
    "time zone": N_("time zone"),
    "languages": N_("languages"),
}
"""How a field is called; others are shown as the site file has them."""

_NEW = re.compile("new (.+)")
_GONE = re.compile("no (.+) any more")
_FIELD = re.compile("|".join(rf"\b{field}\b" for field in sorted(FIELDS, key=len, reverse=True)))


def what(change: Change) -> str:
    """`queue consult`, `队列 consult`."""
    kind, _space, name = change.what.partition(" ")
    return f"{_(KINDS.get(kind, kind))} {name}".rstrip()


def words(change: Change) -> str:
    """`seconds of ringing: 20 → 15`; the titles of what comes or goes stay as they are."""
    if not change.words or change.sign.name != "CHANGED":
        return change.words
    if found := _NEW.fullmatch(change.words):
        return _("new: %(what)s", what=_called(found[1]))
    if found := _GONE.fullmatch(change.words):
        return _("no longer: %(what)s", what=_called(found[1]))
    return _called(change.words)


def _called(text: str) -> str:
    # Only what stands before the values is ours; values are what somebody wrote.
    head, colon, values = text.partition(": ")
    named = _FIELD.sub(lambda found: _(FIELDS[found[0]]), head)
    return named + colon + values.replace(" -> ", " → ")


def sentence(text: str) -> str:
    """What a check or the doctor says, in the visitor's language."""
    return told(text, language())
