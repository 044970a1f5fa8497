"""The forms of the roster."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from wtforms import DateField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.core import Field
from wtforms.validators import InputRequired, Length, Optional

from admin.forms import Form, one_line
from admin.roster.rules import LONGEST
from admin.words import N_, _

MOST: Final = 500

FROM: Final = {
    "published": N_("what is published for these days"),
    "rotation": N_("a rotation"),
    "empty": N_("nothing"),
}
"""What a draft begins with."""


class BeginForm(Form):
    """A draft for a period."""

    first = DateField(N_("First day"), validators=[InputRequired()])
    last = DateField(N_("Last day"), validators=[InputRequired()])
    source = SelectField(N_("Begin with"))
    rotation = SelectField(N_("Rotation"))
    agents = StringField(N_("Agents of the rotation"), validators=[Length(max=MOST)])
    starts = DateField(N_("Monday of the first round"), validators=[Optional()])

    def validate_last(self, field: Field) -> None:
        """After the first, and not too far."""
        if self.first.data is None:
            return
        if field.data < self.first.data:
            raise ValidationError(_("The last day is before the first."))
        if field.data - self.first.data >= timedelta(days=LONGEST):
            raise ValidationError(_("A draft is for a year at most."))

    def validate_starts(self, field: Field) -> None:
        """Rotations begin on Mondays."""
        if field.data.weekday() != 0:
            raise ValidationError(_("That is no Monday."))

    @property
    def period(self) -> tuple[date, date]:
        """The days, once they are validated."""
        assert self.first.data is not None
        assert self.last.data is not None
        return self.first.data, self.last.data

    @property
    def row(self) -> list[str]:
        """The agents in the order of the rotation's rows."""
        return (self.agents.data or "").replace(",", " ").replace("，", " ").split()


class PublishForm(Form):
    """A word that is kept with the version."""

    reason = StringField(N_("Note"), validators=[Length(max=MOST), one_line])


class LeaveForm(Form):
    """Leave on some dates."""

    agent = SelectField(N_("Agent"))
    first = DateField(N_("First day"), validators=[InputRequired()])
    last = DateField(N_("Last day"), validators=[InputRequired()])
    stand_in = SelectField(N_("Stand-in"))
    note = TextAreaField(N_("Note"), validators=[Length(max=MOST)])

    def validate_last(self, field: Field) -> None:
        """After the first, and not too far."""
        if self.first.data is None:
            return
        if field.data < self.first.data:
            raise ValidationError(_("The last day is before the first."))
        if field.data - self.first.data >= timedelta(days=LONGEST):
            raise ValidationError(_("A leave is for a year at most."))

    def validate_stand_in(self, field: Field) -> None:
        """Somebody else."""
        if field.data and field.data == self.agent.data:
            raise ValidationError(_("Nobody stands in for themselves."))


class SwapForm(Form):
    """A duty to hand over, and one in exchange."""

    gives = SelectField(N_("Shift to hand over"))
    takes = SelectField(N_("In exchange for"))
    note = TextAreaField(N_("Note"), validators=[Length(max=MOST)])
