"""A queue and a skill, with the fields of the site file."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from admin.forms import NamedForm, matches, one_line, spelt
from admin.words import N_
from hotseat.site.fields import MUSIC, NAME

NAME_RULE = N_("Use up to 32 of a-z, 0-9 and -, a letter first.")


class QueueForm(NamedForm):
    """What callers who wait in it, and seats that serve it, will notice."""

    name = StringField(N_("Short name"), [spelt(NAME, NAME_RULE)])
    title = StringField(N_("Title"), [InputRequired(), Length(max=100), one_line])
    priority = IntegerField(N_("Priority"), [InputRequired(), NumberRange(0, 9)])
    ring_seconds = IntegerField(N_("A phone rings for"), [InputRequired(), NumberRange(5, 120)])
    wrap_up_seconds = IntegerField(N_("Wrap-up"), [InputRequired(), NumberRange(0, 3600)])
    again_seconds = IntegerField(
        N_("Not offered again to who missed it for"), [InputRequired(), NumberRange(0, 3600)]
    )
    answer_within_seconds = IntegerField(
        N_("Service level: answered within"), [InputRequired(), NumberRange(1, 3600)]
    )
    volunteers = BooleanField(N_("Ring agents who are logged on outside their shift too"))
    music = StringField(
        N_("Music"), [spelt(MUSIC, N_("Use letters, digits, - and _; Asterisk's own is default."))]
    )
    every_seconds = IntegerField(N_("Speak every"), [Optional(), NumberRange(10, 600)])
    position = BooleanField(N_("Say the place in line"))
    expected_wait = BooleanField(N_("Say the expected wait"))
    comfort = StringField(
        N_("Kind words"),
        [matches("[a-z0-9_ -]*", N_("Write names of prompts, with spaces between them."))],
    )


class SkillForm(NamedForm):
    """Something a seat can do."""

    name = StringField(N_("Short name"), [spelt(NAME, NAME_RULE)])
    title = StringField(N_("Title"), [InputRequired(), Length(max=100), one_line])
