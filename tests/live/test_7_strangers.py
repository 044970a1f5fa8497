"""Strangers at every door: refused, counted, harmless."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import count
from urllib.parse import quote

import pytest

from acd.recovery import Ticket, TicketState
from acd.types import CallId
from hotseat.asterisk.agi import signature
from hotseat.config import load_secrets
from hotseat.history import Outcome
from hotseat.softphones.phone import Phone, PhoneError
from tests.live.hotline import STRAIGHT, Hotline, now_ms, until

pytestmark = pytest.mark.live

OUTSIDE = "13900001111"
CUSTOMERS = (f"1380098{number:04}" for number in count())
TIMEOUT = 5.0
NOT_FOUND = 404

AGI_GREETING = (
    b"agi_network: yes\nagi_network_script: line\nagi_request: agi://x/line\n"
    b"agi_channel: PJSIP/trunk-00000001\nagi_uniqueid: 1.1\nagi_callerid: 13800009999\n"
    b"agi_calleridname: unknown\nagi_dnid: 4008002000\nagi_context: from-trunk\n"
    b"agi_extension: 4008002000\nagi_priority: 1\nagi_enhanced: 0.0\nagi_language: zh\n\n"
)


@pytest.fixture
def served(hotline: Hotline) -> Iterator[None]:
    """An ordinary call works before and after whatever the test does."""
    desk = hotline.log_on("1001", "p101")
    desk.answers(after_ms=30, hang_up_after_ms=150)

    def ordinary() -> None:
        caller = next(CUSTOMERS)
        hotline.callers.call(STRAIGHT, caller=caller)
        desk.rung_by(caller).wait("talking")
        assert hotline.ended(caller).outcome is Outcome.ANSWERED

    ordinary()
    yield
    ordinary()
    assert hotline.alive
    until("no channel is left", lambda: hotline.channels() == 0, 5)


def strangers(hotline: Hotline) -> dict[str, int]:
    counted: dict[str, int] = hotline.status()["strangers"]
    return counted


def assert_counted(hotline: Hotline, before: dict[str, int], prefix: str) -> None:
    """One more stranger of a kind that begins with `prefix`, and no other kind."""

    def more() -> dict[str, int]:
        return {
            kind: count - before.get(kind, 0)
            for kind, count in strangers(hotline).items()
            if count != before.get(kind, 0)
        }

    until(f"a stranger of kind {prefix} is counted", more, 5)
    assert all(kind.startswith(prefix) for kind in more()), more()


def fastagi(hotline: Hotline, source: str) -> socket.socket:
    asterisk = hotline.settings.asterisk
    return socket.create_connection(
        (str(asterisk.fastagi_host), asterisk.fastagi_port), TIMEOUT, source_address=(source, 0)
    )


def nothing_more(door: socket.socket) -> bool:
    """Was the door shut without another word?"""
    try:
        return door.recv(1000) == b""
    except ConnectionResetError:
        return True


@pytest.mark.usefixtures("served")
def test_fastagi_with_a_wrong_key(hotline: Hotline) -> None:
    before = strangers(hotline)
    calls = len(hotline.calls())
    # 127.0.0.1 is where Asterisk itself connects from: only the key tells it from others.
    with fastagi(hotline, "127.0.0.1") as door:
        signed = signature("guessed", "1.1")
        door.sendall(AGI_GREETING[:-1] + f"agi_arg_1: trunk\nagi_arg_7: {signed}\n\n".encode())
        assert nothing_more(door)
    assert_counted(hotline, before, "fastagi")
    assert len(hotline.calls()) == calls
    assert hotline.status()["agi"]["sessions"] == 0


@pytest.mark.usefixtures("served")
def test_fastagi_from_a_strange_address(hotline: Hotline) -> None:
    before = strangers(hotline)
    with fastagi(hotline, hotline.address(200)) as door:
        assert nothing_more(door)
    assert_counted(hotline, before, "fastagi")


@pytest.mark.usefixtures("served")
def test_ami_from_outside_the_acl(hotline: Hotline) -> None:
    before = strangers(hotline)
    asterisk = hotline.settings.asterisk
    secret = load_secrets(hotline.settings).ami_events
    with socket.create_connection(
        (str(asterisk.host), asterisk.ami_port), TIMEOUT, source_address=("127.0.0.1", 0)
    ) as door:
        login = f"Action: Login\r\nUsername: hotseat\r\nSecret: {secret}\r\n\r\n"
        door.sendall(login.encode())
        said = b""
        while b"\r\n\r\n" not in said and (chunk := door.recv(1000)):
            said += chunk
        assert b"Response: Error" in said
        assert b"accepted" not in said
    assert_counted(hotline, before, "ami")


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("user", ["p999", "p102"], ids=["unknown user", "wrong secret"])
def test_sip_registration(hotline: Hotline, user: str) -> None:
    before = strangers(hotline)
    with stranger(hotline, user) as phone:
        with pytest.raises(PhoneError, match="401"):
            phone.register("not the secret at all")
        assert_counted(hotline, before, "pjsip")
        call = phone.call(STRAIGHT)
        refused = call.wait("ended")
        assert refused.facts["code"] == 401
        assert call.find("talking", "ringing") is None


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("number", [OUTSIDE, "00" + OUTSIDE, "p101", "s", "h"])
def test_a_phone_dials_outside(hotline: Hotline, number: str) -> None:
    """Numbers of the world, other phones and names out of the dialplan: nothing is dialled."""
    phone = hotline.desk("p103")
    before, last, begun = strangers(hotline), hotline.last_row(), now_ms()
    call = phone.call(number)
    refused = call.wait("ended")
    assert refused.facts["code"] >= 400
    assert call.find("talking") is None
    for desk in hotline.desks:
        assert desk.invites(since=begun) == []
    if not number.isdecimal():
        assert refused.facts["code"] == NOT_FOUND
    else:
        assert_counted(hotline, before, "phone")
        (end,) = until(
            "the refusal is journalled", lambda: hotline.journal("ended", after=last), TIMEOUT
        )
        assert end.call is not None
        assert hotline.call(end.call).outcome is Outcome.REFUSED


@pytest.mark.usefixtures("served")
def test_a_caller_dials_a_number_that_is_not_ours(hotline: Hotline) -> None:
    before = strangers(hotline)
    call = hotline.callers.call(OUTSIDE, caller="13800009001")
    refused = call.wait("ended")
    assert refused.facts["code"] >= 400
    assert call.find("talking") is None
    assert_counted(hotline, before, "trunk")
    assert hotline.ended("13800009001").outcome is Outcome.REFUSED


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("name", ["s", "h"])
def test_a_caller_dials_a_name_out_of_the_dialplan(hotline: Hotline, name: str) -> None:
    last = hotline.last_row()
    call = hotline.callers.call(name, caller="13800009002")
    refused = call.wait("ended")
    assert refused.facts["code"] == NOT_FOUND
    assert call.find("talking") is None
    assert hotline.journal("arrived", after=last) == []


def stranger(hotline: Hotline, user: str) -> Phone:
    """A phone at an address that nobody gave a phone."""
    return Phone(
        user,
        address=hotline.address(200),
        server=hotline.sip,
        folder=hotline.state / "strangers",
    )


@pytest.mark.usefixtures("served")
def test_a_number_with_line_breaks_forges_nothing(hotline: Hotline) -> None:
    """The user part of a SIP address may hold any character, escaped."""
    ticket = Ticket(TicketState.WAITING, CallId("X"), 1, "vip", 9, menu="main", revision=1).format()
    forged = quote(f"1\nagi_arg_1: trunk\nagi_arg_5: {ticket}\n\n", safe="")
    last, begun = hotline.last_row(), now_ms()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip:
        sip.settimeout(TIMEOUT)
        sip.bind((hotline.address(10), 0))
        host, port = sip.getsockname()
        head = (
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{begun}\r\n"
            f"From: <sip:{forged}@{host}>;tag={begun}\r\n"
            f"To: <sip:{STRAIGHT}@{hotline.address(1)}>\r\n"
            f"Call-ID: {begun}@{host}\r\n"
        )
        body = (
            f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            "m=audio 40000 RTP/AVP 0\r\n"
        )
        invite = (
            f"INVITE sip:{STRAIGHT}@{hotline.address(1)} SIP/2.0\r\n{head}CSeq: 1 INVITE\r\n"
            f"Contact: <sip:x@{host}:{port}>\r\nMax-Forwards: 70\r\n"
            f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
        sip.sendto(invite.encode(), (hotline.address(1), hotline.settings.asterisk.sip_port))
        answer = b""
        while not answer.startswith(b"SIP/2.0 200"):
            answer = sip.recv(4096)
        tag = answer.partition(b"To:")[2].partition(b"tag=")[2].partition(b"\r")[0].decode()

        (came,) = until(
            "the call with the forged number is journalled",
            lambda: hotline.journal("arrived", after=last),
            TIMEOUT,
        )
        assert came.call is not None
        assert came.facts == {"number": STRAIGHT, "came_from": "trunk"}
        bye = (
            f"BYE sip:{STRAIGHT}@{hotline.address(1)} SIP/2.0\r\n"
            + head.replace(
                f"To: <sip:{STRAIGHT}@{hotline.address(1)}>",
                f"To: <sip:{STRAIGHT}@{hotline.address(1)}>;tag={tag}",
            )
            + "CSeq: 2 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        sip.sendto(bye.encode(), (hotline.address(1), hotline.settings.asterisk.sip_port))
        until(
            "the call with the forged number has ended",
            lambda: hotline.journal("ended", call=came.call),
            TIMEOUT,
        )
    record = hotline.call(came.call)
    assert record.caller is not None
    assert "\n" not in record.caller
    assert (record.number, record.priority) == (STRAIGHT, 0)
