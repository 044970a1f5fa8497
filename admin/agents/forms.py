"""An agent, with the fields of the site file, and an agent's PIN."""

from __future__ import annotations

from wtforms import PasswordField, SelectField, StringField, ValidationError
from wtforms.fields.core import Field
from wtforms.validators import InputRequired, Length

from admin.agents.mobiles import Unfit, registrable
from admin.forms import Form, NamedForm, matches, one_line, spelt
from admin.instance import site
from admin.words import N_, _
from hotseat.pins import PIN, is_weak
from hotseat.site.fields import AGENT


class AgentForm(NamedForm):
    """A person who takes calls; `name` is the agent number, which is the entry's name."""

    name = StringField(N_("Agent number"), [spelt(AGENT, N_("Use 2 to 8 digits."))])
    person = StringField(N_("Name"), [InputRequired(), Length(max=100), one_line])
    team = SelectField(N_("Team"))
    mobile = StringField(N_("Duty mobile"), [Length(max=30)])

    def validate_mobile(self, field: Field) -> None:
        """Empty, or a mobile that the site may dial; kept in its normal form."""
        if field.data and field.data.strip():
            try:
                field.data = registrable(field.data, site().outbound)
            except Unfit as unfit:
                raise ValidationError(_(unfit.text, **unfit.values)) from None


class PinForm(Form):
    """The digits, twice."""

    pin = PasswordField(N_("PIN"), [matches(PIN.pattern, N_("A PIN is 4 to 10 digits."))])
    again = PasswordField(N_("The same again"))

    def validate_pin(self, field: Field) -> None:
        """Not the first that anybody tries."""
        if PIN.fullmatch(field.data or "") and is_weak(field.data):
            raise ValidationError(_("This PIN is guessed first; take other digits."))

    def validate_again(self, field: Field) -> None:
        """No slip of the finger."""
        if field.data != self.pin.data:
            raise ValidationError(_("These are not the same digits."))
