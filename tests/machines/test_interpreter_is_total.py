"""Any menu that passes its check, any outcomes in any order: the walk always waits or ends."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ivr.interpreter import (
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
    Played,
    PlayStep,
    Pressed,
    SetStep,
)
from ivr.menus import check, parse
from ivr.nodes import (
    DEPTH_LIMIT,
    KEYS,
    Enter,
    GoBack,
    GoTo,
    HangUp,
    Hours,
    Menu,
    MenuTree,
    Play,
    Queue,
    Set,
)

ENTERED = parse(
    {
        "start": "first",
        "language": "en",
        "nodes": {
            "first": {"play": ["hello"], "next": "ask"},
            "ask": {"menu": ["again"], "keys": {"1": "ask", "2": "deeper"}, "otherwise": "deeper"},
            "deeper": {"enter": "other", "next": "back"},
            "back": {"go_back": ["hello"]},
        },
    },
    "other",
)

OUTCOMES: st.SearchStrategy[Outcome] = (
    st.sampled_from(
        [Played(), NoKey(), Done(), Left("talked"), Opened(), Closed(), Failed("why not")]
    )
    | st.just(Entered(ENTERED))
    | st.sampled_from(KEYS + "A").map(Pressed)
)  # fmt: skip
KINDS = ["play", "menu", "set", "queue", "hours", "enter", "go_to", "go_back"]
SOUND = st.sampled_from(["hello", "again"])
SOUNDS = st.sampled_from([[], ["hello"], ["hello", "again"]])


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Menus in which silence leads to the last node, and keys lead anywhere."""
    names = [f"n{number}" for number in range(draw(st.integers(1, 8)))]
    nodes: dict[str, dict[str, Any]] = {}
    for place, name in enumerate(names[:-1]):
        onward = draw(st.sampled_from(names[place + 1 :]))
        match draw(st.sampled_from(KINDS)):
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
            case "hours":
                closed = draw(st.sampled_from(names[place + 1 :]))
                nodes[name] = {"hours": "office", "open": onward, "closed": closed}
            case "enter":
                nodes[name] = {"enter": "other", "next": onward}
            case "go_back":
                nodes[name] = {"go_back": draw(SOUNDS)}
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


WAYS = ("next", "otherwise", "go_to", "open", "closed")


def _ways(node: dict[str, Any]) -> set[str]:
    onward = {node[field] for field in WAYS if field in node}
    return onward | set(node.get("keys", {}).values())


def most_steps_without_a_key(menu: MenuTree) -> int:
    """The first step, each node once with every try and its silent second, and the last words.

    Wherever a menu is entered, it is entered again as deep as may be.
    """
    entered = sum(isinstance(node, Enter) for node in menu.nodes.values())
    return 1 + tries(menu) + entered * (DEPTH_LIMIT - 1) * tries(ENTERED) + 2


def tries(menu: MenuTree) -> int:
    """Steps of a silent walk through all nodes."""
    return sum(
        2 * (1 + node.retries) if isinstance(node, Menu) else 2 for node in menu.nodes.values()
    )


@given(documents(), st.lists(OUTCOMES, max_size=40), st.data())
def test_the_interpreter_is_total(
    document: dict[str, Any], outcomes: list[Outcome], data: st.DataObject
) -> None:
    site = {"queues": ["consult"], "hours": ["office"], "menus": ["other"]}
    assert check(document, skills=[], languages=["zh", "en"], **site) == []
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
        assert interpreter.position in menus_of(menu)[interpreter.place.menu].nodes
        assert len(interpreter.above) < DEPTH_LIMIT


def menus_of(menu: MenuTree) -> dict[str, MenuTree]:
    """By the names that places have."""
    return {"": menu, "other": ENTERED}


@given(documents(), st.sampled_from([NoKey(), Failed("why not"), Left("talked"), Entered(ENTERED)]))
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
    menus = menus_of(menu)
    after_crash = Interpreter(
        menus[interpreter.place.menu],
        interpreter.facts,
        at=interpreter.position,
        above=[(menus[place.menu], place.node) for place in interpreter.above],
    )
    assert after_crash.start() == SetStep(interpreter.facts)
    again = after_crash.feed(Done())
    node = menus[interpreter.place.menu].nodes[interpreter.position]
    assert after_crash.above == interpreter.above or isinstance(node, Enter | GoBack)
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
            # Its words wait for the answer to a question that is none of the caller's.
            if not isinstance(again, HoursStep | EnterStep):
                assert isinstance(again, PlayStep | CollectStep)
                assert again.sounds[: len(node.sounds)] == node.sounds
        case Hours():
            assert again == HoursStep("office")
        case GoTo():  # reached only on the way to a queue or a set, while words are played
            assert isinstance(step, PlayStep | SetStep)
