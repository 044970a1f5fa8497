"""Late, early, absent, missing: log-ons against the roster."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotseat.roster.attendance import (
    Attendance,
    LogOn,
    LogStep,
    Verdict,
    attendance,
    log_ons,
    missing,
)
from hotseat.roster.policy import RosterPolicy
from hotseat.roster.shifts import Duty, Place, duties
from tests.unit.roster.standard import MONDAY, SHANGHAI, SHIFTS, WEEK

MIN = 60_000
H = 60 * MIN
DUTY = Duty(9 * H, 17 * H, "1001", date(2026, 11, 23), "A", Place.OFFICE)
AFTER = 20 * H


def kept(*spans: tuple[int, int | None], now: int = AFTER, late_after: int = 1) -> Attendance:
    (found,) = attendance(
        [DUTY],
        [LogOn("1001", *span) for span in spans],
        RosterPolicy(late_after=late_after),
        now,
    )
    return found


@pytest.mark.parametrize(
    ("spans", "verdicts", "late", "early", "there"),
    [
        ([(8 * H, 17 * H)], "on time", 0, 0, 8 * H),
        ([(9 * H, 18 * H)], "on time", 0, 0, 8 * H),
        ([(9 * H + 59_999, 17 * H)], "on time", 59_999, 0, 8 * H - 59_999),
        ([(9 * H + MIN, 17 * H)], "late", MIN, 0, 8 * H - MIN),
        ([(9 * H, 16 * H)], "left early", 0, H, 7 * H),
        ([(10 * H, 16 * H)], "late, left early", H, H, 6 * H),
        ([], "absent", 8 * H, 0, 0),
        ([(17 * H, 18 * H)], "absent", 8 * H, 0, 0),
        ([(8 * H, 9 * H)], "absent", 8 * H, 0, 0),
        ([(9 * H, 12 * H), (13 * H, 17 * H)], "on time", 0, 0, 7 * H),
        ([(9 * H, 13 * H), (12 * H, None)], "on time", 0, 0, 8 * H),
    ],
)
def test_a_duty_that_is_over(
    spans: list[tuple[int, int | None]], verdicts: str, late: int, early: int, there: int
) -> None:
    found = kept(*spans)
    assert ", ".join(sorted(verdict.value for verdict in found.verdicts)) == verdicts
    assert (found.late, found.early, found.there) == (late, early, there)


def test_a_duty_that_runs() -> None:
    """Missing at once, late after the grace, and no word yet of leaving early."""
    assert kept(now=9 * H).verdicts == {Verdict.MISSING}
    assert kept(now=9 * H + 5 * MIN).verdicts == {Verdict.MISSING, Verdict.LATE}
    assert kept((8 * H, None), now=10 * H).verdicts == {Verdict.ON_TIME}
    late = kept((10 * H, None), now=11 * H)
    assert (late.verdicts, late.came, late.went) == ({Verdict.LATE}, 10 * H, None)
    gone = kept((9 * H, 10 * H), now=11 * H)
    assert (gone.verdicts, gone.went, gone.early) == ({Verdict.MISSING}, 10 * H, 0)


def test_a_duty_to_come_has_no_attendance() -> None:
    assert attendance([DUTY], [], RosterPolicy(), 9 * H - 1) == ()


def test_without_grace_every_millisecond_counts() -> None:
    assert kept((9 * H, 17 * H), late_after=0).verdicts == {Verdict.ON_TIME}
    assert kept((9 * H + 1, 17 * H), late_after=0).verdicts == {Verdict.LATE}


def test_who_is_missing_now() -> None:
    rostered = duties(WEEK, SHIFTS, lambda _: SHANGHAI)
    noon = next(duty for duty in rostered if duty.shift == "B" and duty.day == MONDAY).begins
    assert [duty.agent for duty in missing(rostered, ["1001"], noon)] == ["1002"]
    assert [duty.agent for duty in missing(rostered, [], noon - 1)] == ["1001"]
    assert missing(rostered, ["1001", "1002"], noon) == ()


def test_log_ons_of_the_journal_become_spans() -> None:
    """A move to another phone is no new log-on; who was on before the first row still counts."""
    steps = [
        LogStep("1001", 10, True),
        LogStep("1002", 11, False),
        LogStep("1001", 12, True),
        LogStep("1001", 20, False),
        LogStep("1001", 30, True),
    ]
    assert log_ons(steps, {"1001": 5, "1003": 5}) == [
        LogOn("1001", 10, 20),
        LogOn("1001", 30),
        LogOn("1003", 5),
    ]


@given(st.lists(st.tuples(st.integers(6, 20), st.integers(0, 6)), max_size=5), st.integers(9, 22))
def test_time_there_is_a_count_of_minutes(spans: list[tuple[int, int]], now: int) -> None:
    found = kept(*((begin * H, (begin + hours) * H) for begin, hours in spans), now=now * H)
    counted = sum(
        any(begin * H <= at < (begin + hours) * H for begin, hours in spans)
        for at in range(9 * H, min(17, now) * H, MIN)
    )
    assert found.there == counted * MIN
