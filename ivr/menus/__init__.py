"""Menu documents: read, check and show them.

    main:
      start: welcome
      language: zh
      nodes:
        welcome: {play: [welcome], next: ask}
        ask:
          menu: [menu-main]
          keys: {"1": consult, "0": ask}
          wrong_key: [wrong-key]
          no_key: [no-key]
          otherwise: consult
        consult: {hours: office, open: wait, closed: survey}
        wait: {queue: consult, requires: {english: 1}, announce: [please-wait], next: survey}
        survey: {enter: survey, next: end}
        end: {hang_up: [goodbye]}

The field that names a node's kind is one of `play`, `menu`, `set`, `queue`, `hours`, `enter`,
`go_to`, `go_back`, `hang_up`. A menu that is entered ends with `go_back: []` or hangs up.
"""

from __future__ import annotations

from ivr.menus.fields import Problem
from ivr.menus.outline import outline
from ivr.menus.schema import MenuError, check, malformed, parse, sketched, walked
from ivr.menus.together import check_together

__all__ = [
    "MenuError",
    "Problem",
    "check",
    "check_together",
    "malformed",
    "outline",
    "parse",
    "sketched",
    "walked",
]
