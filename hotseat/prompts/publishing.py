"""Puts the prompts in force where Asterisk reads them."""

from __future__ import annotations

import errno
from typing import Final

from hotseat.asterisk.sandbox import SandboxError
from hotseat.config import Settings
from hotseat.phones import sandbox_of
from words import Message, said

RENDER: Final = "hotseat asterisk render"


def publish(settings: Settings) -> str | None:
    """Whoever is played a prompt from now on hears the one in force; else, why not: a sentence."""
    try:
        sandbox_of(settings).write_prompts()
    except SandboxError as error:
        why: str = error.args[0]
        return why
    except OSError as error:
        return _not_written(error)
    return None


def _not_written(error: OSError) -> Message:
    file = str(error.filename or "?")
    match error.errno:
        case errno.EACCES | errno.EPERM:
            return said(
                "hotseat may not write %(file)s; run `%(command)s` as root",
                file=file,
                command=RENDER,
            )
        case errno.ENOSPC | errno.EDQUOT:
            return said("the disk is full; make room, then run `%(command)s`", command=RENDER)
        case code:
            return said(
                "%(file)s cannot be written (%(code)s); run `%(command)s` as root",
                file=file,
                code=errno.errorcode.get(code or 0, "?"),
                command=RENDER,
            )
