"""The AMI codec: framing, text, limits, and what may be sent."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotseat.asterisk.ami_wire import (
    VALUE_LIMIT,
    AmiParser,
    Message,
    challenge_key,
    format_action,
)

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
ENTER = (
    "Event: BridgeEnter\r\nChannel: PJSIP/p101-0000002a\r\nCallerIDName: 张三\r\n\r\n"
).encode()
HANGUP = b"Event: Hangup\r\nChannel: PJSIP/p101-0000002a\r\nCause: 26\r\n\r\n"
PONG = b"Response: Success\r\nActionID: 7\r\nPing: Pong\r\n\r\n"


def read(stream: bytes, **options: int) -> list[Message]:
    return AmiParser(**options).feed(stream)


def names(messages: list[Message]) -> list[str | None]:
    return [message.event or message.response for message in messages]


def test_a_session_begins_with_the_banner() -> None:
    parser = AmiParser()
    messages = parser.feed(BANNER + PONG + ENTER)
    assert parser.banner == "Asterisk Call Manager/11.0.0"
    assert messages[0].response == "Success"
    assert messages[0].event is None
    assert messages[1].event == "BridgeEnter"
    assert messages[1].response is None
    assert messages[1]["CallerIDName"] == "张三"
    assert parser.counts.bad_frames == 0


def test_a_stream_without_banner_is_read_too() -> None:
    parser = AmiParser()
    assert names(parser.feed(PONG)) == ["Success"]
    assert parser.banner is None


def test_repeated_headers_are_all_kept() -> None:
    (message,) = read(
        b"Event: Newstate\r\nChanVariable: HOTSEAT_CALL=1\r\nExten: \r\nChanVariable: B=\r\n\r\n"
    )
    assert message.all("ChanVariable") == ["HOTSEAT_CALL=1", "B="]
    assert message.get("ChanVariable") == "B="
    assert message["Exten"] == ""
    assert message.all("Exten") == [""]
    assert message.all("Nothing") == []


def test_a_header_is_not_taken_for_another_of_a_longer_name_or_for_text() -> None:
    (message,) = read(
        b"Event: Newstate\r\nChannelState: 6\r\nChannel: a\r\nAppData: x Channel: b\r\n\r\n"
    )
    assert message.all("Channel") == ["a"]
    assert message.all("State") == []
    assert message.all("Event") == ["Newstate"]


def test_a9_command_output_keeps_every_line() -> None:
    """Asterisk 14 and later answer Command with Success and repeated Output headers."""
    (message,) = read(
        b"Response: Success\r\nActionID: 1\r\nMessage: Command output follows\r\n"
        b"Output: Name/username\r\nOutput: \r\nOutput: a: b\r\n\r\n"
    )
    assert message.all("Output") == ["Name/username", "", "a: b"]


@pytest.mark.parametrize(
    "stream",
    [
        ENTER.replace(b"\r\n", b"\n") + HANGUP,
        ENTER.replace(b"\r\n\r\n", b"\r\n\n") + HANGUP,
        ENTER.replace(b"\r\n\r\n", b"\n\r\n") + HANGUP,
        ENTER.replace(b"\r\n", b"\r\r\n") + HANGUP,
        ENTER.replace(b"-00", b"-\r00") + HANGUP,
        b"\r\n\r\n\n" + ENTER + b"\r\n" + HANGUP,
    ],
    ids=["bare LF", "CRLF LF", "LF CRLF", "CR CRLF", "CR in a value", "stray empty lines"],
)
def test_other_line_ends_are_understood(stream: bytes) -> None:
    parser = AmiParser()
    messages = parser.feed(stream)
    assert names(messages) == ["BridgeEnter", "Hangup"]
    assert messages[0]["Channel"] == "PJSIP/p101-0000002a"
    assert parser.counts.bad_frames == 0


def test_a_glued_frame_is_parted_and_counted() -> None:
    parser = AmiParser()
    cut = b"Event: BridgeEnter\r\nChannel: PJSIP/p101\r\n"
    messages = parser.feed(cut + HANGUP + cut + PONG)
    assert names(messages) == ["BridgeEnter", "Hangup", "BridgeEnter", "Success"]
    assert messages[3]["Ping"] == "Pong"
    assert parser.counts.bad_frames == 2


def test_the_response_header_of_an_originate_event_is_no_new_frame() -> None:
    parser = AmiParser()
    (message,) = parser.feed(
        b"Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: 9\r\n"
        b"Response: Failure\r\nChannel: PJSIP/p101\r\nReason: 5\r\n\r\n"
    )
    assert message.event == "OriginateResponse"
    assert message["Response"] == "Failure"
    assert message["Reason"] == "5"
    assert parser.counts.bad_frames == 0


def test_a_badly_written_line_makes_no_event_of_a_response() -> None:
    parser = AmiParser()
    (message,) = parser.feed(b"Response: Success\r\nEvent:Hangup\r\nActionID: 7\r\n\r\n")
    assert (message.event, message.response) == (None, "Success")
    assert parser.counts.bad_frames == 1


def test_junk_is_counted_and_what_follows_is_read() -> None:
    parser = AmiParser()
    junk = b"\x00\xff garbage\r\n\r\nnot a header at all\r\n\r\nKey: value\r\n\r\n"
    messages = parser.feed(BANNER + junk + b"Event: Odd\r\nno colon here\r\nA:b\r\n\r\n" + PONG)
    assert names(messages) == ["Odd", "Success"]
    assert messages[0]["A"] == "b"
    assert parser.counts.bad_frames == 4


def test_a7_text_that_is_not_utf8_is_read_by_the_fallback() -> None:
    """One GBK name must not cost the link."""
    stream = b"Event: Newchannel\r\nCallerIDName: " + "张三".encode("gbk") + b"\r\nExten: 1\r\n\r\n"
    assert read(stream)[0]["CallerIDName"] == "张三"
    latin = b"Event: Newchannel\r\nCallerIDName: J\xfcrgen\r\n\r\n"
    assert AmiParser(fallback="latin-1").feed(latin)[0]["CallerIDName"] == "Jürgen"


def test_one_bad_line_does_not_spoil_its_neighbours() -> None:
    stream = b"Event: Newchannel\r\nA: \xd5\xc5\r\nB: \xe5\xbc\xa0\r\n\r\n"
    (message,) = read(stream)
    assert (message["A"], message["B"]) == ("张", "张")


def test_a_name_cut_inside_a_character_keeps_the_rest() -> None:
    """Asterisk copies names into buffers of 80 bytes, also across a character."""
    name = "客服中心".encode()[:-1]
    (message,) = read(b"Event: Newchannel\r\nCallerIDName: " + name + b"\r\nExten: 1\r\n\r\n")
    assert message["CallerIDName"] == "客服中�"
    assert message["Exten"] == "1"


def test_a8_an_over_long_frame_is_dropped_and_the_link_lives() -> None:
    parser = AmiParser(frame_limit=200)
    long = b"Event: UserEvent\r\nBody: " + b"x" * 300 + b"\r\n\r\n"
    assert names(parser.feed(BANNER + ENTER + long + HANGUP)) == ["BridgeEnter", "Hangup"]
    assert parser.counts.long_frames == 1


def test_a8_a_line_far_over_twisted_s_limit_is_read() -> None:
    value = "x" * 100_000
    (message,) = read(f"Event: UserEvent\r\nBody: {value}\r\n\r\n".encode())
    assert message["Body"] == value


def test_an_endless_frame_does_not_fill_the_memory() -> None:
    parser = AmiParser(frame_limit=1000)
    for _ in range(100):
        assert parser.feed(b"y" * 999) == []
        assert len(parser._rest) < 6000
    assert names(parser.feed(b"\r\n\r\n" + PONG)) == ["Success"]
    assert parser.counts.long_frames == 1


def test_unwanted_events_are_dropped_and_rows_of_listings_kept() -> None:
    parser = AmiParser()
    parser.wanted = frozenset({b"Hangup"})
    row = b"Event: CoreShowChannel\r\nActionID: 4\r\nChannel: PJSIP/p1\r\n\r\n"
    assert names(parser.feed(ENTER + HANGUP + row + PONG)) == [
        "Hangup",
        "CoreShowChannel",
        "Success",
    ]
    assert names(parser.feed(b"Event: Hangup\r\n\r\n")) == ["Hangup"]
    parser.wanted = None
    assert names(parser.feed(ENTER)) == ["BridgeEnter"]


# -- every split of the stream -----------------------------------------------------------------

KNOWN_LINES = [
    b"Event: Hangup",
    b"Response: Success",
    b"Response: Failure",
    b"ActionID: 3",
    b"Message: ok",
    b"A: ",
    b"A:b",
    b"no header",
    b"",
    b"\r",
    b"Name: \xd5\xc5",
    b"Name: \xe5\xbc",
]
LINE = st.one_of(st.sampled_from(KNOWN_LINES), st.binary(max_size=12))
STREAM = st.lists(
    st.tuples(LINE, st.sampled_from([b"\r\n", b"\r\n", b"\n", b"\r\n\r\n", b"\r\n\n"])), max_size=25
).map(lambda parts: b"".join(line + end for line, end in parts))
CUTS = st.lists(st.integers(0, 400), max_size=12)


@settings(max_examples=300, deadline=None)
@given(
    STREAM,
    CUTS,
    st.booleans(),
    st.sampled_from([20, 60, 1000]),
    st.sampled_from([None, {b"Hangup"}]),
)
def test_every_split_gives_the_same_messages(
    stream: bytes, cuts: list[int], banner: bool, limit: int, wanted: set[bytes] | None
) -> None:
    stream = BANNER + stream if banner else stream
    whole, pieces = AmiParser(frame_limit=limit), AmiParser(frame_limit=limit)
    whole.wanted = pieces.wanted = wanted
    expected = whole.feed(stream)
    got = []
    bounds = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for start, end in pairwise(bounds):
        got += pieces.feed(stream[start:end])
    assert [message.text for message in got] == [message.text for message in expected]
    assert pieces.banner == whole.banner
    # One more frame tells whether an over-long one was noticed by both.
    after = b"\r\n\r\n" + PONG
    assert names(pieces.feed(after)) == names(whole.feed(after))
    assert pieces.counts == whole.counts


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_junk_never_raises_and_a_true_message_gets_through(pieces: list[bytes]) -> None:
    parser = AmiParser()
    for piece in pieces:
        parser.feed(piece)
    assert "Success" in names(parser.feed(b"\r\n\r\n" + PONG))


# -- sending -----------------------------------------------------------------------------------


def test_an_action_is_written_with_repeated_headers() -> None:
    headers = {"Channel": "PJSIP/p101", "Variable": ["A=1", "B=张"], "Data": ""}
    assert (
        format_action("Originate", "17", headers)
        == (
            "Action: Originate\r\nActionID: 17\r\nChannel: PJSIP/p101\r\n"
            "Variable: A=1\r\nVariable: B=张\r\nData: \r\n\r\n"
        ).encode()
    )


@pytest.mark.parametrize("break_", ["\r", "\n", "\0", "\r\n\r\nAction: Command"])
def test_a6_line_breaks_are_refused_everywhere(break_: str) -> None:
    """A line break in a value would send a second action."""
    with pytest.raises(ValueError, match="Value"):
        format_action("Setvar", "1", {"Value": f"v{break_}"})
    with pytest.raises(ValueError, match="Variable"):
        format_action("Originate", "1", {"Variable": ["A=1", f"B={break_}"]})
    with pytest.raises(ValueError, match="header name"):
        format_action("Setvar", "1", {f"Value{break_}": "v"})
    with pytest.raises(ValueError, match="Action"):
        format_action(f"Setvar{break_}", "1")


@pytest.mark.parametrize("key", ["", "A B", "A:", "Ä", "1A", ":"])
def test_a_key_must_be_a_header_name(key: str) -> None:
    with pytest.raises(ValueError, match="header name"):
        format_action("Setvar", "1", {key: "v"})


def test_a_value_longer_than_asterisk_s_line_is_refused_by_bytes() -> None:
    format_action("Setvar", "1", {"Value": "x" * VALUE_LIMIT})
    with pytest.raises(ValueError, match="Value: more than 900 bytes"):
        format_action("Setvar", "1", {"Value": "张" * (VALUE_LIMIT // 3 + 1)})


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,8}", fullmatch=True),
                       st.text(st.characters(codec="utf-8"), max_size=40), max_size=5))  # fmt: skip
def test_an_action_is_one_block_whatever_its_values(headers: dict[str, str]) -> None:
    try:
        sent = format_action("Setvar", "1", headers)
    except ValueError:
        assert any(set("\r\n\0") & set(value) for value in headers.values())
        return
    assert sent.endswith(b"\r\n\r\n")
    assert sent.count(b"\r\n\r\n") == 1
    lines = sent[:-4].decode().split("\r\n")
    assert lines[2:] == [f"{key}: {value}" for key, value in headers.items()]


def test_a1_the_log_in_key_is_the_md5_of_challenge_and_secret() -> None:
    expected = hashlib.md5(b"840415273s3cret").hexdigest()
    assert challenge_key("840415273", "s3cret") == expected
