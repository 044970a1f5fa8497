"""`hotseat prompts`: the sentences that callers hear, for programs and people at a terminal."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Engine

from hotseat.db.audit import Author
from hotseat.db.commands import opened
from hotseat.db.engine import reading, writing
from hotseat.db.prompts import (
    TEXT_LENGTH,
    VOICE_LENGTH,
    NewTake,
    drop_take,
    put_take,
    takes_in_force,
    takes_of,
    use_take,
)
from hotseat.db.snapshot import site_now
from hotseat.prompts.conversion import UploadRefused, converted
from hotseat.prompts.publishing import publish
from hotseat.prompts.refusals import LARGEST, Refusal
from hotseat.prompts.shelf import Shelved, Spoken, shelf
from hotseat.prompts.sounds import sound_of
from hotseat.tables import span, table
from hotseat.terminal import Function, as_json, fail, moment, settings_or_exit, show, tell
from ivr.prompts import LANGUAGE, NAME, built_in
from words import said

AUTHOR = Author("command line", "")
TEXT_SHOWN = 40

_PROMPT, _LANGUAGE, _LENGTH = said("prompt"), said("language"), said("length")
_VOICE, _TEXT = said("voice"), said("text")


@click.group()
def prompts() -> None:
    """Look at the sentences that callers hear, and put your own in their place.

    What comes with hotseat is heard until something is uploaded, and again when that is dropped.
    The next caller hears the change; nothing is reloaded.

    \b
    Examples:
      hotseat prompts list --missing
      hotseat prompts put zh welcome welcome.m4a --text 您好 --voice 王芳
      hotseat prompts takes welcome
      hotseat prompts use 3
      hotseat prompts drop zh welcome
    """


def which(function: Function) -> Function:
    """LANGUAGE and NAME."""
    return click.argument("language")(click.argument("name")(function))


@prompts.command("list")
@click.option("--language", help="Only in this language.")
@click.option("--missing", "only_missing", is_flag=True, help="Only what is asked for and lacking.")
@as_json
def list_command(language: str | None, only_missing: bool, json_: bool) -> None:
    """Show every prompt: length, who speaks, how often it is used, and the text.

    \b
    Example:
      hotseat prompts list --missing
      prompt      language  length   voice  used  text
      our-office  zh        MISSING      –     1     –
    """
    with opened() as engine:
        found = _shelf(engine)
    rows = [
        (row, spoken_in, row.spoken.get(spoken_in))
        for row in found.values()
        for spoken_in in sorted({*row.spoken, *row.missing})
        if language in (None, spoken_in) and (spoken_in in row.missing or not only_missing)
    ]
    text = table(
        [tell(head) for head in (_PROMPT, _LANGUAGE, _LENGTH, _VOICE, said("used"), _TEXT)],
        [
            (
                row.name,
                spoken_in,
                tell(said("MISSING")) if spoken is None else span(spoken.length_ms),
                "" if spoken is None else spoken.voice,
                len(row.uses),
                "" if spoken is None else _short(spoken.text),
            )
            for row, spoken_in, spoken in rows
        ],
    )
    nothing = said("none is missing") if only_missing else said("there are none")
    show(json_, [_row(*each) for each in rows], text or nothing)


@prompts.command()
@which
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text", help="What is said; needed unless the prompt is there already.")
@click.option("--voice", default="", help="Who speaks.")
@as_json
def put(language: str, name: str, file: Path, text: str | None, voice: str, json_: bool) -> None:
    """Have FILE heard as prompt NAME in LANGUAGE: WAV, MP3 or M4A, at most two minutes.

    It is brought to 8 kHz, trimmed, and made as loud as the others. What was heard before is kept.

    \b
    Example:
      hotseat prompts put zh welcome welcome.m4a --text 您好 --voice 王芳
    """
    if not LANGUAGE.fullmatch(language):
        fail(said('"%(text)s" is no language; write it like zh or en', text=language))
    if not NAME.fullmatch(name):
        fail(
            said(
                '"%(text)s" is no name of a prompt; use up to 40 of a-z, 0-9, - and _,'
                " a letter first",
                text=name,
            )
        )
    try:
        if file.stat().st_size > LARGEST:
            raise UploadRefused(Refusal.TOO_LARGE)
        made = converted(file.read_bytes())
    except UploadRefused as error:
        why = error.refusal.value
        fail(said("%(file)s: %(why)s; nothing is changed", file=str(file), why=why))
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    with opened() as engine:
        known = _shelf(engine).get(name)
        says = text or (known.spoken[language].text if known and language in known.spoken else "")
        if not says.strip():
            fail(said("what does %(prompt)s say? Add --text", prompt=f"{language}/{name}"))
        if len(says) > TEXT_LENGTH or len(voice) > VOICE_LENGTH:
            fail(
                said(
                    "a text has at most %(letters)s letters, a voice %(of_voice)s",
                    letters=TEXT_LENGTH,
                    of_voice=VOICE_LENGTH,
                )
            )
        new = NewTake(language, name, says.strip(), voice.strip(), made.sound, made.length_ms)
        with writing(engine) as session:
            take = put_take(session, new, AUTHOR, _now())
    heard = said(
        "take %(take)s, %(seconds)s s, is heard as %(prompt)s",
        take=take.id,
        seconds=f"{take.length_ms / 1000:.1f}",
        prompt=f"{language}/{name}",
    )
    _published(json_, {**asdict(take), "made_of": made.kind.name.lower()}, heard)


@prompts.command()
@click.argument("name")
@as_json
def takes(name: str, json_: bool) -> None:
    """Show the recordings of prompt NAME that were uploaded and are kept."""
    with opened() as engine, reading(engine) as session:
        found = takes_of(session, name)
        zone = ZoneInfo(site_now(session).time_zone)
    text = table(
        [
            tell(head)
            for head in (
                said("take"),
                _LANGUAGE,
                _LENGTH,
                _VOICE,
                said("uploaded"),
                said("by"),
                "",
                _TEXT,
            )
        ],
        [
            (
                take.id,
                take.language,
                span(take.length_ms),
                take.voice,
                (moment(take.at, zone) or "")[:-4],
                take.login,
                tell(said("heard")) if take.in_force else "",
                _short(take.text),
            )
            for take in found
        ],
    )
    nothing = said("nothing was uploaded as %(prompt)s", prompt=name)
    show(json_, [asdict(take) for take in found], text or nothing)


@prompts.command()
@click.argument("take", type=int)
@as_json
def use(take: int, json_: bool) -> None:
    """Have an earlier TAKE heard again; `hotseat prompts takes NAME` numbers them."""
    with opened() as engine, writing(engine) as session:
        try:
            found = use_take(session, take, AUTHOR, _now())
        except LookupError:
            fail(
                said(
                    "no take %(take)s; `%(command)s` shows those that are kept",
                    take=take,
                    command="hotseat prompts takes NAME",
                )
            )
    prompt = f"{found.language}/{found.name}"
    heard = said("take %(take)s is heard as %(prompt)s", take=take, prompt=prompt)
    _published(json_, asdict(found), heard)


@prompts.command()
@which
@as_json
def drop(language: str, name: str, json_: bool) -> None:
    """Have what comes with hotseat heard again as prompt NAME in LANGUAGE. The takes are kept."""
    with opened() as engine, writing(engine) as session:
        try:
            was = drop_take(session, language, name, AUTHOR, _now())
        except LookupError as error:
            fail(error.args[0])
    ours = any((prompt.language, prompt.name) == (language, name) for prompt in built_in())
    then = said("what comes with hotseat is heard") if ours else said("IT IS MISSING NOW")
    heard = said("%(prompt)s: %(then)s", prompt=f"{language}/{name}", then=then)
    _published(json_, {**asdict(was), "in_force": False}, heard)


@prompts.command()
@which
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
def save(language: str, name: str, file: Path, json_: bool) -> None:
    """Write the sound that is heard as NAME in LANGUAGE to FILE, a wav."""
    with opened() as engine, reading(engine) as session:
        sound = sound_of(session, language, name)
    if sound is None:
        fail(
            said(
                "there is no prompt %(prompt)s; `%(command)s` names them",
                prompt=f"{language}/{name}",
                command="hotseat prompts list",
            )
        )
    try:
        file.write_bytes(sound)
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    written = said("%(file)s: %(bytes)s bytes", file=str(file), bytes=f"{len(sound):,}")
    show(json_, {"file": str(file), "bytes": len(sound)}, written)


def _shelf(engine: Engine) -> dict[str, Shelved]:
    with reading(engine) as session:
        return shelf(site_now(session), takes_in_force(session))


def _published(json_: bool, result: dict[str, Any], heard: str) -> None:
    """Say what is heard now; or that it is kept, and why it is not heard yet."""
    complaint = publish(settings_or_exit())
    if complaint is not None:
        fail(said("it is kept, but no caller hears it yet: %(why)s", why=complaint))
    show(json_, result, heard)


def _row(row: Shelved, language: str, spoken: Spoken | None) -> dict[str, Any]:
    return {
        "name": row.name,
        "language": language,
        "missing": spoken is None,
        "text": spoken and spoken.text,
        "voice": spoken and spoken.voice,
        "length_ms": spoken and spoken.length_ms,
        "take": spoken and spoken.take and spoken.take.id,
        "uses": [
            {"where": use.where.value, "name": use.name, "step": use.step} for use in row.uses
        ],
    }


def _short(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN else text[: TEXT_SHOWN - 1] + "…"


def _now() -> int:
    return time.time_ns() // 1_000_000
