"""Who was there how long, and paused how long: equal to a count of every minute."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hotseat.roster.attendance import LogOn, LogStep, log_ons
from hotseat.roster.times import (
    Pause,
    PauseStep,
    Times,
    pauses,
    times_by_agent,
    times_by_stretch,
)

ON = [LogOn("1001", 0, 100)]


def test_a_pause_lasts_until_its_agent_is_ready() -> None:
    steps = [PauseStep("1001", 10, "lunch"), PauseStep("1001", 40, None)]
    assert pauses(steps, ON) == [Pause("1001", "lunch", 10, 40)]


def test_a_pause_told_again_goes_on_and_another_reason_is_another() -> None:
    steps = [
        PauseStep("1001", 10, "lunch"),
        PauseStep("1001", 20, "lunch"),
        PauseStep("1001", 30, "training"),
    ]
    assert pauses(steps, ON) == [
        Pause("1001", "lunch", 10, 30),
        Pause("1001", "training", 30, 100),
    ]


def test_a_log_off_ends_a_pause_and_the_next_log_on_begins_without_it() -> None:
    again = [*ON, LogOn("1001", 200)]
    assert pauses([PauseStep("1001", 90, "lunch")], again) == [Pause("1001", "lunch", 90, 100)]
    assert pauses([PauseStep("1001", 250, "tea")], again) == [Pause("1001", "tea", 250, None)]


def test_a_pause_for_the_same_reason_after_another_log_on_is_another() -> None:
    """Nobody says that a pause is over when its agent logs off; nothing is lost of the next."""
    days = [LogOn("1001", 0, 100), LogOn("1001", 200)]
    steps = [
        PauseStep("1001", 90, "lunch"),
        PauseStep("1001", 250, "lunch"),
        PauseStep("1001", 260, "lunch"),
        PauseStep("1001", 280, None),
    ]
    assert pauses(steps, days) == [
        Pause("1001", "lunch", 90, 100),
        Pause("1001", "lunch", 250, 280),
    ]


def test_times_are_cut_to_the_stretch() -> None:
    found = times_by_agent(
        [LogOn("1001", 5), LogOn("1002", 0, 9)], [Pause("1001", "lunch", 15, 99)], 10, 30
    )
    assert found == {"1001": Times(20, Counter(lunch=15))}
    assert (found["1001"].at_work, found["1001"].pause) == (5, 15)


STORY = st.lists(
    st.tuples(
        st.sampled_from(["1001", "1002"]),
        st.integers(0, 12),
        st.sampled_from(["on", "off", "ready", "lunch", "tea"]),
    ),
    max_size=40,
)


@given(story=STORY, stretch=st.integers(1, 50))
def test_stretches_and_agents_add_up_to_a_count_of_every_minute(
    story: list[tuple[str, int, str]], stretch: int
) -> None:
    """What a clerk would write down who looks at everybody each minute."""
    at, steps, paused = 0, [], []
    there: dict[str, str] = {}
    """agent -> the reason of the pause, "" without one."""
    counted: Counter[tuple[str, str]] = Counter()
    since, until = 3, 90
    for agent, pace, what in (*story, ("1001", 200, "ready")):
        # Nobody is back in the very minute of the log-off.
        wait = max(pace, 1) if what == "on" else pace
        for minute in range(at, at + wait):
            if since <= minute < until:
                counted.update((who, reason) for who, reason in there.items())
        at += wait
        match what:
            case "on":
                there.setdefault(agent, "")
                steps.append(LogStep(agent, at, on=True))
            case "off":
                there.pop(agent, None)
                steps.append(LogStep(agent, at, on=False))
            case _ if agent in there:
                there[agent] = "" if what == "ready" else what
                paused.append(PauseStep(agent, at, None if what == "ready" else what))
    stays = log_ons(steps)
    rests = pauses(paused, stays)
    agents = times_by_agent(stays, rests, since, until)
    assert {
        (agent, reason): length
        for agent, times in agents.items()
        for reason, length in (("", times.at_work), *times.paused.items())
        if length
    } == dict(counted)
    stretches = times_by_stretch(stays, rests, since, until, stretch)
    assert len(stretches) == -(-(until - since) // stretch)
    assert sum(one.there for one in stretches) == sum(one.there for one in agents.values())
    assert sum((one.paused for one in stretches), Counter()) == sum(
        (one.paused for one in agents.values()), Counter()
    )
