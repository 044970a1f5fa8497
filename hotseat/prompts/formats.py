"""What kind of sound file it is, by what stands in it: a name says what somebody wished."""

from __future__ import annotations

import enum

HEAD = 12
"""So many bytes tell it."""


class Kind(enum.Enum):
    """The kinds that are taken. The value is FFmpeg's name of whoever reads it."""

    WAV = "wav"
    MP3 = "mp3"
    M4A = "mov"
    """MPEG-4, also what a telephone films with: its sound is taken."""


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file that begins so; None if it is none of ours.

    Only what is known here is ever given to a decoder, and with its name: left to guess, FFmpeg
    would also read playlists, which name other files and addresses.
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return Kind.WAV
    if head[4:8] == b"ftyp":
        return Kind.M4A
    if head[:3] == b"ID3" or _is_mpeg_layer_3(head):
        return Kind.MP3
    return None


def _is_mpeg_layer_3(head: bytes) -> bool:
    """Eleven bits set begin a frame, the layer stands in the two before the last (ISO 11172-3)."""
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
