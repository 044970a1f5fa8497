"""Log in, log out, and the link that makes the first administrator."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from admin import live, logins
from admin.access import public, visitor
from admin.account.forms import CodeForm, LogInForm, WelcomeForm
from admin.account.login import HeldOff, check_code, check_password, let_in
from admin.account.profile import profile
from admin.instance import instance
from admin.words import _, counted
from hotseat.db.accounts import (
    UserRecord,
    account_of,
    end_sessions,
    invited,
    use_up_invites,
    user_by_id,
)
from hotseat.db.audit import note
from hotseat.db.engine import reading, writing
from hotseat.db.models import User

pages = Blueprint("account", __name__)
pages.register_blueprint(profile)

Answer = str | Response | tuple[str, int]


@pages.route("/login", methods=["GET", "POST"])
@public
def log_in() -> Answer:
    """Name and password; the second factor follows, for those who have one."""
    form = LogInForm.sent()
    if request.method == "POST" and form.validate():
        try:
            user = check_password(form.login.data, form.password.data)
        except HeldOff as held:
            return _held_off("account/log_in.html", form, held)
        if user is None:
            flash(_("Log-in name and password do not fit together."), "error")
            return render_template("account/log_in.html", form=form), 403
        if user.totp_secret:
            with writing(instance().engine) as db:
                logins.begin(db, user, whole=False)
            return redirect(url_for(".code", next=request.args.get("next")))
        return _inside(user)
    return render_template("account/log_in.html", form=form)


@pages.route("/login/code", methods=["GET", "POST"])
@public
def code() -> Answer:
    """The second factor of somebody whose password was right."""
    found = logins.find()
    if found is None or found[0].whole:
        return redirect(url_for(".log_in", next=request.args.get("next")))
    form = CodeForm.sent()
    if request.method == "POST" and form.validate():
        try:
            if check_code(found[1], form.code.data.strip()):
                return _inside(found[1])
        except HeldOff as held:
            return _held_off("account/code.html", form, held)
        flash(_("This code is not right, or it was used before."), "error")
        return render_template("account/code.html", form=form), 403
    return render_template("account/code.html", form=form)


@pages.post("/logout")
@public
def log_out() -> Answer:
    """End the log-in of this browser."""
    if "visitor" in g:
        live.cut_feeds(visitor().login)
    with writing(instance().engine) as db:
        logins.end(db)
    session.clear()
    return redirect(url_for(".log_in"))


@pages.route("/welcome/<token>", methods=["GET", "POST"])
@public
def welcome(token: str) -> Answer:
    """Who holds the link sets a name and a password, once."""
    digest, now = logins.digest_of(token), instance().now()
    with reading(instance().engine) as db:
        user = invited(db, digest, now)
    if user is None or user.closed:
        return render_template("account/no_invite.html"), 404
    form = WelcomeForm.sent(name=user.name)
    form.login = user.login
    if request.method == "POST" and form.validate():
        password = instance().passwords.digest(form.password.data)
        with writing(instance().engine) as db:
            if invited(db, digest, now) is None:  # used in the same instant
                abort(404)
            use_up_invites(db, user.id)
            end_sessions(db, user.id)
            account_of(db, user.id).password = password
            row = db.get(User, user.id)
            assert row is not None  # users are never removed
            row.name = form.name.data
            note(db, logins.author(user.login), now, what=f"user {user.login}", done="set password")
            if user.totp_secret:
                # The link alone must not get past a second factor.
                logins.begin(db, user, whole=False)
            else:
                db.flush()
                let_in(db, user_by_id(db, user.id) or user)
        session.clear()
        if user.totp_secret:
            return redirect(url_for(".code"))
        flash(_("Welcome. Your password is set."), "done")
        return redirect(url_for("home.index"))
    return render_template("account/welcome.html", form=form, user=user)


def _inside(user: UserRecord) -> Response:
    with writing(instance().engine) as db:
        let_in(db, user)
    session.clear()  # also the CSRF token: what was known before the log-in is worth nothing now
    return redirect(_own_path(request.args.get("next")) or url_for("home.index"))


def _held_off(template: str, form: object, held: HeldOff) -> Answer:
    seconds = -(-held.wait // 1000)
    wait = counted("Wait %(n)s second.", "Wait %(n)s seconds.", seconds)
    flash(_("Too many wrong tries.") + " " + wait, "error")
    return render_template(template, form=form), 429


def _own_path(target: str | None) -> str | None:
    """Where to go on, if it is a page of ours: browsers read `//` and `/\\` as another host."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return None
    parts = urlsplit(target)
    clean = not parts.scheme and not parts.netloc and target.isprintable() and "\\" not in target
    return target if clean else None
