"""The index of open seats, the lines and the deadlines, each against a plain recomputation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from acd.calls import Need, Place
from acd.deadlines import Deadline, Deadlines, Due
from acd.routing import OpenSeats, meets, serves
from acd.types import CallId, Millis, Requirement, SeatId, Skills, requirement
from acd.waiting import Waiting

skill_maps = st.dictionaries(st.sampled_from("abc"), st.integers(1, 3), max_size=3)
needs = st.builds(Need, skill_maps.map(requirement), st.booleans())
seat_ids = st.sampled_from([SeatId(name) for name in "stuvw"])


def test_a_requirement_is_met_by_every_skill_at_its_level() -> None:
    assert meets({"a": 2, "b": 1}, (("a", 2), ("b", 1)))
    assert not meets({"a": 2}, (("a", 2), ("b", 1)))
    assert not meets({"a": 1, "b": 1}, (("a", 2), ("b", 1)))
    assert meets({}, ())


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("enrol"), seat_ids, st.tuples(skill_maps, st.booleans())),
            st.tuples(st.just("open"), seat_ids, st.integers(0, 5)),
            st.tuples(st.just("close"), seat_ids, st.none()),
            st.tuples(st.just("dismiss"), seat_ids, st.none()),
            st.tuples(st.just("ask"), st.none(), needs),
        ),
        max_size=40,
    )
)
def test_pools_hold_just_the_open_seats_that_meet(steps: list[tuple[str, SeatId, object]]) -> None:
    seats = OpenSeats()
    enrolled: dict[SeatId, tuple[Skills, bool]] = {}
    idle: dict[SeatId, Millis] = {}
    asked: set[Need] = set()
    for step, seat, what in steps:
        match step, what:
            case "enrol", (dict(skills), bool(on_duty)):
                seats.enrol(seat, skills, on_duty)
                enrolled[seat] = skills, on_duty
                idle.pop(seat, None)
            case "open", int() if seat in enrolled:
                seats.open(seat, what)
                idle[seat] = what
            case "close", _:
                seats.close(seat)
                idle.pop(seat, None)
            case "dismiss", _:
                seats.dismiss(seat)
                enrolled.pop(seat, None)
                idle.pop(seat, None)
            case "ask", tuple():
                asked.add(what)
        for need in asked:
            assert list(seats.pool(need)) == sorted(
                (seat for seat in idle if serves(*enrolled[seat], need)),
                key=lambda seat: (idle[seat], seat),
            )
        for seat, known in enrolled.items():
            met = {need for need in asked if serves(*known, need)}
            assert set(seats.met_by(seat)) == met
            assert seats.is_open(seat) == (seat in idle)


places = st.tuples(st.integers(0, 9), st.sampled_from([CallId(name) for name in "klmnop"]))


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([(), (("a", 1),)]), places)))
def test_lines_stand_in_order_and_nobody_stands_twice(
    steps: list[tuple[bool, Requirement, Place]],
) -> None:
    waiting = Waiting()
    lines: dict[Requirement, set[Place]] = {}
    for comes, requires, place in steps:
        line = lines.setdefault(requires, set())
        if comes:
            waiting.add(requires, place)
            line.add(place)
        else:
            waiting.discard(requires, place)
            line.discard(place)
        assert list(waiting.line(requires)) == sorted(line)
    assert list(waiting.in_order()) == sorted(p for line in lines.values() for p in line)


deadlines = st.sampled_from([Deadline(due, SeatId(seat)) for due in Due for seat in "st"])


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("set"), deadlines, st.integers(0, 99)),
            st.tuples(st.just("drop"), deadlines, st.just(0)),
            st.tuples(st.just("due"), deadlines, st.integers(0, 99)),
        ),
        max_size=300,
    )
)
def test_each_deadline_comes_once_at_its_last_instant(
    steps: list[tuple[str, Deadline, int]],
) -> None:
    running = Deadlines()
    expected: dict[Deadline, Millis] = {}
    for step, deadline, at in steps:
        match step:
            case "set":
                running.set(deadline, at)
                expected[deadline] = at
            case "drop":
                running.drop(deadline)
                expected.pop(deadline, None)
            case "due":
                came = list(running.due(at))
                assert [at for _, at in came] == sorted(at for _, at in came)
                assert dict(came) == {key: when for key, when in expected.items() if when <= at}
                expected = {key: when for key, when in expected.items() if when > at}
        assert running.first() == min(expected.values(), default=None)
    assert dict(running.due(99)) == expected


def test_deadlines_moved_for_ever_take_no_more_room() -> None:
    running = Deadlines()
    for at in range(100_000):
        running.set(Deadline(Due.OVERDUE, SeatId(str(at % 10))), at)
    assert len(running._heap) < 200


def test_a_deadline_that_falls_due_may_set_the_next() -> None:
    running = Deadlines()
    check = Deadline(Due.OVERDUE, SeatId("s"))
    running.set(check, 5)
    came = []
    for deadline, at in running.due(20):
        came.append(at)
        running.set(deadline, at + 10)
    assert came == [5, 15]
    assert running.first() == 25
