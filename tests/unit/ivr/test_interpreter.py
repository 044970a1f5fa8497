"""What a caller hears next, for each thing that can happen."""

from __future__ import annotations

import pytest

from ivr.interpreter import (
    PATH_LIMIT,
    TEMPORARY_FAILURE,
    CollectStep,
    Done,
    EnqueueStep,
    Failed,
    HangUpStep,
    Interpreter,
    Left,
    NoKey,
    Outcome,
    Played,
    PlayStep,
    Pressed,
    SetStep,
    Step,
)
from ivr.menus import parse
from tests.unit.ivr.documents import hotline, tree

QUEUED = EnqueueStep("consult", {"english": 2}, 1, ("please-wait",))
FIRST_ASKED = CollectStep(("welcome", "choose"), 4000)


def walk(interpreter: Interpreter, *outcomes: Outcome) -> list[Step]:
    """The first step and the one after each outcome."""
    return [interpreter.start()] + [interpreter.feed(outcome) for outcome in outcomes]


def test_a_call_from_welcome_to_goodbye() -> None:
    interpreter = Interpreter(tree())
    assert walk(interpreter, Done(), Pressed("1"), Left("talked"), Played()) == [
        SetStep({"language": "zh"}),
        FIRST_ASKED,
        QUEUED,
        PlayStep(("goodbye",)),
        HangUpStep(16),
    ]
    assert interpreter.path == ("welcome", "ask", "1", "consult", "farewell")


@pytest.mark.parametrize(
    ("answers", "last"),
    [
        ([Pressed("7")], CollectStep(("wrong", "choose"), 4000)),
        ([NoKey()], CollectStep(("silent", "choose"), 4000)),
        ([Pressed("7"), Pressed("1")], QUEUED),
        ([Pressed("7"), NoKey()], QUEUED),
        ([NoKey(), Pressed("7")], QUEUED),
        # 3 leads back to the question by a go_to, with all its tries again.
        ([NoKey(), Pressed("3"), NoKey()], CollectStep(("silent", "choose"), 4000)),
    ],
)
def test_a_question_is_asked_once_and_again_for_each_retry(
    answers: list[Outcome], last: Step
) -> None:
    assert walk(Interpreter(tree()), Done(), *answers)[-1] == last


def test_a_missing_prompt_leaves_the_keys_alive_and_costs_no_try() -> None:
    steps = walk(Interpreter(tree()), Done(), Failed("no file"), Pressed("7"), Pressed("1"))
    assert steps[2:] == [CollectStep((), 4000), CollectStep(("wrong", "choose"), 4000), QUEUED]


def test_a_question_that_cannot_be_asked_at_all_leads_otherwise() -> None:
    steps = walk(Interpreter(tree()), Done(), *[Failed("refused")] * 4)
    assert steps[-1] == QUEUED


def test_the_language_changes_before_the_next_words() -> None:
    interpreter = Interpreter(tree())
    steps = walk(interpreter, Done(), Pressed("9"), Done())
    assert steps[-2:] == [SetStep({"language": "en"}), PlayStep(("language-changed",))]
    assert interpreter.facts == {"language": "en"}
    assert interpreter.feed(Failed("no file")) == QUEUED


def test_words_before_a_change_of_language_are_said_in_the_old_one() -> None:
    document = hotline()
    document["nodes"]["welcome"]["next"] = "english"
    document["nodes"]["in-english"]["next"] = "ask"
    steps = walk(Interpreter(parse(document)), Done(), Played(), Done())
    assert steps[1:] == [
        PlayStep(("welcome",)),
        SetStep({"language": "en"}),
        CollectStep(("language-changed", "choose"), 4000),
    ]


def test_what_cannot_be_queued_is_told_and_ended() -> None:
    steps = walk(Interpreter(tree()), Done(), Pressed("1"), Failed("no queue"), Played())
    assert steps[-2:] == [PlayStep(("sorry-hang-up",)), HangUpStep(TEMPORARY_FAILURE)]


def test_the_end_stays_the_end() -> None:
    interpreter = Interpreter(tree(), at="farewell")
    steps = walk(interpreter, Done(), Played(), Pressed("1"), Left("late"), Failed("line"))
    assert set(steps[2:]) == {HangUpStep(16)}


@pytest.mark.parametrize(
    ("at", "first"),
    [
        ("ask", CollectStep(("choose",), 4000)),
        ("consult", QUEUED),
        ("farewell", PlayStep(("goodbye",))),
        ("a node of an older revision", FIRST_ASKED),
    ],
)
def test_a_walk_is_taken_up_again_where_it_was(at: str, first: Step) -> None:
    steps = walk(Interpreter(tree(), {"language": "en"}, at=at), Done())
    assert steps == [SetStep({"language": "en"}), first]


def test_the_position_is_where_the_caller_is_not_where_he_will_be() -> None:
    interpreter = Interpreter(tree(), at="in-english")
    walk(interpreter, Done())
    assert interpreter.position == "in-english"
    interpreter.feed(Played())
    assert interpreter.position == "consult"


def test_a_stuck_key_does_not_fill_the_path() -> None:
    interpreter = Interpreter(tree())
    walk(interpreter, Done(), *[Pressed("3")] * PATH_LIMIT)
    assert len(interpreter.path) == PATH_LIMIT
