"""A real SIP phone as a process of its own: PJSUA2 driven by JSON lines.

Commands come on standard input, `{"id": 1, "do": "call", ...}`; on standard output go one reply
for each command and one line for each event. Every line carries `at`, epoch milliseconds taken
when the SIP message arrived, so that the phone's own log can be laid beside the journal.

The PJSUA2 wheel is built for at most 4 calls in a process and 8 accounts; with one account and a
`localUri` for each call (the From header) a process serves as four anonymous callers.
"""

from __future__ import annotations

import heapq
import json
import os
import select
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pjsua2 as pj

from hotseat.softphones.voices import RATE, Sound, Voice, whole

CALLS = 4
POLL_MS = 10
JITTER_MS = 60


def now_ms() -> float:
    return time.time() * 1000


def say(**line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Call(pj.Call):
    """One call and its lines in the log.

    Nothing but `Softphone.calls` may hold it: the object's end takes the library's call slot away
    from whichever call uses the slot by then, and that call would never be told of again.
    """

    def __init__(self, phone: Softphone, number: int, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(phone.account, call_id)
        self.phone = phone
        self.number = number
        self.incoming = call_id != pj.PJSUA_INVALID_ID
        self.confirmed = False
        self.ended_by_us = False
        self.reason = ""
        self.voice: Voice = phone.voice
        self.hang_up_after_ms: int | None = None
        self.sound: Sound | None = None

    def log(self, event: str, at: float, **facts: Any) -> None:
        say(event=event, at=at, call=self.number, **facts)

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        at = now_ms()
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and not self.incoming:
            self.log("ringing", at, code=info.lastStatusCode)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.confirmed = True
            self.log("talking", at)
            if self.hang_up_after_ms is not None:
                number = self.number
                self.phone.later(self.hang_up_after_ms, partial(self.phone.hang_up, number))
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            cancelled = self.incoming and not self.confirmed and not self.ended_by_us
            self.log(
                "cancelled" if cancelled else "ended",
                at,
                code=info.lastStatusCode,
                by="us" if self.ended_by_us else "them",
                reason=self.reason,
            )
            self.phone.forget(self.number)

    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:
        state = prm.e.body.tsxState
        if state.type != pj.PJSIP_EVENT_RX_MSG:
            return
        for line in state.src.rdata.wholeMsg.splitlines():
            if line.lower().startswith("reason:"):
                self.reason = line.partition(":")[2].strip()

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        at = now_ms()
        if self.sound is not None or not self._has_sound():
            return
        name = f"{self.phone.user}-{self.number}.wav"
        recording = self.phone.folder / name if self.phone.records else None
        self.sound = Sound(self.number, self.getAudioMedia(0), self.voice, recording)
        self.log("sound", at, recording=recording and str(recording))

    def _has_sound(self) -> bool:
        info = self.getInfo()  # named: its media rows die with it
        return any(
            media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE
            for media in info.media
        )

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        self.log("digit", now_ms(), digit=prm.digit)

    def answer_with(self, code: int) -> None:
        if code >= 300:
            self.ended_by_us = True
        reply = pj.CallOpParam()
        reply.statusCode = code
        self.answer(reply)

    def end(self) -> None:
        if not self.ended_by_us:
            self.ended_by_us = True
            self.hangup(pj.CallOpParam())


class Account(pj.Account):
    def __init__(self, phone: Softphone) -> None:
        super().__init__()
        self.phone = phone

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        at = now_ms()
        if prm.code // 100 == 2:
            say(event="registered" if prm.expiration else "unregistered", at=at)
        else:
            say(event="refused", at=at, code=prm.code, reason=prm.reason)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        self.phone.ring(prm.callId, now_ms())


class Softphone:
    """The process: one account, up to four calls, one thread for SIP, commands and timers."""

    def __init__(
        self, user: str, address: str, port: int, server: str, folder: str, records: bool
    ) -> None:
        self.user = user
        self.server = server
        self.folder = Path(folder)
        self.records = records
        self.voice: Voice = None
        self._secret = ""
        self.calls: dict[int, Call] = {}
        self._sounds_over: list[Sound] = []
        self._count = 0
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._timer_count = 0
        self._incoming: dict[str, Any] = {"mode": "ignore"}
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        self._endpoint.libInit(self._library_settings())
        self._endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, self._bound_to(address, port))
        self._endpoint.libStart()
        self._endpoint.audDevManager().setNullDev()
        for codec in self._endpoint.codecEnum2():
            wanted = codec.codecId.startswith("PCMU/")
            self._endpoint.codecSetPriority(codec.codecId, 255 if wanted else 0)
        self._settings = self._account_settings(address)
        self.account = Account(self)
        self.account.create(self._settings)

    @staticmethod
    def _library_settings() -> pj.EpConfig:
        settings = pj.EpConfig()
        settings.uaConfig.maxCalls = CALLS
        settings.uaConfig.threadCnt = 0
        settings.uaConfig.mainThreadOnly = True
        settings.uaConfig.userAgent = "hotseat softphone"
        settings.logConfig.level = 0
        settings.logConfig.consoleLevel = 0
        sound = settings.medConfig
        sound.clockRate = sound.sndClockRate = RATE
        sound.channelCount = 1
        sound.audioFramePtime = sound.ptime = 20
        sound.quality = 1
        sound.ecTailLen = 0
        sound.noVad = True
        # After a stall of the machine the buffer would hold back most of a second of sound.
        sound.jbMaxPre = JITTER_MS
        return settings

    @staticmethod
    def _bound_to(address: str, port: int) -> pj.TransportConfig:
        transport = pj.TransportConfig()
        transport.boundAddress = transport.publicAddress = address
        transport.port = port
        return transport

    def _account_settings(self, address: str) -> pj.AccountConfig:
        settings = pj.AccountConfig()
        settings.idUri = f"sip:{self.user}@{self.server}"
        settings.regConfig.registerOnAdd = False
        # A start of its own for RTP: many callers share the trunk's address.
        rtp = self._bound_to(address, 20_000 + os.getpid() % 1000 * 40)
        settings.mediaConfig.transportConfig = rtp
        settings.mediaConfig.transportConfig.portRange = 4 * CALLS
        settings.callConfig.timerUse = pj.PJSUA_SIP_TIMER_INACTIVE
        return settings

    # What the library tells us

    def ring(self, call_id: int, at: float) -> None:
        call = self._adopt(Call(self, self._next_number(), call_id))
        info = call.getInfo()
        call.log(
            "invite",
            at,
            caller=info.remoteUri,
            called=info.localUri,
            sip_call_id=info.callIdString,
        )
        mode = self._incoming
        if mode["mode"] == "reject":
            call.answer_with(mode["code"])
            return
        call.answer_with(180)
        if mode["mode"] == "answer":
            call.hang_up_after_ms = mode["hang_up_after_ms"]
            self.later(mode["after_ms"], partial(self._pick_up, call.number))

    def _pick_up(self, number: int) -> None:
        call = self.calls.get(number)
        if call is not None and not call.confirmed and not call.ended_by_us:
            call.answer_with(200)

    def forget(self, number: int) -> None:
        sound = self.calls.pop(number).sound
        if sound is not None:
            self._sounds_over.append(sound)

    # What we are told to do

    def register(self, secret: str) -> None:
        if secret == self._secret:
            self.account.setRegistration(True)
            return
        self._secret = secret
        self._settings.regConfig.registrarUri = f"sip:{self.server}"
        self._settings.sipConfig.authCreds.clear()
        self._settings.sipConfig.authCreds.append(
            pj.AuthCredInfo("digest", "*", self.user, 0, secret)
        )
        self.account.modify(self._settings)  # changed credentials register at once

    def unregister(self) -> None:
        self.account.setRegistration(False)

    def incoming(self, **mode: Any) -> None:
        self._incoming = mode

    def speak(self, voice: Voice) -> None:
        self.voice = voice

    def call(self, number: str, caller: str | None, voice: Voice) -> int:
        call = self._adopt(Call(self, self._next_number()))
        call.voice = voice
        settings = pj.CallOpParam(True)
        if caller is not None:
            settings.txOption.localUri = f"<sip:{caller}@{self.server}>"
        try:
            call.makeCall(f"sip:{number}@{self.server}", settings)
        except pj.Error:
            self.forget(call.number)
            raise
        return call.number

    def answer(self, call: int, code: int) -> None:
        self._live(call).answer_with(code)

    def digits(self, call: int, digits: str, info: bool) -> None:
        settings = pj.CallSendDtmfParam()
        settings.digits = digits
        settings.method = pj.PJSUA_DTMF_METHOD_SIP_INFO if info else pj.PJSUA_DTMF_METHOD_RFC2833
        self._live(call).sendDtmf(settings)

    def hang_up(self, call: int) -> None:
        if call in self.calls:
            self.calls[call].end()

    def hang_up_all(self) -> None:
        for call in list(self.calls.values()):
            call.end()

    def _live(self, number: int) -> Call:
        if number not in self.calls:
            raise LookupError(f"call {number} is over")
        return self.calls[number]

    def _adopt(self, call: Call) -> Call:
        self.calls[call.number] = call
        return call

    def _next_number(self) -> int:
        self._count += 1
        return self._count

    # The loop

    def later(self, after_ms: float, act: Callable[[], None]) -> None:
        self._timer_count += 1
        due = time.monotonic() + after_ms / 1000
        heapq.heappush(self._timers, (due, self._timer_count, act))

    def run(self) -> None:
        say(event="ready", at=now_ms())
        buffered = b""
        while True:
            self._endpoint.libHandleEvents(self._patience())
            while self._timers and self._timers[0][0] <= time.monotonic():
                heapq.heappop(self._timers)[2]()
            while self._sounds_over:
                sound = self._sounds_over.pop()
                sound.close()
                if sound.recording is not None:
                    self._tell_when_whole(sound.call, sound.recording)
            if select.select([0], [], [], 0)[0]:
                chunk = os.read(0, 65_536)
                if not chunk:
                    return
                *lines, buffered = (buffered + chunk).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))

    def _tell_when_whole(self, call: int, recording: Path) -> None:
        if whole(recording):
            say(event="recorded", at=now_ms(), call=call, recording=str(recording))
        else:
            self.later(POLL_MS, partial(self._tell_when_whole, call, recording))

    def _patience(self) -> int:
        if not self._timers:
            return POLL_MS
        left = (self._timers[0][0] - time.monotonic()) * 1000
        return max(0, min(POLL_MS, int(left)))

    def _obey(self, command: dict[str, Any]) -> None:
        number, do = command.pop("id"), command.pop("do")
        try:
            result = getattr(self, do)(**command)
        except (LookupError, pj.Error) as error:
            text = error.reason if isinstance(error, pj.Error) else str(error)
            say(reply=number, at=now_ms(), error=f"{do}: {text}")
        else:
            say(reply=number, at=now_ms(), result=result)


def hurry() -> None:
    """Ask to be served before other processes: the ear must not stutter on a busy machine."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


if __name__ == "__main__":
    hurry()
    Softphone(**json.loads(sys.argv[1])).run()
    # PJSUA's own farewell would wait for transactions that nobody answers any more.
    os._exit(0)
