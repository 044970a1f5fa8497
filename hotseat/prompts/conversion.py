"""An uploaded sound file becomes a prompt: 8 kHz, trimmed, as loud as all the others."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from dataclasses import dataclass
from io import BytesIO

from acd.types import Millis
from hotseat.prompts.formats import HEAD, Kind, kind_of
from hotseat.prompts.refusals import LARGEST, Refusal

SECONDS = 60
"""Two minutes of sound take three."""


class UploadRefused(Exception):
    """The file was not taken; nothing is changed. `detail` is for a log."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Converted:
    """A prompt as Asterisk plays it."""

    kind: Kind
    """What it was made of."""
    sound: bytes
    length_ms: Millis


def converted(upload: bytes) -> Converted:
    """The prompt that a WAV, MP3 or M4A file becomes. Blocks for seconds. Raises UploadRefused."""
    if not upload:
        raise UploadRefused(Refusal.EMPTY)
    if len(upload) > LARGEST:
        raise UploadRefused(Refusal.TOO_LARGE)
    kind = kind_of(upload[:HEAD])
    if kind is None:
        raise UploadRefused(Refusal.OTHER_KIND)
    sound = _decoded(upload, kind)
    with wave.open(BytesIO(sound)) as file:
        length_ms = round(file.getnframes() * 1000 / file.getframerate())
    return Converted(kind, sound, length_ms)


def _decoded(upload: bytes, kind: Kind) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", "hotseat.prompts.decoding", kind.value],
            input=upload,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            # No secret of ours, and no threads that would each reserve memory.
            env={"PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise UploadRefused(Refusal.BROKEN, f"not decoded within {SECONDS} s") from error
    if done.returncode == 0:
        return done.stdout
    said = done.stdout.decode(errors="replace")
    if said in {refusal.value for refusal in Refusal}:
        raise UploadRefused(Refusal(said))
    why = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    raise UploadRefused(Refusal.BROKEN, f"the decoder ended with {done.returncode}: {why}")
