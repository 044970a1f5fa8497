"""The FastAGI codec: environment, replies, and what may be sent."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotseat.asterisk.agi_wire import (
    AgiError,
    AgiMessage,
    AgiParser,
    Environment,
    Hangup,
    Reply,
    format_command,
)
from tests.wire.res_agi import parse_args

ENVIRONMENT = (
    "agi_network: yes\nagi_network_script: line\nagi_channel: PJSIP/trunk-0000002a\n"
    "agi_calleridname: 张三\nagi_accountcode: \nagi_arg_1: trunk\n\n"
).encode()
USAGE = (
    b"520-Invalid command syntax.  Proper usage follows:\nWaits up to 'timeout' milliseconds\n"
    b"200 result=1 (not a reply)\n\n520 End of proper usage.\n"
)


def replies(data: bytes) -> list[AgiMessage]:
    parser = AgiParser()
    parser.feed(ENVIRONMENT)
    return parser.feed(data)


def feed(parser: AgiParser, pieces: list[bytes]) -> list[AgiMessage | str]:
    got: list[AgiMessage | str] = []
    try:
        for piece in pieces:
            got += parser.feed(piece)
    except AgiError:
        got.append("refused")
    return got


def test_the_environment_is_read_to_its_empty_line() -> None:
    (message,) = AgiParser().feed(ENVIRONMENT)
    assert isinstance(message, Environment)
    assert message.values["channel"] == "PJSIP/trunk-0000002a"
    assert message.values["calleridname"] == "张三"
    assert message.values["accountcode"] == ""
    assert message.values["arg_1"] == "trunk"


def test_a_long_argument_is_read_whole() -> None:
    long = b"agi_arg_5: " + b"t" * 8_000 + b"\n\n"
    (message,) = AgiParser().feed(ENVIRONMENT[:-1] + long)
    assert isinstance(message, Environment)
    assert message.values["arg_5"] == "t" * 8_000


@pytest.mark.parametrize(
    "data",
    [b"GET / HTTP/1.1\n", b"\x16\x03\x01\x02\x00\n", b"agi_channel\n", b"channel: x\n"],
)
def test_who_does_not_speak_agi_is_told_so(data: bytes) -> None:
    with pytest.raises(AgiError, match="no AGI environment"):
        AgiParser().feed(data)


@pytest.mark.parametrize(
    "number",
    [b"1\nagi_arg_5: waiting|X", b"1\nagi_arg_5: waiting|X\n\n", b"1\nagi_channel: PJSIP/x-1"],
)
def test_a_number_with_line_breaks_cannot_forge_the_environment(number: bytes) -> None:
    stream = (
        b"agi_channel: PJSIP/trunk-1\nagi_callerid: " + number + b"\nagi_arg_5: \nagi_end: 1\n\n"
    )
    with pytest.raises(AgiError, match="forged environment"):
        AgiParser().feed(stream)


@pytest.mark.parametrize("piece", [b"agi_x: y\n", b"agi_x: " + b"z" * 500])
def test_an_environment_over_the_limit_is_refused(piece: bytes) -> None:
    parser = AgiParser(environment_limit=10_000)
    assert feed(parser, [piece] * 2_000)[-1] == "refused"


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("200 result=0", Reply(200, "0")),
        ("200 result=-1", Reply(200, "-1")),
        ("200 result=1 (a value)", Reply(200, "1", "a value")),
        ("200 result=1 ()", Reply(200, "1", "")),
        ("200 result=1 (a (b) c)", Reply(200, "1", "a (b) c")),
        ("200 result=1 (x) endpos=5)", Reply(200, "1", "x) endpos=5")),
        ("200 result=0 endpos=8000", Reply(200, "0", None, 8000)),
        ("200 result=49 endpos=0", Reply(200, "49", None, 0)),
        ("200 result=0 (timeout) endpos=160", Reply(200, "0", "timeout", 160)),
        ("200 result=12 (timeout)", Reply(200, "12", "timeout")),
        ("200 result= (timeout)", Reply(200, "", "timeout")),
        ("200 result=", Reply(200, "")),
        ("510 Invalid or unknown command", Reply(510, "", "Invalid or unknown command")),
        ("511 Command Not Permitted on a dead channel", None),
        ("520 Invalid command syntax.  Proper usage not available.", None),
    ],
)
def test_replies(line: str, reply: Reply | None) -> None:
    reply = reply or Reply(int(line[:3]), "", line[4:])
    assert replies(f"{line}\n".encode()) == [reply]
    assert replies(f"{line}\r\n".encode()) == [reply]


def test_f1_a_usage_block_is_one_reply() -> None:
    """Each of its lines once was taken for the answer to one more command."""
    got = replies(USAGE + b"200 result=1 (mine)\n")
    assert got == [
        Reply(520, "", "Invalid command syntax.  Proper usage follows:"),
        Reply(200, "1", "mine"),
    ]


def test_f2_hangup_is_no_reply() -> None:
    """It once was taken for the answer to the pending command."""
    assert replies(b"HANGUP\nHANGUP\n200 result=-1\n") == [Hangup(), Hangup(), Reply(200, "-1")]


def test_f3_text_that_is_not_utf8_is_read_by_the_fallback() -> None:
    value = "张三".encode("gbk")
    assert replies(b"200 result=1 (" + value + b")\n") == [Reply(200, "1", "张三")]


def test_f9_an_unset_variable_is_a_reply_without_data() -> None:
    assert replies(b"200 result=0\n") == [Reply(200, "0", None)]


def test_trying_and_other_noise_are_no_replies() -> None:
    assert replies(b"100 Trying...\n\nnoise\n200 result=0\n") == [Reply(200, "0")]


def test_a_value_with_line_breaks_is_one_reply() -> None:
    """No such line may pass for a reply, a HANGUP or an error of its own."""
    value = "first\nHANGUP\n510 Invalid\n(x"
    assert replies(f"200 result=1 ({value})\n200 result=0\n".encode()) == [
        Reply(200, "1", value),
        Reply(200, "0"),
    ]


def test_a_value_of_many_lines_costs_each_of_them_once() -> None:
    """Looked at from its beginning with every line, this took an hour."""
    value = b"\n" * 1_000_000
    assert replies(b"200 result=1 (" + value + b")\n") == [Reply(200, "1", value.decode())]


@pytest.mark.parametrize("line", ["200 result=0 endpos={}", "200 result=1 (a) endpos={}"])
def test_a_position_of_thousands_of_digits_is_no_number(line: str) -> None:
    (reply,) = replies(f"{line.format('9' * 5_000)})\n".encode())
    assert isinstance(reply, Reply)
    assert reply.endpos is None


def test_an_endless_reply_is_refused() -> None:
    parser = AgiParser(reply_limit=5_000)
    parser.feed(ENVIRONMENT)
    assert feed(parser, [b"200 result=1 (" + b"x" * 600] * 20) == ["refused"]


# -- every split of the stream -----------------------------------------------------------------

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"200 result=0\n",
                b"200 result=1 (a\nb)\n",
                b"200 result=1 (",
                b"HANGUP\n",
                USAGE,
                b"520-",
                b"\r\n",
                b"100 Trying\n",
                b"200 result=49 endpos=0\n",
                "200 result=1 (张)\n".encode(),
            ]
        ),
        st.binary(max_size=20),
    ),
    max_size=15,
).map(b"".join)


@settings(max_examples=200, deadline=None)
@given(PIECES, st.lists(st.integers(0, 800), max_size=12))
def test_every_split_gives_the_same_messages(stream: bytes, cuts: list[int]) -> None:
    stream = ENVIRONMENT + stream
    bounds = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[start:end] for start, end in pairwise(bounds)]
    assert feed(AgiParser(), pieces) == feed(AgiParser(), [stream])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=60).filter(lambda piece: b"agi_" not in piece), max_size=6))
def test_junk_after_the_environment_never_raises(pieces: list[bytes]) -> None:
    parser = AgiParser()
    assert "refused" not in feed(parser, [ENVIRONMENT, *pieces])


# -- sending -----------------------------------------------------------------------------------

SENDABLE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=30)


@settings(max_examples=300, deadline=None)
@given(st.lists(SENDABLE, max_size=5))
def test_f5_arguments_are_read_back_as_they_were(arguments: list[str]) -> None:
    sent = format_command("SET VARIABLE", *arguments)
    assert sent.endswith(b"\n")
    assert parse_args(sent[:-1].decode()) == ["SET", "VARIABLE", *arguments]


@pytest.mark.parametrize("argument", ["two words", 'say "hi"', "back\\slash", "\\", '"', "", "\t "])
def test_f5_awkward_arguments(argument: str) -> None:
    assert parse_args(format_command("NOOP", argument, "z")[:-1].decode()) == [
        "NOOP",
        argument,
        "z",
    ]


@pytest.mark.parametrize("break_", ["\r", "\n", "\0", '"\nEXEC System "id'])
def test_f6_line_breaks_are_refused_and_no_value_is_told(break_: str) -> None:
    """A line break in an argument would send a second command."""
    with pytest.raises(ValueError, match="AGI SET VARIABLE: CR, LF and NUL") as error:
        format_command("SET VARIABLE", "PIN", f"4711{break_}")
    assert "4711" not in str(error.value)


def test_a_line_that_res_agi_would_not_read_whole_is_refused() -> None:
    format_command("SET VARIABLE", "A", "x" * 7_970)
    with pytest.raises(ValueError, match="more than 8000 bytes"):
        format_command("SET VARIABLE", "A", "张" * 2_700)
