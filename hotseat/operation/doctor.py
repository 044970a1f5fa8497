"""What `hotseat doctor` concludes from what it found: one finding a subject, with what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from hotseat.operation.health import Condition, health
from words import Message, listed, said

GIB = 1 << 30
DISK_FAIL = GIB // 5
"""Below this the journal's spool and Asterisk's log may not find room any more."""
DISK_WARN = 2 * GIB

OLDEST_SERIES = 20
BAD_SERIES = ("22.11.",)
"""asterisk#2134: loops on bridged channels that were spied on."""

CLOCK_OFF_MS = 2_000

SHOWN = 5
"""So many names are told of many."""

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


NOTHING: Final = said("")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is so, and what to do about it (nothing, if all is well)."""

    subject: str
    verdict: Verdict
    said: Message
    fix: Message = NOTHING


def ok(subject: str, found: Message) -> Finding:
    """Nothing to do."""
    return Finding(subject, Verdict.OK, found)


def warn(subject: str, found: Message, fix: Message) -> Finding:
    """To be done soon."""
    return Finding(subject, Verdict.WARN, found, fix)


def fail(subject: str, found: Message, fix: Message) -> Finding:
    """To be done now."""
    return Finding(subject, Verdict.FAIL, found, fix)


def run(command: str) -> Message:
    """A command to enter, and nothing else."""
    return said("%(command)s", command=command)


def asterisk_version(version: str) -> Finding:
    """`version` is what Asterisk says, e.g. `22.10.1`."""
    series = version.split(".")[0]
    if version.startswith(BAD_SERIES):
        return warn(
            "asterisk",
            said("%(version)s loses calls (asterisk#2134)", version=version),
            said("use %(version)s", version="22.10"),
        )
    if series.isdecimal() and int(series) < OLDEST_SERIES:
        return fail(
            "asterisk",
            said("%(version)s is too old", version=version),
            said("use %(version)s or newer", version=OLDEST_SERIES),
        )
    return ok("asterisk", said("version %(version)s", version=version))


def trunk(peers: Collection[str], own_net: Collection[str]) -> Finding:
    """Can anybody outside call? `own_net` are those of the peers that are this machine."""
    named = ", ".join(peers)
    if set(peers) <= set(own_net):
        return warn(
            "trunk",
            said("only this machine may call (%(peers)s)", peers=named),
            said("name the carrier's addresses: [asterisk] trunk_peers in hotseat.toml"),
        )
    return ok("trunk", said("callers come from %(peers)s", peers=named))


def phones(known: Collection[str], registered: Collection[str], seated: Collection[str]) -> Finding:
    """Are the phones there, above all those where agents sit?"""
    if not known:
        return fail("phones", said("the site has none"), run("hotseat site apply FILE"))
    # A seat may also be at a mobile, which never registers.
    away = sorted(set(seated) & set(known) - set(registered))
    if away:
        return warn(
            "phones",
            said("agents sit at %(phones)s, which Asterisk does not reach", phones=_some(away)),
            said(
                "look at their registration: %(command)s",
                command="hotseat asterisk cli pjsip show contacts",
            ),
        )
    present = len(set(known) & set(registered))
    if not present:
        return warn(
            "phones",
            said("none of %(n)s is registered", n=len(known)),
            said(
                "%(command)s says what to enter at a phone",
                command="hotseat phone secret PHONE --show",
            ),
        )
    return ok("phones", said("%(present)s of %(n)s registered", present=present, n=len(known)))


def roster(status: Mapping[str, Any]) -> Finding:
    """Is everybody there who is on duty, and will there be a roster tomorrow?"""
    duty = status["duty"]
    if duty["missing"]:
        return warn(
            "roster",
            said("on duty and not logged on: %(agents)s", agents=_some(duty["missing"])),
            run("hotseat roster attendance; hotseat roster swap --help"),
        )
    if not duty["rostered"]:
        return ok("roster", said("none is published for now: whoever is logged on is on duty"))
    left = duty["runs_out_at"] - status["now"]
    if left < ROSTER_WARN:
        return warn(
            "roster",
            said(
                "runs out in %(hours)s h; then whoever is logged on is on duty",
                hours=left // HOUR,
            ),
            run("hotseat roster draft begin --help"),
        )
    return ok("roster", said("%(n)s on duty, all of them logged on", n=len(duty["on_duty"])))


def seats(status: Mapping[str, Any]) -> Finding:
    """Does anybody work?"""
    idle = [queue["name"] for queue in status["queues"] if not _staffed(queue)]
    if not status["seats"]:
        return warn(
            "seats",
            said("nobody is logged on"),
            run("hotseat seat login AGENT --phone PHONE"),
        )
    if idle:
        return warn(
            "seats",
            said("nobody is ready for %(queues)s", queues=_some(idle)),
            said("%(command)s shows the seats", command="hotseat status"),
        )
    return ok("seats", said("%(n)s logged on", n=len(status["seats"])))


def _staffed(queue: Mapping[str, Any]) -> bool:
    return bool(queue["seats_ready"] or queue["talking"])


def server(status: Mapping[str, Any]) -> Finding:
    """How is hotseat?"""
    found = health(status)
    if found.condition is Condition.UNAVAILABLE:
        return fail(
            "server", listed(found.reasons), said("see its log, and the lines above and below")
        )
    if found.condition is Condition.DEGRADED:
        return warn("server", listed(found.reasons), said("see its log"))
    return ok(
        "server",
        said(
            "revision %(revision)s, %(n)s calls",
            revision=status["site"]["revision"],
            n=status["contacts"],
        ),
    )


def prompts(missing: Iterable[tuple[str, str]]) -> Finding:
    """Will every sentence be heard? `missing` are (language, prompt)."""
    lacking = sorted({f"{language}/{prompt}.wav" for language, prompt in missing})
    if lacking:
        return fail(
            "prompts",
            said("missing: %(prompts)s", prompts=_some(lacking)),
            said(
                "record them and upload them on the page Prompts, or: %(command)s",
                command="hotseat prompts put --help",
            ),
        )
    return ok("prompts", said("every sentence that can be asked for is there"))


def clock(synchronized: bool | None, server_off_ms: int | None) -> Finding:
    """Is the time right? `server_off_ms`: how far the server's clock is from the wall's."""
    if server_off_ms is not None and abs(server_off_ms) > CLOCK_OFF_MS:
        return warn(
            "clock",
            said(
                "the server's clock is %(seconds)s s off the wall clock,"
                " which was set since the server started",
                seconds=f"{server_off_ms / 1000:+.1f}",
            ),
            said("%(first)s, then %(then)s", first="hotseat drain", then="hotseat serve"),
        )
    if synchronized is False:
        return warn("clock", said("nobody keeps it right"), said("run chrony or systemd-timesyncd"))
    if synchronized:
        return ok("clock", said("kept right by NTP"))
    return ok("clock", said("cannot tell who keeps it right"))


def disk(free: int, total: int) -> Finding:
    """Is there room where the state is? Bytes."""
    room = said(
        "%(free)s of %(total)s GiB free", free=f"{free / GIB:.1f}", total=f"{total / GIB:.0f}"
    )
    fix = said("make room: the journal, its spool and Asterisk's log grow")
    if free < DISK_FAIL:
        return fail("disk", room, fix)
    return warn("disk", room, fix) if free < DISK_WARN else ok("disk", room)


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
            listed(
                said("%(file)s is %(mode)s", file=file.path, mode=f"{file.mode:04o}")
                for file in open_
            ),
            run("; ".join(f"chmod {file.widest:04o} {file.path}" for file in open_)),
        )
    return ok("file modes", said("%(n)s files with secrets are closed to others", n=len(files)))


def _some(names: Sequence[str]) -> Message:
    shown = ", ".join(names[:SHOWN])
    if len(names) <= SHOWN:
        return said("%(names)s", names=shown)
    return said("%(names)s and %(n)s more", names=shown, n=len(names) - SHOWN)
