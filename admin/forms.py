"""What all forms share. Labels and messages are English texts that are translated when shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from flask import request
from wtforms import Form as WtForm
from wtforms import ValidationError
from wtforms.fields.core import Field

from admin.words import N_, _
from hotseat.site.fields import Spelling

# What WTForms' own validators say; the catalog has to have them.
OF_WTFORMS = (
    N_("This field is required."),
    N_("Not a valid integer value."),
    N_("Not a valid choice."),
    N_("Invalid Choice: could not coerce."),
    N_("Number must be between %(min)s and %(max)s."),
    N_("Field cannot be longer than %(max)d characters."),
    N_("'%(value)s' is not a valid choice for this field."),
    N_("'%(value)s' are not valid choices for this field."),
    N_("Not a valid date value."),
)


class _Words:
    """Gives WTForms our catalog."""

    def gettext(self, text: str) -> str:
        return _(text)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return _(many)


class Form(WtForm):
    """A form in the visitor's language. The CSRF token is looked after for all forms at once."""

    class Meta:
        """WTForms reads this."""

        def get_translations(self, form: WtForm) -> _Words:
            """Ours, instead of those that it ships."""
            return _Words()

    @classmethod
    def sent(cls, **values: Any) -> Any:
        """What was posted, over these values; just the values if nothing was."""
        return cls(request.form if request.method == "POST" else None, data=values)


class NamedForm(Form):
    """Of something whose `name` nobody else may have."""

    taken: Collection[str] = ()
    """The names that are given; set by the view when it makes a new one."""

    def validate_name(self, field: Field) -> None:
        """Still free."""
        if field.data in self.taken:
            raise ValidationError(_("There is one of this name already."))


def one_line(form: WtForm, field: Field) -> None:
    """Text on one line, without spaces at its ends."""
    text = field.data or ""
    if text != text.strip() or not text.isprintable():
        raise ValidationError(_("Write one line, without spaces at its ends."))


def spelt(spelling: Spelling, message: str) -> Callable[[WtForm, Field], None]:
    """As the site file wants it; the message is a text to translate."""

    def check(form: WtForm, field: Field) -> None:
        if not spelling.pattern.fullmatch(field.data or ""):
            raise ValidationError(_(message))

    return check


def matches(pattern: str, message: str) -> Callable[[WtForm, Field], None]:
    """The whole text; the message is a text to translate."""
    compiled = re.compile(pattern)

    def check(form: WtForm, field: Field) -> None:
        if not compiled.fullmatch(field.data or ""):
            raise ValidationError(_(message))

    return check


def levels(prefix: str, names: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Skill levels as posted in `<prefix><skill>`; and the skills whose level is none of 0–10."""
    found: dict[str, int] = {}
    wrong: list[str] = []
    for name in names:
        text = request.form.get(prefix + name, "").strip()
        if text in ("", "0"):
            continue
        if text.isascii() and text.isdecimal() and 1 <= int(text) <= 10:
            found[name] = int(text)
        else:
            wrong.append(name)
    return found, wrong


def error_beside(form: WtForm, field: str, text: str) -> None:
    """Put a message that only the site's check knew beside its field."""
    errors: Mapping[str, Any] = form._fields
    target = errors[field]
    target.errors = [*target.errors, text]
