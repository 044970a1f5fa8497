"""Agents call customers back: the seat rings first, then the customer, through the gate alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from acd.floor import SeatRefused
from acd.types import CallId, Device
from hotseat.callbacks import RETRY_AFTER, Callback, CallbackTried, IllegalStep, Result, State
from hotseat.dial_back import DialRefused
from hotseat.outbound import OutboundRules
from hotseat.site.records import AgentRecord, DutyTerms, QueueRecord
from ivr.ports import DialResult, MobileLeg
from tests.unit.server.scene import FakeLine, Scene, a_site

CUSTOMER = "+8613800138000"
ASKED = Callback("C1", 500_000, "consult", CUSTOMER, "zh", "")


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Agent 1001 at p101, agent 1002 who serves no queue, and a customer who waits for a call."""
    scene = Scene(
        a_site(
            agents={
                "1001": AgentRecord("1001", "王芳", {"consult": 5}, "+8613800010001"),
                "1002": AgentRecord("1002", "李娜", {}),
            },
            outbound=OutboundRules("CN", ("+86",), "4008001000"),
        )
    )
    scene.asked_back["C1"] = ASKED
    scene.seat()
    yield scene
    assert scene.reactor.getDelayedCalls() == [] or scene.service.floor.next_deadline()


def begin(scene: Scene, agent: str = "1001", call: str = "C1") -> str:
    """Start a try; the name of the attempt that rings."""
    before = set(scene.ringer.rung)
    begun = Deferred.fromCoroutine(scene.dial_backs.begin(call, agent, "mei"))
    SynchronousTestCase().successResultOf(begun)
    (attempt,) = set(scene.ringer.rung) - before
    return attempt


def refused(scene: Scene, agent: str = "1001") -> Exception:
    """Why no try starts; nothing rings."""
    before = set(scene.ringer.rung)
    begun = Deferred.fromCoroutine(scene.dial_backs.begin("C1", agent, "mei"))
    failure = SynchronousTestCase().failureResultOf(begun)
    assert set(scene.ringer.rung) == before
    assert isinstance(failure.value, Exception)
    return failure.value


def picks_up(scene: Scene, attempt: str) -> FakeLine:
    """The agent's place is answered, and its line comes."""
    line = scene.rings_in(attempt, context="seat", channel="PJSIP/p101-00000001")
    scene.ringer.answers[attempt].callback(DialResult.ANSWERED)
    return line


def state(scene: Scene, agent: str = "1001") -> str:
    """What the seat does."""
    return next(seat.word for seat in scene.service.floor.picture().seats if seat.seat == agent)


def kinds(scene: Scene) -> list[str]:
    """What the journal of the call says."""
    return scene.journal.kinds(CallId("C1"))


def test_the_customer_is_reached_through_the_gate_with_the_companys_number(scene: Scene) -> None:
    attempt = begin(scene)
    assert scene.ringer.rung[attempt] == ("p101", CUSTOMER)
    assert scene.asked_back["C1"].taken_by == "1001"
    assert scene.taken_in_name_of == ["mei"]
    assert state(scene) == "talking"
    line = picks_up(scene, attempt)
    assert line.did == [f"dial out {CUSTOMER} as 4008001000"]
    scene.reactor.advance(4)
    scene.ringer.talks[attempt]()
    scene.reactor.advance(9)
    line.dial_ends(DialResult.ANSWERED)
    assert line.did[1:] == ["hang up 16"]
    assert scene.tries == [CallbackTried("C1", scene.clock.now(), 1, "reached", None)]
    assert state(scene) == "wrap-up"
    assert kinds(scene)[:4] == ["dials", "outbound", "reached", "called_back"]
    ended = next(note for note in scene.journal.notes if note.kind == "called_back")
    assert (ended.seat, ended.queue) == ("1001", "consult")
    assert ended.facts == {
        "result": "reached",
        "on_line_ms": 13_000,
        "talk_ms": 9_000,
        "tries": 1,
    }
    (rest,) = [note for note in scene.journal.notes if note.kind == "wrap_up"]
    assert (rest.call, rest.seat) == ("C1", "1001")
    assert rest.facts == {"until": scene.clock.now() + 2_000}
    assert "wrap_up_ended_at" not in scene.journal.calls.get(CallId("C1"), {})


@pytest.mark.parametrize(
    ("ended", "result", "cause"),
    [
        (DialResult.NO_ANSWER, Result.NO_ANSWER, 19),
        (DialResult.BUSY, Result.BUSY, 17),
        (DialResult.DECLINED, Result.DECLINED, 21),
        (DialResult.UNREACHABLE, Result.UNREACHABLE, 20),
        (DialResult.ERROR, Result.UNREACHABLE, 20),
    ],
)
def test_who_is_not_reached_is_a_try_and_the_seat_is_ready_at_once(
    scene: Scene, ended: DialResult, result: Result, cause: int
) -> None:
    scene.asked_back["C1"] = replace(ASKED, tries=2)
    line = picks_up(scene, begin(scene))
    line.dial_ends(ended)
    now = scene.clock.now()
    assert scene.tries == [CallbackTried("C1", now, 3, result.value, now + RETRY_AFTER)]
    assert line.did[-1] == f"hang up {cause}"
    assert state(scene) == "ready"


def test_an_agent_who_hangs_up_first_has_talked_or_has_not(scene: Scene) -> None:
    first = begin(scene)
    line = picks_up(scene, first)
    line.vanishes()
    assert [tried.result for tried in scene.tries] == ["no answer"]
    assert state(scene) == "ready"
    second = begin(scene)
    line = picks_up(scene, second)
    scene.ringer.talks[second]()
    line.vanishes()
    assert scene.tries[-1].result == "reached"
    assert state(scene) == "wrap-up"


@pytest.mark.parametrize("why", [DialResult.NO_ANSWER, DialResult.DECLINED, DialResult.BUSY])
def test_a_seat_that_does_not_take_it_up_changes_nothing(scene: Scene, why: DialResult) -> None:
    scene.ringer.answers[begin(scene)].callback(why)
    assert scene.tries == []
    assert "outbound" not in kinds(scene)
    told = [note.facts for note in scene.journal.notes if note.kind == "seat_not_there"]
    assert told == [{"why": why.value}]
    assert state(scene) == "ready"


def test_an_answered_place_that_never_comes_is_given_up(scene: Scene) -> None:
    scene.ringer.answers[begin(scene)].callback(DialResult.ANSWERED)
    assert state(scene) == "talking"
    scene.reactor.advance(11)
    assert state(scene) == "ready"


def test_the_line_may_come_after_the_word_that_it_was_answered(scene: Scene) -> None:
    attempt = begin(scene)
    scene.ringer.answers[attempt].callback(DialResult.ANSWERED)
    line = scene.rings_in(attempt, context="seat")
    scene.ringer.talks[attempt]()
    scene.reactor.advance(11)
    assert (state(scene), scene.tries) == ("talking", [])
    line.dial_ends(DialResult.ANSWERED)
    assert [tried.result for tried in scene.tries] == ["reached"]
    assert state(scene) == "wrap-up"


def test_the_line_may_come_before_the_word_that_it_was_answered(scene: Scene) -> None:
    attempt = begin(scene)
    line = scene.rings_in(attempt, context="seat")
    line.dial_ends(DialResult.BUSY)
    scene.ringer.answers[attempt].callback(DialResult.ANSWERED)
    scene.reactor.advance(11)
    assert [tried.result for tried in scene.tries] == ["busy"]


def test_an_attempt_is_served_once_and_a_made_up_one_never(scene: Scene) -> None:
    attempt = begin(scene)
    picks_up(scene, attempt)
    assert scene.rings_in(attempt, context="seat").did == ["hang up 16"]
    assert scene.rings_in("0" * 26, context="seat").did == ["hang up 16"]


def test_an_agent_at_home_is_rung_at_the_mobile(scene: Scene) -> None:
    scene.seats.log_on_mobile(scene.config.now, "1001")
    attempt = begin(scene)
    leg, _shown = scene.ringer.rung[attempt]
    assert isinstance(leg, MobileLeg)
    assert (leg.agent, leg.number, leg.caller_id) == ("1001", "+8613800010001", "4008001000")
    dialled = [note.facts for note in scene.journal.notes if note.kind == "outbound"]
    assert dialled == [{"number": "+8613800010001"}]


@pytest.mark.parametrize("queue", ["consult", "removed"])
def test_a_mobile_rings_as_long_as_its_queue_says_and_a_desk_does_not(
    scene: Scene, queue: str
) -> None:
    terms = DutyTerms(ring_ms=55_000)
    consult = replace(scene.config.now.queues["consult"], duty=terms)
    scene.config.now = replace(scene.config.now, queues={"consult": consult})
    taken = replace(ASKED, queue=queue, state=State.TAKEN, taken_by="1001")
    scene.asked_back["C1"] = taken
    desk = begin(scene)
    assert scene.ringer.ring_ms[desk] == 25_000
    scene.ringer.answers[desk].callback(DialResult.NO_ANSWER)
    scene.seats.log_on_mobile(scene.config.now, "1001")
    expected = terms.ring_ms if queue == "consult" else DutyTerms().ring_ms
    assert scene.ringer.ring_ms[begin(scene)] == expected


def test_a_forbidden_number_never_rings_anybody_and_the_refusal_is_journalled(
    scene: Scene,
) -> None:
    scene.asked_back["C1"] = replace(ASKED, caller="+4930123456")
    assert "no prefix that is allowed" in str(refused(scene))
    (row,) = [note for note in scene.journal.notes if note.kind == "outbound_refused"]
    assert (row.call, row.seat, row.facts["number"]) == ("C1", "1001", "+4930123456")
    assert (state(scene), scene.asked_back["C1"].state) == ("ready", State.OPEN)


def test_a_number_that_is_forbidden_meanwhile_is_not_dialled(scene: Scene) -> None:
    attempt = begin(scene)
    rules = scene.config.now.outbound
    assert rules is not None
    scene.config.now = replace(scene.config.now, outbound=replace(rules, stopped=True))
    line = picks_up(scene, attempt)
    assert line.did == ["play hotseat/not-possible", "hang up 16"]
    assert scene.tries == []
    assert state(scene) == "ready"


@pytest.mark.parametrize(
    ("callback", "why"),
    [
        (replace(ASKED, state=State.DONE), "closed already"),
        (replace(ASKED, state=State.TAKEN, taken_by="1002"), "taken by 1002"),
        (replace(ASKED, queue="complaint"), "does not serve queue complaint"),
        (replace(ASKED, caller=""), "number is not known"),
    ],
)
def test_what_cannot_be_called_back(scene: Scene, callback: Callback, why: str) -> None:
    scene.asked_back["C1"] = callback
    with pytest.raises(DialRefused, match=why):
        raise refused(scene)


def test_nobody_is_called_while_the_caller_is_on_the_line(scene: Scene) -> None:
    scene.seats.pause("1001", "paperwork")
    line = scene.rings_in()
    call = scene.call_of(line)
    scene.asked_back["C1"] = replace(ASKED, call=call)
    assert "still on the line" in str(refused(scene))


def test_nobody_is_called_without_a_seat_or_a_switch(scene: Scene) -> None:
    scene.closed = "switch away"
    assert "switch away" in str(refused(scene))
    scene.seats.log_off("1001")
    assert "not logged on" in str(refused(scene))
    del scene.asked_back["C1"]
    scene.seat()
    scene.closed = None
    assert "no call-back C1" in str(refused(scene))


def test_a_seat_that_is_busy_does_not_dial(scene: Scene) -> None:
    scene.seats.phone_changed("p101", Device.IN_USE)
    with pytest.raises(SeatRefused, match="phone p101 is in use"):
        raise refused(scene)
    assert scene.asked_back["C1"].state is State.OPEN


def test_one_call_at_a_time(scene: Scene) -> None:
    attempt = begin(scene)
    assert "calling somebody back already" in str(refused(scene))
    scene.ringer.answers[attempt].callback(DialResult.NO_ANSWER)
    begin(scene)


def test_who_was_quicker_has_it(scene: Scene) -> None:
    """Between the look and the taking somebody else took it."""

    async def take(call: str, agent: str, by: str) -> None:
        raise IllegalStep("call-back C1 is taken by 1009: impossible to take it")

    scene.dial_backs._take = take
    with pytest.raises(IllegalStep):
        raise refused(scene)
    assert state(scene) == "ready"


def while_taking(scene: Scene, happens: Callable[[], object]) -> None:
    """This happens while the database is asked to take the call-back."""
    take = scene.dial_backs._take

    async def slowly(call: str, agent: str, by: str) -> None:
        await take(call, agent, by)
        happens()

    scene.dial_backs._take = slowly


@pytest.mark.parametrize("why", ["drain", "switch away"])
def test_nobody_is_rung_when_it_ends_while_the_database_thinks(scene: Scene, why: str) -> None:
    while_taking(scene, lambda: setattr(scene, "closed", why))
    with pytest.raises(DialRefused, match=why):
        raise refused(scene)
    assert (state(scene), len(scene.dial_backs)) == ("ready", 0)


def test_nobody_is_rung_who_has_logged_off_while_the_database_thinks(scene: Scene) -> None:
    while_taking(scene, lambda: scene.seats.log_off("1001"))
    with pytest.raises(DialRefused, match="not logged on"):
        raise refused(scene)
    assert len(scene.dial_backs) == 0
    assert [seat.seat for seat in scene.service.floor.picture().seats] == []


def test_who_moves_while_the_database_thinks_is_rung_at_the_new_place(scene: Scene) -> None:
    while_taking(scene, lambda: scene.seat("1001", "p102"))
    assert scene.ringer.rung[begin(scene)] == ("p102", CUSTOMER)


def test_a_try_counts_though_the_database_has_not_heard_of_the_last_one(scene: Scene) -> None:
    """The journal writes late; what is read meanwhile is old."""
    for _ in range(3):
        picks_up(scene, begin(scene)).dial_ends(DialResult.BUSY)
        assert scene.asked_back["C1"].tries == 0
    assert [tried.tries for tried in scene.tries] == [1, 2, 3]
    scene.asked_back["C1"] = replace(scene.asked_back["C1"], tries=7)
    picks_up(scene, begin(scene)).dial_ends(DialResult.BUSY)
    assert scene.tries[-1].tries == 8


@pytest.mark.parametrize("answered", [False, True])
def test_a_server_that_stops_waits_for_no_seat(scene: Scene, answered: bool) -> None:
    attempt = begin(scene)
    if answered:
        scene.ringer.answers[attempt].callback(DialResult.ANSWERED)
        assert scene.reactor.getDelayedCalls() != []
    rows = list(scene.journal.notes)
    scene.dial_backs.stop()
    assert scene.reactor.getDelayedCalls() == []
    assert scene.ringer.answers[attempt].called, "it is not listened for any more"
    assert (scene.tries, scene.journal.notes) == ([], rows)


def test_a_queue_without_wrap_up_lets_the_seat_go_on(scene: Scene) -> None:
    site = scene.config.now
    queue: QueueRecord = replace(site.queues["consult"], wrap_up_ms=0)
    scene.config.now = replace(site, queues={"consult": queue})
    attempt = begin(scene)
    line = picks_up(scene, attempt)
    scene.ringer.talks[attempt]()
    line.dial_ends(DialResult.ANSWERED)
    assert state(scene) == "ready"
