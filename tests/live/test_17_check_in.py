"""Check-in by telephone, what a forged number gains, and numbers that are never dialled."""

from __future__ import annotations

import time

import pytest

from hotseat.history import Outcome
from hotseat.softphones.phone import PhoneCall
from tests.live.duty import Night
from tests.live.hotline import Hotline, SiteFile
from tests.live.premises import until

pytestmark = pytest.mark.live

CHECK_IN = "8099"
MOBILE_OF_1001 = "13800010001"


@pytest.fixture
def night(hotline: Hotline) -> Night:
    """A hotline where 1001 has a PIN."""
    return Night(hotline)


@pytest.fixture
def pin(hotline: Hotline) -> str:
    """A new PIN of 1001."""
    made: str = hotline.json("agent", "pin", "1001", "--new")["pin"]
    return made


def types(call: PhoneCall, *entries: str) -> None:
    """Enter digits as a hand does, each entry after its question began."""
    call.wait("sound")
    for entry in entries:
        time.sleep(0.6)
        call.digits(entry)
        time.sleep(0.25 * len(entry))


def seats(hotline: Hotline) -> dict[str, str]:
    return {seat["seat"]: seat["phone"] for seat in hotline.status()["seats"]}


def test_star_codes_at_a_desk_check_in_pause_and_check_out(night: Night, pin: str) -> None:
    desk = night.hotline.desk("p101")
    types(desk.call("*111001"), f"{pin}#")
    until("1001 sits at p101", lambda: seats(night.hotline) == {"1001": "p101"}, 5)
    for code, paused in (("*13", True), ("*14", False)):
        desk.call(code).wait("ended", timeout=10)
        assert (night.hotline.seat("1001")["paused"] is not None) is paused
    desk.call("*12").wait("ended", timeout=10)
    assert seats(night.hotline) == {}


def test_a_forged_number_brings_nobody_on_duty(night: Night, pin: str) -> None:
    wrong = "0000" if pin != "0000" else "1111"
    forged = night.call(MOBILE_OF_1001, CHECK_IN)
    types(forged, f"{wrong}#")
    forged.wait("ended", timeout=15)
    assert seats(night.hotline) == {}
    (refused,) = night.hotline.journal("check_in_refused", since=round(night.began))
    assert refused.facts == {"agent": "1001", "why": "wrong"}


def test_even_with_the_pin_calls_ring_at_the_registered_number(night: Night, pin: str) -> None:
    night.hotline.carrier.rings()
    checking = night.call("13999999999", CHECK_IN)
    types(checking, "1001#", f"{pin}#", "1")
    until("1001 is on duty", lambda: seats(night.hotline) == {"1001": "mobile:1001"}, 10)
    checking.hang_up()
    night.call("13800170001")
    assert night.rings("1001").called == "+86" + MOBILE_OF_1001


def stop_all(site: SiteFile) -> None:
    """The kill switch is on, also for who is called in."""
    site["outbound"]["stopped"] = True
    site["roster"] = {"escalation": ["1002"]}


def move_abroad(site: SiteFile) -> None:
    """1002 has a mobile that no prefix allows."""
    site["agents"]["1002"]["mobile"] = "+4915112345678"


def test_forbidden_numbers_are_never_dialled(night: Night) -> None:
    hotline = night.hotline
    hotline.change(stop_all)
    night.on_duty("1001")
    for caller, number in (("13800170002", "4008004000"), ("13800170003", "8001")):
        night.call(caller, number).wait("ended", timeout=20)
        assert hotline.ended(caller).outcome is Outcome.CALLBACK
    hotline.change(move_abroad)
    hotline.ask("seat-logout", agent="1001")
    night.on_duty("1002")
    night.call("13800170004").wait("ended", timeout=20)
    assert hotline.carrier.invites(night.began) == []
    refused = hotline.journal("outbound_refused", since=round(night.began))
    stopped, abroad = "outbound calls are stopped", "no prefix that is allowed"
    assert [(row.seat, row.facts["why"]) for row in refused] == [
        *(("1001", stopped), ("1002", stopped)),  # of those on duty, of the escalation list
        *(("1001", stopped), ("1002", stopped)),  # by the agent's own number
        ("1002", abroad),
    ]
