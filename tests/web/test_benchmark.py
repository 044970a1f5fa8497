"""The benchmark of the pages opens every page: one that is added is measured too."""

from __future__ import annotations

import pytest
from flask import Flask

from benchmarks.admin.addresses import NOT_A_PAGE, NoSample, addresses


def test_every_page_is_measured(app: Flask) -> None:
    """Each rule of the url map that is got, but for those that say why not."""
    opened = app.url_map.bind("127.0.0.1")
    measured = {opened.match(path.partition("?")[0])[0] for path in addresses(app)}
    got = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert got - measured == set(NOT_A_PAGE) & got
    assert set(NOT_A_PAGE) <= got, "a reason for a page that is gone"


def test_a_page_without_a_sample_is_named(app: Flask) -> None:
    app._got_first_request = False
    app.add_url_rule("/lamps/<lamp>", "lamps.one", lambda lamp: lamp)
    with pytest.raises(NoSample, match=r"/lamps/<lamp> \(lamps.one\): no sample for lamp"):
        addresses(app)
