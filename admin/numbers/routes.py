"""Numbers: which menu answers which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template, url_for
from wtforms import SelectField, StringField

from admin.access import allowed
from admin.forms import NamedForm, spelt
from admin.site_edit import Answer, form_page, removal_page, section
from admin.words import N_, _
from hotseat.rights import Action
from hotseat.site.fields import NUMBER

pages = Blueprint("numbers", __name__, url_prefix="/numbers")


class NumberForm(NamedForm):
    """A number as the carrier sends it."""

    name = StringField(N_("Number"), [spelt(NUMBER, N_("Use 2 to 20 digits; + may lead."))])
    menu = SelectField(N_("Menu that answers"))


@pages.get("/")
@allowed(Action.SEE_SITE)
def index() -> Answer:
    """All numbers."""
    return render_template("numbers/index.html", numbers=section("numbers"))


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
    """The menu of a number."""
    entry = section("numbers").get(number) or abort(404)
    form = NumberForm.sent(menu=entry["menu"])
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
    form.menu.choices = [(menu, menu) for menu in section("menus")]

    def edit(site: dict[str, Any]) -> None:
        site["numbers"][number] = site["numbers"].get(number, {}) | {"menu": form.menu.data}

    return form_page(
        form,
        "numbers/edit.html",
        what=f"number {number}",
        edit=edit,
        path=f"numbers.{number}",
        back=url_for(".index"),
        number=None if entry is None else number,
    )
