"""Every page, visited by every role: what comes out is what the table of rights says.

The pages are those of `app.url_map`, so a page cannot be forgotten: without `@allowed` it fails
here, and with a variable in its path it needs a sample in SAMPLES.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from admin.access import NEEDS
from hotseat.rights import GRANTS, Role, Scope
from tests.web.conftest import Browser

SAMPLES: dict[str, str | int] = {
    "user": 1,
    "token": "nobody-knows",
    "number": "1001",
    "step": "seat-ready",
    "name": "consult",
    "menu": "main",
    "call": "nobody-called",
    "kind": "queues",
    "draft": 1,
    "version": 1,
    "asked": 1,
    "prompt": "welcome",
    "language": "zh",
    "take": 1,
}
"""Variable of a path -> a value of the demo site."""

SHOWN = {200, 302, 303, 400, 404, 409, 503}
"""Not refused; 400 is a form without its fields, 404 a sample that is not there, 503 what needs the
running server."""


def pages(app: Flask) -> list[tuple[Rule, str]]:
    """(rule, method) of every page."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def path_of(app: Flask, rule: Rule) -> str:
    """An address of the page."""
    values = {name: SAMPLES[name] for name in rule.arguments}
    with app.test_request_context(base_url="http://127.0.0.1"):
        return app.url_map.bind("127.0.0.1").build(rule.endpoint, values)


def test_every_page_says_who_may_come(app: Flask) -> None:
    """By `@allowed` or `@public`, right above the view."""
    silent = [
        rule.endpoint for rule, _ in pages(app) if app.view_functions[rule.endpoint] not in NEEDS
    ]
    assert silent == []


def test_few_pages_are_for_everybody(app: Flask) -> None:
    """Whoever adds one thinks about it here."""
    public = {
        rule.endpoint for rule, _ in pages(app) if NEEDS[app.view_functions[rule.endpoint]] is None
    }
    assert public == {"account.log_in", "account.code", "account.log_out", "account.welcome"}


def test_strangers_see_nothing(app: Flask, browser: Callable[[], Browser]) -> None:
    """They are sent to the log-in; what they post is refused."""
    stranger = browser()
    stranger.get("/login")
    for rule, method in pages(app):
        if NEEDS[app.view_functions[rule.endpoint]] is None:
            continue
        path = path_of(app, rule)
        if method == "GET":
            answer = stranger.get(path)
            assert answer.status_code == 302, path
            assert answer.headers["Location"].startswith("/login"), path
        else:
            assert stranger.post(path).status_code == 401, path


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_what_its_row_says(
    role: Role, app: Flask, visit: Callable[[str], Browser]
) -> None:
    """A page is shown if the role reaches any scope of its action, else refused."""
    visitor = visit(role.value)
    for rule, method in pages(app):
        action = NEEDS[app.view_functions[rule.endpoint]]
        if action is None or rule.endpoint in ENDS_THE_VISIT:
            continue
        path = path_of(app, rule)
        if method == "GET":
            answer = visitor.get(path)
        else:
            visitor.get("/profile/")
            answer = visitor.post(path)
        granted = GRANTS[action][role] is not Scope.NONE
        if not granted:
            assert answer.status_code == 403, (
                f"{method} {path} shows {action} to {role}: {answer.status_code}"
            )
        elif GRANTS[action][role] is Scope.ALL:
            assert answer.status_code in SHOWN, f"{method} {path}: {answer.status_code}"
        else:
            assert answer.status_code in {*SHOWN, 403}, f"{method} {path}: {answer.status_code}"


ENDS_THE_VISIT = {"users.close", "users.log_out"}
"""Done to the visitor by this test, they would end its session; see test_users."""


def test_the_navigation_leads_only_where_one_may_go(
    app: Flask, visit: Callable[[str], Browser]
) -> None:
    """Every link in the side bar opens."""
    for role in Role:
        visitor = visit(role.value)
        bar = visitor.get("/").text.partition("<nav")[2].partition("</nav>")[0]
        links = re.findall(r'<a href="([^"]+)"', bar)
        assert links
        for link in links:
            assert visitor.get(link).status_code == 200, (role, link)


def test_a_page_without_a_word_is_closed(app: Flask, visit: Callable[[str], Browser]) -> None:
    """To administrators too."""
    app._got_first_request = False
    app.add_url_rule("/silent", "silent", lambda: "secret")
    app._got_first_request = True
    answer = visit("administrator").get("/silent")
    assert answer.status_code == 403
    assert "secret" not in answer.text
