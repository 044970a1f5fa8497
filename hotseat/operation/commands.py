"""`hotseat top`: the hotline at a glance."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from hotseat.control_client import NotRunning, Refused, ask
from hotseat.operation.live_view import watch
from hotseat.operation.screen import Look, ScreenLine, draw
from hotseat.terminal import fail, settings_or_exit


@click.command()
@click.option("--once", is_flag=True, help="Print one screen and end; so without a terminal.")
@click.option(
    "--every",
    type=click.FloatRange(0.2, 60),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to look.",
)
def top(once: bool, every: float) -> None:
    """Watch queues, calls and seats as they move. Press q to leave.

    The figures of today count from midnight on the clocks of the site; `wait` is the mean wait of
    answered calls.
    """
    settings = settings_or_exit()

    def look(columns: int, rows: int) -> Sequence[ScreenLine]:
        return draw(ask(settings, "status"), columns, rows)

    def look_on(columns: int, rows: int) -> Sequence[ScreenLine]:
        try:
            return look(columns, rows)
        except (NotRunning, Refused) as error:
            return [ScreenLine(str(error), Look.ALARM)]

    if not once and sys.stdin.isatty() and sys.stdout.isatty():
        with suppress(KeyboardInterrupt):
            watch(look_on, every)
        return
    try:
        click.echo("\n".join(line.text for line in look(80, 1000)))
    except (NotRunning, Refused) as error:
        fail(str(error))
