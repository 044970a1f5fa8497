"""The `hotseat` command: serve, look, and steer."""

from __future__ import annotations

import sys
from typing import Any

import click

from hotseat.agent.commands import agent
from hotseat.asterisk.commands import asterisk
from hotseat.backup.commands import backup, restore
from hotseat.callbacks.commands import callbacks
from hotseat.control_client import NotRunning, Refused, ask
from hotseat.db.commands import calls, db, journal, opened
from hotseat.db.migrations import DatabaseNotReady
from hotseat.demo.commands import demo
from hotseat.manual.speaking import Speaking
from hotseat.one_server import AlreadyServed
from hotseat.operation.commands import doctor, drain, top
from hotseat.operation.glance import glance, reasons
from hotseat.prompts.commands import prompts
from hotseat.rostering.commands import roster
from hotseat.site.commands import phone, site
from hotseat.terminal import as_json, fail, language, settings_or_exit, show
from hotseat.users.commands import user
from words import LANGUAGES, said


@click.group(
    cls=Speaking,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="hotseat", message="%(prog)s %(version)s")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    help="Language of all that is told here; by default that of the locale (LANG).",
)
def main(lang: str | None) -> None:
    """A hotline server for Asterisk: menus, queues, skills and seats.

    Run it in the folder of the instance: settings come from hotseat.toml there (or
    /etc/hotseat/hotseat.toml) and from HOTSEAT_… in the environment; state is kept in .hotseat/.

    \b
    First steps:
      hotseat asterisk install      get an Asterisk of your own
      hotseat site apply --demo     a hotline to try: three queues, six agents
      hotseat asterisk up           start Asterisk
      hotseat serve --guide         run the hotline and say what to dial
    """


def asked(command: str, **args: object) -> dict[str, Any]:
    """Ask the running server, or end with its words."""
    try:
        return ask(settings_or_exit(), command, **args)
    except (NotRunning, Refused) as error:
        fail(str(error))


@main.command()
@click.option(
    "--clock-offset",
    type=int,
    default=0,
    metavar="SECONDS",
    help="Decide as if it were so much later (sandbox only).",
)
@click.option("--guide", is_flag=True, help="Say what to dial once the hotline is open.")
@click.option("--no-admin", is_flag=True, help="Without the web pages: `hotseat admin` runs them.")
def serve(clock_offset: int, guide: bool, no_admin: bool) -> None:
    """Run the hotline until it is stopped (Ctrl-C or SIGTERM), with its web pages.

    Callers on the line survive a stop: they hear music and keep their place until the next start.
    """
    # Imported here: it brings the reactor in, which no other command needs.
    from hotseat.serving import serve as run

    settings = settings_or_exit()
    host = settings.asterisk.host
    if clock_offset and (host is None or not host.is_loopback):
        fail(said("--clock-offset is for the sandbox; this instance's Asterisk is a real one"))
    try:
        sys.exit(run(settings, clock_offset=clock_offset, show_guide=guide, admin=not no_admin))
    except (AlreadyServed, DatabaseNotReady) as error:
        fail(str(error))


@main.command()
@click.option("--child", is_flag=True, hidden=True, help="End when standard input is closed.")
def admin(child: bool) -> None:
    """Run the web pages alone, for a service of their own beside `hotseat serve --no-admin`.

    They listen on the instance's loopback address, port `admin_port`. To be reached from other
    machines they need a proxy with TLS before them; tell its address in `admin_url`.
    """
    # Imported here: they bring in what no other command needs.
    from admin.serving import serve as run
    from hotseat.log import start_logging

    settings = settings_or_exit()
    start_logging(settings.log_level, settings.log_format)
    try:
        with opened():  # the tables are as they should be
            pass
        run(settings, with_parent=child)
    except OSError as error:
        fail(f"{settings.admin_host}:{settings.admin_port}: {error.strerror}")


@main.command()
@as_json
def status(json_: bool) -> None:
    """Show queues, seats and calls as they are now."""
    state = asked("status")
    show(json_, state, glance(state, language()))


@main.command()
@click.argument("call")
@as_json
def why(call: str, json_: bool) -> None:
    """Explain why CALL waits: what each seat lacks for it."""
    found = asked("why", call=call)
    show(json_, found, reasons(found, language()))


@main.group()
def seat() -> None:
    """Log agents on and off, pause them, make them ready.

    \b
    Examples:
      hotseat seat login 1001 --phone p101
      hotseat seat mobile 1001
      hotseat seat pause 1001 lunch
      hotseat seat ready 1001
      hotseat seat logout 1001
    """


@seat.command()
@click.argument("agent")
@click.option("--phone", required=True, help="The phone where the agent sits.")
@click.option("--paused", metavar="REASON", help="Log on without taking calls yet.")
@as_json
def login(agent: str, phone: str, paused: str | None, json_: bool) -> None:
    """Seat AGENT at a phone, ready for calls. Again with another phone moves the agent."""
    result = asked("seat-login", agent=agent, phone=phone, paused=paused)
    sits = said("agent %(agent)s sits at %(phone)s", agent=agent, phone=phone)
    show(json_, result, said("%(sits)s (paused)", sits=sits) if paused else sits)


@seat.command()
@click.argument("agent")
@as_json
def mobile(agent: str, json_: bool) -> None:
    """Seat AGENT at the registered duty mobile, ready for calls."""
    result = asked("seat-mobile", agent=agent)
    on_duty = said("agent %(agent)s is on duty at the registered mobile", agent=agent)
    show(json_, result, on_duty)


@seat.command()
@click.argument("agent")
@click.argument("where", type=click.Choice(["desk", "mobile", "roster"]))
@click.option("--supervisor", is_flag=True, help="Outweighs what the agent says.")
@as_json
def place(agent: str, where: str, supervisor: bool, json_: bool) -> None:
    """Ring AGENT at the desk or the mobile; `roster` takes back what was said before.

    A supervisor's word outweighs the agent's, which outweighs the roster's until its next change.
    """
    result = asked("seat-override" if supervisor else "seat-place", agent=agent, where=where)
    rung = said("agent %(agent)s is rung at %(place)s", agent=agent, place=result["phone"])
    show(json_, result, rung)


@seat.command()
@click.argument("agent")
@as_json
def logout(agent: str, json_: bool) -> None:
    """Log AGENT off; a running talk is finished first."""
    result = asked("seat-logout", agent=agent)
    show(json_, result, said("agent %(agent)s is logged off", agent=agent))


@seat.command()
@click.argument("agent")
@click.argument("reason")
@as_json
def pause(agent: str, reason: str, json_: bool) -> None:
    """Give AGENT no calls, for REASON. A ringing call goes back to its place in line."""
    result = asked("seat-pause", agent=agent, reason=reason)
    show(json_, result, said("agent %(agent)s pauses: %(why)s", agent=agent, why=reason))


@seat.command()
@click.argument("agent")
@as_json
def ready(agent: str, json_: bool) -> None:
    """Let AGENT take calls (again); ends a pause and a wrap-up."""
    result = asked("seat-ready", agent=agent)
    show(json_, result, said("agent %(agent)s is ready", agent=agent))


for command in (agent, user, top, doctor, drain, demo, asterisk, site, phone, prompts):
    main.add_command(command)
for command in (roster, calls, callbacks, journal, db, backup, restore):
    main.add_command(command)
