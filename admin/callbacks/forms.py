"""What is said of a call-back when it is worked off."""

from __future__ import annotations

from typing import Final

from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import Length, NumberRange

from admin.forms import Form
from admin.words import N_
from hotseat.callbacks import FINAL, RETRY_AFTER, Result, State
from hotseat.outbound import Refusal

STATES: Final = {
    State.OPEN: N_("open"),
    State.TAKEN: N_("taken"),
    State.DONE: N_("done"),
    State.GONE: N_("given up"),
}
RESULTS: Final = {
    Result.REACHED: N_("reached"),
    Result.NO_ANSWER: N_("no answer"),
    Result.BUSY: N_("busy"),
    Result.DECLINED: N_("call declined"),
    Result.UNREACHABLE: N_("unreachable"),
    Result.REFUSED: N_("wants no call"),
    Result.WRONG_NUMBER: N_("wrong number"),
}
REASONS: Final = {
    **{result.value: title for result, title in RESULTS.items()},
    Refusal.CLOSED.value: N_("the site says nothing about outbound calls"),
    Refusal.STOPPED.value: N_("outbound calls are stopped"),
    Refusal.NO_NUMBER.value: N_("no telephone number"),
    Refusal.PREFIX.value: N_("no prefix that is allowed"),
    Refusal.COSTLY.value: N_("a premium number"),
    Refusal.NUMBER_CAP.value: N_("too many calls to this number in 24 hours"),
    Refusal.HOUR_CAP.value: N_("too many calls in an hour"),
    Refusal.DAY_CAP.value: N_("too many calls in 24 hours"),
}
"""Why somebody was not reached, or not called: what the journal says -> how it is told."""

MINUTE: Final = 60_000
A_WEEK: Final = 7 * 24 * 60
MOST: Final = 4_000


def _line_breaks(text: str | None) -> str:
    """Browsers count a line break as one character, and send it as two."""
    return (text or "").replace("\r\n", "\n")


class CloseForm(Form):
    """The end of a call-back."""

    result = SelectField(
        N_("Result"), choices=[(result.value, RESULTS[result]) for result in FINAL]
    )
    note = TextAreaField(N_("Note"), filters=[_line_breaks], validators=[Length(max=MOST)])


class LaterForm(Form):
    """Not reached: when to try again."""

    minutes = IntegerField(
        N_("Try again in"),
        default=RETRY_AFTER // MINUTE,
        validators=[NumberRange(min=1, max=A_WEEK)],
    )
