"""Drafts: edited one by one, refused with the reason, and never undoing what was agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotseat.roster.drafts import Draft, EditRefused
from hotseat.roster.shifts import Assignment, dates
from tests.unit.roster.standard import MONDAY, SUNDAY, WEEK

EMPTY = Draft(MONDAY, SUNDAY)
ONE = WEEK[0]
assignments = st.frozensets(
    st.builds(
        Assignment,
        st.sampled_from(dates(MONDAY, SUNDAY)),
        st.sampled_from("ABC"),
        st.sampled_from(["1001", "1002", "1003"]),
    ),
    max_size=8,
)


def test_assign_move_remove() -> None:
    moved = Assignment(SUNDAY, "C", "1002")
    draft = EMPTY.assign(ONE)
    assert draft.assignments == {ONE}
    assert draft.move(ONE, moved).assignments == {moved}
    assert draft.move(ONE, ONE) == draft
    assert draft.remove(ONE) == EMPTY


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (lambda d: d.assign(ONE), "1001 on A of 2026-11-23 is in the draft already"),
        (lambda d: d.remove(WEEK[1]), "1002 on B of 2026-11-23 is not in the draft"),
        (lambda d: d.move(WEEK[1], WEEK[2]), "1002 on B of 2026-11-23 is not in the draft"),
        (
            lambda d: d.assign(Assignment(SUNDAY + timedelta(days=1), "A", "1001")),
            "2026-11-30 is not in the draft, which is for 2026-11-23 to 2026-11-29",
        ),
        (
            lambda d: d.fill([Assignment(MONDAY - timedelta(days=1), "A", "1001")], ["1001"]),
            "2026-11-22 is not in the draft",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(edit: object, why: str) -> None:
    draft = EMPTY.assign(ONE)
    with pytest.raises(EditRefused, match=why):
        edit(draft)  # type: ignore[operator]
    assert draft.assignments == {ONE}


@given(assignments, assignments)
def test_filling_replaces_the_duties_of_its_agents_alone(
    before: frozenset[Assignment], filled: frozenset[Assignment]
) -> None:
    own = frozenset(one for one in filled if one.agent == "1001")
    draft = Draft(MONDAY, SUNDAY, before).fill(own, ["1001"])
    assert draft.assignments == own | {one for one in before if one.agent != "1001"}


@given(assignments, assignments, assignments)
def test_catching_up_keeps_both_the_edits_and_what_was_published_meanwhile(
    base: frozenset[Assignment], edited: frozenset[Assignment], now: frozenset[Assignment]
) -> None:
    caught = Draft(MONDAY, SUNDAY, edited).catch_up(base, now).assignments
    assert now - base <= caught, "what was agreed meanwhile is there"
    assert not (base - now) & caught, "what was given up meanwhile is not"
    touched = base ^ now
    assert caught - touched == edited - touched, "the edits elsewhere stay"
    assert Draft(MONDAY, SUNDAY, caught).catch_up(now, now).assignments == caught
