"""A real Asterisk on this machine: its own if it has one, else Debian's in a folder.

Debian 12 has no Asterisk package, Debian's `sid` has 22.10. So we make a small `sid` system in a
folder (debootstrap) and run Asterisk in it with chroot; network and process list stay the host's.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hotseat.asterisk.steps import InstallError, Say, Steps
from words import said

OLDEST_SERIES = 20
"""The dialplan and the AMI event filters need the syntax of this series or a newer one."""

WANTED = "1:22.10."
"""Debian version prefix. 22.11.0 loops on bridged channels that were spied on (asterisk#2134)."""

PACKAGES = (
    "asterisk",
    "asterisk-modules",
    "asterisk-config",
    "asterisk-core-sounds-en-wav",
    "asterisk-moh-opsound-wav",
)
DATA_FOLDERS = ("/usr/share/asterisk", "/var/lib/asterisk")
"""Debian's choice, and Asterisk's own."""

STAGE_FILE = ".hotseat-stage"
BOOTSTRAPPED = "bootstrapped"
READY = "ready"


@dataclass(frozen=True, slots=True)
class Installation:
    """An Asterisk that can be started.

    `root` is `/` for the machine's own. `version` is what `asterisk -V` says, e.g. `22.10.1`.
    """

    root: Path
    program: str
    version: str

    @property
    def chrooted(self) -> bool:
        """Does it live in a folder of its own?"""
        return self.root != Path("/")

    @property
    def data(self) -> str:
        """Folder of sounds, music and documentation, as Asterisk itself sees it."""
        # Not read from its asterisk.conf: only root and the user asterisk may read that.
        for folder in DATA_FOLDERS:
            if (self.root / folder.lstrip("/") / "documentation").is_dir():
                return folder
        return DATA_FOLDERS[-1]

    def command(self, *arguments: str) -> list[str]:
        """The argument list that runs this Asterisk."""
        start = ["chroot", str(self.root)] if self.chrooted else []
        return [*start, self.program, *arguments]

    def owner(self) -> tuple[int, int] | None:
        """uid and gid of the user `asterisk` inside the folder; None: run as ourselves."""
        if not self.chrooted:
            return None
        for line in (self.root / "etc/passwd").read_text("utf-8").splitlines():
            fields = line.split(":")
            if fields[0] == "asterisk":
                return int(fields[2]), int(fields[3])
        return None


def find(root: Path) -> Installation | None:
    """The machine's own Asterisk if it is new enough, else the finished one in `root`."""
    return _own() or _in_folder(root)


def install(root: Path, say: Say) -> Installation:
    """Find Asterisk or install it into `root`; a half-made folder is finished or made anew.

    Raises InstallError.
    """
    found = find(root)
    if found:
        return found
    if os.geteuid() != 0:
        raise InstallError(
            said(
                "no Asterisk 20 or newer here, and installing one into a folder needs root"
                " (debootstrap and chroot).\nEither run this command as root (sudo), or install the"
                " asterisk package of your system: then that one is used."
            )
        )
    root.parent.mkdir(parents=True, exist_ok=True)
    with _alone(root, say) as lock:
        found = _in_folder(root)  # another command may have made it while we waited
        return found or _install_into(root, lock, say)


def _own() -> Installation | None:
    program = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        return None
    version = _version([program])
    if version is None or int(version.split(".")[0]) < OLDEST_SERIES:
        return None
    return Installation(Path("/"), program, version)


def _in_folder(root: Path) -> Installation | None:
    stage = _stage(root).split()
    if stage[:1] != [READY]:
        return None
    return Installation(root, "/usr/sbin/asterisk", stage[1])


def _version(command: Sequence[str]) -> str | None:
    done = subprocess.run([*command, "-V"], capture_output=True, text=True, check=False)
    found = re.match(r"Asterisk (\d+(?:\.\d+)*)", done.stdout)
    return found[1] if found else None


def _stage(root: Path) -> str:
    try:
        return (root / STAGE_FILE).read_text("utf-8")
    except FileNotFoundError:
        return ""


def _set_stage(root: Path, stage: str) -> None:
    (root / STAGE_FILE).write_text(stage + "\n", encoding="utf-8")


@contextmanager
def _alone(root: Path, say: Say) -> Iterator[int]:
    """Gives the lock's file descriptor: commands that inherit it hold the lock if we are killed."""
    with root.with_name(root.name + ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(said("another command is installing Asterisk there; waiting for it"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def _install_into(root: Path, lock: int, say: Say) -> Installation:
    log = root.with_name(root.name + ".log")
    log.write_text("", encoding="utf-8")
    steps = Steps(log, lock, say)
    _require_debootstrap(steps)
    if _stage(root).strip() != BOOTSTRAPPED:
        _clear(root, say)
        root.mkdir()
        steps.run(
            said("making a small Debian (about 1 minute)"),
            ["debootstrap", "--variant=minbase", "sid", str(root), *_mirror()],
        )
        _set_stage(root, BOOTSTRAPPED)
    _install_packages(root, steps, say)
    version = _version(["chroot", str(root), "/usr/sbin/asterisk"])
    if version is None:
        raise InstallError(
            said(
                "Asterisk was installed in %(root)s but does not start; see %(log)s",
                root=str(root),
                log=str(log),
            )
        )
    _set_stage(root, f"{READY} {version}")
    return Installation(root, "/usr/sbin/asterisk", version)


def _install_packages(root: Path, steps: Steps, say: Say) -> None:
    # Name look-ups that get no answer block Asterisk for many seconds, so the finished folder has
    # an empty resolver file; apt needs the host's for a moment.
    resolver = root / "etc/resolv.conf"
    shutil.copyfile("/etc/resolv.conf", resolver)
    # Without this the package would start its own Asterisk on the host's ports.
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    policy.chmod(0o755)
    # sid's release file is now and then out of date; that is no harm to a sandbox.
    (root / "etc/apt/apt.conf.d/hotseat").write_text(
        'Acquire::Check-Valid-Until "false";\nAPT::Install-Recommends "false";\n', encoding="utf-8"
    )
    inside = ["chroot", str(root), "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"]
    # An attempt that was broken off in the middle of unpacking.
    steps.run(said("looking for unfinished packages"), [*inside, "dpkg", "--configure", "-a"])
    steps.run(said("reading the package lists"), [*inside, "apt-get", "update"])
    wanted = _wanted_version(root)
    if wanted is None:
        say(
            said(
                "! Debian sid has no Asterisk 22.10 any more; taking what it has (tested: 22.10"
                " only)"
            )
        )
    pinned = [f"{name}={wanted}" if wanted and name in PACKAGES[:3] else name for name in PACKAGES]
    steps.run(
        said("installing Asterisk, its sounds and its music (about 1 minute)"),
        [*inside, "apt-get", "install", "--yes", "--no-install-recommends", *pinned],
    )
    steps.run(said("tidying"), [*inside, "apt-get", "clean"])
    resolver.write_text("", encoding="utf-8")
    name = os.uname().nodename
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost {name}\n", encoding="utf-8")


def _wanted_version(root: Path) -> str | None:
    done = subprocess.run(
        ["chroot", str(root), "apt-cache", "madison", "asterisk"],
        capture_output=True,
        text=True,
        check=True,
    )
    versions = [line.split("|")[1].strip() for line in done.stdout.splitlines()]
    return next((version for version in versions if version.startswith(WANTED)), None)


def _require_debootstrap(steps: Steps) -> None:
    if shutil.which("debootstrap"):
        return
    if shutil.which("apt-get") is None:
        raise InstallError(
            said(
                "debootstrap is missing and this is no Debian; install debootstrap with your"
                " system's package tool, or an Asterisk 20 or newer."
            )
        )
    steps.run(said("reading this machine's package lists"), ["apt-get", "update"])
    steps.run(
        said("installing debootstrap"),
        ["apt-get", "install", "--yes", "debootstrap", "debian-archive-keyring"],
    )


def _mirror() -> list[str]:
    """The mirror that this machine's apt uses, if it is Debian's; else debootstrap's default."""
    if shutil.which("apt-get") is None:
        return []
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    )
    mirrors = (line.rstrip("/") for line in done.stdout.splitlines())
    return [mirror for mirror in mirrors if mirror.endswith("/debian")][:1]


def _clear(root: Path, say: Say) -> None:
    """Remove a half-made folder, and what debootstrap left mounted in it."""
    if not root.exists():
        return
    if any(root.iterdir()) and not _looks_half_made(root):
        raise InstallError(
            said(
                "%(root)s exists and was not made by hotseat; move it away or set another"
                " asterisk.root in hotseat.toml",
                root=str(root),
            )
        )
    say(said("an earlier attempt left %(root)s half-made; starting anew", root=str(root)))
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    for mount in sorted((m for m in mounts if m.startswith(f"{root}/")), reverse=True):
        subprocess.run(["umount", "--lazy", mount], check=True)
    shutil.rmtree(root)


def _looks_half_made(root: Path) -> bool:
    return (root / STAGE_FILE).exists() or (root / "debootstrap").is_dir()
