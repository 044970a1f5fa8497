"""Crowds on the phone: SIPp speaks for any number of callers or phones at one address.

They are silent (they send no sound and hear none) and cost next to nothing; `hotseat.softphones`
has those that talk and listen. A scenario logs what happens to a call as
`<log message="[timestamp] WORD NUMBER"/>`.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from hotseat.asterisk.render import PhoneLogin

SCENARIOS = Path(__file__).with_name("scenarios")
CALLER = SCENARIOS / "caller.xml"
PHONE = SCENARIOS / "phone.xml"
REGISTER = SCENARIOS / "register.xml"
MEDIA_PORT = 30_000
"""Sound goes nowhere, but each process wants two ports for it."""
END_SECONDS = 20.0

_number = count(1)


def login_row(login: PhoneLogin) -> tuple[str, str]:
    """A row of REGISTER."""
    # In hex, for SIPp reads a value that begins with 0x as hex: one secret of 4,096 does.
    secret = login.secret.encode().hex()
    return login.name, f"[authentication username={login.name} password=0x{secret}]"


_HANG_UP = "\r\n".join(
    (
        "MESSAGE sip:caller SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1",
        "From: <sip:test@127.0.0.1>;tag=1",
        "To: <sip:caller@127.0.0.1>",
        "Call-ID: {call}",
        "CSeq: 1 MESSAGE",
        "Content-Length: 0",
        "",
        "",
    )
)


class SippError(Exception):
    """SIPp cannot be run, or its calls went another way than the scenario's."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line that a scenario logs: `rung 13900000001` at an instant in epoch milliseconds."""

    at: float
    word: str
    about: str


class Sipp(AbstractContextManager["Sipp"]):
    """One SIPp process, from its start to its end.

    With `rows` it makes one call for each of them, `rate` in a second, whose fields are the
    scenario's [field0], [field1] …; without rows it waits for calls.
    """

    def __init__(
        self,
        scenario: Path,
        *,
        address: str,
        port: int,
        server: str,
        folder: Path,
        rows: Sequence[Sequence[str]] = (),
        number: str = "",
        rate: float = 20.0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._address = (address, port)
        ours = next(_number)
        self._stem = folder / f"{scenario.stem}-{ours}"
        command = ["sipp", "-sf", str(scenario), "-nostdin"]
        # By default it would take orders from any machine.
        command += ["-i", address, "-p", str(port), "-ci", address]
        command += ["-mi", address, "-mp", str(MEDIA_PORT + 4 * ours)]
        command += ["-trace_logs", "-log_file", str(self._path("log"))]
        command += ["-trace_err", "-error_file", str(self._path("errors"))]
        if rows:
            self._path("csv").write_text(_csv(rows), encoding="ascii")
            command += ["-inf", str(self._path("csv")), "-s", number]
            command += ["-m", str(len(rows)), "-l", str(len(rows)), "-r", f"{rate:g}", server]
        try:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except FileNotFoundError:
            raise SippError("no sipp here: install the package sip-tester") from None

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; whoever is on the phone is left without a word."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def hang_up(self, rows: Iterable[int]) -> None:
        """The callers of these rows hang up, in this order, at once."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as order:
            for row in rows:
                # SIPp knows a call by its id alone, which is made as -cid_str says by default.
                call = f"{row + 1}-{self._process.pid}@{self._address[0]}"
                order.sendto(_HANG_UP.format(call=call).encode(), self._address)

    def wait(self, timeout: float = END_SECONDS) -> None:
        """Wait until all calls are over. Raises SippError if one did not keep to the scenario."""
        code = self._process.wait(timeout)
        if code != 0:
            raise SippError(f"sipp ended with {code}:\n{self.errors}")

    def said(self, word: str) -> list[Said]:
        """What the scenario has logged so far with this word, in order."""
        path = self._path("log")
        if not path.exists():
            return []
        lines = path.read_text(encoding="ascii").split("\n")[:-1]  # the last is being written
        return [said for said in map(_said, lines) if said.word == word]

    @property
    def errors(self) -> str:
        """What SIPp found to be unexpected."""
        path = self._path("errors")
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _path(self, kind: str) -> Path:
        return self._stem.with_suffix(f".{kind}")


def _csv(rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"{line}\n" for line in ("SEQUENTIAL", *map(";".join, rows)))


def _said(line: str) -> Said:
    at, word, about = line.rpartition("\t")[2].split()
    return Said(float(at) * 1000, word, about)
