"""Every page as an administrator sees it, to be looked at: `make screens`.

In Chinese and English, light and dark, on a screen and on a telephone, with a day of calls, a week
of shifts and a server in the middle of its day. The pictures are left in .hotseat/screens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.web.test_browser import PAGES, address, chromium, log_in, tab
from tests.web.test_roles import pages, path_of

__all__ = ["address", "chromium", "tab"]  # fixtures

SCREENS = Path(__file__).parents[2] / ".hotseat" / "screens"
NOT_SEEN = {"account.log_in", "account.code", "account.welcome"}
"""What one sees before the log-in."""


def every_page(app: Flask) -> Iterator[tuple[str, str]]:
    """(name, path): those that the tests of the browser name, and all others of the map."""
    yield from PAGES.items()
    addresses = app.url_map.bind("127.0.0.1")
    named = {
        addresses.match(path.partition("?")[0])[0]
        for name, path in PAGES.items()
        if name != "missing"
    }
    for rule, method in pages(app):
        if method == "GET" and rule.endpoint not in named | NOT_SEEN:
            yield rule.endpoint.replace(".", "-"), path_of(app, rule)


@pytest.mark.live
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_photograph(
    language: str, look: str, width: int, app: Flask, tab: Callable[..., Page]
) -> None:
    """Each page whole, however long."""
    folder = SCREENS / f"{language}-{look}-{width}"
    folder.mkdir(parents=True, exist_ok=True)
    size = {"width": width, "height": 900}
    page = tab(locale=language, color_scheme=look, viewport=size)
    page.goto("/login")
    page.screenshot(path=folder / "login.png", full_page=True)
    log_in(page)
    for name, path in every_page(app):
        answer = page.request.get(path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        page.goto(path)
        if page.locator("#not-live").count():
            page.evaluate("live(true)")  # nobody serves a feed here
        page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert len(list(folder.iterdir())) > len(PAGES)
