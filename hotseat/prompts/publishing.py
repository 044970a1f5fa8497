"""Puts the prompts in force where Asterisk reads them."""

from __future__ import annotations

from hotseat.asterisk.sandbox import SandboxError
from hotseat.config import Settings
from hotseat.phones import sandbox_of


def publish(settings: Settings) -> str | None:
    """Whoever is played a prompt from now on hears the one in force; else, why not."""
    try:
        sandbox_of(settings).write_prompts()
    except SandboxError as error:
        return str(error)
    except OSError as error:
        return f"{error.filename}: {error.strerror}; run `hotseat asterisk render` as root"
    return None
