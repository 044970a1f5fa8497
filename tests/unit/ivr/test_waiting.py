"""What waiting callers are told: in turn, in whole sentences, and never anything worse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.prompts import built_in
from ivr.waiting import Told, WhileWaiting, announce, prompts, stand

ALL = WhileWaiting(every_ms=30_000, position=True, expected_wait=True, comfort=("kind", "kinder"))
PLACE = WhileWaiting(every_ms=30_000, position=True, expected_wait=False, comfort=())
COMFORT = WhileWaiting(every_ms=30_000, position=False, expected_wait=False, comfort=("kind",))


@pytest.mark.parametrize(
    ("place", "expected_ms", "said"),
    [
        (1, 0, ("position-1", "wait-under-1")),
        (2, 59_999, ("position-2", "wait-under-1")),
        (3, 60_000, ("position-3", "wait-1-to-2")),
        (10, 299_999, ("position-10", "wait-2-to-5")),
        (11, 599_999, ("position-over-10", "wait-5-to-10")),
        (400, 600_000, ("position-over-10", "wait-over-10")),
        (4, None, ("position-4",)),
    ],
)
def test_where_a_caller_stands(place: int, expected_ms: int | None, said: tuple[str, ...]) -> None:
    assert stand(ALL, place, expected_ms, Told())[0] == said


def test_place_and_comfort_take_turns() -> None:
    told = Told()
    heard = []
    for _ in range(5):
        said, told = announce(ALL, 2, None, told)
        heard.append(said)
    assert heard == [("position-2",), ("kind",), ("position-2",), ("kinder",), ("position-2",)]


def test_after_the_first_sentence_comes_comfort() -> None:
    _, told = stand(ALL, 2, None, Told())
    assert announce(ALL, 2, None, told)[0] == ("kind",)


@pytest.mark.parametrize(("options", "said"), [(ALL, ("kind",)), (PLACE, ()), (COMFORT, ("kind",))])
def test_who_was_overtaken_hears_no_place(options: WhileWaiting, said: tuple[str, ...]) -> None:
    assert announce(options, 3, 900_000, Told(place=2, wait=0))[0] == said


def test_a_wait_that_has_grown_is_not_told_but_the_place_is() -> None:
    said, told = stand(ALL, 2, 130_000, Told(place=3, wait=1))
    assert said == ("position-2",)
    assert told == Told(place=2, wait=1, stood=True)


options = st.builds(
    WhileWaiting,
    every_ms=st.just(30_000),
    position=st.booleans(),
    expected_wait=st.booleans(),
    comfort=st.sampled_from([(), ("kind",), ("kind", "kinder")]),
)
outlooks = st.tuples(st.integers(1, 14), st.none() | st.integers(0, 900_000))
PLACES = [*(f"position-{place}" for place in range(1, 11)), "position-over-10"]
WAITS = ["wait-under-1", "wait-1-to-2", "wait-2-to-5", "wait-5-to-10", "wait-over-10"]


@given(options, st.lists(outlooks, max_size=30), st.data())
def test_never_a_worse_place_or_a_longer_wait(
    options: WhileWaiting, outlooks: list[tuple[int, int | None]], data: st.DataObject
) -> None:
    """However the line moves, and also when a new server knows only the place told."""
    told = Told()
    heard: list[str] = []
    for place, expected in outlooks:
        said, told = announce(options, place, expected, told)
        assert set(said) <= set(prompts(options))
        assert said or not options.comfort
        heard += said
        if f"position-{place}" in said:
            assert place <= 10
        if data.draw(st.booleans()):
            told = Told(place=told.place, wait=told.wait)
    places = [PLACES.index(sound) for sound in heard if sound in PLACES]
    waits = [WAITS.index(sound) for sound in heard if sound in WAITS]
    assert places == sorted(places, reverse=True)
    assert waits == sorted(waits, reverse=True)


@given(options, st.integers(2, 40))
def test_comfort_messages_come_in_turn(options: WhileWaiting, turns: int) -> None:
    told = Told()
    heard: list[str] = []
    for _ in range(turns):
        said, told = announce(options, 1, 0, told)
        heard += [sound for sound in said if sound in options.comfort]
    assert heard == [options.comfort[n % len(options.comfort)] for n in range(len(heard))]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sentence_is_recorded(language: str) -> None:
    have = {prompt.name for prompt in built_in() if prompt.language == language}
    assert set(prompts(WhileWaiting(30_000, True, True, ()))) <= have
