"""A recording to upload, with what it says."""

from __future__ import annotations

from typing import Any, Final

from flask import request
from werkzeug.datastructures import CombinedMultiDict, FileStorage
from wtforms import FileField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from admin.forms import Form, NamedForm, matches, one_line
from admin.words import N_, _
from hotseat.db.prompts import TEXT_LENGTH, VOICE_LENGTH
from hotseat.prompts.refusals import LARGEST, Refusal
from ivr.prompts import NAME

REFUSED: Final = {
    Refusal.EMPTY: N_("Choose a sound file; this one is empty."),
    Refusal.TOO_LARGE: N_("The file is larger than 40 MB."),
    Refusal.OTHER_KIND: N_("This is no WAV, MP3 or M4A file, whatever its name says."),
    Refusal.NO_SOUND: N_("There is no sound in the file, only other things."),
    Refusal.BROKEN: N_("The file is broken, or of an unusual kind. Save it anew as WAV, 16 bit."),
    Refusal.TOO_LONG: N_("It is longer than two minutes."),
    Refusal.SILENT: N_("Nothing is to be heard in it."),
}
"""Why a file is not taken."""
BUSY: Final = N_("Other recordings are being converted now. Choose the file again in a minute.")


def _plain(text: str | None) -> str:
    """On one line, whatever was pasted."""
    return " ".join((text or "").split())


def _posted() -> CombinedMultiDict[str, Any]:
    """Fields and files."""
    return CombinedMultiDict([request.files, request.form])


class _Recording(Form):
    """A sound file, and what is to be known of it."""

    text = TextAreaField(
        N_("What it says"), [DataRequired(), Length(max=TEXT_LENGTH), one_line], filters=[_plain]
    )
    voice = StringField(N_("Who speaks"), [Length(max=VOICE_LENGTH), one_line], filters=[_plain])
    file = FileField(N_("Sound file"))

    @property
    def upload(self) -> bytes:
        """What stands in the file, and one byte of what is too much."""
        sent = self.file.data
        return sent.stream.read(LARGEST + 1) if isinstance(sent, FileStorage) else b""

    def refuse(self, why: str) -> None:
        """Say beside the file why it is not taken: one of REFUSED, or BUSY."""
        self.file.errors = [_(why)]


class TakeForm(_Recording):
    """Another recording of a prompt; a page has one such form for each language."""

    @classmethod
    def posted(cls, language: str) -> Any:
        """What was sent for this language."""
        return cls(_posted(), prefix=language)


class NewPromptForm(_Recording, NamedForm):
    """A prompt of the hotline's own."""

    @classmethod
    def sent(cls, **values: Any) -> Any:
        """What was posted; just the values if nothing was."""
        return cls(_posted() if request.method == "POST" else None, data=values)

    name = StringField(
        N_("Short name"),
        [matches(NAME.pattern, N_("Use up to 40 of a-z, 0-9, - and _, a letter first."))],
    )
    language = SelectField(N_("Language"))
