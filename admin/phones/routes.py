"""Phones: look, add, move, remove, give a new secret. A secret is shown once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from admin import live
from admin.access import allowed, visitor
from admin.forms import NamedForm, one_line, spelt
from admin.instance import instance
from admin.logins import author
from admin.site_edit import Answer, Document, Done, change, form_page, removal_page, section
from admin.words import N_, _
from hotseat.db.audit import note
from hotseat.db.engine import reading, writing
from hotseat.db.snapshot import phone_secrets
from hotseat.rights import Action
from hotseat.site.apply import NoSuchPhone, rotate_secret
from hotseat.site.fields import PHONE

pages = Blueprint("phones", __name__, url_prefix="/phones")


class PhoneForm(NamedForm):
    """A SIP endpoint."""

    name = StringField(
        N_("Short name"), [spelt(PHONE, N_("Use up to 31 of a-z, 0-9 and -, no - first."))]
    )
    place = StringField(N_("Place"), [InputRequired(), Length(max=100), one_line])


@pages.get("/")
@allowed(Action.SEE_SITE)
def index() -> Answer:
    """All phones, and who sits there now."""
    now = live.status()
    return render_template(
        "phones/index.html",
        phones=section("phones"),
        seats={seat["phone"]: seat for seat in now["seats"]} if now is not None else {},
        away=now is None,
    )


@pages.route("/new", methods=["GET", "POST"])
@allowed(Action.EDIT_PHONES)
def new() -> Answer:
    """Another phone; its secret follows on the same answer, and nowhere later."""
    form = PhoneForm.sent()
    form.taken = section("phones")
    name = form.name.data or ""

    if request.method == "POST" and form.validate():
        outcome = change(f"phone {name}", lambda site: _place(site, name, form.place.data))
        if isinstance(outcome, Done) and outcome.changes:
            with reading(instance().engine) as db:
                secret = dict(phone_secrets(db))[name]
            return _secret_page(name, secret)
    return _page(form, None, name)


@pages.route("/phone/<name>", methods=["GET", "POST"])
@allowed(Action.EDIT_PHONES)
def edit(name: str) -> Answer:
    """Where a phone stands."""
    entry = section("phones").get(name) or abort(404)
    form = PhoneForm.sent(place=entry["place"])
    form.name.data = name
    return _page(form, entry, name)


@pages.post("/phone/<name>/secret")
@allowed(Action.EDIT_PHONES)
def rotate(name: str) -> Answer:
    """A new secret; the phone has to be given it before its registration runs out."""
    now = instance().now()
    try:
        with writing(instance().engine) as db:
            secret = rotate_secret(db, name, now)
            note(db, author(visitor().login), now, what=f"phone {name}", done="new secret")
    except NoSuchPhone:
        abort(404)
    live.poke()
    return _secret_page(name, secret)


@pages.route("/phone/<name>/remove", methods=["GET", "POST"])
@allowed(Action.EDIT_PHONES)
def remove(name: str) -> Answer:
    """Take a phone off the site; who sits there is logged off."""
    if name not in section("phones"):
        abort(404)
    return removal_page(
        _("Remove the phone %(name)s", name=name),
        what=f"phone {name}",
        edit=lambda site: site["phones"].pop(name),
        back=url_for(".index"),
    )


def _place(site: Document, name: str, place: str) -> None:
    site["phones"][name] = site["phones"].get(name, {}) | {"place": place}


def _page(form: Any, entry: Mapping[str, Any] | None, name: str) -> Answer:
    return form_page(
        form,
        "phones/edit.html",
        what=f"phone {name}",
        edit=lambda site: _place(site, name, form.place.data),
        path=f"phones.{name}",
        back=url_for(".index"),
        name=None if entry is None else name,
    )


def _secret_page(name: str, secret: str) -> Answer:
    asterisk = instance().settings.asterisk
    return render_template(
        "phones/secret.html",
        name=name,
        secret=secret,
        server=f"{asterisk.host}:{asterisk.sip_port}",
    )
