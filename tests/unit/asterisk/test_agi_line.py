"""A line: what each command says on the wire, and what its replies mean."""

from __future__ import annotations

import math
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from hotseat.asterisk.agi_line import FastAgiLine, dial_result
from hotseat.asterisk.agi_session import PLAIN_LIMIT, POKE_AFTER, SETTLE, AgiSession
from hotseat.asterisk.agi_wire import AgiParser
from ivr.ports import DialResult, LineFacts, LineFailed, LineGone, MobileLeg
from tests.unit.asterisk.wires import Wire
from tests.wire.res_agi import parse_args

FACTS = LineFacts("PJSIP/trunk-1", "1.1", "4000", "138", "", "trunk")


class Call:
    """A line and Asterisk's side of its session."""

    def __init__(self, clock: Clock) -> None:
        self.session = AgiSession(clock, AgiParser(), "127.0.0.1", lambda session: None)
        self.wire = Wire(clock, self.session)
        self.session.makeConnection(self.wire)
        self.session.dataReceived(b"agi_channel: x\n\n")
        self.line = FastAgiLine(clock, self.session, FACTS)

    def hear(self) -> list[str] | None:
        """The words of the one command sent since the last look, None if there was none."""
        lines = self.wire.take().decode().splitlines()
        assert len(lines) < 2, f"pipelined: {lines}"
        return parse_args(lines[0]) if lines else None

    def say(self, *lines: str) -> None:
        self.session.dataReceived("".join(f"{line}\n" for line in lines).encode())


class Outcome:
    """What became of a coroutine."""

    def __init__(self, coroutine: Coroutine[Deferred[Any], Any, Any]) -> None:
        self.result: Any = "pending"
        self.deferred = Deferred.fromCoroutine(coroutine)
        self.deferred.addCallbacks(self._done, lambda failure: self._done(failure.value))

    def _done(self, result: Any) -> None:
        self.result = result


@pytest.fixture
def call(clock: Clock) -> Iterator[Call]:
    call = Call(clock)
    yield call
    call.wire.drop()


# -- plain commands ----------------------------------------------------------------------------


def test_answer(call: Call) -> None:
    outcome = Outcome(call.line.answer())
    assert call.hear() == ["ANSWER"]
    call.say("200 result=0")
    assert outcome.result is None


@pytest.mark.parametrize("room", [0, 9])
def test_a_full_socket_loses_nothing(call: Call, room: int) -> None:
    call.wire.room = room
    outcome = Outcome(call.line.get("A"))
    assert call.hear() == ["GET", "FULL", "VARIABLE", "${A}"]
    call.say("200 result=1 (a)")
    Outcome(call.line.answer())
    assert call.hear() == ["ANSWER"]
    assert outcome.result == "a"


def unseen() -> bool:
    """Nobody has seen a talk."""
    return False


def test_plain_values_are_set_by_one_command(call: Call) -> None:
    outcome = Outcome(
        call.line.set({"A": "waiting|01J|x%20y|+1", "B": "", "CHANNEL(language)": "zh"})
    )
    assert call.hear() == ["EXEC", "MSet", "A=waiting|01J|x%20y|+1,B=,CHANNEL(language)=zh"]
    call.say("200 result=0")
    assert outcome.result is None


@pytest.mark.parametrize("odd", ["a,b", "a=b", '"', "(", "\\", "$", " ", "张"])
def test_a_value_that_mset_would_misread_goes_by_itself(call: Call, odd: str) -> None:
    Outcome(call.line.set({"A": "plain", "B": odd}))
    assert call.hear() == ["SET", "VARIABLE", "A", "plain"]
    call.say("200 result=1")
    assert call.hear() == ["SET", "VARIABLE", "B", odd]


def test_odd_variables_are_set_one_by_one(call: Call) -> None:
    outcome = Outcome(call.line.set({"A": 'two "words"', "B": ""}))
    assert call.hear() == ["SET", "VARIABLE", "A", 'two "words"']
    call.say("200 result=1")
    assert call.hear() == ["SET", "VARIABLE", "B", ""]
    call.say("200 result=1")
    assert outcome.result is None


def test_f6_a_line_break_in_a_value_is_refused_and_nothing_is_sent(call: Call) -> None:
    outcome = Outcome(call.line.set({"NAME": "x\nEXEC System id"}))
    assert isinstance(outcome.result, ValueError)
    assert call.hear() is None


@pytest.mark.parametrize("name", ["", "A}B", "A B", "${A}", "A\nB", "CHANNEL(${A})"])
def test_a_name_that_is_no_variable_is_refused(call: Call, name: str) -> None:
    for coroutine in (call.line.get(name), call.line.set({name: "v"})):
        outcome = Outcome(coroutine)
        assert isinstance(outcome.result, ValueError)
    assert call.hear() is None


def test_a_variable_is_read_whole(call: Call) -> None:
    """GET VARIABLE would return 1,023 bytes of it."""
    outcome = Outcome(call.line.get("HOTSEAT_TICKET"))
    assert call.hear() == ["GET", "FULL", "VARIABLE", "${HOTSEAT_TICKET}"]
    call.say(f"200 result=1 ({'t' * 5000})")
    assert outcome.result == "t" * 5000


@pytest.mark.parametrize("reply", ["200 result=1 ()", "200 result=0"])
def test_f9_an_unset_variable_is_none(call: Call, reply: str) -> None:
    outcome = Outcome(call.line.get("NIX"))
    call.hear()
    call.say(reply)
    assert outcome.result is None


@pytest.mark.parametrize("sound", ["play", "collect", "record"])
def test_the_language_is_told_before_a_sound(call: Call, sound: str) -> None:
    call.line.speak_language("zh")
    assert call.hear() is None
    outcome = Outcome(call.line.get("HOTSEAT_SPOOL"))
    assert call.hear() == ["GET", "FULL", "VARIABLE", "${HOTSEAT_SPOOL}"]
    call.say("200 result=1 (/spool)")
    assert outcome.result == "/spool"
    if sound == "play":
        Outcome(call.line.play(["a"]))
    elif sound == "collect":
        Outcome(call.line.collect(["a"], digits=1, timeout_ms=1))
    else:
        Outcome(call.line.record("name", longest_ms=1, silence_ms=1))
        call.hear()
        call.say("200 result=1 (/spool)")
    assert call.hear() == ["SET", "VARIABLE", "CHANNEL(language)", "zh"]
    call.say("200 result=1")
    command = call.hear()
    assert command is not None
    assert command[0] == ("RECORD" if sound == "record" else "STREAM")


def test_the_language_goes_with_what_is_set_next(call: Call) -> None:
    call.line.speak_language("zh")
    Outcome(call.line.set({"HOTSEAT_TICKET": "waiting|x"}))
    assert call.hear() == ["EXEC", "MSet", "CHANNEL(language)=zh,HOTSEAT_TICKET=waiting|x"]
    call.say("200 result=0")
    Outcome(call.line.set({"HOTSEAT_TICKET": "waiting|y"}))
    assert call.hear() == ["SET", "VARIABLE", "HOTSEAT_TICKET", "waiting|y"]


def test_a_language_that_is_no_name_is_refused(call: Call) -> None:
    with pytest.raises(ValueError, match="language"):
        call.line.speak_language("zh,B=1")


def test_music_starts_and_stops(call: Call) -> None:
    outcome = Outcome(call.line.music("default"))
    assert call.hear() == ["EXEC", "StartMusicOnHold", "default"]
    call.say("200 result=0")
    assert outcome.result is None
    outcome = Outcome(call.line.music(None))
    assert call.hear() == ["EXEC", "StopMusicOnHold"]
    call.say("200 result=0")
    assert outcome.result is None
    assert isinstance(Outcome(call.line.music("a,b")).result, ValueError)


@pytest.mark.parametrize("reply", ["510 Invalid or unknown command", "200 result=-2"])
def test_a_refused_command_fails_and_the_line_goes_on(call: Call, reply: str) -> None:
    outcome = Outcome(call.line.music("default"))
    call.hear()
    call.say(reply)
    assert isinstance(outcome.result, LineFailed)
    Outcome(call.line.answer())
    assert call.hear() == ["ANSWER"]


def test_f1_a_usage_block_fails_one_command_and_the_next_has_its_own_reply(call: Call) -> None:
    outcome = Outcome(call.line.get("A"))
    call.hear()
    call.say("520-Invalid command syntax.  Proper usage follows:", "200 result=1 (no)", "520 End.")
    assert isinstance(outcome.result, LineFailed)
    outcome = Outcome(call.line.get("A"))
    call.hear()
    call.say("200 result=1 (mine)")
    assert outcome.result == "mine"


def test_hang_up_says_that_we_are_done_and_names_the_cause(call: Call) -> None:
    outcome = Outcome(call.line.hang_up(21))
    assert call.hear() == ["SET", "VARIABLE", "HOTSEAT_DONE", "21"]
    call.say("200 result=1")
    assert outcome.result is None
    assert call.wire.closed == "closed"
    assert isinstance(Outcome(call.line.answer()).result, LineGone)


# -- prompts -----------------------------------------------------------------------------------


def test_sounds_are_played_in_turn(call: Call) -> None:
    outcome = Outcome(call.line.play(["hotseat/welcome", "hotseat/closed"]))
    assert call.hear() == ["STREAM", "FILE", "hotseat/welcome", ""]
    call.say("200 result=0 endpos=8000")
    assert call.hear() == ["STREAM", "FILE", "hotseat/closed", ""]
    call.say("200 result=0 endpos=8000")
    assert outcome.result is None
    assert call.hear() is None


@pytest.mark.parametrize("position", [0, 7520])
def test_f8_a_key_counts_also_at_position_zero(call: Call, position: int) -> None:
    outcome = Outcome(call.line.play(["a", "b"], keys="12"))
    assert call.hear() == ["STREAM", "FILE", "a", "12"]
    call.say(f"200 result=49 endpos={position}")
    assert outcome.result == "1"
    assert call.hear() is None


def test_a_missing_sound_is_told_after_the_others_were_played(call: Call) -> None:
    outcome = Outcome(call.line.play(["nix", "b"]))
    call.hear()
    call.say("200 result=-1 endpos=0")
    assert call.hear() == ["STREAM", "FILE", "b", ""]
    call.say("200 result=0 endpos=8000")
    assert isinstance(outcome.result, LineFailed)
    assert "nix" in str(outcome.result)


def test_a_prompt_that_breaks_off_means_that_the_caller_left(call: Call) -> None:
    outcome = Outcome(call.line.play(["a", "b"]))
    call.hear()
    call.say("200 result=-1 endpos=1600")
    assert isinstance(outcome.result, LineGone)
    assert call.hear() is None


# -- keys --------------------------------------------------------------------------------------


def test_one_key_pressed_during_the_sounds_is_enough(call: Call) -> None:
    outcome = Outcome(call.line.collect(["a", "b"], digits=1, timeout_ms=5000))
    assert call.hear() == ["STREAM", "FILE", "a", "0123456789*#"]
    call.say("200 result=0 endpos=8000")
    call.hear()
    call.say("200 result=35 endpos=100")
    assert outcome.result == "#"
    assert call.hear() is None


@pytest.mark.parametrize(("reply", "key"), [("200 result=50", "2"), ("200 result=0", "")])
def test_one_key_is_waited_for_after_the_sounds(call: Call, reply: str, key: str) -> None:
    outcome = Outcome(call.line.collect(["a"], digits=1, timeout_ms=5000, keys="12"))
    assert call.hear() == ["STREAM", "FILE", "a", "12"]
    call.say("200 result=0 endpos=8000")
    assert call.hear() == ["WAIT", "FOR", "DIGIT", "5000"]
    call.say(reply)
    assert outcome.result == key


def test_more_keys_follow_the_one_that_stopped_the_sounds(call: Call) -> None:
    outcome = Outcome(call.line.collect(["a"], digits=4, timeout_ms=3000))
    call.hear()
    call.say("200 result=52 endpos=0")
    assert call.hear() == ["GET", "DATA", "", "3000", "3"]
    call.say("200 result=71 (timeout)")
    assert outcome.result == "471"


@pytest.mark.parametrize(
    ("reply", "keys"), [("200 result=4711", "4711"), ("200 result= (timeout)", "")]
)
def test_keys_are_read_after_the_sounds(call: Call, reply: str, keys: str) -> None:
    outcome = Outcome(call.line.collect([], digits=4, timeout_ms=3000))
    assert call.hear() == ["GET", "DATA", "", "3000", "4"]
    call.say(reply)
    assert outcome.result == keys


@pytest.mark.parametrize("digits", [1, 4])
@pytest.mark.parametrize("result", ["abc", "", "1114112", "-5", "9" * 5_000, "\u0665"])
def test_what_no_telephone_has_is_no_key(call: Call, digits: int, result: str) -> None:
    outcome = Outcome(call.line.collect(["a"], digits=digits, timeout_ms=1))
    call.say(f"200 result={result} endpos=1")
    assert isinstance(outcome.result, LineFailed)
    outcome = Outcome(call.line.collect([], digits=digits, timeout_ms=1))
    call.say(f"200 result={result if digits == 1 else 'x' + result}")
    assert isinstance(outcome.result, LineFailed)


def test_hash_ends_the_input(call: Call) -> None:
    outcome = Outcome(call.line.collect(["a"], digits=4, timeout_ms=3000))
    call.hear()
    call.say("200 result=35 endpos=0")
    assert outcome.result == ""
    assert call.hear() is None


def test_keys_are_read_even_if_a_sound_is_missing(call: Call) -> None:
    outcome = Outcome(call.line.collect(["nix"], digits=1, timeout_ms=5000))
    call.hear()
    with capture_logs() as logs:
        call.say("200 result=-1 endpos=0")
    assert logs[0]["sounds"] == ["nix"]
    assert call.hear() == ["WAIT", "FOR", "DIGIT", "5000"]
    call.say("200 result=49")
    assert outcome.result == "1"


def test_no_key_and_no_value_is_ever_logged(call: Call) -> None:
    with capture_logs() as logs:
        Outcome(call.line.collect(["a"], digits=4, timeout_ms=3000))
        call.say("200 result=52 endpos=0")
        call.say("200 result=711")
        Outcome(call.line.set({"PIN": "4711"}))
        call.say("520 Invalid")
        Outcome(call.line.set({"PIN": "4711\n"}))
    assert "711" not in str(logs)


# -- dial --------------------------------------------------------------------------------------


def test_phones_ring_with_music_and_the_result_is_read(call: Call) -> None:
    outcome = Outcome(
        call.line.dial(["p101", "p102"], ring_ms=20_500, music_class="default", talked=unseen)
    )
    assert call.hear() == ["EXEC", "Dial", "PJSIP/p101&PJSIP/p102,20.5,m(default)g"]
    call.say("200 result=0")
    assert call.hear() == ["GET", "FULL", "VARIABLE", "${DIALSTATUS}|${HANGUPCAUSE}"]
    call.say("200 result=1 (BUSY|17)")
    assert outcome.result is DialResult.BUSY


def test_a_talk_that_was_seen_is_not_asked_for(call: Call) -> None:
    seen: list[bool] = []
    outcome = Outcome(
        call.line.dial(["p101"], ring_ms=20_000, music_class="default", talked=lambda: bool(seen))
    )
    call.hear()
    seen.append(True)
    call.say("200 result=0")
    assert outcome.result is DialResult.ANSWERED
    assert call.hear() is None


def test_a_caller_who_leaves_during_dial(call: Call) -> None:
    outcome = Outcome(
        call.line.dial(["p101"], ring_ms=20_000, music_class="default", talked=unseen)
    )
    assert call.hear() == ["EXEC", "Dial", "PJSIP/p101,20,m(default)g"]
    call.say("200 result=-1")
    assert isinstance(outcome.result, LineGone)
    assert call.hear() is None


@pytest.mark.parametrize("phone", ["", "p1,20", "p1&PJSIP/trunk", "P1", "p1/138", "p1\n"])
def test_only_names_of_phones_are_dialled(call: Call, phone: str) -> None:
    outcome = Outcome(call.line.dial([phone], ring_ms=20_000, music_class="default", talked=unseen))
    assert isinstance(outcome.result, ValueError)
    assert call.hear() is None


@pytest.mark.parametrize(
    ("status", "cause", "result"),
    [
        ("ANSWER", "16", DialResult.ANSWERED),
        ("ANSWER", "26", DialResult.ANSWERED),
        ("NOANSWER", "0", DialResult.NO_ANSWER),
        ("NOANSWER", "19", DialResult.NO_ANSWER),
        ("NOANSWER", "16", DialResult.NO_ANSWER),
        ("NOANSWER", "26", DialResult.NO_ANSWER),
        ("BUSY", "17", DialResult.BUSY),
        ("BUSY", "0", DialResult.BUSY),
        ("BUSY", "21", DialResult.DECLINED),
        ("CHANUNAVAIL", "21", DialResult.DECLINED),
        ("CHANUNAVAIL", "26", DialResult.WITHDRAWN),
        ("CHANUNAVAIL", "20", DialResult.UNREACHABLE),
        ("CHANUNAVAIL", "3", DialResult.UNREACHABLE),
        ("CHANUNAVAIL", "0", DialResult.UNREACHABLE),
        ("CONGESTION", "34", DialResult.ERROR),
        ("", "", DialResult.ERROR),
    ],
)
def test_how_a_dial_ended(status: str, cause: str, result: DialResult) -> None:
    assert dial_result(status, cause) is result


# -- turns and cuts ----------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["dial", "music", "hang_up"])
def test_a_prompt_is_cut_by_the_next_command(clock: Clock, call: Call, operation: str) -> None:
    playing = Outcome(call.line.play(["a", "b"]))
    call.hear()
    clock.advance(1)
    match operation:
        case "dial":
            Outcome(call.line.dial(["p101"], ring_ms=20_000, music_class="default", talked=unseen))
        case "music":
            Outcome(call.line.music("default"))
        case "hang_up":
            Outcome(call.line.hang_up())
    assert playing.result is None
    assert (call.hear() or [""])[0] in ("EXEC", "SET")


def test_a_prompt_is_not_cut_before_asterisk_has_surely_begun_it(clock: Clock, call: Call) -> None:
    playing = Outcome(call.line.play(["a"]))
    call.hear()
    clock.advance(SETTLE / 2)
    Outcome(call.line.dial(["p101"], ring_ms=20_000, music_class="default", talked=unseen))
    assert playing.result is None
    assert call.hear() is None
    clock.advance(SETTLE / 2)
    assert (call.hear() or [])[:2] == ["EXEC", "Dial"]


def test_the_prompt_s_late_reply_is_not_the_dial_s(clock: Clock, call: Call) -> None:
    Outcome(call.line.play(["a"]))
    call.hear()
    clock.advance(1)
    dialling = Outcome(
        call.line.dial(["p101"], ring_ms=20_000, music_class="default", talked=unseen)
    )
    call.hear()
    call.say("200 result=0 endpos=8000")
    assert dialling.result == "pending"
    assert call.hear() is None
    call.say("200 result=0")
    assert (call.hear() or [])[:3] == ["GET", "FULL", "VARIABLE"]
    call.say("200 result=1 (ANSWER|16)")
    assert dialling.result is DialResult.ANSWERED
    clock.advance(POKE_AFTER)
    assert call.hear() is None


def test_a_dial_that_sleeps_in_asterisk_s_buffer_is_woken(clock: Clock, call: Call) -> None:
    Outcome(call.line.play(["a"]))
    call.hear()
    clock.advance(1)
    dialling = Outcome(
        call.line.dial(["p101"], ring_ms=20_000, music_class="default", talked=unseen)
    )
    call.hear()
    call.say("200 result=0 endpos=8000")
    clock.advance(POKE_AFTER)
    assert call.hear() == ["NOOP"]
    assert call.session.deadline == math.inf  # it may ring and talk for long
    call.say("200 result=0")
    assert call.hear() is None
    assert call.session.deadline == clock.seconds() + PLAIN_LIMIT
    call.say("200 result=0")
    assert (call.hear() or [])[:3] == ["GET", "FULL", "VARIABLE"]
    call.say("200 result=1 (NOANSWER|0)")
    assert dialling.result is DialResult.NO_ANSWER


def test_operations_wait_for_their_turn(call: Call) -> None:
    first = Outcome(call.line.answer())
    second = Outcome(call.line.set({"A": "1", "B": "2"}))
    third = Outcome(call.line.get("A"))
    assert call.hear() == ["ANSWER"]
    call.say("200 result=0")
    assert first.result is None
    assert call.hear() == ["EXEC", "MSet", "A=1,B=2"]
    call.say("200 result=0")
    assert second.result is None
    call.hear()
    call.say("200 result=1 (1)")
    assert third.result == "1"


def test_one_who_gives_up_waiting_does_not_hold_the_turn(call: Call) -> None:
    Outcome(call.line.answer())
    second = Outcome(call.line.get("A"))
    third = Outcome(call.line.get("B"))
    second.deferred.cancel()
    assert isinstance(second.result, CancelledError)
    call.hear()
    call.say("200 result=0")
    assert call.hear() == ["GET", "FULL", "VARIABLE", "${B}"]
    assert third.result == "pending"


def test_a_cancelled_prompt_is_cut_and_another_may_follow(clock: Clock, call: Call) -> None:
    playing = Outcome(call.line.play(["a", "b"]))
    call.hear()
    clock.advance(1)
    playing.deferred.cancel()
    assert isinstance(playing.result, CancelledError)
    farewell = Outcome(call.line.play(["bye"]))
    assert call.hear() == ["NOOP"]  # the replies of two prompts look alike
    call.say("200 result=0")
    assert call.hear() == ["STREAM", "FILE", "bye", ""]
    call.say("200 result=0 endpos=8000")
    assert farewell.result is None


def test_a_cancelled_command_closes_the_session(call: Call) -> None:
    outcome = Outcome(call.line.collect([], digits=4, timeout_ms=3000))
    waiting = Outcome(call.line.answer())
    outcome.deferred.cancel()
    assert isinstance(outcome.result, CancelledError)
    assert call.wire.closed == "closed"
    assert isinstance(waiting.result, LineGone)


# -- the end -----------------------------------------------------------------------------------


def test_f2_hangup_ends_the_running_command_and_is_no_reply(call: Call) -> None:
    outcome = Outcome(call.line.get("A"))
    waiting = Outcome(call.line.answer())
    call.say("HANGUP", "200 result=1 (late)")
    assert isinstance(outcome.result, LineGone)
    assert isinstance(waiting.result, LineGone)
    assert call.wire.closed == "closed"


def test_f4_a_command_after_the_end_fails_at_once(call: Call) -> None:
    call.wire.drop()
    for coroutine in (
        call.line.answer(),
        call.line.play(["a"]),
        call.line.collect([], digits=1, timeout_ms=1),
        call.line.music(None),
        call.line.dial(["p101"], ring_ms=1, music_class="default", talked=unseen),
        call.line.get("A"),
        call.line.set({"A": "1"}),
        call.line.hang_up(),
    ):
        assert isinstance(Outcome(coroutine).result, LineGone)
    assert call.wire.value() == b""


@pytest.mark.parametrize("verb", ["answer", "get"])
def test_a_dead_channel_is_a_line_gone(call: Call, verb: str) -> None:
    outcome = Outcome(call.line.answer() if verb == "answer" else call.line.get("A"))
    call.say("511 Command Not Permitted on a dead channel or intercept routine")
    assert isinstance(outcome.result, LineGone)


def test_everybody_who_asked_is_told_of_the_end(call: Call) -> None:
    told: list[int] = []
    for number in range(3):
        call.line.when_gone().addCallback(lambda _, number=number: told.append(number))
    given_up = call.line.when_gone()
    given_up.addErrback(lambda failure: failure.trap(CancelledError))
    given_up.cancel()
    call.say("HANGUP")
    assert told == [0, 1, 2]
    call.line.when_gone().addCallback(lambda _: told.append(3))
    assert told == [0, 1, 2, 3]


def test_a_line_may_end_while_a_cut_settles(clock: Clock, call: Call) -> None:
    Outcome(call.line.play(["a"]))
    dialling = Outcome(
        call.line.dial(["p101"], ring_ms=20_000, music_class="default", talked=unseen)
    )
    call.say("HANGUP")
    clock.advance(SETTLE)
    assert isinstance(dialling.result, LineGone)


def test_f3_text_that_is_not_utf8_does_not_end_the_session(call: Call) -> None:
    outcome = Outcome(call.line.get("CALLERID(name)"))
    call.session.dataReceived(b"200 result=1 (" + "张三".encode("gbk") + b")\n")
    assert outcome.result == "张三"


# -- duty mobiles and recordings ---------------------------------------------------------------

LEG = MobileLeg("1001", "+8613800138000", "4008001000", "zh", ("hotseat/duty-call", "hotseat/x"))


def test_mobiles_are_rung_by_way_of_the_context_that_asks_for_a_key(call: Call) -> None:
    other = replace(LEG, agent="1002", caller_id="")
    ringing = Outcome(
        call.line.dial_mobiles([LEG, other], ring_ms=40_000, music_class="calm", talked=unseen)
    )
    for agent, caller_id in (("1001", "4008001000"), ("1002", "")):
        terms = f"+8613800138000|{caller_id}|zh|hotseat/duty-call&hotseat/x"
        assert call.hear() == ["SET", "VARIABLE", f"__HOTSEAT_LEG_{agent}", terms]
        call.say("200 result=1")
    legs = "Local/1001@accept/n&Local/1002@accept/n"
    assert call.hear() == ["EXEC", "Dial", f"{legs},40,m(calm)g"]
    call.say("200 result=0")
    call.hear()
    call.say("200 result=1 (CHANUNAVAIL|21)")
    assert ringing.result is DialResult.DECLINED


def test_a_number_is_dialled_at_the_carrier_and_shows_the_companys(call: Call) -> None:
    ringing = Outcome(call.line.dial_out("+8613800138000", caller_id="4008001000", ring_ms=45_000))
    assert call.hear() == ["SET", "VARIABLE", "CALLERID(all)", "<4008001000>"]
    call.say("200 result=1")
    assert call.hear() == ["EXEC", "Dial", "PJSIP/+8613800138000@carrier,45,g"]
    call.say("200 result=0")
    call.hear()
    call.say("200 result=1 (BUSY|17)")
    assert ringing.result is DialResult.BUSY


@pytest.mark.parametrize(
    ("number", "caller_id"),
    [("", "400"), ("138&PJSIP/p101", "400"), ("138,45,S", "400"), ("138", "4>00"), ("p101", "")],
)
def test_what_is_no_number_is_not_dialled(call: Call, number: str, caller_id: str) -> None:
    outcome = Outcome(call.line.dial_out(number, caller_id=caller_id, ring_ms=1_000))
    assert isinstance(outcome.result, ValueError)
    assert call.hear() is None


def test_ringing_mobiles_cuts_a_prompt(call: Call, clock: Clock) -> None:
    playing = Outcome(call.line.play(["hotseat/please-wait"]))
    call.hear()
    clock.advance(SETTLE)
    Outcome(call.line.dial_mobiles([LEG], ring_ms=1_000, music_class="default", talked=unseen))
    assert playing.result is None
    assert call.hear()[:2] == ["SET", "VARIABLE"]  # type: ignore[index]


@pytest.mark.parametrize(
    "change",
    [
        {"agent": "1001@x"},
        {"number": "13800138000)"},
        {"number": ""},
        {"caller_id": "1|2"},
        {"language": "z h"},
        {"sounds": ("a&b",)},
        {"sounds": ("../x y",)},
    ],
)
def test_terms_that_would_mean_something_else_are_refused(
    call: Call, change: dict[str, Any]
) -> None:
    outcome = Outcome(
        call.line.dial_mobiles(
            [replace(LEG, **change)], ring_ms=1_000, music_class="default", talked=unseen
        )
    )
    assert isinstance(outcome.result, ValueError)
    assert call.hear() is None


def test_a_message_is_kept_where_the_dialplan_says(call: Call) -> None:
    kept = Outcome(call.line.record("message-01X", longest_ms=120_000, silence_ms=5_000))
    assert call.hear() == ["GET", "FULL", "VARIABLE", "${HOTSEAT_SPOOL}"]
    call.say("200 result=1 (/var/spool/x)")
    assert call.hear() == [
        *("RECORD", "FILE", "/var/spool/x/message-01X", "wav"),
        *("0123456789*#", "120000", "0", "BEEP", "s=5"),
    ]
    call.say("200 result=0 (timeout) endpos=8000")
    assert kept.result is None
