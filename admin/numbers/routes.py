"""Numbers: what answers which: a menu, an agent whose own it is, or the check-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, abort, render_template, url_for
from wtforms import SelectField, StringField, ValidationError

from admin.access import allowed
from admin.forms import NamedForm, spelt
from admin.site_edit import Answer, form_page, removal_page, section
from admin.words import N_, _
from hotseat.rights import Action
from hotseat.site.fields import NUMBER

pages = Blueprint("numbers", __name__, url_prefix="/numbers")


ANSWERED: Final = {
    "menu": N_("a menu"),
    "agent": N_("an agent, whose own number it is"),
    "check_in": N_("the check-in of agents on home duty"),
}


class NumberForm(NamedForm):
    """A number as the carrier sends it."""

    name = StringField(N_("Number"), [spelt(NUMBER, N_("Use 2 to 20 digits; + may lead."))])
    answered = SelectField(N_("Answered by"))
    menu = SelectField(N_("Menu"), validate_choice=False)
    agent = SelectField(N_("Agent"), validate_choice=False)
    queue = SelectField(N_("Queue"), validate_choice=False)

    def validate_menu(self, field: SelectField) -> None:
        """Only what answers has to be chosen."""
        self._chosen(field, "menu")

    def validate_agent(self, field: SelectField) -> None:
        """As for menus."""
        self._chosen(field, "agent")

    def validate_queue(self, field: SelectField) -> None:
        """Of an own number."""
        self._chosen(field, "agent")

    def _chosen(self, field: SelectField, by: str) -> None:
        if self.answered.data == by and field.data not in {
            choice[0] for choice in field.choices or ()
        }:
            raise ValidationError(_("Not a valid choice."))

    @property
    def entry(self) -> dict[str, Any]:
        """The number's entry in the site file."""
        match self.answered.data:
            case "agent":
                return {"agent": self.agent.data, "queue": self.queue.data}
            case "check_in":
                return {"check_in": True}
            case _:
                return {"menu": self.menu.data}


@pages.get("/")
@allowed(Action.SEE_SITE)
def index() -> Answer:
    """All numbers."""
    return render_template(
        "numbers/index.html",
        numbers=section("numbers"),
        agents=section("agents"),
        queues=section("queues"),
    )


@pages.route("/new", methods=["GET", "POST"])
@allowed(Action.EDIT_NUMBERS)
def new() -> Answer:
    """Another number."""
    form = NumberForm.sent()
    form.taken = section("numbers")
    return _page(form, None, form.name.data or "")


@pages.route("/number/<number>", methods=["GET", "POST"])
@allowed(Action.EDIT_NUMBERS)
def edit(number: str) -> Answer:
    """What answers a number."""
    entry = section("numbers").get(number) or abort(404)
    answered = next(kind for kind in ANSWERED if kind in entry)
    form = NumberForm.sent(answered=answered, **{"menu": "", "agent": "", "queue": "", **entry})
    form.name.data = number
    return _page(form, entry, number)


@pages.route("/number/<number>/remove", methods=["GET", "POST"])
@allowed(Action.EDIT_NUMBERS)
def remove(number: str) -> Answer:
    """Answer a number no more."""
    if number not in section("numbers"):
        abort(404)
    return removal_page(
        _("Remove the number %(name)s", name=number),
        what=f"number {number}",
        edit=lambda site: site["numbers"].pop(number),
        back=url_for(".index"),
    )


def _page(form: Any, entry: Mapping[str, Any] | None, number: str) -> Answer:
    form.answered.choices = [(kind, _(title)) for kind, title in ANSWERED.items()]
    form.menu.choices = [(menu, menu) for menu in section("menus")]
    form.agent.choices = [
        (agent, f"{agent} {of['name']}") for agent, of in section("agents").items()
    ]
    form.queue.choices = [(queue, of["title"]) for queue, of in section("queues").items()]

    def edit(site: dict[str, Any]) -> None:
        site["numbers"][number] = form.entry

    return form_page(
        form,
        "numbers/edit.html",
        what=f"number {number}",
        edit=edit,
        path=f"numbers.{number}",
        back=url_for(".index"),
        number=None if entry is None else number,
    )
