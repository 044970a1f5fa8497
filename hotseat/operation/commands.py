"""`hotseat top`, `doctor`, `drain`: the hotline at a glance, what it lacks, its calm end."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import click

from hotseat.control_client import NotRunning, Refused, ask
from hotseat.operation.doctor import Finding, Verdict
from hotseat.operation.live_view import watch
from hotseat.operation.probe import examine
from hotseat.operation.screen import Look, ScreenLine, draw
from hotseat.operation.terms import term
from hotseat.tables import padded
from hotseat.terminal import as_json, fail, language, settings_or_exit, show, tell
from words import plain, said

LOOK_SECONDS = 0.5
COLORS = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"}
VERDICT_COLUMNS, SUBJECT_COLUMNS = 4, 13


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
        return draw(ask(settings, "status"), columns, rows, language())

    def look_on(columns: int, rows: int) -> Sequence[ScreenLine]:
        try:
            return look(columns, rows)
        except (NotRunning, Refused) as error:
            return [ScreenLine(tell(str(error)), Look.ALARM)]

    if not once and sys.stdin.isatty() and sys.stdout.isatty():
        with suppress(KeyboardInterrupt):
            watch(look_on, every)
        return
    try:
        click.echo("\n".join(line.text for line in look(80, 1000)))
    except (NotRunning, Refused) as error:
        fail(error.args[0])


@click.command()
@click.option("--no-wait", is_flag=True, help="Only begin; the server ends by itself.")
@as_json
def drain(no_wait: bool, json_: bool) -> None:
    """Take no new lines, let the talks end, then stop the server.

    Callers who wait or call now hear music and keep their place until the next `hotseat serve`,
    for ten minutes and more. Ctrl-C leaves the drain going.
    """
    settings = settings_or_exit()
    try:
        talking = ask(settings, "drain")["talking"]
    except (NotRunning, Refused) as error:
        fail(error.args[0])
    if no_wait:
        begun = said("draining; %(n)s still talk", n=talking)
        show(json_, {"talking": talking}, begun)
        return
    while True:
        if talking and not json_:
            click.echo(tell(said("%(n)s still talk", n=talking)))
        before = talking
        while talking == before:
            time.sleep(LOOK_SECONDS)
            try:
                talking = ask(settings, "status")["draining"]
            except NotRunning:
                show(json_, {"talking": 0}, said("drained; the server has stopped"))
                return
            except Refused as error:
                fail(error.args[0])


@click.command()
@as_json
def doctor(json_: bool) -> None:
    """Check everything that a hotline needs, and say what to do. Exit code 1 if calls suffer.

    Looks at the server, database, Asterisk, AMI, FastAGI, trunk, phones, prompts, seats, clock,
    disk and the modes of files with secrets.
    """
    settings = settings_or_exit()
    found = []
    for finding in examine(settings):
        found.append(finding)
        if not json_:
            click.echo(_told(finding))
    if json_:
        show(True, [_plain(each) for each in found], "")
    sys.exit(any(finding.verdict is Verdict.FAIL for finding in found))


def _plain(finding: Finding) -> dict[str, object]:
    """In English, and as sentences with facts for whoever tells them in another language."""
    return {
        "subject": finding.subject,
        "verdict": finding.verdict.value,
        "said": finding.said,
        "fix": finding.fix,
        "sentences": {"said": plain(finding.said), "fix": plain(finding.fix)},
    }


def _told(finding: Finding) -> str:
    word, subject = tell(term(finding.verdict.value)), tell(term(finding.subject))
    verdict = click.style(padded(word, VERDICT_COLUMNS), fg=COLORS[finding.verdict])
    line = f"{verdict}  {padded(subject, SUBJECT_COLUMNS)}  {tell(finding.said)}"
    fix = f"\n{'':{VERDICT_COLUMNS}}  {'':{SUBJECT_COLUMNS}}  → {tell(finding.fix)}"
    return line + fix if finding.fix else line
