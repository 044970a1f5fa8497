"""The commands as their reader's language has them."""

from __future__ import annotations

import gettext
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

import click

from hotseat.manual.page import Page
from hotseat.terminal import language, speaking
from words.manual import Tell, first_sentence, manual, told_page

_PLACE = re.compile(r"(?P<before>\[?)(?P<name>.+?)(?P<after>]?(?:\.\.\.)?)")
"""A place for an argument: `AGENT`, `[FILE]`, `[COMMAND]...`."""


class Speaking(click.Group):
    """The whole program. Its option `--lang` says how help and mistakes are told."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Runs it; see click.Command.main."""
        typed = sys.argv[1:] if args is None else list(args)
        # Looked at beforehand: what is wrong with the rest is to be told in that language too.
        with self.make_context(prog_name, [*typed], resilient_parsing=True) as glance:
            chosen = glance.params.get("lang")
        with speaking(chosen), click_says(_tell):
            return click.Group.main(retold(self, _tell), typed, prog_name, **extra)


class _Context(click.Context):
    formatter_class = Page


def retold(command: click.Command, tell: Tell) -> click.Command:
    """The same command, and all below it, with each text told anew: it does what it did."""
    told = copy(command)
    told.context_class = _Context
    told._help_option = None  # it is made, and so told, when it is needed
    told.options_metavar = command.options_metavar and tell(command.options_metavar)
    told.help = told_page(inspect.cleandoc(command.help or ""), tell)
    told.short_help = first_sentence(told.help)
    context = click.Context(command)
    told.params = [_retold_parameter(each, context, tell) for each in command.params]
    if isinstance(told, click.Group):
        told.subcommand_metavar = tell(told.subcommand_metavar)
        told.commands = {name: retold(each, tell) for name, each in told.commands.items()}
    return told


@contextmanager
def click_says(tell: Tell) -> Iterator[None]:
    """Has click ask for its own texts here: it takes them from gettext, with `{name}` for facts."""

    def dgettext(domain: str, message: str) -> str:
        return tell(message)

    def dngettext(domain: str, msgid1: str, msgid2: str, n: int) -> str:
        return tell(msgid1 if n == 1 else msgid2)

    known = gettext.dgettext, gettext.dngettext
    gettext.dgettext, gettext.dngettext = dgettext, dngettext
    try:
        yield
    finally:
        gettext.dgettext, gettext.dngettext = known


def _tell(text: str) -> str:
    return manual(language()).get(text, text)


def _retold_parameter(
    parameter: click.Parameter, context: click.Context, tell: Tell
) -> click.Parameter:
    told = copy(parameter)
    if isinstance(told, click.Option | click.Argument) and (text := getattr(told, "help", None)):
        told.help = tell(text)
    typed_freely = not (getattr(told, "is_flag", False) or isinstance(told.type, click.Choice))
    if typed_freely and (place := _PLACE.fullmatch(parameter.make_metavar(context))):
        told.metavar = place["before"] + tell(place["name"]) + place["after"]
    return told
