"""Pages that say what went wrong and what to do."""

from __future__ import annotations

from flask import Flask, g, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from admin.words import N_

_SAID = {
    400: (N_("The browser sent something else than was asked for"), N_("Go back and try again.")),
    401: (N_("You are not logged in any more"), N_("Log in and try again.")),
    403: (
        N_("This is not for you"),
        N_("Your role does not include it. Ask an administrator if it should."),
    ),
    404: (N_("There is no such page"), N_("It may have been removed. Begin at the overview.")),
    405: (N_("There is no such page"), N_("It may have been removed. Begin at the overview.")),
    413: (N_("That is too large"), N_("Send a smaller file.")),
    429: (N_("Too many tries"), N_("Wait a little and try again.")),
}
_OURS = (
    N_("The page could not be made"),
    N_("Try again. If it stays so, look at the log of the admin."),
)
_STALE = (
    N_("The form was too old"),
    N_("It belongs to another log-in. Go back, load the page again, and repeat the change."),
)
_AWAY = (
    N_("The database is away"),
    N_("Calls go on; what is changed here has to wait. Try again in a moment."),
)


def install(app: Flask) -> None:
    """Show every error as a page of ours."""

    def shown(code: int, said: tuple[str, str]) -> tuple[str, int]:
        return render_template("error.html", code=code, said=said), code

    @app.errorhandler(CSRFError)
    def stale(_error: CSRFError) -> tuple[str, int]:
        return shown(400, _STALE)

    @app.errorhandler(SecurityError)
    def stranger(_error: SecurityError) -> tuple[str, int]:
        # Without a host of ours there are no addresses to build for the usual page.
        return render_template("bare_error.html", said=_SAID[400]), 400

    @app.errorhandler(OperationalError)
    def database_away(_error: OperationalError) -> tuple[str, int]:
        g.pop("visitor", None)  # the usual page would ask the database again
        return render_template("bare_error.html", said=_AWAY), 503

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[str, int]:
        code = error.code or 500
        return shown(code, _SAID.get(code, _OURS))
