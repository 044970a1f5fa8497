"""What is wrong with a menu document, where, and what would be right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hotseat.site import __file__ as site_package
from ivr.menus import MenuError, Problem, check, outline, parse
from ivr.menus.fields import no_such
from ivr.menus.graph import MOST_ROUNDS
from ivr.nodes import GoTo, HangUp, Menu, Play, Queue, Set
from tests.unit.ivr.documents import hotline, tree


def problems(document: Any) -> list[Problem]:
    return check(document, queues={"consult"}, skills={"english"}, languages={"zh", "en"})


def test_every_kind_of_node_is_read() -> None:
    assert problems(hotline()) == []
    menu = tree()
    assert (menu.start, menu.language, menu.sorry) == ("welcome", "zh", ("sorry-hang-up",))
    assert menu.nodes == {
        "welcome": Play(("welcome",), "ask"),
        "ask": Menu(
            ("choose",),
            {"1": "consult", "3": "again", "9": "english"},
            4000,
            1,
            ("wrong",),
            ("silent",),
            "consult",
        ),
        "again": GoTo("ask"),
        "english": Set({"language": "en"}, "in-english"),
        "in-english": Play(("language-changed",), "consult"),
        "consult": Queue("consult", {"english": 2}, 1, ("please-wait",), "farewell"),
        "farewell": HangUp(("goodbye",), 16),
    }


def test_a_menu_may_be_short() -> None:
    nodes = {
        "ask": {"menu": ["choose"], "keys": {"*": "ask"}, "otherwise": "end"},
        "end": {"hang_up": []},
    }
    menu = parse({"start": "ask", "language": "zh", "nodes": nodes})
    assert menu.nodes["ask"] == Menu(("choose",), {"*": "ask"}, 5000, 2, (), (), "end")


def _put(*path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def spoil(document: dict[str, Any]) -> None:
        for field in path[:-1]:
            document = document[field]
        document[path[-1]] = value

    return spoil


def _drop(*path: str) -> Callable[[dict[str, Any]], None]:
    def spoil(document: dict[str, Any]) -> None:
        for field in path[:-1]:
            document = document[field]
        del document[path[-1]]

    return spoil


KINDS = "play, menu, set, queue, hours, enter, go_to, go_back, hang_up"
ASK = ("nodes", "ask")
PROMPTS = "must be a list of prompts, such as [welcome]"


@pytest.mark.parametrize(
    ("spoil", "path", "text"),
    [
        (_drop("start"), "start", "is missing"),
        (_put("start", value="welcom"), "start", 'no node "welcom"; did you mean "welcome"?'),
        (_drop("nodes"), "nodes", "is missing"),
        (_put("nodes", value={}), "nodes", "a menu needs at least one node"),
        (_put("nodes", value=[]), "nodes", "must be a mapping"),
        (_put("nodez", value={}), "nodez", 'no field "nodez"; did you mean "nodes"?'),
        (_put("language", value="de"), "language", 'no language "de"; there is en, zh'),
        (_put(*ASK, "keys", "3", value="consul"), "nodes.ask.keys.3",
         'no node "consul"; did you mean "consult"?'),
        (_put(*ASK, "keys", "12", value="consult"), "nodes.ask.keys.12",
         'no key "12"; a key is one of 0 1 2 3 4 5 6 7 8 9 * #'),
        (lambda menu: menu["nodes"]["ask"]["keys"].update({4: "consult"}), "nodes.ask.keys.4",
         'write the key in quotes: "4"'),
        (_put(*ASK, "keys", value={}), "nodes.ask.keys", "must name at least one key"),
        (_drop(*ASK, "keys"), "nodes.ask.keys", "is missing"),
        (_drop(*ASK, "otherwise"), "nodes.ask.otherwise", "is missing"),
        (_put(*ASK, "menu", value="choose"), "nodes.ask.menu", PROMPTS),
        (_put(*ASK, "menu", value=[]), "nodes.ask.menu", PROMPTS),
        (_put(*ASK, "wait_seconds", value=0), "nodes.ask.wait_seconds",
         "must be a number from 1 to 60"),
        (_put(*ASK, "wait_seconds", value=True), "nodes.ask.wait_seconds",
         "must be a number from 1 to 60"),
        (_put(*ASK, "retries", value=1.5), "nodes.ask.retries",
         "must be a whole number from 0 to 9"),
        (_put(*ASK, "retrys", value=1), "nodes.ask.retrys",
         'no field "retrys"; did you mean "retries"?'),
        (_put("nodes", "welcome", "play", value=["../../etc/passwd"]), "nodes.welcome.play.0",
         "'../../etc/passwd' is no name; a name is up to 40 of a-z, 0-9, - and _, a letter first"),
        (_drop("nodes", "welcome", "next"), "nodes.welcome.next", "is missing"),
        (_put("nodes", "welcome", value=None), "nodes.welcome", "must be a mapping of fields"),
        (_drop("nodes", "again", "go_to"), "nodes.again",
         f"has no kind; a node needs one of {KINDS}"),
        (_put("nodes", "again", "play", value=["welcome"]), "nodes.again",
         f"is play and go_to at once; a node needs one of {KINDS}"),
        (_put("nodes", "english", "set", value={"vip": "yes"}), "nodes.english.set.vip",
         'no fact "vip"; there is language'),
        (_put("nodes", "english", "set", value={}), "nodes.english.set",
         "must set something, such as {language: en}"),
        (_put("nodes", "english", "set", "language", value="fr"), "nodes.english.set.language",
         'no language "fr"; there is en, zh'),
        (_put("nodes", "consult", "queue", value="consul"), "nodes.consult.queue",
         'no queue "consul"; did you mean "consult"?'),
        (_put("nodes", "consult", "requires", value={"englisch": 1}),
         "nodes.consult.requires.englisch", 'no skill "englisch"; did you mean "english"?'),
        (_put("nodes", "consult", "requires", value={"english": 11}),
         "nodes.consult.requires.english", "must be a whole number from 1 to 10"),
        (_put("nodes", "consult", "priority", value=-1), "nodes.consult.priority",
         "must be a whole number from 0 to 9"),
        (_put("nodes", "farewell", "cause", value=0), "nodes.farewell.cause",
         "must be a whole number from 1 to 127"),
        (_put("nodes", "island", value={"hang_up": []}), "nodes.island",
         'no way leads here from "welcome"'),
        (_put(*ASK, "otherwise", value="welcome"), "nodes.welcome",
         "a caller who presses nothing goes round for ever: welcome -> ask -> welcome"),
        (_put("nodes", "consult", "next", value="consult"), "nodes.consult",
         "a caller who presses nothing goes round for ever: consult -> consult"),
    ],
)  # fmt: skip
def test_a_spoilt_menu(spoil: Callable[[dict[str, Any]], None], path: str, text: str) -> None:
    document = hotline()
    spoil(document)
    assert (path, text) in problems(document)


def test_a_way_round_by_a_key_is_no_loop() -> None:
    document = hotline()
    document["nodes"]["ask"]["keys"]["0"] = "welcome"
    assert problems(document) == []


def test_all_problems_are_told_at_once() -> None:
    document = hotline()
    document["nodes"]["welcome"]["next"] = "aks"
    document["nodes"]["ask"]["retries"] = "two"
    document["nodes"]["farewell"] = {"hang_up": [7], "cause": "busy"}
    assert [path for path, _ in problems(document)] == [
        "nodes.ask.retries",
        "nodes.farewell.hang_up.0",
        "nodes.farewell.cause",
        "nodes.welcome.next",
    ]


def test_a_wrong_document_is_not_parsed() -> None:
    document = hotline()
    document["nodes"]["ask"]["keys"]["3"] = "consul"
    with pytest.raises(MenuError, match=r'^nodes\.ask\.keys\.3: no node "consul"; did you mean'):
        parse(document)


def test_the_demo_menu_is_right() -> None:
    with open(site_package.replace("__init__.py", "demo.yaml"), encoding="utf-8") as file:
        site = yaml.safe_load(file)
    for document in site["menus"].values():
        found = check(
            document,
            queues=site["queues"],
            skills=site["skills"],
            languages=site["site"]["languages"],
            hours=site["hours"],
            menus=site["menus"],
        )
        assert found == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 12) | st.sampled_from(["ask", "1", "en", ""]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["1", "*", "language", "ask", 1, None]), inner, max_size=2
        )
    ),
    max_leaves=4,
)
OTHER_KINDS = ("menu", "play", "hours", "enter", "go_back")
PLACES = [
    (name, field) for name, node in hotline()["nodes"].items() for field in (*node, *OTHER_KINDS)
]


@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3), st.booleans())
def test_any_document_is_either_parsed_or_explained(
    spoils: list[tuple[tuple[str, str], object]], drop: bool
) -> None:
    document = hotline()
    for (name, field), junk in spoils:
        document["nodes"][name][field] = junk
    if drop:
        del document["nodes"][spoils[0][0][0]]
    if problems(document):
        assert all(path and text for path, text in problems(document))
    else:
        parse(document)


def test_the_outline_shows_each_node_once() -> None:
    assert outline(tree()) == [
        "welcome: play welcome",
        "└─ next: ask: ask choose (wait 4 s, retries 1)",
        "   ├─ 1: consult: queue consult (english ≥ 2, priority +1)",
        "   │  └─ next: farewell: say goodbye, hang up",
        "   ├─ 3: again: go on",
        "   │  └─ go_to: ask (see there)",
        "   ├─ 9: english: language = en",
        "   │  └─ next: in-english: play language-changed",
        "   │     └─ next: consult (see there)",
        "   └─ otherwise: consult (see there)",
    ]


def test_the_outline_shows_hours_and_the_ways_into_other_menus() -> None:
    nodes = {
        "time": {"hours": "office", "open": "sales", "closed": "later"},
        "sales": {"enter": "sales", "next": "back"},
        "later": {"go_back": ["closed"]},
        "back": {"go_back": []},
    }
    assert outline(parse({"start": "time", "language": "zh", "nodes": nodes})) == [
        "time: hours office",
        "├─ open: sales: enter menu sales",
        "│  └─ next: back: go back",
        "└─ closed: later: say closed, go back",
    ]


def test_a_long_menu_with_as_many_rings_is_told_briefly() -> None:
    """Each of 4,000 rings has up to 4,000 nodes: all of them would be read by nobody."""
    nodes: dict[str, Any] = {
        f"n{place}": {"hours": "office", "open": f"n{place + 1}", "closed": "n0"}
        for place in range(4_000)
    }
    document = {"start": "n0", "language": "zh", "nodes": {**nodes, "n4000": {"hang_up": []}}}
    found = check(document, queues=(), skills=(), languages=["zh"], hours=["office"])
    assert 0 < len(found) <= MOST_ROUNDS


def test_a_wrong_name_is_not_compared_with_thousands() -> None:
    known = [f"queue-{place}" for place in range(5_000)]
    assert 'did you mean "queue-' in no_such("queue", "queue_12", known)
    assert no_such("queue", "desk", known) == 'no queue "desk" among the 5000 that there are'
    assert no_such("queue", "desc", [*known, "desk"]).endswith('did you mean "desk"?')
