"""What a caller hears next, for each thing that can happen."""

from __future__ import annotations

import pytest

from ivr.interpreter import (
    PATH_LIMIT,
    TEMPORARY_FAILURE,
    Closed,
    CollectStep,
    Done,
    EnqueueStep,
    Entered,
    EnterStep,
    Failed,
    HangUpStep,
    HoursStep,
    Interpreter,
    Left,
    NoKey,
    Opened,
    Outcome,
    Place,
    Played,
    PlayStep,
    Pressed,
    SetStep,
    Step,
)
from ivr.menus import parse
from ivr.nodes import DEPTH_LIMIT, MenuTree
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


def with_hours() -> MenuTree:
    """The hotline with hours before its queue."""
    document = hotline()
    document["nodes"]["ask"]["keys"]["1"] = "time"
    document["nodes"]["time"] = {"hours": "office", "open": "consult", "closed": "farewell"}
    return parse(document)


@pytest.mark.parametrize(
    ("outcome", "next_"),
    [
        (Opened(), QUEUED),
        (Closed(), PlayStep(("goodbye",))),
        (Failed("no hours office"), QUEUED),
    ],
)
def test_the_hours_tell_the_way(outcome: Outcome, next_: Step) -> None:
    steps = walk(Interpreter(with_hours()), Done(), Pressed("1"), outcome)
    assert steps[-2:] == [HoursStep("office"), next_]


MAIN = parse(
    {
        "start": "hello",
        "language": "zh",
        "nodes": {
            "hello": {"play": ["welcome"], "next": "choose"},
            "choose": {"enter": "sales", "next": "end"},
            "end": {"hang_up": ["goodbye"]},
        },
    },
    "main",
    3,
)
SALES = parse(
    {
        "start": "talk",
        "language": "en",
        "sorry": ["no-sales"],
        "nodes": {
            "talk": {"queue": "consult", "next": "back"},
            "back": {"go_back": ["thanks"]},
        },
    },
    "sales",
    8,
)


def test_a_menu_is_entered_and_comes_back() -> None:
    interpreter = Interpreter(MAIN)
    steps = walk(interpreter, Done(), Entered(SALES), Played())
    assert steps[1:] == [
        EnterStep("sales"),
        PlayStep(("welcome",)),
        EnqueueStep("consult", {}, 0, ()),
    ]
    assert interpreter.place == Place("sales", 8, "talk")
    assert interpreter.above == (Place("main", 3, "end"),)
    assert interpreter.facts == {"language": "zh"}  # the caller's, not the other menu's
    assert interpreter.feed(Left("talked")) == PlayStep(("thanks", "goodbye"))
    assert interpreter.place == Place("main", 3, "end")
    assert interpreter.path == ("hello", "choose", "sales/talk", "sales/back", "end")


def test_a_walk_in_an_entered_menu_is_taken_up_again_and_comes_back() -> None:
    interpreter = Interpreter(SALES, {"language": "zh"}, at="talk", above=[(MAIN, "end")])
    steps = walk(interpreter, Done(), Left("talked"), Played())
    assert steps[2:] == [PlayStep(("thanks", "goodbye")), HangUpStep(16)]


def test_a_menu_that_is_not_there_any_more_ends_the_call() -> None:
    steps = walk(Interpreter(MAIN), Done(), Failed("no menu sales"), Played())
    assert steps[-2:] == [PlayStep(("sorry-hang-up",)), HangUpStep(TEMPORARY_FAILURE)]


def test_menus_do_not_enter_each_other_for_ever() -> None:
    """Two revisions that were never checked beside each other."""
    steps = walk(Interpreter(MAIN), Done(), *[Entered(MAIN)] * DEPTH_LIMIT)
    assert steps.count(EnterStep("sales")) == DEPTH_LIMIT - 1
    assert steps[-2:] == [PlayStep(("sorry-hang-up",)), HangUpStep(TEMPORARY_FAILURE)]


def test_whoever_goes_back_from_the_first_menu_is_at_the_end() -> None:
    steps = walk(Interpreter(SALES), Done(), Left("talked"), Played())
    assert steps[-2:] == [PlayStep(("thanks",)), HangUpStep(16)]
