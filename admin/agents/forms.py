"""An agent, with the fields of the site file."""

from __future__ import annotations

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from admin.forms import NamedForm, one_line, spelt
from admin.words import N_
from hotseat.site.fields import AGENT


class AgentForm(NamedForm):
    """A person who takes calls; `name` is the agent number, which is the entry's name."""

    name = StringField(N_("Agent number"), [spelt(AGENT, N_("Use 2 to 8 digits."))])
    person = StringField(N_("Name"), [InputRequired(), Length(max=100), one_line])
    team = SelectField(N_("Team"))
