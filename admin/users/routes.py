"""Users: invite, give roles, close, log out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import live, logins
from admin.access import allowed, visitor
from admin.forms import error_beside
from admin.instance import instance, site
from admin.teams import teams
from admin.users.forms import ROLE_TITLES, UserForm
from admin.words import _
from hotseat.db import accounts
from hotseat.db.accounts import UserRecord, account_of
from hotseat.db.audit import note
from hotseat.db.engine import reading, writing
from hotseat.db.models import User
from hotseat.invitations import invite_user
from hotseat.rights import Action, Role, roles_of

pages = Blueprint("users", __name__, url_prefix="/users")

Answer = str | Response | tuple[str, int]


class LastAdministrator(Exception):
    """Nobody would be left who may make users."""


@pages.get("/")
@allowed(Action.EDIT_USERS)
def index() -> str:
    """Everybody who may log in."""
    with reading(instance().engine) as db:
        found = accounts.users(db)
        seen = accounts.last_seen(db)
    return render_template(
        "users/index.html", users=found, seen=seen, titles=ROLE_TITLES, hotline=site()
    )


@pages.route("/new", methods=["GET", "POST"])
@allowed(Action.EDIT_USERS)
def new() -> Answer:
    """A new user gets a link to set a password; nobody ever tells one to somebody."""
    form = _form(None)
    if request.method == "POST" and form.validate():
        with writing(instance().engine) as db:
            if accounts.user_by_login(db, form.login.data) is not None:
                error_beside(form, "login", _("Somebody else has this log-in name."))
            else:
                user = accounts.add_user(db, form.login.data, form.name.data, form.roles.data)
                _put(db, user, form, before=None)
                return _invited(db, user)
    return render_template("users/edit.html", form=form, user=None)


@pages.route("/<int:user>", methods=["GET", "POST"])
@allowed(Action.EDIT_USERS)
def edit(user: int) -> Answer:
    """Name, roles, agent, teams."""
    found = _found(user)
    form = _form(found)
    form.login.data = found.login
    if request.method == "POST" and form.validate():
        try:
            with writing(instance().engine) as db:
                row = db.get(User, user)
                assert row is not None
                row.name, row.roles = form.name.data, sorted(form.roles.data)
                _put(db, user, form, before=found)
                _keep_an_administrator(db)
                if roles_of(form.roles.data) != found.roles:
                    _new_log_in(db, found)
            live.cut_feeds(found.login)
        except LastAdministrator:
            error_beside(form, "roles", _("Somebody has to be administrator."))
        else:
            flash(_("Saved."), "done")
            return redirect(url_for(".index"))
    return render_template("users/edit.html", form=form, user=found)


@pages.post("/<int:user>/invite")
@allowed(Action.EDIT_USERS)
def invite(user: int) -> Answer:
    """A link to set a (new) password."""
    _found(user)
    with writing(instance().engine) as db:
        return _invited(db, user)


@pages.post("/<int:user>/close")
@allowed(Action.EDIT_USERS)
def close(user: int) -> Answer:
    """May not log in any more. Users are never removed: history names them."""
    return _closed(user, closed=True, done=_("Closed and logged out."))


@pages.post("/<int:user>/open")
@allowed(Action.EDIT_USERS)
def reopen(user: int) -> Answer:
    """May log in again."""
    return _closed(user, closed=False, done=_("May log in again."))


@pages.post("/<int:user>/log-out")
@allowed(Action.EDIT_USERS)
def log_out(user: int) -> Answer:
    """End every log-in of the user."""
    found = _found(user)
    with writing(instance().engine) as db:
        accounts.end_sessions(db, user)
        _note(db, found.login, "ended log-ins")
    live.cut_feeds(found.login)
    flash(_("Logged out everywhere."), "done")
    return redirect(url_for(".edit", user=user))


@pages.post("/<int:user>/second-factor-off")
@allowed(Action.EDIT_USERS)
def second_factor_off(user: int) -> Answer:
    """For a telephone that is lost, with the codes."""
    found = _found(user)
    with writing(instance().engine) as db:
        account = account_of(db, user)
        account.totp_secret, account.totp_step, account.recovery = "", 0, []
        _note(db, found.login, "switched second factor off")
    flash(_("The second factor is switched off."), "done")
    return redirect(url_for(".edit", user=user))


def _closed(user: int, *, closed: bool, done: str) -> Answer:
    found = _found(user)
    try:
        with writing(instance().engine) as db:
            account_of(db, user).closed = closed
            db.flush()
            _keep_an_administrator(db)
            if closed:
                accounts.end_sessions(db, user)
            _note(db, found.login, "closed" if closed else "opened")
        if closed:
            live.cut_feeds(found.login)
    except LastAdministrator:
        flash(_("Somebody has to be administrator."), "error")
    else:
        flash(done, "done")
    return redirect(url_for(".edit", user=user))


def _found(user: int) -> UserRecord:
    with reading(instance().engine) as db:
        found = accounts.user_by_id(db, user)
    if found is None:
        abort(404)
    return found


def _form(user: UserRecord | None) -> Any:
    values = (
        {"roles": [Role.AGENT.value], "agent": "", "leads": []}
        if user is None
        else {
            "login": user.login,
            "name": user.name,
            "roles": [role.value for role in user.roles],
            "agent": user.agent or "",
            "leads": sorted(user.leads),
        }
    )
    form = UserForm.sent(**values)
    form.agent.choices = [
        ("", _("Takes no calls")),
        *((agent.number, f"{agent.number} {agent.name}") for agent in site().agents.values()),
    ]
    form.leads.choices = list(teams().items())
    return form


def _put(db: Session, user: int, form: Any, before: UserRecord | None) -> None:
    """What is beside the row itself, and the audit of it all."""
    account_of(db, user).leads = sorted(form.leads.data)
    accounts.link_agent(db, user, form.agent.data or None)
    db.flush()
    after = accounts.user_by_id(db, user)
    assert after is not None
    done = "added" if before is None else "changed"
    _note(db, form.login.data, done, before=before, after=after)


def _new_log_in(db: Session, user: UserRecord) -> None:
    """Other rights, other tokens; who changes their own roles goes on under a new one."""
    accounts.end_sessions(db, user.id)
    if user.id == visitor().id:
        logins.begin(db, user)


def _keep_an_administrator(db: Session) -> None:
    db.flush()
    if not accounts.anybody_in_charge(db):
        raise LastAdministrator


def _invited(db: Session, user: int) -> Answer:
    found = accounts.user_by_id(db, user)
    assert found is not None
    link = invite_user(db, instance().settings.admin_address, user, instance().now())
    _note(db, found.login, "invited")
    return render_template("users/invited.html", user=found, link=link)


def _note(
    db: Session,
    login: str,
    done: str,
    before: UserRecord | None = None,
    after: UserRecord | None = None,
) -> None:
    note(
        db,
        logins.author(visitor().login),
        instance().now(),
        what=f"user {login}",
        done=done,
        before=None if before is None else _plain(before),
        after=None if after is None else _plain(after),
    )


def _plain(user: UserRecord) -> dict[str, object]:
    """What the audit says of a user; no secrets."""
    return {
        "name": user.name,
        "roles": sorted(role.value for role in user.roles),
        "agent": user.agent,
        "leads": sorted(user.leads),
    }
