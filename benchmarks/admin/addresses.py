"""Which addresses are opened: every page of the url map, and the heaviest ways to see some."""

from __future__ import annotations

from typing import Final

from flask import Flask
from werkzeug.routing import Rule

from benchmarks.admin.hotline import AGENT, CALL, CALLED_BACK, DRAFT, VERSION, YESTERDAY

SAMPLES: Final[dict[str, str | int]] = {
    "number": AGENT,
    "numbers.number": "4008001000",
    "call": CALL,
    "callbacks.call": CALLED_BACK,
    "name": "consult",
    "menu": "main",
    "draft": DRAFT,
    "version": VERSION,
    "user": 1,
    "kind": "agents",
    "phones.name": "p101",
    "prompt": "welcome",
    "language": "zh",
}
"""Variable of a path -> a value that is there; with the area before it where words are shared."""

NOT_A_PAGE: Final = {
    "static": "a file",
    "account.welcome": "an invitation is used once",
    "prompts.take": "a sound that was uploaded",
    "callbacks.message": "a sound that a caller left",
}
"""Endpoint -> why it is not opened."""

HEAVY: Final = (
    f"/calls/?agent={AGENT}",
    "/calls/?caller=123456",
    "/calls/?queue=complaint&outcome=abandoned",
    "/agents/?q=2999",
    "/agents/?page=2",
    f"/figures/?day={YESTERDAY}",
    f"/figures/?day={YESTERDAY}&queue=consult",
    f"/figures/?day={YESTERDAY}&agent={AGENT}",
    f"/figures/agents.csv?day={YESTERDAY}",
    "/roster/?view=month",
    "/roster/?view=month&team=team-07",
    "/roster/?view=month&page=9",
    f"/roster/drafts/{DRAFT}?view=month",
    f"/roster/attendance/?day={YESTERDAY}",
    f"/roster/attendance/?day={YESTERDAY}&days=7",
    f"/roster/attendance/?day={YESTERDAY}&days=31",
    "/floor/?wall=1",
    "/audit/?login=boss",
)
"""Searches, months, full days."""


class NoSample(LookupError):
    """A page has a variable that nothing is known to put in; the text says where to add it."""


def addresses(app: Flask) -> tuple[str, ...]:
    """One address of every page that is got, and then HEAVY. Raises NoSample."""
    rules = sorted(
        (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())),
        key=lambda rule: rule.rule,
    )
    pages = [_address(app, rule) for rule in rules if rule.endpoint not in NOT_A_PAGE]
    return (*dict.fromkeys(pages), *HEAVY)


def _address(app: Flask, rule: Rule) -> str:
    area = rule.endpoint.partition(".")[0]
    values = {}
    for name in sorted(rule.arguments):
        sample = SAMPLES.get(f"{area}.{name}", SAMPLES.get(name))
        if sample is None:
            raise NoSample(
                f"{rule.rule} ({rule.endpoint}): no sample for {name};"
                " add one to benchmarks/admin/addresses.py"
            )
        values[name] = sample
    return app.url_map.bind("127.0.0.1").build(rule.endpoint, values)
