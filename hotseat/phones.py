"""The sandbox with what the database knows: where storage and Asterisk's files meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, inspect, make_url

from hotseat.asterisk.files import Sound
from hotseat.asterisk.render import PhoneLogin
from hotseat.asterisk.sandbox import Sandbox
from hotseat.config import Settings
from hotseat.db.engine import open_engine, reading
from hotseat.db.prompts import sounds_in_force
from hotseat.db.snapshot import phone_secrets


def sandbox_of(settings: Settings) -> Sandbox:
    """The instance's Asterisk; its files name the phones and prompts of the instance's database."""
    return Sandbox(settings, partial(phone_logins, settings), partial(own_sounds, settings))


def phone_logins(settings: Settings) -> Sequence[PhoneLogin]:
    """Every phone with its secret; none while there is no database or nothing in it."""
    with _opened(settings, "phone") as engine:
        if engine is None:
            return []
        with reading(engine) as session:
            return [PhoneLogin(name, secret) for name, secret in phone_secrets(session)]


def own_sounds(settings: Settings) -> Sequence[Sound]:
    """The uploaded prompts that are heard; none while there is no database or nothing in it."""
    with _opened(settings, "prompt_take") as engine:
        if engine is None:
            return []
        with reading(engine) as session:
            return sounds_in_force(session)


@contextmanager
def _opened(settings: Settings, table: str) -> Iterator[Engine | None]:
    """The database, if it is there and has the table."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield None  # connecting would make the file
        return
    engine = open_engine(settings.database)
    try:
        yield engine if inspect(engine).has_table(table) else None
    finally:
        engine.dispose()
