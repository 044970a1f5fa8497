"""What `hotseat doctor` concludes from what it found: one finding a subject, with what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from hotseat.operation.health import Condition, health

GIB = 1 << 30
DISK_FAIL = GIB // 5
"""Below this the journal's spool and Asterisk's log may not find room any more."""
DISK_WARN = 2 * GIB

OLDEST_SERIES = 20
BAD_SERIES = ("22.11.",)
"""asterisk#2134: loops on bridged channels that were spied on."""

CLOCK_OFF_MS = 2_000

HOUR = 3_600_000
ROSTER_WARN = 48 * HOUR
"""So long before the published roster runs out the next one should be there."""


class Verdict(Enum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """Calls are served; something is missing or will be."""
    FAIL = "fail"
    """Calls are not served."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is so, and what to do about it (nothing, if all is well)."""

    subject: str
    verdict: Verdict
    said: str
    fix: str = ""


def ok(subject: str, said: str) -> Finding:
    """Nothing to do."""
    return Finding(subject, Verdict.OK, said)


def warn(subject: str, said: str, fix: str) -> Finding:
    """To be done soon."""
    return Finding(subject, Verdict.WARN, said, fix)


def fail(subject: str, said: str, fix: str) -> Finding:
    """To be done now."""
    return Finding(subject, Verdict.FAIL, said, fix)


def asterisk_version(version: str) -> Finding:
    """`version` is what Asterisk says, e.g. `22.10.1`."""
    series = version.split(".")[0]
    if version.startswith(BAD_SERIES):
        return warn("asterisk", f"{version} loses calls (asterisk#2134)", "use 22.10")
    if series.isdecimal() and int(series) < OLDEST_SERIES:
        return fail("asterisk", f"{version} is too old", f"use {OLDEST_SERIES} or newer")
    return ok("asterisk", f"version {version}")


def trunk(peers: Collection[str], own_net: Collection[str]) -> Finding:
    """Can anybody outside call? `own_net` are those of the peers that are this machine."""
    named = ", ".join(peers)
    if set(peers) <= set(own_net):
        return warn(
            "trunk",
            f"only this machine may call ({named})",
            "name the carrier's addresses: [asterisk] trunk_peers in hotseat.toml",
        )
    return ok("trunk", f"callers come from {named}")


def phones(known: Collection[str], registered: Collection[str], seated: Collection[str]) -> Finding:
    """Are the phones there, above all those where agents sit?"""
    if not known:
        return fail("phones", "the site has none", "hotseat site apply FILE")
    # A seat may also be at a mobile, which never registers.
    away = sorted(set(seated) & set(known) - set(registered))
    if away:
        return warn(
            "phones",
            f"agents sit at {_some(away)}, which Asterisk does not reach",
            "look at their registration: hotseat asterisk cli pjsip show contacts",
        )
    present = len(set(known) & set(registered))
    if not present:
        return warn(
            "phones",
            f"none of {len(known)} is registered",
            "hotseat phone secret PHONE --show says what to enter at a phone",
        )
    return ok("phones", f"{present} of {len(known)} registered")


def roster(status: Mapping[str, Any]) -> Finding:
    """Is everybody there who is on duty, and will there be a roster tomorrow?"""
    duty = status["duty"]
    if duty["missing"]:
        return warn(
            "roster",
            f"on duty and not logged on: {_some(duty['missing'])}",
            "hotseat roster attendance; hotseat roster swap --help",
        )
    if not duty["rostered"]:
        return ok("roster", "none is published for now: whoever is logged on is on duty")
    left = duty["runs_out_at"] - status["now"]
    if left < ROSTER_WARN:
        return warn(
            "roster",
            f"runs out in {left // HOUR} h; then whoever is logged on is on duty",
            "hotseat roster draft begin --help",
        )
    return ok("roster", f"{len(duty['on_duty'])} on duty, all of them logged on")


def seats(status: Mapping[str, Any]) -> Finding:
    """Does anybody work?"""
    idle = [queue["name"] for queue in status["queues"] if not _staffed(queue)]
    if not status["seats"]:
        return warn("seats", "nobody is logged on", "hotseat seat login AGENT --phone PHONE")
    if idle:
        return warn("seats", f"nobody is ready for {_some(idle)}", "hotseat status shows the seats")
    return ok("seats", f"{len(status['seats'])} logged on")


def _staffed(queue: Mapping[str, Any]) -> bool:
    return bool(queue["seats_ready"] or queue["talking"])


def server(status: Mapping[str, Any]) -> Finding:
    """How is hotseat?"""
    found = health(status)
    words = "; ".join(found.reasons)
    if found.condition is Condition.UNAVAILABLE:
        return fail("server", words, "see its log, and the lines above and below")
    if found.condition is Condition.DEGRADED:
        return warn("server", words, "see its log")
    return ok("server", f"revision {status['site']['revision']}, {status['contacts']} calls")


def prompts(missing: Iterable[tuple[str, str]]) -> Finding:
    """Will every sentence be heard? `missing` are (language, prompt)."""
    lacking = sorted({f"{language}/{prompt}.wav" for language, prompt in missing})
    if lacking:
        return fail(
            "prompts",
            f"missing: {_some(lacking)}",
            "record them (8 kHz, 16 bit, mono) into the folder that the setting prompts names, "
            "then hotseat asterisk render",
        )
    return ok("prompts", "every sentence of the menus in force is there")


def clock(synchronized: bool | None, server_off_ms: int | None) -> Finding:
    """Is the time right? `server_off_ms`: how far the server's clock is from the wall's."""
    if server_off_ms is not None and abs(server_off_ms) > CLOCK_OFF_MS:
        return warn(
            "clock",
            f"the server's clock is {server_off_ms / 1000:+.1f} s off the wall clock, "
            "which was set since the server started",
            "hotseat drain, then hotseat serve",
        )
    if synchronized is False:
        return warn("clock", "nobody keeps it right", "run chrony or systemd-timesyncd")
    return ok("clock", "kept right by NTP" if synchronized else "cannot tell who keeps it right")


def disk(free: int, total: int) -> Finding:
    """Is there room where the state is? Bytes."""
    said = f"{free / GIB:.1f} of {total / GIB:.0f} GiB free"
    fix = "make room: the journal, its spool and Asterisk's log grow"
    if free < DISK_FAIL:
        return fail("disk", said, fix)
    return warn("disk", said, fix) if free < DISK_WARN else ok("disk", said)


@dataclass(frozen=True, slots=True)
class FileMode:
    """A file with secrets in it: its mode, and the widest it may have."""

    path: str
    mode: int
    widest: int


def file_modes(files: Sequence[FileMode]) -> Finding:
    """May anybody read secrets who should not?"""
    open_ = [file for file in files if file.mode & ~file.widest]
    if open_:
        return fail(
            "file modes",
            "; ".join(f"{file.path} is {file.mode:04o}" for file in open_),
            "; ".join(f"chmod {file.widest:04o} {file.path}" for file in open_),
        )
    return ok("file modes", f"{len(files)} files with secrets are closed to others")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
