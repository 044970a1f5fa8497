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

from hotseat.asterisk.install import InstallError
from hotseat.asterisk.render import RenderError
from hotseat.asterisk.sandbox import MODULES, RELOADS, Sandbox, SandboxError, Status
from hotseat.config import ConfigError, load_settings
from hotseat.phones import sandbox_of

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
        click.echo(f"hotseat: {error}", err=True)
        sys.exit(1)


@asterisk.command()
def install() -> None:
    """Get an Asterisk: finds the machine's own, else installs one into a folder (1-2 minutes).

    May be broken off and run again; once it is done it takes no time.
    """
    with _sandbox() as sandbox:
        found = sandbox.install(click.echo)
        click.echo(f"Asterisk {found.version} in {found.root}")


@asterisk.command()
def render() -> None:
    """Write Asterisk's configuration and prompts, and say what changed.

    A running Asterisk reads it at once, without disturbing a call, where that is possible.
    """
    with _sandbox() as sandbox:
        changed = sandbox.reload()
        click.echo(_in_words(changed))
        late = [name for name in changed if name not in (MODULES, *RELOADS) and "/" not in name]
        if late and sandbox.running():
            click.echo(f"for {', '.join(late)}: hotseat asterisk down, then up")


def _in_words(changed: Sequence[str]) -> str:
    """Names if a person can read them at a glance, else numbers."""
    if len(changed) <= FEW:
        return "\n".join(changed) or "nothing changed"
    sounds = sum("/" in name for name in changed)
    return f"{len(changed) - sounds} files and {sounds} sounds written"


@asterisk.command()
def up() -> None:
    """Start Asterisk and wait until it is ready; does nothing if it runs."""
    with _sandbox() as sandbox:
        pid = sandbox.up(click.echo)
        click.echo(f"Asterisk runs (pid {pid})")


@asterisk.command()
def down() -> None:
    """Hang up all calls and stop Asterisk."""
    with _sandbox() as sandbox:
        click.echo("stopped" if sandbox.down(click.echo) else "it was not running")


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
            raise SandboxError("Asterisk does not run; start it with `hotseat asterisk up`")
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
    running = status.running
    lines = [
        f"Asterisk {status.version} in {status.root}",
        f"SIP {status.sip}, AMI {status.ami}, FastAGI {status.fastagi}",
    ]
    if running is None:
        return "\n".join([*lines, "does not run; start it with `hotseat asterisk up`"])
    phones = ", ".join(running.registered) or "no phone"
    return "\n".join(
        [
            *lines,
            f"runs for {timedelta(seconds=running.uptime_seconds)} (pid {running.pid}), "
            f"{running.channels} channels",
            f"registered: {phones}",
        ]
    )
