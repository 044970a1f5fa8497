"""What an agent writes down of a call."""

from __future__ import annotations

from typing import Final

from wtforms import SelectField, TextAreaField
from wtforms.validators import Length

from admin.forms import Form
from admin.words import N_
from hotseat.history import Category

CATEGORIES: Final = {
    Category.UNSORTED.value: N_("not sorted yet"),
    Category.PLATFORM.value: N_("platform problem"),
    Category.DEVICE.value: N_("device problem"),
    Category.OTHER.value: N_("other"),
}
MOST = 4_000


class NoteForm(Form):
    """A note and a category."""

    category = SelectField(N_("Category"), choices=list(CATEGORIES.items()))
    text = TextAreaField(N_("Note"), validators=[Length(max=MOST)])
