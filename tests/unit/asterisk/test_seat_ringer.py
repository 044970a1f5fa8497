"""A seat is rung by Originate, and known by the unique id that we chose."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hotseat.asterisk.seat_ringer import CONTEXT, GRACE_SECONDS, SeatRinger
from ivr.ports import DialResult, MobileLeg
from tests.unit.asterisk.test_node import FakeLink

ATTEMPT = "01M80DWFD2CEJF3PPEDT9XTWPQ"
LEG = MobileLeg("1001", "+8613800010001", "4008001000", "zh", ("hotseat/duty-keys",))


@pytest.fixture
def link() -> FakeLink:
    """A link that is up."""
    link = FakeLink()
    link.up = True
    return link


@pytest.fixture
def clock() -> Iterator[Clock]:
    """No timer may be left over."""
    clock = Clock()
    yield clock
    assert clock.getDelayedCalls() == []


@pytest.fixture
def ringer(link: FakeLink, clock: Clock) -> SeatRinger:
    """Listens to the link."""
    ringer = SeatRinger(link, clock)  # type: ignore[arg-type]
    ringer.watch()
    return ringer


def rings(
    ringer: SeatRinger, place: str | MobileLeg = "p101", talks: Callable[[], None] = lambda: None
) -> Deferred[DialResult]:
    """The place rings for ten seconds."""
    return Deferred.fromCoroutine(
        ringer.ring(ATTEMPT, place, shows="13800138000", ring_ms=10_000, talks=talks)
    )


def result(ringing: Deferred[DialResult]) -> DialResult:
    """What came of it."""
    return SynchronousTestCase().successResultOf(ringing)


def test_a_phone_is_rung_and_shows_the_customer(ringer: SeatRinger, link: FakeLink) -> None:
    ringing = rings(ringer)
    (headers,) = link.orders("Originate")
    assert headers == {
        "Channel": "PJSIP/p101",
        "Context": CONTEXT,
        "Exten": ATTEMPT,
        "Priority": "1",
        "Timeout": "10000",
        "CallerID": "<13800138000>",
        "ChannelId": ATTEMPT,
        "Async": "true",
    }
    link.event("OriginateResponse", Context=CONTEXT, Exten=ATTEMPT, Reason="4")
    assert result(ringing) is DialResult.ANSWERED


def test_a_mobile_is_rung_by_the_way_that_asks_for_a_key(
    ringer: SeatRinger, link: FakeLink
) -> None:
    ringing = rings(ringer, LEG)
    (headers,) = link.orders("Originate")
    assert headers["Channel"] == "Local/1001@accept/n"
    terms = "+8613800010001|4008001000|zh|hotseat/duty-keys"
    assert headers["Variable"] == f"__HOTSEAT_LEG_1001={terms}"
    link.event("OriginateResponse", Context=CONTEXT, Exten=ATTEMPT, Reason="5")
    assert result(ringing) is DialResult.BUSY


@pytest.mark.parametrize(
    ("reason", "became"),
    [
        ("1", DialResult.DECLINED),
        ("3", DialResult.NO_ANSWER),
        ("8", DialResult.UNREACHABLE),
        ("0", DialResult.UNREACHABLE),
        ("", DialResult.UNREACHABLE),
    ],
)
def test_why_it_was_not_taken_up(
    ringer: SeatRinger, link: FakeLink, reason: str, became: DialResult
) -> None:
    ringing = rings(ringer)
    link.event("OriginateResponse", Context=CONTEXT, Exten="another", Reason="4")
    link.event("OriginateResponse", Context="elsewhere", Exten=ATTEMPT, Reason="4")
    link.event("OriginateResponse", Context=CONTEXT, Exten=ATTEMPT, Reason=reason)
    link.event("OriginateResponse", Context=CONTEXT, Exten=ATTEMPT, Reason="4")
    assert result(ringing) is became


def test_a_word_that_was_lost_is_no_answer(
    ringer: SeatRinger, link: FakeLink, clock: Clock
) -> None:
    ringing = rings(ringer)
    clock.advance(10 + GRACE_SECONDS)
    assert result(ringing) is DialResult.NO_ANSWER
    link.event("OriginateResponse", Context=CONTEXT, Exten=ATTEMPT, Reason="4")


def test_without_a_link_nothing_rings(ringer: SeatRinger, link: FakeLink) -> None:
    link.broken = True
    assert result(rings(ringer)) is DialResult.ERROR


def test_the_bridge_is_told_once_and_not_after_it_was_forgotten(
    ringer: SeatRinger, link: FakeLink
) -> None:
    told: list[str] = []
    rings(ringer, talks=lambda: told.append("talks"))
    link.event("BridgeEnter", Uniqueid="100.1")
    assert told == []
    link.event("BridgeEnter", Uniqueid=ATTEMPT)
    link.event("BridgeEnter", Uniqueid=ATTEMPT)
    assert told == ["talks"]
    link.event("OriginateResponse", Context=CONTEXT, Exten=ATTEMPT, Reason="4")
    rings(ringer, talks=lambda: told.append("again"))
    ringer.forget(ATTEMPT)
    link.event("BridgeEnter", Uniqueid=ATTEMPT)
    assert told == ["talks"]
    link.event("OriginateResponse", Context=CONTEXT, Exten=ATTEMPT, Reason="4")


def test_a_place_that_is_no_name_is_refused(ringer: SeatRinger, link: FakeLink) -> None:
    SynchronousTestCase().failureResultOf(rings(ringer, "p101&PJSIP/p102"), ValueError)
    assert link.orders("Originate") == []
