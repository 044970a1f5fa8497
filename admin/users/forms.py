"""What an administrator says about a user."""

from __future__ import annotations

from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from admin.forms import Form, matches, one_line
from admin.words import N_
from hotseat.invitations import LOGIN
from hotseat.rights import Role

ROLE_TITLES = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.MANAGER: N_("Manager"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.LEAD: N_("Team lead"),
    Role.AGENT: N_("Agent"),
}


class CheckboxesField(SelectMultipleField):
    """Several of a few."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class UserForm(Form):
    """One user; the choices of agents and teams come from the site."""

    login = StringField(
        N_("Log-in name"),
        [
            matches(
                LOGIN.pattern,
                N_("Use 2 to 64 of a-z, 0-9, dot, - and _, a letter or digit first."),
            )
        ],
    )
    name = StringField(N_("Name"), [InputRequired(), Length(max=100), one_line])
    roles = CheckboxesField(
        N_("Roles"), choices=[(role.value, title) for role, title in ROLE_TITLES.items()]
    )
    agent = SelectField(N_("Takes calls as"), validate_choice=True)
    leads = CheckboxesField(N_("Leads the teams"))
