"""The second factor: codes of 30 seconds (RFC 6238), and codes to keep for a lost telephone."""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import secrets
from collections.abc import Sequence
from typing import Final

import pyotp
import segno

from acd.types import Millis

STEP_MS: Final = 30_000
DRIFT: Final = 1
"""Steps that a telephone's clock may be off, to either side."""
RECOVERY_CODES: Final = 8
_SECRET = re.compile("[A-Z2-7]{32}")
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_secret() -> str:
    """160 bits in base32."""
    return pyotp.random_base32(32)


def is_secret(text: str) -> bool:
    """Whether it has the form of one."""
    return _SECRET.fullmatch(text) is not None


def step_of(secret: str, code: str, now: Millis) -> int | None:
    """The step whose code it is; None if it is none of now."""
    totp, step = pyotp.TOTP(secret), now // STEP_MS
    for near in range(step - DRIFT, step + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(near), code.replace(" ", "")):
            return near
    return None


def address(secret: str, login: str, hotline: str) -> str:
    """What an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=hotline or "hotseat")


def picture(uri: str) -> str:
    """A QR code as an SVG element, without any style."""
    out = io.BytesIO()
    segno.make(uri, error="m").save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=3, light="#fff"
    )
    return out.getvalue().decode()


def new_recovery_codes() -> list[str]:
    """50 bits each, to be written down."""
    return ["-".join(_letters(5) for _ in range(2)) for _ in range(RECOVERY_CODES)]


def recovery_digest(code: str) -> str:
    """What to keep of one; enough, since wrong tries are few."""
    return hashlib.sha256(code.strip().lower().encode()).hexdigest()


def without(digests: Sequence[str], code: str) -> list[str] | None:
    """The digests that are left once the code is used; None if it is none of them."""
    used = recovery_digest(code)
    return [digest for digest in digests if digest != used] if used in digests else None


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))
