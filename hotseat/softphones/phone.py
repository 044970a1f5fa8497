"""One phone: the blocking side of `softphone.py`.

    with Phone("p101", address="127.1.2.101", server="127.1.2.1:5060", folder=tmp) as phone:
        phone.register(secret)
        phone.answers(after_ms=100)
        rung = phone.wait("invite", timeout=5)

A phone keeps every event since its start, so one can await what already came, and count what must
not have come.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

SOFTPHONE = Path(__file__).with_name("softphone.py")
COMMAND_SECONDS = 10.0

Found = TypeVar("Found")


class PhoneError(Exception):
    """The phone refused a command, or its process died."""


class NotHeard(Exception):
    """What was awaited from a phone did not come in time; the text has its last events."""


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """One line of a phone's own log.

    kind: ready registered unregistered refused invite ringing talking sound digit cancelled
    ended recorded. `at` is epoch milliseconds.
    """

    kind: str
    at: float
    call: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class Phone(AbstractContextManager["Phone"]):
    """One softphone process at `address`, speaking to the SIP server `host:port`."""

    def __init__(
        self,
        user: str,
        *,
        address: str,
        server: str,
        folder: Path,
        port: int = 0,
        records: bool = True,
    ) -> None:
        self.user = user
        self.address = address
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "user": user,
            "address": address,
            "port": port,
            "server": server,
            "folder": str(folder),
            "records": records,
        }
        self._errors = (folder / f"{user}.err").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, str(SOFTPHONE), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C is for whoever runs the phone
        )
        self._changed = threading.Condition()
        self._events: list[PhoneEvent] = []
        # A phone may take calls for days, and is asked about the latest many times a second.
        self._of_call: defaultdict[int, list[PhoneEvent]] = defaultdict(list)
        self._invites: list[PhoneEvent] = []
        self._replies: dict[int, dict[str, Any]] = {}
        self._commands = 0
        self._gone = False
        self._reader = threading.Thread(target=self._read, name=f"phone-{user}", daemon=True)
        self._reader.start()
        self.wait("ready", timeout=COMMAND_SECONDS)

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()

    # Commands

    def register(self, secret: str, timeout: float = 5) -> PhoneEvent:
        """Register; returns the event `registered`. Raises PhoneError if the server refuses."""
        asked_at = self._command("register", secret=secret)["at"]
        answer = self.wait("registered", "refused", since=asked_at, timeout=timeout)
        if answer.kind == "refused":
            raise PhoneError(f"{self.user}: registration refused: {answer.facts}")
        return answer

    def unregister(self, timeout: float = 5) -> PhoneEvent:
        """Take the registration back."""
        asked_at = self._command("unregister")["at"]
        return self.wait("unregistered", since=asked_at, timeout=timeout)

    def answers(self, *, after_ms: int = 100, hang_up_after_ms: int | None = None) -> None:
        """Incoming calls are picked up after so long, and ended after so much talk."""
        self._command(
            "incoming", mode="answer", after_ms=after_ms, hang_up_after_ms=hang_up_after_ms
        )

    def rings(self) -> None:
        """Incoming calls ring and nobody comes."""
        self._command("incoming", mode="ignore")

    def rejects(self, code: int) -> None:
        """Incoming calls are refused at once: 486 busy, 603 declined."""
        self._command("incoming", mode="reject", code=code)

    def sends_tone(self, hertz: int | None) -> None:
        """What the other side hears in the calls that come from now on."""
        self._command("speak", voice=hertz)

    def says(self, words: Path) -> None:
        """The wav file that the other side hears in the calls that come from now on."""
        self._command("speak", voice=str(words))

    def call(
        self,
        number: str,
        *,
        caller: str | None = None,
        hertz: int | None = None,
        words: Path | None = None,
    ) -> PhoneCall:
        """Dial `number`, showing `caller` in From, sending a tone of `hertz` or a wav file."""
        voice = hertz if words is None else str(words)
        call = self._command("call", number=number, caller=caller, voice=voice)["result"]
        return PhoneCall(self, call)

    def pick_up(self, call: int, code: int = 200) -> None:
        """Answer one incoming call by hand."""
        self._command("answer", call=call, code=code)

    def hang_up(self, call: int) -> None:
        """End one call; nothing happens if it is over."""
        self._command("hang_up", call=call)

    def hang_up_all(self) -> None:
        """End every call, ringing ones too."""
        self._command("hang_up_all")

    def digits(self, call: int, digits: str, *, info: bool = False) -> None:
        """Send digits by RFC 4733, or by SIP INFO."""
        self._command("digits", call=call, digits=digits, info=info)

    # The log

    @property
    def events(self) -> list[PhoneEvent]:
        """Everything since the start."""
        with self._changed:
            return list(self._events)

    def invites(self, since: float = 0, until: float = float("inf")) -> list[PhoneEvent]:
        """The calls that came between two instants."""
        with self._changed:
            return [event for event in self._invites if since <= event.at <= until]

    def call_of(self, caller: str, *, since: float = 0) -> PhoneCall | None:
        """The first call of this caller that came since an instant."""
        for invite in self.invites(since):
            call = PhoneCall(self, invite.call or 0)
            if call.caller == caller:
                return call
        return None

    def rung_as(self, called: str, *, since: float = 0, timeout: float = 10) -> PhoneCall:
        """The call to this number, awaited until it rings. Raises NotHeard."""

        def look() -> PhoneCall | None:
            calls = (PhoneCall(self, invite.call or 0) for invite in self.invites(since))
            return next((call for call in calls if call.called == called), None)

        with self._changed:
            call = self._await(look, timeout)
        if call is None:
            raise NotHeard(self._missed(f"call to {called}", timeout))
        return call

    def rung_by(self, caller: str, *, since: float = 0, timeout: float = 10) -> PhoneCall:
        """The call of this caller, awaited until it rings. Raises NotHeard."""
        with self._changed:
            call = self._await(lambda: self.call_of(caller, since=since), timeout)
        if call is None:
            raise NotHeard(self._missed(f"call of {caller}", timeout))
        return call

    def find(self, *kinds: str, call: int | None = None, since: float = 0) -> PhoneEvent | None:
        """The first such event so far."""
        return next(iter(self._matching(kinds, call, since)), None)

    def wait(
        self, *kinds: str, call: int | None = None, since: float = 0, timeout: float
    ) -> PhoneEvent:
        """The first such event, awaited for `timeout` seconds. Raises NotHeard."""
        with self._changed:
            event = self._await(lambda: self.find(*kinds, call=call, since=since), timeout)
        if event is None:
            raise NotHeard(self._missed(f"{' or '.join(kinds)} of call {call}", timeout))
        return event

    def _missed(self, what: str, timeout: float) -> str:
        text = f"{self.user}: no {what} in {timeout} s; last events: {self.events[-8:]}"
        if self._gone:
            errors = Path(self._errors.name).read_text(errors="replace")
            text += f"; its process is gone:\n{errors}"
        return text

    def _matching(
        self, kinds: tuple[str, ...], call: int | None, since: float
    ) -> Iterator[PhoneEvent]:
        with self._changed:
            events = list(self._events if call is None else self._of_call.get(call, ()))
        for event in events:
            if event.kind in kinds and event.at >= since:
                yield event

    # The process

    def _command(self, do: str, **facts: Any) -> dict[str, Any]:
        with self._changed:
            self._commands += 1
            number = self._commands
        line = json.dumps({"id": number, "do": do, **facts}) + "\n"
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(line.encode())
            stdin.flush()
        except (OSError, ValueError) as error:
            raise PhoneError(f"{self.user}: {do}: the phone's process is gone") from error
        with self._changed:
            reply = self._await(lambda: self._replies.pop(number, None), COMMAND_SECONDS)
        if reply is None:
            raise PhoneError(f"{self.user}: {do}: no reply; see {self._folder}")
        if "error" in reply:
            raise PhoneError(f"{self.user}: {reply['error']}")
        return reply

    def _await(self, look: Callable[[], Found | None], timeout: float) -> Found | None:
        deadline = time.monotonic() + timeout
        while (found := look()) is None:
            left = deadline - time.monotonic()
            if left <= 0 or self._gone:
                return None
            self._changed.wait(left)
        return found

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        for raw in stdout:
            line = json.loads(raw) if raw.startswith(b"{") else None
            if line is None:
                continue  # PJLIB's own first words, before its log can be silenced
            with self._changed:
                if "reply" in line:
                    self._replies[line["reply"]] = line
                else:
                    kind, at, call = line.pop("event"), line.pop("at"), line.pop("call", None)
                    self._note(PhoneEvent(kind, at, call, line))
                self._changed.notify_all()
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def _note(self, event: PhoneEvent) -> None:
        self._events.append(event)
        if event.call is not None:
            self._of_call[event.call].append(event)
        if event.kind == "invite":
            self._invites.append(event)


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """One call of one phone."""

    phone: Phone
    number: int

    def wait(self, *kinds: str, timeout: float = 10) -> PhoneEvent:
        return self.phone.wait(*kinds, call=self.number, timeout=timeout)

    def find(self, *kinds: str) -> PhoneEvent | None:
        return self.phone.find(*kinds, call=self.number)

    @property
    def caller(self) -> str:
        """Whose call rings here: the number in From."""
        uri: str = self.wait("invite").facts["caller"]
        return uri.partition("sip:")[2].partition("@")[0]

    @property
    def called(self) -> str:
        """The number that was dialled: the one in To."""
        uri: str = self.wait("invite").facts["called"]
        return uri.partition("sip:")[2].partition("@")[0]

    def digits(self, digits: str, *, info: bool = False) -> None:
        self.phone.digits(self.number, digits, info=info)

    def pick_up(self, code: int = 200) -> None:
        self.phone.pick_up(self.number, code)

    def hang_up(self) -> None:
        self.phone.hang_up(self.number)

    @property
    def over(self) -> bool:
        return self.find("ended", "cancelled") is not None
