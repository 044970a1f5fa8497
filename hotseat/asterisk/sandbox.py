"""The instance's own Asterisk: install, render, start, ask, stop.

Everything here blocks: it is for commands and tests, never for the reactor.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path, PurePosixPath

from hotseat.asterisk.files import (
    Sound,
    alone,
    link_core_data,
    make_folders,
    remove_left_overs,
    share_sounds,
    write_prompts,
    write_texts,
)
from hotseat.asterisk.install import Installation, find, install
from hotseat.asterisk.instance import Instance, forget_lost_instances, instance_of
from hotseat.asterisk.render import Folders, PhoneLogin, inputs_of, render
from hotseat.asterisk.steps import Say
from hotseat.config import Settings, load_secrets
from words import listed, said

START_SECONDS = 60
STOP_SECONDS = 10
ANSWER_SECONDS = 30
"""A hung Asterisk must not hold a command, or the server's threads, for ever."""

UP, DOWN = "hotseat asterisk up", "hotseat asterisk down"
"""What to enter."""

PHONES = "pjsip.conf"
MODULES = "modules.conf"
"""Those that are new in it are loaded while calls run."""
RELOADS = {
    PHONES: "module reload res_pjsip.so",
    "extensions.conf": "dialplan reload",
    "manager.conf": "manager reload",
    "musiconhold.conf": "moh reload",
    "logger.conf": "logger reload",
}
"""What Asterisk can read anew while calls run; the other files it reads at its start only."""

DEAF = r"Unable to bind|could not be started"
"""In an error of Asterisk that goes on without AMI or SIP: an address is taken or not here."""

CONTACT = r"(?m)^\s*Contact:\s+([a-z0-9-]+)/\S+\s+\S+\s+Avail"

PhoneLogins = Callable[[], Sequence[PhoneLogin]]
OwnSounds = Callable[[], Iterable[Sound]]


class SandboxError(Exception):
    """Asterisk could not do it; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Running:
    """What an Asterisk that runs says of itself."""

    pid: int
    uptime_seconds: int
    channels: int
    registered: tuple[str, ...]
    """Names of the phones that are registered and answer."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of the instance's Asterisk; addresses are `host:port`."""

    version: str
    root: str
    sip: str
    ami: str
    fastagi: str
    running: Running | None


class Sandbox:
    """One instance's Asterisk. `phones` and `sounds` are asked whenever files are rendered."""

    def __init__(
        self, settings: Settings, phones: PhoneLogins = tuple, sounds: OwnSounds = tuple
    ) -> None:
        self._settings = settings
        self._phones = phones
        self._sounds = sounds

    def install(self, say: Say = lambda line: None) -> Installation:
        """Find or install Asterisk. Raises InstallError."""
        return install(self._root(), say)

    def render(self) -> list[str]:
        """Write Asterisk's files and sounds; return the names of those that changed.

        Raises RenderError before anything is written, SandboxError without an Asterisk.
        """
        installation, instance = self._found()
        owner = installation.owner()
        forget_lost_instances(self._settings, installation)
        with alone(instance):
            texts = self._texts()  # read under the lock: who reads first must not write last
            make_folders(instance, self._settings.state, owner)
            link_core_data(installation, instance)
            changed = [
                *write_texts(instance.outside / "etc", texts, owner),
                *remove_left_overs(instance.outside / "etc", texts),
                *self._write_prompts(instance),
            ]
            share_sounds(instance, self._settings.state)
            return changed

    def reload(self) -> list[str]:
        """Like `render`; a running Asterisk reads at once what it can read without a restart.

        Raises SandboxError, and leaves the dialplan in force, if a new module does not load.
        """
        changed = self.render()
        if self.running():
            if MODULES in changed:
                # First, for the dialplan may use what they bring.
                there = set(re.findall(r"(?m)^\S+\.so", self.rx("module show")))
                for module in re.findall(r"(?m)^load = (\S+)", self._texts()[MODULES]):
                    if module not in there:
                        self.load(module)
            for name, command in RELOADS.items():
                if name in changed:
                    self.rx(command)
        return changed

    def reload_phones(self) -> list[str]:
        """Write the phones only; a running Asterisk reads what changed, which disturbs no call."""
        installation, instance = self._found()
        with alone(instance):
            texts = {PHONES: self._texts()[PHONES]}
            changed = write_texts(instance.outside / "etc", texts, installation.owner())
        if changed and self.running():
            self.rx(RELOADS[PHONES])
        return changed

    def write_prompts(self) -> list[str]:
        """Write the sounds only: whoever is played one from now on hears the new one.

        Raises SandboxError without an Asterisk, OSError.
        """
        _, instance = self._found()
        with alone(instance):
            return self._write_prompts(instance)

    def up(self, say: Say = lambda line: None) -> int:
        """Start Asterisk if it does not run; return its pid once it is fully booted.

        Raises SandboxError with the errors in Asterisk's log.
        """
        pid = self.pid()
        if pid is not None:
            return pid
        installation, instance = self._found()
        self.render()
        begun = instance.log.stat().st_size if instance.log.exists() else 0
        say(said("starting Asterisk %(version)s …", version=installation.version))
        # -p, as Debian's own service has it: talks must not stutter when others want the processor.
        # Who may not have it (asterisk.c asks root only) runs like everybody else.
        as_user = ["-U", "asterisk", "-G", "asterisk"] if installation.owner() else []
        started = _run(installation.command("-C", instance.config, "-g", "-p", *as_user))
        pid = self._wait_until_booted(started)
        errors = _errors(instance.log, begun)
        if pid is not None and not any(re.search(DEAF, error) for error in errors):
            for error in errors:
                say(f"! {error}")
            return pid
        self.down()
        problems = "\n  ".join(errors) or started.stderr.strip() or said("nothing in its log")
        raise SandboxError(
            said(
                "Asterisk did not start:\n  %(problems)s\nIts log: %(log)s\n"
                "If an address is taken, choose another net (asterisk.net in hotseat.toml).",
                problems=problems,
                log=str(instance.log),
            )
        )

    def down(self, say: Say = lambda line: None) -> bool:
        """Hang up all calls and stop Asterisk; False if it was not running."""
        pid = self.pid()
        if pid is None:
            return False
        say(said("stopping Asterisk …"))
        self._ask("channel request hangup all")
        self._ask("core stop gracefully")
        if not self._gone(STOP_SECONDS):
            say(said("it does not stop by itself; killing it"))
            os.kill(pid, signal.SIGKILL)
            self._gone(STOP_SECONDS)
        return True

    def running(self) -> bool:
        """Is our Asterisk there?"""
        return self.pid() is not None

    def pid(self) -> int | None:
        """The pid of this instance's Asterisk."""
        try:
            return self._found()[1].pid()
        except SandboxError:
            return None

    def rx(self, command: str) -> str:
        """The output of one command at Asterisk's command line. Raises SandboxError."""
        installation, instance = self._found()
        done = _run(installation.command("-C", instance.config, "-rx", command))
        if done.returncode != 0:
            raise SandboxError(
                said(
                    "Asterisk does not answer (%(why)s); start it with `%(command)s`",
                    why=done.stderr.strip() or done.stdout.strip(),
                    command=UP,
                )
            )
        return done.stdout

    def load(self, module: str) -> None:
        """Load a module into the running Asterisk. Raises SandboxError."""
        told = self.rx(f"module load {module}")
        if "Loaded" not in told:
            raise SandboxError(
                said(
                    "Asterisk does not load %(module)s (%(why)s), %(log)s says why;"
                    " once that is mended: `%(down)s`, then `%(up)s`",
                    module=module,
                    why=told.strip(),
                    log=str(self.log()),
                    down=DOWN,
                    up=UP,
                )
            )

    def console(self) -> list[str]:
        """The argument list that opens Asterisk's command line for a person."""
        installation, instance = self._found()
        return installation.command("-C", instance.config, "-r")

    def log(self) -> Path:
        """Asterisk's log. Raises SandboxError without an Asterisk."""
        return self._found()[1].log

    def status(self) -> Status:
        """What is known, running or not. Raises SandboxError without an Asterisk."""
        installation, _ = self._found()
        asterisk = self._settings.asterisk
        pid = self.pid()
        return Status(
            version=installation.version,
            root=str(installation.root),
            sip=f"{asterisk.host}:{asterisk.sip_port}",
            ami=f"{asterisk.host}:{asterisk.ami_port}",
            fastagi=f"{asterisk.fastagi_host}:{asterisk.fastagi_port}",
            running=self._running_status(pid) if pid else None,
        )

    def _running_status(self, pid: int) -> Running:
        return Running(
            pid=pid,
            uptime_seconds=_number(r"System uptime: (\d+)", self.rx("core show uptime seconds")),
            channels=_number(r"(\d+) active channel", self.rx("core show channels count")),
            registered=tuple(re.findall(CONTACT, self.rx("pjsip show contacts"))),
        )

    def _wait_until_booted(self, started: subprocess.CompletedProcess[str]) -> int | None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            pid = self.pid()
            if pid is not None and "fully booted" in self._ask("core waitfullybooted"):
                return pid
            if pid is None and started.returncode != 0:
                break
            time.sleep(0.1)
        return None

    def _write_prompts(self, instance: Instance) -> list[str]:
        with as_file(files("ivr.prompts")) as built_in:
            return write_prompts(instance, built_in, self._sounds())

    def _texts(self) -> dict[str, str]:
        installation, instance = self._found()
        folders = Folders(instance.name, instance.inside, PurePosixPath(installation.data) / "moh")
        secrets = load_secrets(self._settings)
        return render(inputs_of(self._settings, secrets, folders, self._phones()))

    def _root(self) -> Path:
        root = self._settings.asterisk.root
        assert root is not None
        return root

    def _found(self) -> tuple[Installation, Instance]:
        installation = find(self._root())
        if installation is None:
            missing = said("no Asterisk here yet")
            fix = said("run `%(command)s`", command="hotseat asterisk install")
            raise SandboxError(listed([missing, fix]))
        return installation, instance_of(self._settings, installation)

    def _ask(self, command: str) -> str:
        """Like `rx`, for moments when Asterisk may not be there yet or no longer."""
        try:
            return self.rx(command)
        except SandboxError:
            return ""

    def _gone(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.running():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    # A small environment: Asterisk would hand ours to nobody, but it reads TZ, LANG and its own
    # ASTERISK_… from it.
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=environment,
            cwd="/",
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer in {ANSWER_SECONDS} s")


def _errors(log: Path, start: int) -> list[str]:
    if not log.exists():
        return []
    with log.open(encoding="utf-8", errors="replace") as file:
        file.seek(start)
        return [line.rstrip() for line in file if " ERROR[" in line]


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0
