"""A telephone line: the commands of `ivr.ports.Line` in FastAGI's words."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from hotseat.asterisk.agi_session import PLAIN_LIMIT, AgiSession
from hotseat.asterisk.agi_wire import AgiError, Reply, format_command
from hotseat.asterisk.charset import printable
from ivr.ports import DialResult, LineFacts, LineFailed, LineGone, MobileLeg
from softphone_bridge.mobiles import CARRIER, CONTEXT

SOUND_LIMIT = 600.0
"""Seconds that one sound may last."""

KEYS = "0123456789*#"
_KEY_SET = frozenset(KEYS)
_KEY_OF = {str(ord(key)): key for key in KEYS}

_PHONE = re.compile(r"[a-z0-9-]+")
_AGENT = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"\+?[0-9]+")
_SOUND = re.compile(r"[A-Za-z0-9_/-]+")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_MILLIS = re.compile(r"[0-9]{1,15}")
_PLAIN = re.compile(r"[A-Za-z0-9|%.~_:@+/-]*")
_VARIABLE = re.compile(r"\w+(\([^${}\r\n\0]*\))?", re.ASCII)

_DIAL_RESULTS = {
    "ANSWER": DialResult.ANSWERED,
    "NOANSWER": DialResult.NO_ANSWER,
    "BUSY": DialResult.BUSY,
    "CHANUNAVAIL": DialResult.UNREACHABLE,
}
_CAUSES = {
    "17": DialResult.BUSY,
    "21": DialResult.DECLINED,
    "26": DialResult.WITHDRAWN,
}

log = structlog.get_logger(__name__)


def line_facts(environment: Mapping[str, str]) -> LineFacts:
    """What the dialplan tells of a line when it calls us.

    It passes seven arguments: `trunk`, `phone` or `seat`, the dialled number, DIALSTATUS,
    HOTSEAT_ENDED, HOTSEAT_TICKET, HOTSEAT_ARRIVED and the line's signature. Raises AgiError for
    anything else: a comma too many would shift them.
    """

    def field(name: str) -> str:
        return printable(environment.get(name, ""))

    context = field("arg_1")
    if context not in ("trunk", "phone", "seat") or "arg_8" in environment:
        raise AgiError("arguments that are not those of our dialplan")
    return LineFacts(
        channel=field("channel"),
        uniqueid=field("uniqueid"),
        dialled=field("arg_2"),
        caller_number=_known(field("callerid")),
        caller_name=_known(field("calleridname")),
        context=context,
        dial_status=field("arg_3"),
        ended=_millis(field("arg_4")),
        ticket=field("arg_5"),
        arrived=_millis(field("arg_6")),
    )


def _millis(text: str) -> int | None:
    return int(text) if _MILLIS.fullmatch(text) else None


def _known(text: str) -> str:
    return "" if text == "unknown" else text


def dial_result(status: str, cause: str) -> DialResult:
    """How a Dial ended, from DIALSTATUS and HANGUPCAUSE.

    A Dial that rang out leaves the cause of an earlier one on the caller's channel, so the cause
    counts only for the statuses that a cause brings about.
    """
    if status in ("ANSWER", "NOANSWER"):
        return _DIAL_RESULTS[status]
    return _CAUSES.get(cause) or _DIAL_RESULTS.get(status, DialResult.ERROR)


class _Turns:
    """Whose turn it is: one operation at a time, first come first served."""

    __slots__ = ("_queue", "taken")

    def __init__(self) -> None:
        self.taken = False
        self._queue: deque[Deferred[None]] = deque()

    def wait(self) -> Deferred[None]:
        """Fires when it is the asker's turn."""
        turn: Deferred[None] = Deferred(self._queue.remove)
        self._queue.append(turn)
        return turn

    def __enter__(self) -> None:
        self.taken = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._queue:
            self._queue.popleft().callback(None)
        else:
            self.taken = False


class FastAgiLine:
    """A line under our control, as long as its FastAGI session lasts.

    Operations wait for their turn; `dial`, `music` and `hang_up` cut a running `play` instead.
    Cancelling an operation closes the session (the dialplan will come again), except that a
    cancelled `play` is only cut.
    """

    def __init__(self, clock: IReactorTime, session: AgiSession, facts: LineFacts) -> None:
        self._clock = clock
        self._session = session
        self._facts = facts
        self._turns = _Turns()
        self._unsaid: dict[str, str] = {}
        """Variables that Asterisk need not know before the next command."""

    @property
    def facts(self) -> LineFacts:
        """What is known of the line."""
        return self._facts

    def when_gone(self) -> Deferred[None]:
        """A new Deferred that fires with None once the line is gone."""
        return self._session.when_gone()

    async def answer(self) -> None:
        """Take the call."""
        with await self._turn():
            await self._channel_command("ANSWER")

    async def play(self, sounds: Sequence[str], keys: str = "") -> str | None:
        """Play sounds in turn; return the key that stopped them, if it is one of `keys`.

        None also when the prompt was cut. Raises LineFailed if a sound is missing, after playing
        the others.
        """
        with await self._turn():
            key, missing = await self._stream(sounds, keys)
        if missing:
            raise LineFailed(f"missing sounds: {', '.join(missing)}")
        return key or None

    async def collect(
        self, sounds: Sequence[str], *, digits: int, timeout_ms: int, keys: str = ""
    ) -> str:
        """Play sounds and read up to `digits` keys, the first within `timeout_ms` of the end.

        Any of `keys` (default: all) pressed during the sounds stops them and counts. When more
        than one digit is asked for, `#` ends the input and is no part of it. Returns "" if none
        was pressed. A missing sound is logged; the keys are read all the same.
        """
        with await self._turn():
            key, missing = await self._stream(sounds, keys or KEYS)
            if missing:
                log.warning("sounds_missing", channel=self._facts.channel, sounds=missing)
            if digits == 1:
                return key or await self._one_key(timeout_ms)
            if key == "#":
                return ""
            return key + await self._more_keys(digits - len(key), timeout_ms)

    async def music(self, music_class: str | None) -> None:
        """Start this class of music, or stop music with None."""
        with await self._turn(cutting=True):
            if music_class is None:
                await self._channel_command("EXEC StopMusicOnHold")
            else:
                name = _checked(_NAME, "music class", music_class)
                await self._channel_command("EXEC StartMusicOnHold", name)

    async def dial(
        self,
        phones: Sequence[str],
        *,
        ring_ms: int,
        music_class: str,
        talked: Callable[[], bool],
    ) -> DialResult:
        """Ring phones with music for the caller; return when it is all over.

        Option `g` of Dial: result 0 means that the caller is still here, -1 that he is gone.
        """
        music = _checked(_NAME, "music class", music_class)
        legs = [phone_channel(phone) for phone in phones]
        return await self._dial(legs, ring_ms, f"m({music})", {}, talked)

    async def dial_mobiles(
        self,
        mobiles: Sequence[MobileLeg],
        *,
        ring_ms: int,
        music_class: str,
        talked: Callable[[], bool],
    ) -> DialResult:
        """Ring duty mobiles by way of the context `accept`, which reads each leg's terms.

        The terms are inherited by the legs: a name of a variable with two underscores.
        """
        music = _checked(_NAME, "music class", music_class)
        legs, terms = [mobile_channel(leg) for leg in mobiles], dict(map(mobile_terms, mobiles))
        return await self._dial(legs, ring_ms, f"m({music})", terms, talked)

    async def dial_out(self, number: str, *, caller_id: str, ring_ms: int) -> DialResult:
        """Ring a number at the carrier; the line hears how it rings, and shows `caller_id`."""
        shown = caller_id and _checked(_NUMBER, "caller id", caller_id)
        leg = f"PJSIP/{_checked(_NUMBER, 'number', number)}@{CARRIER}"
        return await self._dial([leg], ring_ms, "", {"CALLERID(all)": f"<{shown}>"})

    async def record(self, name: str, *, longest_ms: int, silence_ms: int) -> None:
        """After a tone keep what is said, until a key, so much silence or the longest time.

        The dialplan's global says where; an AGI command expands no variables.
        """
        folder = await self.get("HOTSEAT_SPOOL")
        path = f"{folder}/{_checked(_NAME, 'recording', name)}"
        limit = longest_ms / 1000 + PLAIN_LIMIT
        silence = f"s={math.ceil(silence_ms / 1000)}"
        with await self._turn():
            if self._unsaid:
                await self._set({})
            await self._channel_command(
                "RECORD FILE", path, "wav", KEYS, str(longest_ms), "0", "BEEP", silence, limit=limit
            )

    async def get(self, name: str) -> str | None:
        """A channel variable or dialplan function of any length, None if unset or empty."""
        expression = f"${{{_checked(_VARIABLE, 'variable', name)}}}"
        with await self._turn():
            reply = await self._command("GET FULL VARIABLE", expression)
        return reply.data or None

    async def set(self, variables: Mapping[str, str]) -> None:
        """Set channel variables or writable dialplan functions. Raises ValueError for CR/LF/NUL."""
        for name in variables:
            _checked(_VARIABLE, "variable", name)
        with await self._turn():
            await self._set(variables)

    def speak_language(self, language: str) -> None:
        """Sounds are looked up in this language (`zh`, `en`) from now on.

        Asterisk is told together with what is set next, at the latest before a sound.
        """
        self._unsaid["CHANNEL(language)"] = _checked(_NAME, "language", language)

    async def hang_up(self, cause: int = 16) -> None:
        """Tell the dialplan that we are done, and to hang up with a Q.850 cause."""
        with await self._turn(cutting=True):
            await self._command("SET VARIABLE", "HOTSEAT_DONE", str(cause))
            self._session.close("we hung up")

    async def _set(self, variables: Mapping[str, str]) -> None:
        """One MSet for all values that it reads as they are, else one by one."""
        together, self._unsaid = {**self._unsaid, **variables}, {}
        if len(together) > 1 and all(map(_PLAIN.fullmatch, together.values())):
            pairs = ",".join(f"{name}={value}" for name, value in together.items())
            await self._channel_command("EXEC MSet", pairs)
            return
        for name, value in together.items():
            await self._command("SET VARIABLE", name, value)

    async def _dial(
        self,
        legs: Sequence[str],
        ring_ms: int,
        hears: str,
        variables: Mapping[str, str],
        talked: Callable[[], bool] = lambda: False,
    ) -> DialResult:
        with await self._turn(cutting=True):
            if variables:
                await self._set(variables)
            await self._channel_command(
                "EXEC Dial", f"{'&'.join(legs)},{ring_ms / 1000:g},{hears}g", limit=math.inf
            )
            if talked():
                return DialResult.ANSWERED
            reply = await self._command("GET FULL VARIABLE", "${DIALSTATUS}|${HANGUPCAUSE}")
        status, _, cause = (reply.data or "").partition("|")
        return dial_result(status, cause)

    async def _turn(self, cutting: bool = False) -> _Turns:
        if cutting and self._session.prompting:
            self._session.cut()
        if self._turns.taken:
            await self._turns.wait()
        return self._turns

    async def _command(self, verb: str, *arguments: str, limit: float = PLAIN_LIMIT) -> Reply:
        """Send a command; raises LineGone on a dead channel and LineFailed on a refusal."""
        line = format_command(verb, *arguments)
        wait = self._session.until_settled
        if wait:
            await deferLater(self._clock, wait)
        return _accepted(verb, await self._session.command(line, limit))

    async def _channel_command(
        self, verb: str, *arguments: str, limit: float = PLAIN_LIMIT
    ) -> Reply:
        """A command whose result -1 means that the caller is gone."""
        reply = await self._command(verb, *arguments, limit=limit)
        if reply.result == "-1":
            raise LineGone(f"{verb}: channel gone")
        if reply.result == "-2":
            raise LineFailed(f"{verb}: Asterisk has no such application")
        return reply

    async def _stream(self, sounds: Sequence[str], keys: str) -> tuple[str, list[str]]:
        """Play sounds: the key that stopped them or "", and the sounds that are missing."""
        if self._unsaid:
            await self._set({})
        if self._session.until_settled is not None:
            await self._command("NOOP")  # a prompt cannot cut a prompt: their replies look alike
        missing = []
        for sound in sounds:
            line = format_command("STREAM FILE", sound, keys)
            reply = await self._session.prompt(line, SOUND_LIMIT)
            if reply is None:
                break
            _accepted("STREAM FILE", reply)
            if reply.result == "-1":
                if reply.endpos:
                    raise LineGone("STREAM FILE: channel gone")
                missing.append(sound)  # res_agi: -1 at position 0 is a file that does not open
            elif reply.result != "0":
                return _key(reply), missing
        return "", missing

    async def _one_key(self, timeout_ms: int) -> str:
        limit = timeout_ms / 1000 + PLAIN_LIMIT
        reply = await self._channel_command("WAIT FOR DIGIT", str(timeout_ms), limit=limit)
        return "" if reply.result == "0" else _key(reply)

    async def _more_keys(self, digits: int, timeout_ms: int) -> str:
        limit = digits * timeout_ms / 1000 + PLAIN_LIMIT
        arguments = ("", str(timeout_ms), str(digits))
        reply = await self._channel_command("GET DATA", *arguments, limit=limit)
        if not set(reply.result) <= _KEY_SET:
            raise LineFailed(f"no keys of a telephone: {reply.result[:20]}")
        return reply.result


def phone_channel(phone: str) -> str:
    """What Dial and Originate call a phone. Raises ValueError."""
    return f"PJSIP/{_checked(_PHONE, 'phone', phone)}"


def mobile_channel(leg: MobileLeg) -> str:
    """The same of a duty mobile. Raises ValueError."""
    return f"Local/{_checked(_AGENT, 'agent', leg.agent)}@{CONTEXT}/n"


def mobile_terms(leg: MobileLeg) -> tuple[str, str]:
    """The variable that brings a leg's terms to the context `accept`, and they as it reads them.

    Raises ValueError.
    """
    sounds = "&".join(_checked(_SOUND, "sound", sound) for sound in leg.sounds)
    terms = "|".join(
        (
            _checked(_NUMBER, "number", leg.number),
            leg.caller_id and _checked(_NUMBER, "caller id", leg.caller_id),
            _checked(_NAME, "language", leg.language),
            sounds,
        )
    )
    return f"__HOTSEAT_LEG_{leg.agent}", terms


def _accepted(verb: str, reply: Reply) -> Reply:
    if reply.code == 511:
        raise LineGone(f"{verb}: dead channel")
    if reply.code != 200:
        raise LineFailed(f"{verb}: {reply.code} {reply.data}")
    return reply


def _key(reply: Reply) -> str:
    """The key whose character code is the result. Raises LineFailed if there is none."""
    key = _KEY_OF.get(reply.result)
    if key is None:
        raise LineFailed(f"no key of a telephone: {reply.result[:20]}")
    return key


def _checked(pattern: re.Pattern[str], what: str, text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"{what}: {text!r} is no name that can stand in a command")
    return text
