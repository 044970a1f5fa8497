"""What visitors say about themselves: password, second factor, where they are logged in, looks."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from admin import logins, second_factor
from admin.access import allowed, visitor, web_session
from admin.account.forms import (
    ChangePasswordForm,
    LookForm,
    PresentPasswordForm,
    SecondFactorForm,
)
from admin.account.login import HeldOff, check_password
from admin.forms import Form, error_beside
from admin.instance import instance, site
from admin.words import _
from hotseat.db.accounts import account_of, end_session, end_sessions, sessions_of
from hotseat.db.audit import note
from hotseat.db.engine import reading, writing
from hotseat.rights import Action

profile = Blueprint("profile", __name__, url_prefix="/profile")

Answer = str | Response | tuple[str, int]


@profile.get("/")
@allowed(Action.OWN_ACCOUNT)
def index() -> Answer:
    """Everything on one page."""
    with reading(instance().engine) as db:
        sessions = sessions_of(db, visitor().id)
    me = visitor()
    return render_template(
        "account/profile.html",
        me=me,
        sessions=sessions,
        here=web_session().id,
        look=LookForm(data={"language": me.language, "look": me.look}),
        present=PresentPasswordForm(),
    )


@profile.post("/look")
@allowed(Action.OWN_ACCOUNT)
def look() -> Answer:
    """Language and colours."""
    form = LookForm.sent()
    if form.validate():
        with writing(instance().engine) as db:
            account = account_of(db, visitor().id)
            account.language, account.look = form.language.data, form.look.data
    return redirect(url_for(".index"))


@profile.route("/password", methods=["GET", "POST"])
@allowed(Action.OWN_ACCOUNT)
def password() -> Answer:
    """A new password ends all other log-ins, and gives this one a new token."""
    form = ChangePasswordForm.sent()
    form.login = visitor().login
    if request.method == "POST" and form.validate() and _knows_password(form):
        digest = instance().passwords.digest(form.password.data)
        _change("changed password", password=digest)
        flash(_("The password is changed. All other log-ins are ended."), "done")
        return redirect(url_for(".index"))
    return render_template("account/password.html", form=form)


@profile.route("/second-factor", methods=["GET", "POST"])
@allowed(Action.OWN_ACCOUNT)
def second_factor_on() -> Answer:
    """Scan a picture, prove that it works, and write down codes for a lost telephone."""
    form = SecondFactorForm.sent()
    secret = form.secret.data or ""
    if not second_factor.is_secret(secret):
        secret = second_factor.new_secret()
    if request.method == "POST" and form.validate() and _knows_password(form):
        step = second_factor.step_of(secret, form.code.data, instance().now())
        if step is not None:
            codes = second_factor.new_recovery_codes()
            _change(
                "switched second factor on",
                totp_secret=secret,
                totp_step=step,
                recovery=[second_factor.recovery_digest(code) for code in codes],
            )
            return render_template("account/recovery.html", codes=codes)
        error_beside(form, "code", _("This code is not right. Is the telephone's clock right?"))
    form.secret.data = secret
    uri = second_factor.address(secret, visitor().login, site().name)
    return render_template(
        "account/second_factor.html",
        form=form,
        picture=second_factor.picture(uri),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    )


@profile.post("/second-factor/off")
@allowed(Action.OWN_ACCOUNT)
def second_factor_off() -> Answer:
    """Password alone from now on."""
    form = PresentPasswordForm.sent()
    if form.validate() and _knows_password(form):
        _change("switched second factor off", totp_secret="", totp_step=0, recovery=[])
        flash(_("The second factor is switched off."), "done")
    else:
        flash(_("The present password was not right. Nothing is changed."), "error")
    return redirect(url_for(".index"))


@profile.post("/sessions/end")
@allowed(Action.OWN_ACCOUNT)
def end() -> Answer:
    """Log out one browser, or all but this one."""
    wanted = request.form.get("session", "")
    me = visitor()
    with writing(instance().engine) as db:
        if not wanted:
            end_sessions(db, me.id, but=web_session().id)
        elif wanted in {record.id for record in sessions_of(db, me.id)}:
            end_session(db, wanted)
        note(
            db,
            logins.author(me.login),
            instance().now(),
            what=f"user {me.login}",
            done="ended log-ins",
        )
    flash(_("Logged out there."), "done")
    return redirect(url_for(".index"))


def _knows_password(form: Form) -> bool:
    """Tries count as those of a log-in do: an open browser is no place to guess at leisure."""
    try:
        right = check_password(visitor().login, form["present"].data) is not None
        text = _("This is not your present password.")
    except HeldOff:
        right, text = False, _("Too many wrong tries.")
    if not right:
        error_beside(form, "present", text)
    return right


def _change(done: str, **fields: object) -> None:
    """Change the account, end every other log-in, and begin this one anew."""
    me = visitor()
    with writing(instance().engine) as db:
        account = account_of(db, me.id)
        for name, value in fields.items():
            setattr(account, name, value)
        end_sessions(db, me.id)
        note(db, logins.author(me.login), instance().now(), what=f"user {me.login}", done=done)
        logins.begin(db, me)
    session.clear()
