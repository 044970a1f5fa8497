"""The ticket's one line: round trip, limits, junk."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from acd.recovery import Ticket, TicketError, TicketState
from acd.types import CallId, requirement

FULL = Ticket(
    state=TicketState.WAITING,
    call=CallId("01KATRS7M4D2V9"),
    arrived=1_790_000_000_123,
    queue="consult",
    priority=2,
    requires=(("complaint", 3), ("english", 1)),
    attempts=4,
    menu="main",
    revision=7,
    node="farewell",
    language="zh",
    above=(("first", 2, "end"), ("second", 9, "thanks")),
    told=3,
)
LINE = (
    "waiting|01KATRS7M4D2V9|consult|2|1790000000123|complaint:3+english:1|4|main@7|farewell|zh"
    "|first@2:end+second@9:thanks|3"
)

# Surrogates cannot come from decoded text that was valid.
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
tickets = st.builds(
    Ticket,
    state=st.sampled_from(TicketState),
    call=names.filter(bool).map(CallId),
    arrived=st.integers(0, 2**42),
    queue=names,
    priority=st.integers(-9, 9),
    requires=st.dictionaries(names.filter(bool), st.integers(1, 10), max_size=2).map(requirement),
    attempts=st.integers(0, 99),
    menu=names,
    revision=st.integers(0, 10_000),
    node=names,
    language=names,
    above=st.lists(st.tuples(names, st.integers(0, 10_000), names), max_size=2).map(tuple),
    told=st.integers(0, 11),
)


def test_a_ticket_in_full() -> None:
    assert FULL.format() == LINE
    assert Ticket.parse(LINE) == FULL


def test_the_state_comes_first_for_the_dialplan_to_read() -> None:
    for state in TicketState:
        line = Ticket(state, CallId("C1"), 0).format()
        assert line == f"{state.value}|C1||0|0||0|@0||||0"


@given(tickets)
def test_round_trip_in_one_line_of_harmless_bytes(ticket: Ticket) -> None:
    try:
        line = ticket.format()
    except TicketError:
        return  # twelve rare characters in every name do not fit
    assert Ticket.parse(line) == ticket
    assert len(line) <= 900
    assert set(line) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789|:+@%_.-~"
    )


def test_a_ticket_that_does_not_fit_is_refused_by_name() -> None:
    long = Ticket(TicketState.WAITING, CallId("C1"), 0, queue="咨询" * 60)
    with pytest.raises(TicketError, match=r"ticket of call C1 has \d+ bytes, 900 fit"):
        long.format()


@given(st.text(max_size=60) | st.text("0123456789abz|:+@%-", max_size=60))
@example("")
@example("|" * 12)
@example(LINE.replace("@2:", "@2"))
@example(LINE.replace("end+", "end++"))
@example(LINE + "|")
@example(LINE.replace("waiting", "ringing"))
@example(LINE.replace("consult|", "con sult|"))
@example(LINE.replace("consult|", "con%73ult|"))
@example(LINE.replace("zh", "%e4%b8"))
@example(LINE.replace("zh", "%E4%B8"))
@example(LINE.replace("|4|", "|04|"))
@example(LINE.replace("|4|", "|٤|"))
@example(LINE.replace("|4|", "||"))
@example(LINE.replace("@7", ""))
@example(LINE.replace(":3", ""))
@example(LINE.replace("+english:1", "+"))
@example(LINE.replace("farewell", "f" * 900))
@example(LINE.replace("01KATRS7M4D2V9", ""))
@example(LINE.replace("1790000000123", "9" * 850))
def test_junk_is_no_ticket(line: str) -> None:
    try:
        ticket = Ticket.parse(line)
    except TicketError:
        return
    raise AssertionError(f"taken for a ticket: {ticket}")


@given(tickets, st.integers(0, 899), st.characters())
def test_a_line_that_reads_is_the_line_that_would_be_written(
    ticket: Ticket, at: int, char: str
) -> None:
    line = LINE[: at % len(LINE)] + char + LINE[at % len(LINE) + 1 :]
    try:
        read = Ticket.parse(line)
    except TicketError:
        return
    assert read.format() == line
