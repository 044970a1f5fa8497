"""What is asked of whoever takes a call."""

from __future__ import annotations

import pytest

from acd.escalation import own_number
from acd.types import Requirement, Skills
from hotseat.site.records import removed_queue
from hotseat.terms import asked
from ivr.interpreter import EnqueueStep

OWN = own_number("1001")
SKILLS = {"consult": "咨询", "english": "英语"}


@pytest.mark.parametrize(
    ("queue", "menu", "widened", "wanted"),
    [
        ({"consult": 1}, {}, False, (("consult", 1),)),
        ({"consult": 1}, {"english": 3}, False, (("consult", 1), ("english", 3))),
        ({"consult": 1}, {"consult": 4}, False, (("consult", 4),)),
        ({"consult": 1, "removed": 5}, {"gone": 2}, False, (("consult", 1),)),
        ({"consult": 1}, {OWN: 1}, False, ((OWN, 1),)),
        ({"consult": 1}, {OWN: 1}, True, (("consult", 1),)),
        ({"consult": 1}, {"english": 3}, True, (("consult", 1), ("english", 3))),
    ],
    ids=[
        "the queue's skills",
        "and the menu's",
        "the menu's level counts",
        "a skill that the site has no more",
        "an own number asks for its agent alone",
        "and then for the queue's skills",
        "a menu's skills stay when the call is anybody's",
    ],
)
def test_queue_and_menu_ask(
    queue: Skills, menu: Skills, widened: bool, wanted: Requirement
) -> None:
    step = EnqueueStep("consult", menu, 0, ())
    assert asked(removed_queue("consult", queue, 0), step, SKILLS, widened=widened) == wanted
