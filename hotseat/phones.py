"""The sandbox with the phones that the database knows: where storage and Asterisk's files meet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import inspect, make_url

from hotseat.asterisk.render import PhoneLogin
from hotseat.asterisk.sandbox import Sandbox
from hotseat.config import Settings
from hotseat.db.engine import open_engine, reading
from hotseat.db.snapshot import phone_secrets


def sandbox_of(settings: Settings) -> Sandbox:
    """The instance's Asterisk; its files name the phones of the instance's database."""
    return Sandbox(settings, partial(phone_logins, settings))


def phone_logins(settings: Settings) -> Sequence[PhoneLogin]:
    """Every phone with its secret; none while there is no database or nothing in it."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return []  # connecting would make the file
    engine = open_engine(settings.database)
    try:
        if not inspect(engine).has_table("phone"):
            return []
        with reading(engine) as session:
            return [PhoneLogin(name, secret) for name, secret in phone_secrets(session)]
    finally:
        engine.dispose()
