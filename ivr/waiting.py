"""What a caller hears while waiting, besides music: whole sentences, in turn."""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_COUNTED = 10
"""Places in line that have a sentence of their own."""

WAITS = (
    (60_000, "wait-under-1"),
    (120_000, "wait-1-to-2"),
    (300_000, "wait-2-to-5"),
    (600_000, "wait-5-to-10"),
)
"""(milliseconds under which it is said, prompt); a range, for nobody knows the minute."""
LONGEST_WAIT = "wait-over-10"


@dataclass(frozen=True, slots=True)
class WhileWaiting:
    """What a queue says to those who wait in it."""

    every_ms: int
    """Music between two announcements."""
    position: bool
    expected_wait: bool
    comfort: tuple[str, ...]
    """Prompts said in turn."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one caller has been told so far."""

    place: int = 0
    """The best place in line, 0 if none was told; past MOST_COUNTED all places are one."""
    wait: int = len(WAITS)
    """The shortest wait, as an index into WAITS; past its end is the longest."""
    comforts: int = 0
    stood: bool = False
    """Was the last announcement about the place in line?"""


def stand(
    options: WhileWaiting, place: int, expected_ms: int | None, told: Told
) -> tuple[tuple[str, ...], Told]:
    """Say where the caller stands: (prompts, what is told then).

    `place` counts from 1. A worse place or a longer wait than told before is never said: the
    caller could do nothing with it but be angry.
    """
    sounds: list[str] = []
    counted = min(place, MOST_COUNTED + 1)
    if options.position and (told.place == 0 or counted <= told.place):
        sounds.append(_place_prompt(counted))
        told = replace(told, place=counted)
    if options.expected_wait and expected_ms is not None:
        wait = sum(expected_ms >= limit for limit, _ in WAITS)
        if wait <= told.wait:
            sounds.append(_wait_prompt(wait))
            told = replace(told, wait=wait)
    return tuple(sounds), replace(told, stood=True)


def announce(
    options: WhileWaiting, place: int, expected_ms: int | None, told: Told
) -> tuple[tuple[str, ...], Told]:
    """The next announcement: where the caller stands and a comfort message by turns.

    Where one of the two has nothing to say the other one says it; both may have nothing.
    """
    if not (told.stood and options.comfort):
        sounds, then = stand(options, place, expected_ms, told)
        if sounds or not options.comfort:
            return sounds, then
    comfort = options.comfort[told.comforts % len(options.comfort)]
    return (comfort,), replace(told, comforts=told.comforts + 1, stood=False)


def prompts(options: WhileWaiting) -> tuple[str, ...]:
    """Every prompt that these options may play."""
    places = [_place_prompt(place) for place in range(1, MOST_COUNTED + 2)]
    waits = [_wait_prompt(wait) for wait in range(len(WAITS) + 1)]
    return (
        *(places if options.position else ()),
        *(waits if options.expected_wait else ()),
        *options.comfort,
    )


def _place_prompt(place: int) -> str:
    """The sentence of a place in line."""
    return f"position-{place}" if place <= MOST_COUNTED else f"position-over-{MOST_COUNTED}"


def _wait_prompt(wait: int) -> str:
    return WAITS[wait][1] if wait < len(WAITS) else LONGEST_WAIT
