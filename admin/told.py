"""Plans and problems of the site in the visitor's language, with the words of the forms."""

from __future__ import annotations

import re
from typing import Final

from admin.words import N_, _
from hotseat.site.plan import Change

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


_PROBLEMS: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (
            r'no (?P<kind>\w+) "(?P<name>.+?)"; did you mean "(?P<near>.+)"\?',
            N_('no %(kind)s "%(name)s"; did you mean "%(near)s"?'),
        ),
        (
            r'no (?P<kind>\w+) "(?P<name>.+?)"; there is (?P<known>.+)',
            N_('no %(kind)s "%(name)s"; there is %(known)s'),
        ),
        (
            r'no (?P<kind>\w+) "(?P<name>.+?)" among the (?P<n>\d+) that there are',
            N_('no %(kind)s "%(name)s" among the %(n)s that there are'),
        ),
        (
            r'no (?P<kind>[\w ]+) "(?P<name>.+?)"; write it like (?P<like>.+)',
            N_('no %(kind)s "%(name)s"; write it like %(like)s'),
        ),
        (r"is missing", N_("is missing")),
        (r"must be text", N_("must be text")),
        (r"must be true or false", N_("must be true or false")),
        (r"must be a mapping( of fields)?", N_("must be a mapping of fields")),
        (
            r"must be at most (?P<most>\d+) characters, not (?P<n>\d+)",
            N_("must be at most %(most)s characters, not %(n)s"),
        ),
        (
            r"must be one line, without spaces at its ends",
            N_("must be one line, without spaces at its ends"),
        ),
        (
            r"must be a (whole )?number from (?P<low>[\d.]+) to (?P<high>[\d.]+)",
            N_("must be a number from %(low)s to %(high)s"),
        ),
        (
            r"stands here twice; first in line (?P<n>\d+)",
            N_("stands here twice; first in line %(n)s"),
        ),
        (r'"?(?P<name>[^"]+)"? stands here twice', N_('"%(name)s" stands here twice')),
        (
            r"says nothing; set position, expected_wait or comfort",
            N_("says nothing; set position, expected_wait or comfort"),
        ),
        (
            r"this name is Asterisk's own; take another, such as p101",
            N_("this name is Asterisk's own; take another, such as p101"),
        ),
        (r"not YAML: (?P<why>.+)", N_("not YAML: %(why)s")),
    )
)
"""What the site's check says -> the text to translate. The rest is shown as it is."""


def problem(text: str) -> str:
    """What is wrong with the site, in the visitor's language."""
    for pattern, known in _PROBLEMS:
        if found := pattern.fullmatch(text):
            values: dict[str, object] = dict(found.groupdict())
            if "kind" in values:
                kind = str(values["kind"])
                values["kind"] = _(KINDS.get(kind) or FIELDS.get(kind) or kind)
            return _(known, **values)
    return text
