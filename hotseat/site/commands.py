"""`hotseat site` and `hotseat phone`: the hotline as a file, and the phones' secrets."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy import Engine

from hotseat.control_client import NotRunning, Refused, ask
from hotseat.db.commands import opened
from hotseat.db.engine import reading, writing
from hotseat.db.prompts import takes_in_force
from hotseat.db.snapshot import phone_secrets, site_now
from hotseat.prompts.shelf import unrecorded
from hotseat.site.apply import NoSuchPhone, SiteChangedMeanwhile, apply, rotate_secret
from hotseat.site.check import check
from hotseat.site.export import export, written
from hotseat.site.plan import Change, plan
from hotseat.site.problems import SiteInvalid
from hotseat.site.read import read
from hotseat.site.records import Site, SiteNow
from hotseat.terminal import Function, as_json, fail, language, settings_or_exit, show, tell
from words import Message, said

STDIN = Path("-")


@click.group()
def site() -> None:
    """Say what the hotline is made of: numbers, menus, queues, skills, agents, phones.

    All of it stands in one YAML file. Check it, look at the plan, apply it: callers who are on the
    line go on with the menu that they began with, and nobody is logged off.

    \b
    Examples:
      hotseat site apply --demo             begin with the demo site
      hotseat site export > site.yaml       the site in force, as a file to edit
      hotseat site check site.yaml          is it sound?
      hotseat site plan site.yaml           what would change?
      hotseat site apply site.yaml          change it
    """


def from_file(function: Function) -> Function:
    """FILE or --demo."""
    demo = click.option("--demo", is_flag=True, help="The built-in demo site instead of FILE.")
    path = click.argument(
        "file", required=False, type=click.Path(dir_okay=False, allow_dash=True, path_type=Path)
    )
    return path(demo(function))


@site.command("check")
@from_file
@as_json
def check_command(file: Path | None, demo: bool, json_: bool) -> None:
    """Is FILE (- for standard input) a sound site? Tells every mistake with line and path.

    \b
    Example:
      hotseat site check site.yaml
      site.yaml:63: agents.1005.team: no team "secnd"; did you mean "second"?
    """
    name, text = _text_of(file, demo)
    try:
        found = check(read(text))
    except SiteInvalid as error:
        if json_:
            problems = [asdict(problem) for problem in error.problems]
            show(True, {"sound": False, "problems": problems}, "")
            sys.exit(1)
        _fail_with(name, error)
    show(
        json_,
        {"sound": True, "problems": []},
        said("%(name)s: sound: %(counts)s", name=name, counts=_counted(found)),
    )


@site.command("plan")
@from_file
@as_json
def plan_command(file: Path | None, demo: bool, json_: bool) -> None:
    """What would applying FILE (- for standard input) change? Nothing is changed.

    \b
    Example:
      hotseat site plan site.yaml
      ~ queue consult: ring_seconds: 20 -> 15
      ~ menu main: revision 3, key 1 of node ask: consult -> complaint
    """
    wanted = _site_of(file, demo)
    with opened() as engine:
        current, silent = _current(engine), _unrecorded(engine, wanted)
    changes = plan(current, wanted)
    result = _result(current.revision, changes) | {"unrecorded": silent}
    show(json_, result, _lines(changes) or said("nothing to do"))
    _tell_unrecorded(silent)


@site.command("apply")
@from_file
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--if-empty", is_flag=True, help="Do nothing if there is a site already.")
@as_json
def apply_command(file: Path | None, demo: bool, yes: bool, if_empty: bool, json_: bool) -> None:
    """Put FILE (- for standard input) in force: all of it, or nothing.

    Shows the plan and asks. New phones get a secret: `hotseat phone secret PHONE --show`.

    \b
    Examples:
      hotseat site apply site.yaml
      hotseat site apply --demo --yes
    """
    if not yes and (json_ or file == STDIN):
        fail(said("there is nobody to ask; add --yes"))
    wanted = _site_of(file, demo)
    with opened() as engine:
        current = _current(engine)
        if if_empty and current.revision:
            show(
                json_,
                _result(current.revision, []),
                said("there is a site already: %(name)s", name=current.name),
            )
            return
        changes = plan(current, wanted)
        if not changes:
            show(json_, _result(current.revision, []), said("nothing to do"))
            return
        if not yes:
            click.echo(_lines(changes))
            click.confirm(tell(said("Apply this?")), abort=True)
        try:
            with writing(engine) as session:
                applied = apply(session, wanted, expected=current.revision, now=_now())
        except SiteChangedMeanwhile as error:
            fail(str(error))
        silent = _unrecorded(engine, wanted)
    shown = tell(said("revision %(n)s is in force", n=applied.revision))
    show(
        json_,
        _result(applied.revision, applied.changes) | {"unrecorded": silent},
        shown if not yes else f"{_lines(applied.changes)}\n{shown}",
    )
    _tell_unrecorded(silent)
    reload_running_server()


@site.command("export")
@as_json
def export_command(json_: bool) -> None:
    """Print the site in force as a file. Secrets are not in it.

    \b
    Example:
      hotseat site export > site.yaml
    """
    with opened() as engine:
        current = _current(engine)
    if not current.revision:
        fail(
            said(
                "there is no site yet; `%(command)s` makes one to begin with",
                command="hotseat site apply --demo",
            )
        )
    content = current.as_written()
    show(json_, written(content), export(content).rstrip("\n"))


@click.group()
def phone() -> None:
    """Look after the phones' credentials."""


@phone.command("secret")
@click.argument("name", metavar="PHONE")
@click.option("--show", "action", flag_value="show", help="Print it.")
@click.option("--rotate", "action", flag_value="rotate", help="Make a new one and print it.")
@as_json
def secret_command(name: str, action: str | None, json_: bool) -> None:
    """Show the SIP secret of PHONE, or make a new one.

    The phone's user name is its name. After --rotate it has to be given the new secret before its
    registration runs out; a running call is not disturbed.

    \b
    Examples:
      hotseat phone secret p101 --show
      hotseat phone secret p101 --rotate
    """
    if action is None:
        fail(said("say what to do with the secret of %(phone)s: --show or --rotate", phone=name))
    with opened() as engine:
        if action == "rotate":
            try:
                with writing(engine) as session:
                    secret = rotate_secret(session, name, _now())
            except NoSuchPhone:
                _fail_without_phone(engine, name)
        else:
            with reading(engine) as session:
                found = dict(phone_secrets(session)).get(name)
            if found is None:
                _fail_without_phone(engine, name)
            secret = found
    show(json_, {"phone": name, "secret": secret}, secret)
    if action == "rotate":
        reload_running_server()


def reload_running_server() -> None:
    """Tell a running server that the site has changed; it also finds out by itself in 2 s."""
    try:
        ask(settings_or_exit(), "reload-config")
    except NotRunning:
        return
    except Refused as error:
        fail(said("the running server did not take it: %(why)s", why=str(error)))


def _text_of(file: Path | None, demo: bool) -> tuple[str, str]:
    """(name for messages, text) of what the command line names."""
    if demo == (file is not None):
        fail(said("name a FILE (- for standard input), or say --demo"))
    if file is None:
        demo_file = files("hotseat.site").joinpath("demo.yaml")
        return said("demo site"), demo_file.read_text(encoding="utf-8")
    name = said("standard input") if file == STDIN else str(file)
    try:
        raw = sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
        # Editors of another system put a mark in front.
        return name, raw.decode("utf-8-sig")
    except OSError as error:
        fail(said("%(file)s: %(why)s", file=name, why=error.strerror or str(error)))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        fail(said("%(name)s:%(line)s: not UTF-8; save the file as UTF-8", name=name, line=line))


def _site_of(file: Path | None, demo: bool) -> Site:
    name, text = _text_of(file, demo)
    try:
        return check(read(text))
    except SiteInvalid as error:
        _fail_with(name, error)


def _fail_with(name: str, error: SiteInvalid) -> NoReturn:
    for problem in error.problems:
        gap = "" if problem.line is not None else " "
        click.echo(f"{tell(name)}:{gap}{problem.told(language())}", err=True)
    n = len(error.problems)
    fail(
        said("1 mistake, nothing is changed")
        if n == 1
        else said("%(n)s mistakes, nothing is changed", n=n)
    )


def _fail_without_phone(engine: Engine, name: str) -> NoReturn:
    phones = ", ".join(_current(engine).phones)
    fail(
        said("no phone %(phone)s; the site has %(known)s", phone=name, known=phones)
        if phones
        else said("no phone %(phone)s; the site has none", phone=name)
    )


def _current(engine: Engine) -> SiteNow:
    with reading(engine) as session:
        return site_now(session)


def _unrecorded(engine: Engine, wanted: Site) -> list[str]:
    with reading(engine) as session:
        return unrecorded(wanted, takes_in_force(session))


def _tell_unrecorded(silent: Sequence[str]) -> None:
    """No mistake: a menu may well be written before its prompts are spoken."""
    if silent:
        what = said(
            "not recorded yet, so nothing is heard there: %(prompts)s; see `%(command)s`",
            prompts=", ".join(silent),
            command="hotseat prompts put --help",
        )
        click.echo(tell(what), err=True)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _result(revision: int, changes: Sequence[Change]) -> dict[str, Any]:
    return {
        "revision": revision,
        "changes": [
            {"sign": change.sign.value, "what": change.what, "words": change.words}
            for change in changes
        ],
    }


def _lines(changes: Sequence[Change]) -> str:
    return "\n".join(tell(str(change)) for change in changes)


def _counted(site: Site) -> Message:
    return said(
        "numbers %(numbers)s, menus %(menus)s, queues %(queues)s, skills %(skills)s,"
        " agents %(agents)s, phones %(phones)s",
        numbers=len(site.numbers),
        menus=len(site.menus),
        queues=len(site.queues),
        skills=len(site.skills),
        agents=len(site.agents),
        phones=len(site.phones),
    )
