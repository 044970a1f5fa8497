"""The gate before every page: who is it, and may they.

Every view says by `@allowed(Action.…)` or `@public` who may come; a view that says nothing is
closed to everybody. Things that belong to an agent or a team are asked about again one by one,
with `require` and `Owned`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from flask import abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from admin import logins
from hotseat.db.accounts import SessionRecord, UserRecord
from hotseat.rights import NOBODYS, Action, Actor, Owned, Scope, may, reach

View = TypeVar("View", bound=Callable[..., Any])

NEEDS: Final[dict[Callable[..., Any], Action | None]] = {}
"""View -> what its visitors must be allowed to do; None if anybody may come."""


def allowed(action: Action) -> Callable[[View], View]:
    """Only for those who may do it, in whatever scope."""

    def mark(view: View) -> View:
        NEEDS[view] = action
        return view

    return mark


def public(view: View) -> View:
    """For everybody, without log-in."""
    NEEDS[view] = None
    return view


UNATTENDED: Final[set[Callable[..., Any]]] = set()
"""Views that pages ask by themselves, whether anybody sits there or not."""


def unattended(view: View) -> View:
    """Looked at by a page and not by a person: it keeps nobody logged in."""
    UNATTENDED.add(view)
    return view


def gate() -> Response | None:
    """Before each request: let the visitor through, or say where to go."""
    if request.endpoint == "static":
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    found = logins.find(attended=view not in UNATTENDED)
    if found is not None and found[0].whole:
        g.web_session, g.visitor = found
    if view is None:
        return None  # there is no such page, which is told in the visitor's language
    needed = NEEDS.get(view, "nothing said")
    if needed is None:
        return None
    if "visitor" not in g:
        if request.method not in ("GET", "HEAD"):
            abort(401)
        where = request.full_path.rstrip("?")
        return redirect(url_for("account.log_in", next=None if where == "/" else where))
    if not isinstance(needed, Action) or reach(actor(), needed) is Scope.NONE:
        abort(403)
    return None


def visitor() -> UserRecord:
    """Who is logged in."""
    return cast(UserRecord, g.visitor)


def web_session() -> SessionRecord:
    """The log-in of this browser."""
    return cast(SessionRecord, g.web_session)


def actor() -> Actor:
    """Who is logged in, as far as rights go."""
    return visitor().actor


def can(action: Action, whose: Owned = NOBODYS) -> bool:
    """May the visitor do it to this thing? For templates too."""
    return may(actor(), action, whose)


def require(action: Action, whose: Owned = NOBODYS) -> None:
    """Go on only if the visitor may do it to this thing."""
    if not can(action, whose):
        abort(403)
