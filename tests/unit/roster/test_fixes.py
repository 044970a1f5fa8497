"""What is proposed against a hole really closes it."""

from __future__ import annotations

from dataclasses import replace

from hotseat.roster.coverage import STANDARD_COVER, Cover, Demand, series
from hotseat.roster.fixes import AddShift, AfterHours, AssignTo, BeginEarlier, ExtendShift, fixes
from hotseat.roster.shifts import Assignment, Duty, Place, Shift, dates, duties
from ivr.hours import Calendar, Span
from tests.unit.roster.standard import MONDAY, SHANGHAI, SHIFTS, SUNDAY, WEEK, standard_week

SKILLS = {"1001": {"consult": 5}, "1002": {"consult": 2}, "1003": {"consult": 3}, "1004": {}}


def proposed(demand: Demand, rostered: tuple[Duty, ...]) -> list[object]:
    (hole,) = series(demand.holes(rostered, MONDAY, SUNDAY), SHANGHAI)
    return list(fixes(hole, rostered, SHIFTS, demand))


def test_the_standard_hole() -> None:
    """Extend C, add a shift, or an after-hours policy; and the words for it."""
    demand = Demand({"hotline": STANDARD_COVER}, {}, SKILLS, SHANGHAI)
    found = proposed(demand, standard_week())
    assert found == [ExtendShift("C", 24 * 60), AddShift(22 * 60, 24 * 60), AfterHours()]
    assert [str(fix) for fix in found[:2]] == ["extend C to 24:00", "add a shift 22:00–24:00"]
    longer = SHIFTS | {"C": replace(SHIFTS["C"], minutes=240)}
    assert demand.holes(standard_week(longer), MONDAY, SUNDAY) == ()
    late = Shift("D", "D班", 22 * 60, 120, Place.HOME)
    extra = [Assignment(day, "D", "1004") for day in dates(MONDAY, SUNDAY)]
    rostered = duties([*WEEK, *extra], SHIFTS | {"D": late}, lambda _: SHANGHAI)
    assert demand.holes(rostered, MONDAY, SUNDAY) == ()


def test_a_shift_that_nobody_has_on_one_day() -> None:
    """Put somebody on it: the skilled who are free that day are named."""
    evening = Cover("evening", Calendar({"wed": (Span(1200, 1320),)}, {}), skill="consult")
    demand = Demand({"evening": evening}, {}, SKILLS | {"1005": {"consult": 1}}, SHANGHAI)
    without = tuple(
        duty for duty in standard_week() if (duty.day.weekday(), duty.shift) != (2, "C")
    )
    found = proposed(demand, without)
    assert found[0] == ExtendShift("B", 22 * 60)
    assert found[1] == AssignTo("C", 1, ("1003", "1005"))
    assert str(found[1]) == "put 1 more on C, e.g. 1003, 1005"


def test_a_hole_before_a_shift() -> None:
    early = Cover("early", Calendar({"mon": (Span(480, 1020),)}, {}))
    found = proposed(Demand({"early": early}, {}, SKILLS, SHANGHAI), standard_week())
    assert found == [BeginEarlier("A", 480), AddShift(480, 540), AfterHours()]


def test_who_lacks_the_skill_is_not_asked_to_stay() -> None:
    late = Cover("late", Calendar({"mon": (Span(1200, 1440),)}, {}), skill="consult")
    skills = SKILLS | {"1003": {}}
    found = proposed(Demand({"late": late}, {}, skills, SHANGHAI), standard_week())
    assert found == [ExtendShift("B", 24 * 60), AddShift(1200, 1440), AfterHours()]
