"""Callers from outside, as many as it takes."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

from hotseat.softphones.phone import Phone, PhoneCall

CALLS_IN_A_PROCESS = 2
"""The library has four slots, and frees one some time after the call's end."""


class Callers:
    """Anonymous callers at the trunk's address, two to a process, identified by address only."""

    def __init__(self, *, address: str, server: str, folder: Path, records: bool = True) -> None:
        self._address, self._server, self._folder = address, server, folder
        self._records = records
        self._phones = ExitStack()
        self._placed: dict[Phone, list[PhoneCall]] = {}
        self._lock = threading.Lock()

    def call(
        self,
        number: str,
        *,
        caller: str = "13800000000",
        hertz: int | None = None,
        words: Path | None = None,
    ) -> PhoneCall:
        """One more caller dials `number`, sending a tone or a wav file."""
        with self._lock:
            phone = self._phone_with_room()
            call = phone.call(number, caller=caller, hertz=hertz, words=words)
            self._placed[phone].append(call)
        return call

    def make_room(self, calls: int) -> None:
        """Start the processes for so many calls at once beforehand."""
        with self._lock:
            while sum(CALLS_IN_A_PROCESS - self._held(p) for p in self._placed) < calls:
                self._start_phone()

    def hang_up_all(self, timeout: float = 5) -> None:
        """End every call that is still up."""
        live = [call for calls in self._placed.values() for call in calls if not call.over]
        for phone in self._placed:
            phone.hang_up_all()
        for call in live:
            call.wait("ended", timeout=timeout)

    def close(self) -> None:
        """End the processes."""
        self._phones.close()

    def _phone_with_room(self) -> Phone:
        for phone in self._placed:
            if self._held(phone) < CALLS_IN_A_PROCESS:
                return phone
        return self._start_phone()

    def _start_phone(self) -> Phone:
        phone = self._phones.enter_context(
            Phone(
                f"caller{len(self._placed) + 1}",
                address=self._address,
                server=self._server,
                folder=self._folder,
                records=self._records,
            )
        )
        self._placed[phone] = []
        return phone

    def _held(self, phone: Phone) -> int:
        self._placed[phone] = [call for call in self._placed[phone] if not call.over]
        return len(self._placed[phone])
