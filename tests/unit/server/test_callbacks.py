"""Call-backs as records: a table of states, and steps that are either right or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotseat.callbacks import (
    CALLBACK_TABLE,
    FINAL,
    PROMISED,
    STATES,
    WORKED,
    Callback,
    IllegalStep,
    Result,
    State,
    Step,
    queues_of,
)
from hotseat.site.records import AgentRecord
from tests.unit.server.scene import a_site

T = 1_800_000_000_000
ASKED = Callback("C1", T, "consult", "+8613800138000", "zh", "")

DOES = {
    Step.TAKE: lambda callback: callback.take("1001"),
    Step.GIVE_BACK: lambda callback: callback.give_back(),
    Step.LATER: lambda callback: callback.later(Result.BUSY, T + 5, ""),
    Step.FINISH: lambda callback: callback.finish(Result.REACHED, "", T + 5),
    Step.DROP: lambda callback: callback.drop("", T + 5),
    Step.REOPEN: lambda callback: callback.reopen(),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_every_step_follows_the_table(state: State, step: Step) -> None:
    before = replace(ASKED, state=state, taken_by="1002" if state is State.TAKEN else None)
    after = CALLBACK_TABLE[state].get(step)
    if after is None:
        with pytest.raises(IllegalStep, match=f"C1 is {STATES[state]}"):
            DOES[step](before)
    else:
        assert DOES[step](before).state is after


@given(st.lists(st.sampled_from(Step), max_size=12))
def test_a_request_is_somebodys_or_nobodys_and_closed_or_open(steps: list[Step]) -> None:
    callback = ASKED
    for step in steps:
        try:
            callback = DOES[step](callback)
        except IllegalStep:
            continue
        assert (callback.done_at is None) == (callback.state in WORKED)
        assert (callback.taken_by is None) or callback.state is not State.OPEN
        assert callback.state is not State.TAKEN or callback.taken_by == "1001"
        assert callback.state is not State.DONE or callback.result in FINAL


def test_taken_twice_by_the_same_agent_is_taken_once() -> None:
    taken = ASKED.take("1001")
    assert taken.take("1001") == taken
    with pytest.raises(IllegalStep, match="taken by 1001"):
        taken.take("1002")


def test_a_busy_line_closes_nothing() -> None:
    with pytest.raises(IllegalStep, match="no result to close with"):
        ASKED.take("1001").finish(Result.BUSY, "", T)


def test_what_was_promised_comes_first_and_is_late_after_two_days() -> None:
    assert ASKED.promised_at == T
    later = ASKED.take("1001").later(Result.NO_ANSWER, T + 9, "rings in vain")
    assert (later.promised_at, later.note) == (T + 9, "rings in vain")
    assert not later.late(T + PROMISED)
    assert later.late(T + PROMISED + 1)
    assert not later.finish(Result.REACHED, "", T + PROMISED).late(T + PROMISED + 1)


def test_heard_and_deleted() -> None:
    spoken = replace(ASKED, recording="message-C1")
    assert spoken.heard(T + 3).heard_at == T + 3
    assert ASKED.heard(T + 3).heard_at is None, "there is nothing to hear"
    assert spoken.without_recording().recording == ""


def test_an_agent_works_on_the_queues_that_suit() -> None:
    site = a_site(
        agents={
            "1001": AgentRecord("1001", "", {"consult": 1}),
            "1002": AgentRecord("1002", "", {"complaint": 9}),
        }
    )
    assert queues_of(site, "1001") == {"consult"}
    assert queues_of(site, "1002") == frozenset()
    assert queues_of(site, "nobody") == frozenset()
