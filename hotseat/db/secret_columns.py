"""Which columns hold secrets, and how a new secret is made."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Final


def new_secret() -> str:
    """144 random bits in letters that every phone's set-up page takes."""
    return secrets.token_urlsafe(18)


def nothing() -> str:
    """None: a user is to be invited again, an agent's PIN is to be set again."""
    return ""


SECRET_COLUMNS: Final[Mapping[str, Mapping[str, Callable[[], str]]]] = {
    "phone": {"secret": new_secret},
    "agent_pin": {"pin": nothing},
    "account": {"password": nothing, "totp_secret": nothing},
}
"""table -> column -> how a new one is made."""

PASSING_TABLES: Final = frozenset({"web_session", "invite", "failed_log_ins"})
"""No part of a backup: a restore must bring no ended log-in back to life."""
