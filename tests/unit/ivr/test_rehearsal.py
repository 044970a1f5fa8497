"""A rehearsal hears what a caller would hear."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotseat.site.records import Site
from ivr.interpreter import CollectStep, EnqueueStep, HangUpStep, HoursStep
from ivr.menus import parse
from ivr.nodes import KEYS, MenuTree
from ivr.rehearsal import rehearse
from tests.unit.ivr.documents import tree

ONE = {"hotline": tree()}
ANSWERS = st.lists(st.sampled_from([*KEYS, "-", "open", "closed", "talked", "nonsense", ""]))


def demo_menus(demo: Site) -> dict[str, MenuTree]:
    """Two menus, one entered from the other."""
    return {name: parse(document, name) for name, document in demo.menus.items()}


def test_it_stops_where_an_answer_is_asked_for() -> None:
    """What comes before the question is heard with it, as it can be cut."""
    (scene,) = rehearse(ONE, "hotline", [])
    assert isinstance(scene.step, CollectStep)
    assert scene.sounds == ("welcome", "choose")
    assert (scene.place.node, scene.language, scene.answer) == ("ask", "zh", None)


def test_it_goes_where_the_answers_lead() -> None:
    """Silence is asked again; a language holds from then on."""
    scenes = rehearse(ONE, "hotline", ["-", "9", "talked"])
    assert [scene.sounds for scene in scenes] == [
        ("welcome", "choose"),
        ("silent", "choose"),
        ("language-changed",),
        ("please-wait",),
        ("goodbye",),
        (),
    ]
    assert [scene.language for scene in scenes] == ["zh", "zh", "en", "en", "en", "en"]
    assert isinstance(scenes[-1].step, HangUpStep)


def test_an_answer_that_does_not_fit_is_none() -> None:
    """The walk waits there."""
    scenes = rehearse(ONE, "hotline", ["talked", "1"])
    assert [scene.answer for scene in scenes] == [None]


def test_other_menus_are_entered_and_left(demo: Site) -> None:
    """By way of the opening hours."""
    scenes = rehearse(demo_menus(demo), "main", ["2", "closed", "talked"])
    assert scenes[0].place.menu == "main"
    assert isinstance(scenes[1].step, HoursStep)
    queued = [scene for scene in scenes if isinstance(scene.step, EnqueueStep)]
    assert [scene.place.menu for scene in queued] == ["complaint"]
    assert isinstance(scenes[-1].step, HangUpStep)
    assert scenes[-1].place.menu == "main"


@given(ANSWERS)
def test_every_walk_ends(answers: list[str]) -> None:
    """With the end of the call, or with a scene that was not answered; no other scene lacks one."""
    scenes = rehearse(ONE, "hotline", answers)
    asked = [each for each in scenes if isinstance(each.step, CollectStep | EnqueueStep)]
    assert all(scene.answer is not None for scene in asked if scene is not scenes[-1])
    assert scenes[-1].answer is None
