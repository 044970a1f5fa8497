"""Looks at the machine for `hotseat doctor`. Everything here blocks, for seconds at most."""

from __future__ import annotations

import ctypes
import shutil
import socket
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from hotseat.asterisk.ami_connection import AmiRefused
from hotseat.asterisk.ami_wire import AmiParser, challenge_key
from hotseat.asterisk.ami_wire import Message as Answer
from hotseat.asterisk.install import find
from hotseat.asterisk.instance import Instance, instance_of
from hotseat.asterisk.sandbox import SandboxError, Status
from hotseat.config import ConfigError, Settings, find_config, load_secrets
from hotseat.control_client import NotRunning, Refused, ask
from hotseat.db.engine import open_engine, reading
from hotseat.db.migrations import DatabaseNotReady, require_current
from hotseat.db.snapshot import SiteUnreadable, site_now
from hotseat.db.spool import spool_file
from hotseat.operation import doctor
from hotseat.operation.doctor import FileMode, Finding, Verdict
from hotseat.phones import sandbox_of
from hotseat.prompts.uses import missing
from hotseat.site.records import EMPTY_SITE, SiteNow
from ivr.prompts import SOUND_FOLDER
from words import Message, said

SECONDS = 3.0
TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronized."""


def examine(settings: Settings) -> Iterator[Finding]:
    """One finding after the other, each as soon as it is known."""
    status: Mapping[str, Any] | None = None
    try:
        status = answer = ask(settings, "status")
        yield doctor.server(answer)
    except (NotRunning, Refused) as error:
        yield _failed("server", error, doctor.run("hotseat serve"))
    database, site = _database(settings)
    yield database
    ami = ami_log_in(settings)
    yield from _asterisk(settings, status, site, in_sight=ami.verdict is Verdict.OK)
    yield ami
    if status is not None:
        yield _fastagi(settings)
    yield doctor.trunk(
        [str(peer) for peer in settings.asterisk.trunk_peers],
        [str(peer) for peer in settings.asterisk.trunk_peers if peer.is_loopback],
    )
    if status is not None:
        yield doctor.roster(status)
        yield doctor.seats(status)
    yield doctor.clock(_synchronized(), None if status is None else _server_off(status))
    usage = shutil.disk_usage(_existing(settings.state))
    yield doctor.disk(usage.free, usage.total)
    yield doctor.file_modes(list(_secret_files(settings)))


def _failed(subject: str, error: Exception, fix: Message) -> Finding:
    """Errors for people may say what to do themselves, after what is wrong."""
    told = error.args[0] if error.args else None
    if isinstance(told, Message) and "next" in told.facts:
        wrong, own_fix = told.facts["one"], told.facts["next"]
        return doctor.fail(subject, said("%(wrong)s", wrong=wrong), said("%(fix)s", fix=own_fix))
    return doctor.fail(subject, said("%(error)s", error=str(error)), fix)


def _database(settings: Settings) -> tuple[Finding, SiteNow]:
    engine = open_engine(settings.database)
    try:
        require_current(engine)
        with reading(engine) as session:
            site = site_now(session)
    except (DatabaseNotReady, SiteUnreadable, SQLAlchemyError) as error:
        return _failed(
            "database", error, said("start it, or correct the setting database")
        ), EMPTY_SITE
    finally:
        engine.dispose()
    if not site.revision:
        return doctor.fail(
            "database", said("there is no site in it"), doctor.run("hotseat site apply FILE")
        ), site
    return doctor.ok("database", said("up to date, site of revision %(n)s", n=site.revision)), site


def _asterisk(
    settings: Settings, status: Mapping[str, Any] | None, site: SiteNow, *, in_sight: bool
) -> Iterator[Finding]:
    try:
        found: Status = sandbox_of(settings).status()
    except SandboxError as error:
        yield _failed("asterisk", error, doctor.run("hotseat asterisk install"))
        return
    running = found.running
    yield doctor.asterisk_version(found.version)
    if running is None and in_sight:
        # Its pid file is for root and for itself.
        yield doctor.ok("asterisk runs", said("it answers; as root the doctor sees more"))
    elif running is None:
        yield doctor.fail("asterisk runs", said("it does not"), doctor.run("hotseat asterisk up"))
    else:
        yield doctor.ok(
            "asterisk runs",
            said("pid %(pid)s, %(n)s channels", pid=running.pid, n=running.channels),
        )
    if site.revision and running is not None:
        seated = [seat["phone"] for seat in status["seats"]] if status is not None else []
        yield doctor.phones(site.phones.keys(), running.registered, seated)
    if site.revision:
        yield doctor.prompts(_missing_prompts(settings, site))


def _missing_prompts(settings: Settings, site: SiteNow) -> list[tuple[str, str]]:
    """As callers would miss them: in Asterisk's own folder, where all are copied to."""
    instance = _instance(settings)
    have: dict[str, set[str]] = {}
    if instance is not None:
        for sound in (instance.outside / "data" / "sounds").glob(f"*/{SOUND_FOLDER}/*.wav"):
            have.setdefault(sound.parents[1].name, set()).add(sound.stem)
    return missing(site, have)


def ami_log_in(settings: Settings) -> Finding:
    """Does Asterisk take the user who may only look?"""
    place = f"{settings.asterisk.host}:{settings.asterisk.ami_port}"
    try:
        greeting = _log_in(settings)
    except AmiRefused as error:
        return doctor.fail("ami", _at(place, error), doctor.run("hotseat asterisk render"))
    except (OSError, ConfigError) as error:
        return doctor.fail("ami", _at(place, error), doctor.run("hotseat asterisk up"))
    return doctor.ok("ami", _at(place, greeting))


def _at(place: str, what: object) -> Message:
    return said("%(place)s: %(what)s", place=place, what=str(what))


def _log_in(settings: Settings) -> str:
    """Log in as the user who may only look; Asterisk's greeting. Raises OSError, AmiRefused."""
    asterisk = settings.asterisk
    with socket.create_connection(
        (str(asterisk.host), asterisk.ami_port), SECONDS, (str(asterisk.fastagi_host), 0)
    ) as connection:
        parser = AmiParser()

        def ask_ami(**headers: str) -> Answer:
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            connection.sendall(f"{lines}\r\n".encode())
            while True:
                data = connection.recv(4096)
                if not data:
                    raise OSError("closed by Asterisk")
                for message in parser.feed(data):
                    if message.get("Response") == "Success":
                        return message
                    if message.get("Response") is not None:
                        raise AmiRefused(message.get("Message") or "refused")

        asked = ask_ami(Action="Challenge", AuthType="MD5")
        key = challenge_key(asked.get("Challenge") or "", load_secrets(settings).ami_guest)
        ask_ami(Action="Login", AuthType="MD5", Username="hotseat-look", Key=key, Events="off")
        return parser.banner or ""


def _fastagi(settings: Settings) -> Finding:
    host, port = str(settings.asterisk.fastagi_host), settings.asterisk.fastagi_port
    try:
        socket.create_connection((host, port), SECONDS).close()
    except OSError as error:
        return doctor.fail(
            "fastagi",
            _at(f"{host}:{port}", error),
            said("%(command)s, and its log", command="hotseat serve"),
        )
    return doctor.ok("fastagi", said("%(place)s takes lines", place=f"{host}:{port}"))


def _synchronized() -> bool | None:
    """What the kernel says of its clock; None where it does not tell."""
    # 208 bytes are sizeof(struct timex); all zero: only read.
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(208))
    return None if state < 0 else state != TIME_ERROR


def _server_off(status: Mapping[str, Any]) -> int:
    return int(status["now"]) - time.time_ns() // 1_000_000


def _secret_files(settings: Settings) -> Iterator[FileMode]:
    named: list[tuple[Path, int]] = [
        (settings.state / "secrets.json", 0o600),
        (settings.control_socket, 0o660),
        *((file, 0o640) for file in settings.state.glob("hotseat.db*")),
        (spool_file(settings.state), 0o640),
    ]
    config = find_config(Path.cwd())
    if config is not None and make_url(settings.database).password:
        named.append((config, 0o640))
    instance = _instance(settings)
    if instance is not None:
        named += [(file, 0o640) for file in (instance.outside / "etc").glob("*.conf")]
    for path, widest in named:
        if path.exists():
            yield FileMode(str(path), stat.S_IMODE(path.stat().st_mode), widest)


def _instance(settings: Settings) -> Instance | None:
    assert settings.asterisk.root is not None
    installation = find(settings.asterisk.root)
    return None if installation is None else instance_of(settings, installation)


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
