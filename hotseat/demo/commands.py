"""`hotseat demo`: watch a hotline at work."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from functools import partial
from types import FrameType
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Engine

from hotseat.asterisk.sandbox import Sandbox, SandboxError
from hotseat.asterisk.steps import InstallError
from hotseat.config import Settings
from hotseat.control_client import NotRunning, Refused, ask
from hotseat.db.commands import opened
from hotseat.db.engine import reading, writing
from hotseat.db.queries import open_calls
from hotseat.db.snapshot import phone_secrets, site_now
from hotseat.demo import evening
from hotseat.demo.crowd import Crowd, Home, Place
from hotseat.demo.hotline import HOTSEAT, NoHotline, hotline, runs
from hotseat.demo.view import Happenings, in_a_line, screen
from hotseat.invitations import first_run
from hotseat.operation.live_view import watch
from hotseat.operation.screen import Look, ScreenLine
from hotseat.phones import sandbox_of
from hotseat.site.records import SiteNow
from hotseat.terminal import fail, language, own_name, say, settings_or_exit, tell
from words import said

LOOK_SECONDS = 1.0
PLAIN_SECONDS = 10.0
ENDINGS = (signal.SIGTERM, signal.SIGHUP)


@click.command()
@click.option(
    "--rate",
    type=click.FloatRange(0.5, 30),
    default=6.0,
    show_default=True,
    metavar="CALLS",
    help="How many calls a minute, in the mean of a wave.",
)
@click.option(
    "--seed", type=int, metavar="NUMBER", help="Repeat what the people of a demo intend to do."
)
@click.option(
    "--evening",
    "evening_",
    is_flag=True,
    help="A hotline of its own at 19:58, two minutes before home duty.",
)
def demo(rate: float, seed: int | None, evening_: bool) -> None:
    """Watch simulated callers and agents at work: real SIP, real sound. Press q to leave.

    Starts the hotline, or joins the one that runs here. Callers come in waves, listen, press keys,
    wait, give up or talk; agents sit down at phones that nobody uses, answer, pause, miss a call.
    One agent and one phone are left for you. Whom you send home on the live floor, answers there.

    \b
    Examples:
      hotseat demo --rate 10
      hotseat demo --evening
    """
    settings = settings_or_exit()
    seed = secrets.randbelow(10_000) if seed is None else seed
    _require(settings)
    _mind_the_endings()
    with ExitStack() as stack:
        try:
            if evening_:
                settings = _evening_instance(settings)
            _play(stack, settings, rate, seed, evening_)
        except (InstallError, SandboxError, NoHotline, NotRunning, Refused) as error:
            fail(str(error))


def _require(settings: Settings) -> None:
    callers = settings.asterisk.trunk_peers[0]
    host = settings.asterisk.host
    if host is None or not (host.is_loopback and callers.is_loopback):
        fail(said("the demo is for the sandbox; this instance's Asterisk or trunk is a real one"))
    if importlib.util.find_spec("pjsua2") is None:
        fail(
            said(
                "the demo's softphones are missing; %(command)s (here: make demo)",
                command="pip install 'hotseat[demo]'",
            )
        )


def _evening_instance(settings: Settings) -> Settings:
    """A new hotline beside the one of this folder, with the demo site and an evening's roster.

    On its own clock it is another time, which the database of a real hotline must not hear of.
    """
    assert settings.asterisk.root is not None  # filled in by Settings
    os.environ |= {
        "HOTSEAT_STATE": str(settings.state.resolve() / "evening"),
        "HOTSEAT_ASTERISK__ROOT": str(settings.asterisk.root),
        "HOTSEAT_DATABASE": "",
    }
    own = settings_or_exit()
    if runs(own):
        fail(said("an evening is shown here already"))
    sandbox_of(own).down()
    shutil.rmtree(own.state, ignore_errors=True)
    for words in (("db", "upgrade"), ("site", "apply", "--demo", "--yes"), ("asterisk", "render")):
        subprocess.run([HOTSEAT, *words], check=True, stdout=subprocess.DEVNULL)
    with opened() as engine:
        with reading(engine) as session:
            zone = ZoneInfo(site_now(session).time_zone)
        evening.publish(engine, datetime.now(zone).date(), round(time.time() * 1000))
    return own


def _play(stack: ExitStack, settings: Settings, rate: float, seed: int, at_evening: bool) -> None:
    sandbox = sandbox_of(settings)
    sandbox.up(say)
    engine = stack.enter_context(opened())
    with reading(engine) as session:
        zone = ZoneInfo(site_now(session).time_zone)
    joins = runs(settings)
    now = datetime.now(zone)
    offset = evening.offset_to(now.date(), now) if at_evening else 0
    if joins:
        say(said("A hotline runs here already: the demo joins it."))
    else:
        stack.enter_context(hotline(settings, settings.state / "demo.log", offset))
    if at_evening:
        stack.callback(sandbox.down)
    site, places, guest = _places(settings, sandbox)
    homes = [
        Home(agent.number, agent.name, agent.mobile, on_duty=False)
        for place in places
        if (agent := site.agents[place.agent]).mobile
    ]
    if at_evening:
        places, homes = _on_duty(site, places)
        guest = (
            said(
                "On its clock it is %(time)s. At 20:00 B ends and C begins at home: the next"
                " call rings the mobiles.",
                time=str(evening.BEGINS),
            ),
        )
    if not joins:
        guest = (*guest, _pages(settings))
    foot = [tell(line) for line in guest]
    say(
        said(
            "%(site)s: %(rate)s simulated calls a minute, %(agents)s simulated agents, all on"
            " real SIP phones. SEED=%(seed)s repeats it. q or Ctrl-C ends it.",
            site=site.name,
            rate=f"{rate:g}",
            agents=len(places),
            seed=seed,
        )
    )
    click.echo("\n".join(foot))
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    ahead = timedelta(seconds=offset)
    heard = (lambda line: None) if terminal else click.echo
    happenings = Happenings(zone, language(), heard, ahead)
    crowd = Crowd(
        settings,
        places=places,
        homes=homes,
        caller_of=partial(_caller_of, settings, engine),
        number=min(site.numbers),
        rate=rate,
        seed=seed,
        folder=settings.state / "demo",
        tell=happenings.tell,
    )
    stack.callback(_end, crowd)
    crowd.start()
    with suppress(KeyboardInterrupt):
        if terminal:
            _watch(settings, crowd, happenings, foot)
        else:
            _report(settings, crowd, happenings)


def _places(settings: Settings, sandbox: Sandbox) -> tuple[SiteNow, Sequence[Place], Sequence[str]]:
    """Who sits where; the last free agent and the last free phone are the guest's."""
    with opened() as engine, reading(engine) as session:
        site, logins = site_now(session), dict(phone_secrets(session))
    if not site.numbers:
        fail(
            said(
                "the site has no number to dial: %(command)s",
                command=f"{own_name()} site apply --demo",
            )
        )
    seats = ask(settings, "status")["seats"]
    running = sandbox.status().running
    used = {seat["phone"] for seat in seats} | set(running.registered if running else ())
    phones = [phone for phone in sorted(site.phones) if phone not in used]
    seated = {seat["seat"] for seat in seats}
    agents = [agent for agent in sorted(site.agents) if agent not in seated]
    places = [
        Place(agent, site.agents[agent].name, phone, logins[phone])
        for agent, phone in zip(agents[:-1], phones[:-1], strict=False)
    ]
    if not (agents and phones):
        return site, places, (said("Every agent or every phone is busy already."),)
    name, agent, phone = own_name(), agents[-1], phones[-1]
    return (
        site,
        places,
        (
            said(
                "Your phone: %(command)s  (at %(host)s)",
                command=f"{name} phone secret {phone} --show",
                host=str(settings.asterisk.host),
            ),
            said("Your seat:  %(command)s", command=f"{name} seat login {agent} --phone {phone}"),
        ),
    )


def _on_duty(site: SiteNow, places: Sequence[Place]) -> tuple[list[Place], list[Home]]:
    """Of an evening: B at their desks, C at home."""
    at_home, in_the_office, _off = evening.PAIRS
    return (
        [place for place in places if place.agent in in_the_office],
        [
            Home(agent, site.agents[agent].name, site.agents[agent].mobile, on_duty=True)
            for agent in at_home
        ],
    )


def _caller_of(settings: Settings, engine: Engine, agent: str) -> str | None:
    """Whom an agent talks to; None if to nobody yet."""
    with suppress(NotRunning, Refused):
        for seat in ask(settings, "status")["seats"]:
            if seat["seat"] == agent and seat["state"] == "talking":
                with reading(engine) as session:
                    return next(
                        (call.caller for call in open_calls(session) if call.id == seat["call"]),
                        None,
                    )
    return None


def _pages(settings: Settings) -> str:
    """Where the web pages are; for the first administrator a link that opens them once."""
    with opened() as engine, writing(engine) as session:
        link = first_run(session, settings.admin_address, round(time.time() * 1000))
    return said("Web pages:  %(address)s", address=link or settings.admin_address)


def _watch(settings: Settings, crowd: Crowd, happenings: Happenings, foot: Sequence[str]) -> None:
    def look(columns: int, rows: int) -> Sequence[ScreenLine]:
        crowd.check()
        try:
            state = ask(settings, "status")
        except (NotRunning, Refused) as error:
            return [ScreenLine(tell(str(error)), Look.ALARM)]
        return screen(state, happenings.lines, foot, columns, rows, language())

    watch(look, LOOK_SECONDS)


def _report(settings: Settings, crowd: Crowd, happenings: Happenings) -> None:
    while True:
        time.sleep(PLAIN_SECONDS)
        crowd.check()
        try:
            happenings.tell(in_a_line(ask(settings, "status")))
        except (NotRunning, Refused) as error:
            happenings.tell(str(error))


def _end(crowd: Crowd) -> None:
    for name in (signal.SIGINT, *ENDINGS):
        signal.signal(name, signal.SIG_IGN)  # a second Ctrl-C would leave agents logged on
    try:
        say(said("Ending: callers hang up, agents log off …"))
    finally:  # a terminal that was closed takes no words
        crowd.leave()
    command = f"{own_name()} asterisk down"
    say(said("Asterisk goes on; %(command)s stops it.", command=command))


def _mind_the_endings() -> None:
    """A closed terminal and SIGTERM end the demo as Ctrl-C does."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for name in ENDINGS:
        signal.signal(name, end)
