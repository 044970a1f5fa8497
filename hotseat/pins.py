"""PINs: kept as scrypt hashes, compared in a thread, and guessed at most a few times.

A PIN is 4 to 10 digits, which anybody can try through: what protects it are the few tries.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode
from itertools import pairwise

from acd.types import Millis

PIN = re.compile(r"[0-9]{4,10}")
NEW_DIGITS = 6
SALT_BYTES = 16
TRIES = 5
LOCKED: Millis = 15 * 60_000
"""So long after the last of five wrong tries nothing is tried again."""

_COST, _BLOCK, _LANES = 2**14, 8, 1
"""RFC 7914: 16 MB and about 50 ms for each try."""


def is_weak(pin: str) -> bool:
    """One digit again and again, or digits in a row."""
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    return steps in ({0}, {1}, {-1})


def new_pin() -> str:
    """Made up, and not weak."""
    while is_weak(pin := "".join(secrets.choice("0123456789") for _ in range(NEW_DIGITS))):
        pass
    return pin


def kept(pin: str) -> str:
    """The hash to keep of a PIN that is set now. Slow on purpose."""
    return pin_hash(pin, secrets.token_bytes(SALT_BYTES))


def pin_hash(pin: str, salt: bytes) -> str:
    """What is kept of a PIN. Slow on purpose."""
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES)
    return f"scrypt${b64encode(salt).decode()}${b64encode(digest).decode()}"


NOBODY = pin_hash("", b"nobody")
"""Compared with for an agent who does not exist: the answer must take as long."""


def is_pin(pin: str, kept: str) -> bool:
    """Is this the PIN whose hash was kept? Slow on purpose."""
    kind, salt, digest = (kept or NOBODY).split("$")
    assert kind == "scrypt"
    found = hashlib.scrypt(pin.encode(), salt=b64decode(salt), n=_COST, r=_BLOCK, p=_LANES)
    return hmac.compare_digest(found, b64decode(digest)) and bool(kept)


class Tries:
    """Counts wrong tries by subject: an agent, or the phone that the digits came from."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, Millis]] = {}

    def locked(self, subject: str, now: Millis) -> bool:
        """May nothing be tried for this subject now?"""
        count, last = self._wrong.get(subject, (0, now))
        return count >= TRIES and now - last < LOCKED

    def failed(self, subject: str, now: Millis) -> None:
        """One more wrong try."""
        count, last = self._wrong.get(subject, (0, now))
        if now - last >= LOCKED:
            count = 0
        self._wrong[subject] = count + 1, now

    def passed(self, subject: str) -> None:
        """The right PIN: the count begins anew."""
        self._wrong.pop(subject, None)
