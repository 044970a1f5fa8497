"""Text from the telephone network: mostly UTF-8, sometimes GBK or Latin-1, sometimes cut."""

from __future__ import annotations

DEFAULT_FALLBACK = "gb18030"
"""What bytes are taken for that are not UTF-8: the superset of GBK that Chinese carriers send."""


def decode(raw: bytes, fallback: str = DEFAULT_FALLBACK) -> str:
    """The text of one value. Never raises; what cannot be read becomes U+FFFD."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        # Asterisk cuts names to a buffer's length, also inside a character: still UTF-8.
        cut = error.reason == "unexpected end of data"
        return raw.decode("utf-8" if cut else fallback, "replace")


def printable(text: str) -> str:
    """The text without control, format and other invisible characters, spaces kept."""
    return text if text.isprintable() else "".join(filter(str.isprintable, text))
