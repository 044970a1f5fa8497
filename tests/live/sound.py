"""What was heard: tones, gaps and music in a phone's recording.

Samples are float arrays of 8 kHz mono, full scale 1.0. Spans are milliseconds.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float64]

RATE = 8000
SPECTRUM_MS = 200
TONE_WIDTH_HZ = 20.0
HUM_HZ = 60.0
FRAME_MS = 20
QUIET = 0.25
MUSIC_LEVEL_DB = -55.0
MUSIC_SHARE = 0.8
ONE_TONE_SHARE = 0.9
SILENCE = 1e-12


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything one side heard since `began`, epoch milliseconds."""

    samples: Samples
    began: float

    @classmethod
    def read(cls, path: Path, began: float) -> Recording:
        """Read a wav of 16 bit, 8 kHz, mono."""
        with wave.open(str(path), "rb") as file:
            form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            if form != (1, 2, RATE):
                raise ValueError(f"{path}: expected 8 kHz 16 bit mono, found {form}")
            raw = file.readframes(file.getnframes())
        return cls(np.frombuffer(raw, dtype="<i2") / 32768.0, began)

    def between(self, start: float, end: float) -> Samples:
        """What was heard between two instants. Raises ValueError if half of it is missing.

        A phone that was not served for a moment records nothing in it, so that the recording is
        shorter than the clock says.
        """
        first = round((start - self.began) * RATE / 1000)
        last = round((end - self.began) * RATE / 1000)
        heard = self.samples[max(first, 0) : max(last, 0)]
        if len(heard) * 2 < last - first or last <= first:
            raise ValueError(
                f"samples {first} to {last} asked of a recording of {len(self.samples)}"
            )
        return heard


def snr_db(samples: Samples, hertz: float) -> float:
    """The power of a tone against everything else that is heard, in dB.

    Taken in windows of 200 ms; half of them are at least as good as the answer. (A machine that
    does not serve a phone for a moment spoils the windows of that moment; a fault of the call
    lasts.) Minus infinity where the tone is not heard at all.
    """
    size = RATE * SPECTRUM_MS // 1000
    windows = len(samples) // size
    if windows == 0:
        raise ValueError(f"at least {SPECTRUM_MS} ms are needed to find a tone")
    pieces = samples[: windows * size].reshape(windows, size) * np.hanning(size)
    power = np.abs(np.fft.rfft(pieces, axis=1)) ** 2
    bins = np.fft.rfftfreq(size, 1 / RATE)
    tone = np.abs(bins - hertz) <= TONE_WIDTH_HZ
    heard = power[:, tone].sum(axis=1)
    rest = np.maximum(power[:, ~tone & (bins >= HUM_HZ)].sum(axis=1), SILENCE)
    ratio = float(np.quantile(heard / rest, 0.5, method="lower"))
    return float(10 * np.log10(ratio)) if ratio > SILENCE else float("-inf")


def longest_gap_ms(samples: Samples, hertz: float) -> int:
    """The longest time without the tone. A recording without any tone is one long gap."""
    size = RATE * FRAME_MS // 1000
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    turn = np.exp(-2j * np.pi * hertz * np.arange(size) / RATE)
    level = np.abs(frames @ turn) / size
    floor = max(QUIET * float(np.median(level)), 10 ** (MUSIC_LEVEL_DB / 20))
    longest = run = 0
    for quiet in level < floor:
        run = run + 1 if quiet else 0
        longest = max(longest, run)
    return longest * FRAME_MS


def hears_music(samples: Samples) -> bool:
    """Is it mostly loud, and not a single tone?"""
    size = RATE // 2
    if len(samples) < size:
        raise ValueError("at least half a second is needed to know music")
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    level_db = 10 * np.log10((frames**2).mean(axis=1) + SILENCE)
    power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2
    strongest = power.sum(axis=0)
    peak = int(strongest.argmax())
    share = strongest[max(0, peak - 3) : peak + 4].sum() / max(strongest.sum(), SILENCE)
    loud = float((level_db > MUSIC_LEVEL_DB).mean())
    return loud >= MUSIC_SHARE and bool(share < ONE_TONE_SHARE)
