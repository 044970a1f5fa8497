"""`hotseat asterisk …`: the instance's own Asterisk at the command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta

import click

from hotseat.asterisk.render import RenderError
from hotseat.asterisk.sandbox import (
    DOWN,
    MODULES,
    RELOADS,
    UP,
    Sandbox,
    SandboxError,
    Status,
)
from hotseat.asterisk.steps import InstallError
from hotseat.config import ConfigError, load_settings
from hotseat.phones import sandbox_of
from hotseat.terminal import fail, say, tell
from words import Message, said

FEW = 8
"""More changed files than this are counted, not listed."""


@click.group()
def asterisk() -> None:
    """Install, start and look at this instance's own Asterisk.

    It uses the machine's Asterisk (20 or newer) if there is one, else it puts Debian's into a
    folder. It listens on loopback addresses that belong to this instance alone.

    \b
    Examples:
      hotseat asterisk install
      hotseat asterisk up
      hotseat asterisk cli core show channels
      hotseat asterisk logs -f
    """


@contextmanager
def _sandbox() -> Iterator[Sandbox]:
    try:
        yield sandbox_of(load_settings())
    except (ConfigError, InstallError, RenderError, SandboxError) as error:
        fail(str(error))


@asterisk.command()
def install() -> None:
    """Get an Asterisk: finds the machine's own, else installs one into a folder (1-2 minutes).

    May be broken off and run again; once it is done it takes no time.
    """
    with _sandbox() as sandbox:
        found = sandbox.install(say)
        say(_where(found.version, str(found.root)))


@asterisk.command()
def render() -> None:
    """Write Asterisk's configuration and prompts, and say what changed.

    A running Asterisk reads it at once, without disturbing a call, where that is possible.
    """
    with _sandbox() as sandbox:
        changed = sandbox.reload()
        say(_in_words(changed))
        late = [name for name in changed if name not in (MODULES, *RELOADS) and "/" not in name]
        if late and sandbox.running():
            say(said("for %(files)s: %(command)s, then up", files=", ".join(late), command=DOWN))


def _in_words(changed: Sequence[str]) -> str:
    """Names if a person can read them at a glance, else numbers."""
    if len(changed) <= FEW:
        return "\n".join(changed) or said("nothing changed")
    sounds = sum("/" in name for name in changed)
    return said(
        "%(files)s files and %(sounds)s sounds written", files=len(changed) - sounds, sounds=sounds
    )


@asterisk.command()
def up() -> None:
    """Start Asterisk and wait until it is ready; does nothing if it runs."""
    with _sandbox() as sandbox:
        pid = sandbox.up(say)
        say(said("Asterisk runs (pid %(pid)s)", pid=pid))


@asterisk.command()
def down() -> None:
    """Hang up all calls and stop Asterisk."""
    with _sandbox() as sandbox:
        say(said("stopped") if sandbox.down(say) else said("it was not running"))


@asterisk.command()
@click.option("--json", "json_", is_flag=True, help="For programs.")
def status(json_: bool) -> None:
    """Show version, addresses and registered phones. Exit code 1 if it does not run."""
    with _sandbox() as sandbox:
        found = sandbox.status()
    click.echo(json.dumps(asdict(found), indent=2) if json_ else _for_people(found))
    sys.exit(0 if found.running else 1)


@asterisk.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, metavar="[COMMAND]...", type=click.UNPROCESSED)
def cli(words: tuple[str, ...]) -> None:
    """Run one COMMAND of Asterisk's command line, or open it (leave it with `exit`)."""
    with _sandbox() as sandbox:
        if words:
            click.echo(sandbox.rx(" ".join(words)), nl=False)
        elif not sandbox.running():
            raise SandboxError(
                said("Asterisk does not run; start it with `%(command)s`", command=UP)
            )
        else:
            command = sandbox.console()
            os.execvp(command[0], command)


@asterisk.command()
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines as they come.")
@click.option("-n", "--lines", default=50, show_default=True, help="How many of the last lines.")
def logs(follow: bool, lines: int) -> None:
    """Show Asterisk's notices, warnings and errors."""
    with _sandbox() as sandbox:
        log = str(sandbox.log())
        os.execvp("tail", ["tail", "-n", str(lines), *(["-F"] if follow else []), log])


def _for_people(status: Status) -> str:
    lines = [
        _where(status.version, status.root),
        f"SIP {status.sip}, AMI {status.ami}, FastAGI {status.fastagi}",
    ]
    if (running := status.running) is None:
        lines.append(said("does not run; start it with `%(command)s`", command=UP))
        return "\n".join(map(tell, lines))
    lines += [
        said(
            "runs for %(span)s (pid %(pid)s), %(channels)s channels",
            span=str(timedelta(seconds=running.uptime_seconds)),
            pid=running.pid,
            channels=running.channels,
        ),
        said("registered: %(phones)s", phones=", ".join(running.registered))
        if running.registered
        else said("registered: no phone"),
    ]
    return "\n".join(map(tell, lines))


def _where(version: str, root: str) -> Message:
    return said("Asterisk %(version)s in %(root)s", version=version, root=root)
