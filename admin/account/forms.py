"""What a visitor fills in to get in, and about themselves."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, RadioField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from admin.forms import Form, one_line
from admin.passwords import LONGEST, weakness
from admin.words import N_, _


class LogInForm(Form):
    """Name and password."""

    login = StringField(N_("Log-in name"), [InputRequired(), Length(max=64)])
    password = PasswordField(N_("Password"), [InputRequired(), Length(max=LONGEST)])


class CodeForm(Form):
    """The second factor."""

    code = StringField(N_("Code"), [InputRequired(), Length(max=20)])


class NewPasswordForm(Form):
    """A new password, twice."""

    login = ""
    """Whose; set by the view."""

    password = PasswordField(N_("New password"), [InputRequired()])
    again = PasswordField(N_("The same once more"), [InputRequired()])

    def validate_password(self, field: PasswordField) -> None:
        """Strong enough."""
        why = weakness(field.data or "", self.login)
        if why is not None:
            raise ValidationError(_(why))

    def validate_again(self, field: PasswordField) -> None:
        """No slip of a finger."""
        if field.data != self.password.data:
            raise ValidationError(_("This is not the same as above."))


class WelcomeForm(NewPasswordForm):
    """What somebody invited fills in."""

    name = StringField(N_("Your name"), [InputRequired(), Length(max=100), one_line])


class ChangePasswordForm(NewPasswordForm):
    """By somebody who knows the present one."""

    present = PasswordField(N_("Present password"), [InputRequired(), Length(max=LONGEST)])


class SecondFactorForm(Form):
    """Switching the second factor on."""

    secret = HiddenField()
    present = PasswordField(N_("Present password"), [InputRequired(), Length(max=LONGEST)])
    code = StringField(N_("Code from the app"), [InputRequired(), Length(max=10)])


class PresentPasswordForm(Form):
    """For what a stranger at an open browser must not do."""

    present = PasswordField(N_("Present password"), [InputRequired(), Length(max=LONGEST)])


class LookForm(Form):
    """Language and colours."""

    language = RadioField(
        N_("Language"),
        choices=[("", N_("As the browser asks")), ("zh", "简体中文"), ("en", "English")],
    )
    look = RadioField(
        N_("Colours"),
        choices=[("", N_("As the device")), ("light", N_("Light")), ("dark", N_("Dark"))],
    )
