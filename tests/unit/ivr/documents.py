"""A small menu document that tests spoil in one place each."""

from __future__ import annotations

from typing import Any

from ivr.menus import parse
from ivr.nodes import MenuTree


def hotline() -> dict[str, Any]:
    """One question, one queue, two languages; every kind of node."""
    return {
        "start": "welcome",
        "language": "zh",
        "nodes": {
            "welcome": {"play": ["welcome"], "next": "ask"},
            "ask": {
                "menu": ["choose"],
                "keys": {"1": "consult", "3": "again", "9": "english"},
                "wait_seconds": 4,
                "retries": 1,
                "wrong_key": ["wrong"],
                "no_key": ["silent"],
                "otherwise": "consult",
            },
            "again": {"go_to": "ask"},
            "english": {"set": {"language": "en"}, "next": "in-english"},
            "in-english": {"play": ["language-changed"], "next": "consult"},
            "consult": {
                "queue": "consult",
                "requires": {"english": 2},
                "priority": 1,
                "announce": ["please-wait"],
                "next": "farewell",
            },
            "farewell": {"hang_up": ["goodbye"]},
        },
    }


def tree() -> MenuTree:
    """The same, read."""
    return parse(hotline())
