"""A process that turns an uploaded sound file into a prompt: `python -m hotseat.prompts.decoding`.

The kind of the file is the argument, the file comes on standard input, the wav goes to standard
output. Decoders are large and written in C, and the file comes from somebody else's computer: so
they run in a process of their own, with little memory and little time, which can do no harm but
end. Exit code 1: the word of a `Refusal` on standard output says why.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import IO

import av
import numpy as np
from av.audio.frame import AudioFrame

from hotseat.prompts.formats import Kind
from hotseat.prompts.refusals import LONGEST_SECONDS, Refusal
from hotseat.prompts.telephone_sound import Samples, telephone_sound, wav

RATE = 24_000
"""As the model that speaks our own prompts."""
MEMORY = 2 << 30
"""Bytes of address space; libraries alone take a good part of it."""
CPU_SECONDS = 30
MOST_BROKEN = 3
"""So many packets may be broken: a file that was cut out of another has one at its end."""
QUIETEST = 0.001
"""-60 dB: below it is the noise of an empty room."""

CODECS = frozenset({"mp3", "mp3float", "aac", "alac"})
"""Beside everything that is called pcm_…."""


class Refused(Exception):
    """The file is none that a caller could be played."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


def prompt(file: IO[bytes], kind: Kind) -> bytes:
    """The wav of a prompt. Raises Refused."""
    samples = _decoded(file, kind)
    if not len(samples) or np.abs(samples).max() < QUIETEST:
        raise Refused(Refusal.SILENT)
    return wav(telephone_sound([samples], RATE))


def _decoded(file: IO[bytes], kind: Kind) -> Samples:
    pieces: list[Samples] = []
    length = 0
    try:
        with av.open(file, "r", format=kind.value) as container:
            for frame in _frames(container):
                samples = np.asarray(frame.to_ndarray(), np.float64).ravel()
                pieces.append(samples)
                length += len(samples)
                if length > LONGEST_SECONDS * RATE:
                    raise Refused(Refusal.TOO_LONG)
    except (av.FFmpegError, ValueError) as error:
        raise Refused(Refusal.BROKEN) from error
    return np.concatenate(pieces) if pieces else np.zeros(0)


def _frames(container: av.container.InputContainer) -> Iterator[AudioFrame]:
    """All of the first track of sound, at RATE, mono."""
    if not container.streams.audio:
        raise Refused(Refusal.NO_SOUND)
    track = container.streams.audio[0]
    codec = track.codec_context.name
    if codec not in CODECS and not codec.startswith("pcm_"):
        raise Refused(Refusal.BROKEN)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    broken = 0
    for packet in container.demux(track):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            broken += 1
            if broken > MOST_BROKEN:
                raise
            continue
        for frame in frames:
            yield from resampler.resample(frame)
    yield from resampler.resample(None)


def main() -> int:
    """Convert standard input; the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        made = prompt(BytesIO(sys.stdin.buffer.read()), Kind(sys.argv[1]))
    except Refused as refused:
        sys.stdout.write(refused.refusal.value)
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
