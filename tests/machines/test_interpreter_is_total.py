"""Any menu that passes its check, any outcomes in any order: the walk always waits or ends."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ivr.interpreter import (
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
)
from ivr.menus import check, parse
from ivr.nodes import KEYS, GoTo, HangUp, Menu, MenuTree, Play, Queue, Set

OUTCOMES: st.SearchStrategy[Outcome] = (
    st.sampled_from([Played(), NoKey(), Done(), Left("talked"), Failed("why not")])
    | st.sampled_from(KEYS + "A").map(Pressed)
)  # fmt: skip
SOUND = st.sampled_from(["hello", "again"])
SOUNDS = st.sampled_from([[], ["hello"], ["hello", "again"]])


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Menus in which silence leads to the last node, and keys lead anywhere."""
    names = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    nodes: dict[str, dict[str, Any]] = {}
    for place, name in enumerate(names[:-1]):
        onward = draw(st.sampled_from(names[place + 1 :]))
        match draw(st.sampled_from(["play", "menu", "set", "queue", "go_to"])):
            case "play":
                nodes[name] = {"play": [draw(SOUND)], "next": onward}
            case "menu":
                ways = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(names), max_size=3)
                nodes[name] = {
                    "menu": [draw(SOUND)],
                    "keys": {"1": name, **draw(ways)},
                    "retries": draw(st.integers(0, 2)),
                    "wrong_key": draw(SOUNDS),
                    "otherwise": onward,
                }
            case "set":
                language = draw(st.sampled_from(["zh", "en"]))
                nodes[name] = {"set": {"language": language}, "next": onward}
            case "queue":
                nodes[name] = {"queue": "consult", "announce": draw(SOUNDS), "next": onward}
            case "go_to":
                nodes[name] = {"go_to": onward}
    nodes[names[-1]] = {"hang_up": draw(SOUNDS)}
    reached = {names[0]}
    for _ in names:
        reached |= {way for name in reached for way in _ways(nodes[name])}
    return {
        "start": names[0],
        "language": "zh",
        "sorry": draw(SOUNDS),
        "nodes": {name: node for name, node in nodes.items() if name in reached},
    }


def _ways(node: dict[str, Any]) -> set[str]:
    onward = {node[field] for field in ("next", "otherwise", "go_to") if field in node}
    return onward | set(node.get("keys", {}).values())


def most_steps_without_a_key(menu: MenuTree) -> int:
    """The first step, each node once with every try and its silent second, and the last words."""
    tries = [
        2 * (1 + node.retries) if isinstance(node, Menu) else 2 for node in menu.nodes.values()
    ]
    return 1 + sum(tries) + 2


@given(documents(), st.lists(OUTCOMES, max_size=40), st.data())
def test_the_interpreter_is_total(
    document: dict[str, Any], outcomes: list[Outcome], data: st.DataObject
) -> None:
    assert check(document, queues=["consult"], skills=[], languages=["zh", "en"]) == []
    menu = parse(document)
    at = data.draw(st.none() | st.sampled_from(sorted(menu.nodes)))
    interpreter = Interpreter(menu, {"language": "en"}, at=at)
    limit = most_steps_without_a_key(menu)
    step = interpreter.start()
    since_a_key = 0
    for outcome in outcomes:
        pressed = isinstance(step, CollectStep) and isinstance(outcome, Pressed)
        since_a_key = 0 if pressed else since_a_key + 1
        ended = isinstance(step, HangUpStep)
        step = interpreter.feed(outcome)
        assert isinstance(step, HangUpStep) or not ended
        assert isinstance(step, HangUpStep) or since_a_key < limit
        assert interpreter.position in menu.nodes


@given(documents(), st.sampled_from([NoKey(), Failed("why not"), Left("talked")]))
def test_silence_comes_to_an_end(document: dict[str, Any], outcome: Outcome) -> None:
    menu = parse(document)
    interpreter = Interpreter(menu)
    steps = [interpreter.start()]
    while not isinstance(steps[-1], HangUpStep):
        steps.append(interpreter.feed(outcome))
        assert len(steps) <= most_steps_without_a_key(menu)


@given(documents(), st.lists(OUTCOMES, max_size=20))
def test_a_walk_taken_up_again_begins_with_its_node(
    document: dict[str, Any], outcomes: list[Outcome]
) -> None:
    menu = parse(document)
    interpreter = Interpreter(menu)
    step = interpreter.start()
    for outcome in outcomes:
        step = interpreter.feed(outcome)
    after_crash = Interpreter(menu, interpreter.facts, at=interpreter.position)
    assert after_crash.start() == SetStep(interpreter.facts)
    again = after_crash.feed(Done())
    node = menu.nodes[interpreter.position]
    assert isinstance(node, Menu) or not isinstance(step, CollectStep)
    assert isinstance(node, Queue) or not isinstance(step, EnqueueStep)
    match node:
        case Menu():
            assert again == CollectStep(node.sounds, node.wait_ms)
        case Queue():
            assert again == EnqueueStep(node.queue, {}, 0, node.announce)
        case Set():
            assert again == SetStep(node.facts)
        case HangUp():
            assert again == (PlayStep(node.sounds) if node.sounds else HangUpStep(node.cause))
        case Play():
            assert isinstance(again, PlayStep | CollectStep)
            assert again.sounds[: len(node.sounds)] == node.sounds
        case GoTo():  # reached only on the way to a queue or a set, while words are played
            assert isinstance(step, PlayStep | SetStep)
