"""Speech as a telephone wants it: 8 kHz, 16 bit, mono, trimmed and all equally loud.

Samples are float arrays from -1 to 1; dB are relative to full scale.
"""

from __future__ import annotations

import wave
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

RATE = 8000
FRAME = RATE // 50
LOUDNESS_DB = -20.0
PEAK_DB = -3.5
MARGIN_SECONDS = 0.1
"""Silence before and after the words."""
PAUSE_SECONDS = 0.35
"""Silence between two sentences."""

_EDGE_DB = 40.0
"""How far below the loudest frame a sound still belongs to a word."""
_ACTIVE_DB = 25.0
"""How far below the loudest frame a sound still counts for loudness; pauses must not."""


def db(ratio: float) -> float:
    """A ratio of amplitudes in decibels."""
    return float(20 * np.log10(max(ratio, 1e-9)))


def telephone_sound(sentences: Sequence[Samples], rate: int) -> Samples:
    """Sentences in turn at 8 kHz, at -20 dB while somebody speaks and under -3.5 dB always."""
    pause = np.zeros(round(PAUSE_SECONDS * RATE))
    trimmed = [_trim(_narrow(sentence, rate)) for sentence in sentences]
    words = np.concatenate([part for words in trimmed for part in (pause, words)][1:])
    levelled = words * 10 ** ((LOUDNESS_DB - loudness_db(words)) / 20)
    margin = np.zeros(round(MARGIN_SECONDS * RATE))
    return np.concatenate([margin, _limit(levelled), margin])


def loudness_db(samples: Samples) -> float:
    """The level of the frames in which somebody speaks."""
    levels = _frame_levels(samples)
    active = levels[levels > levels.max() * 10 ** (-_ACTIVE_DB / 20)]
    return db(float(np.sqrt(np.mean(active**2))))


def wav(samples: Samples) -> bytes:
    """The file: 8 kHz, 16 bit, mono."""
    whole = BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return whole.getvalue()


def read_wav(path: Path) -> Samples:
    """Read what `wav` made. Raises ValueError for any other format."""
    with wave.open(str(path), "rb") as file:
        shape = (file.getframerate(), file.getsampwidth(), file.getnchannels())
        if shape != (RATE, 2, 1):
            raise ValueError(f"{path}: {shape} is not 8 kHz, 16 bit, mono")
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767


def _narrow(samples: Samples, rate: int) -> Samples:
    """Down to 8 kHz, with everything above 3.7 kHz taken away first."""
    if rate % RATE:
        raise ValueError(f"cannot make {RATE} Hz from {rate} Hz: not a multiple")
    taps = np.arange(-240, 241)
    cutoff = 2 * 3700 / rate
    low_pass = cutoff * np.sinc(cutoff * taps) * np.blackman(len(taps))
    return np.convolve(samples - samples.mean(), low_pass, mode="same")[:: rate // RATE]


def _trim(samples: Samples) -> Samples:
    levels = _frame_levels(samples)
    heard = np.flatnonzero(levels > levels.max() * 10 ** (-_EDGE_DB / 20))
    words = samples[heard[0] * FRAME : (heard[-1] + 1) * FRAME].copy()
    fade = np.linspace(0, 1, FRAME // 2)  # 10 ms, against clicks
    words[: len(fade)] *= fade
    words[-len(fade) :] *= fade[::-1]
    return words


def _limit(samples: Samples) -> Samples:
    """Press down what is louder than the peak, smoothly over 10 ms, and leave the rest alone."""
    reach = FRAME // 4
    padded = np.pad(np.abs(samples), 2 * reach)
    loudest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    gain = np.minimum(1, 10 ** (PEAK_DB / 20) / np.maximum(loudest, 1e-9))
    window = np.hanning(2 * reach + 3)[1:-1]
    return samples * np.convolve(gain, window / window.sum(), mode="valid")


def _frame_levels(samples: Samples) -> Samples:
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    return np.asarray(np.sqrt(np.mean(frames**2, axis=1)))
