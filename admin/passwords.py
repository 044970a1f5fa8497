"""Passwords: Argon2id, and which ones are good enough."""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from admin.words import N_

SHORTEST: Final = 10
LONGEST: Final = 200
"""Argon2 takes any length; a request should not."""

_OFTEN_TRIED: Final = ("password", "1234567890", "0123456789", "qwertyuiop", "hotseat", "asterisk")


class Passwords:
    """Makes and checks digests, two at a time: each takes 64 MiB and 0.1 s of a core."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = BoundedSemaphore(2)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    def digest(self, password: str) -> str:
        """What to keep instead of the password."""
        with self._room:
            return self._hasher.hash(password)

    def fits(self, digest: str, password: str) -> bool:
        """Whether it is the password; without a digest the answer is no, and takes as long."""
        with self._room:
            try:
                self._hasher.verify(digest or self._nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return bool(digest)


def weakness(password: str, login: str) -> str | None:
    """Why it is not good enough, as a text to translate; None if it is."""
    if len(password) < SHORTEST:
        return N_("A password has at least 10 characters.")
    if len(password) > LONGEST:
        return N_("A password has at most 200 characters.")
    plain = password.casefold()
    if login and login.casefold() in plain:
        return N_("The password must not hold the log-in name.")
    if len(set(plain)) < 5 or any(plain.startswith(word) for word in _OFTEN_TRIED):
        return N_("This password is among the first that are guessed.")
    return None
