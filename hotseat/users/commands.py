"""`hotseat user`: let somebody into the web pages, also when nobody is left inside."""

from __future__ import annotations

import time

import click

from hotseat.db import accounts
from hotseat.db.audit import Author, note
from hotseat.db.commands import opened
from hotseat.db.engine import reading, writing
from hotseat.invitations import LOGIN, invite_user
from hotseat.rights import Role
from hotseat.tables import table
from hotseat.terminal import as_json, fail, settings_or_exit, show, tell
from words import enumerated, said

AUTHOR = Author("command line", "")

_HEADS = said("log-in name"), said("full name"), said("roles"), said("agent"), said("state")
_ROLES = {
    Role.ADMINISTRATOR: said("administrator"),
    Role.MANAGER: said("manager"),
    Role.SUPERVISOR: said("supervisor"),
    Role.LEAD: said("lead"),
    Role.AGENT: said("agent"),
}


@click.group()
def user() -> None:
    """Say who may log in to the web pages.

    \b
    Examples:
      hotseat user invite mei --name 梅 --role supervisor
      hotseat user invite mei                 a new link: the password is lost
      hotseat user list
    """


@user.command("invite")
@click.argument("login")
@click.option("--name", help="How pages call a new user; the log-in name if left out.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="What a new user is; may be repeated. The user is made if this is given.",
)
@as_json
def invite_command(login: str, name: str | None, roles: tuple[str, ...], json_: bool) -> None:
    """Print a link by which LOGIN sets a password. It works once, for two days.

    \b
    Example:
      hotseat user invite admin
    """
    if not LOGIN.fullmatch(login):
        fail(
            said(
                '"%(login)s" is no log-in name; use 2 to 64 of a-z, 0-9, dot, - and _,'
                " a letter or digit first",
                login=login,
            )
        )
    settings = settings_or_exit()
    now = time.time_ns() // 1_000_000
    with opened() as engine, writing(engine) as session:
        found = accounts.user_by_login(session, login)
        if found is None and not roles:
            fail(
                said(
                    "no user %(login)s; add %(option)s (or another role) to make one",
                    login=login,
                    option=f"--role {Role.ADMINISTRATOR.value}",
                )
            )
        if found is not None and roles:
            fail(
                said(
                    "there is a user %(login)s already; roles are changed on the page Users",
                    login=login,
                )
            )
        if found is not None and found.closed:
            fail(
                said(
                    "user %(login)s is closed; an administrator lets them in again"
                    " on the page Users",
                    login=login,
                )
            )
        identity = (
            found.id
            if found is not None
            else accounts.add_user(session, login, name or login, list(roles))
        )
        link = invite_user(session, settings.admin_address, identity, now)
        note(session, AUTHOR, now, what=f"user {login}", done="invited")
    show(json_, {"login": login, "link": link}, link)


@user.command("list")
@as_json
def list_command(json_: bool) -> None:
    """Show who may log in."""
    with opened() as engine, reading(engine) as session:
        found = accounts.users(session)
    rows = [
        {
            "login": one.login,
            "name": one.name,
            "roles": sorted(role.value for role in one.roles),
            "agent": one.agent,
            "password": bool(one.password),
            "second_factor": bool(one.totp_secret),
            "closed": one.closed,
        }
        for one in found
    ]
    text = table(
        [tell(head) for head in _HEADS],
        [
            (
                one.login,
                one.name,
                tell(enumerated(_ROLES[role] for role in Role if role in one.roles)),
                one.agent,
                tell(_state(one)),
            )
            for one in found
        ],
    )
    nobody = said(
        "nobody yet; begin with `%(command)s`",
        command=f"hotseat user invite LOGIN --role {Role.ADMINISTRATOR.value}",
    )
    show(json_, rows, text or nobody)


def _state(user: accounts.UserRecord) -> str:
    if user.closed:
        return said("closed")
    return "" if user.password else said("invited")
