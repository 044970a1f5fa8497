"""The ear of the live tests has to be able to say no."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from tests.live.sound import (
    RATE,
    Recording,
    Samples,
    hears_music,
    longest_gap_ms,
    snr_db,
)

TONE = 640.0
OTHER = 1500.0


def tone(hertz: float, seconds: float = 2.0, level: float = 0.2) -> Samples:
    time = np.arange(int(RATE * seconds)) / RATE
    return level * np.sin(2 * np.pi * hertz * time)


def noise(level: float, seconds: float = 2.0) -> Samples:
    return np.random.default_rng(7).normal(0, level, int(RATE * seconds))


def through_ulaw(samples: Samples) -> Samples:
    """Companded to 8 bits and back, as on every call here."""
    mu = 255.0
    pressed = np.sign(samples) * np.log1p(mu * np.abs(samples)) / np.log1p(mu)
    eight_bits = np.round(pressed * 127) / 127
    restored: Samples = np.sign(eight_bits) * np.expm1(np.abs(eight_bits) * np.log1p(mu)) / mu
    return restored


def test_a_tone_through_ulaw_is_well_over_20_db() -> None:
    assert snr_db(through_ulaw(tone(TONE)), TONE) > 30


@pytest.mark.parametrize("wanted_db", [3.0, 10.0, 20.0, 30.0])
def test_the_ratio_is_the_one_that_was_mixed(wanted_db: float) -> None:
    carrier = tone(TONE)
    power = float((carrier**2).mean())
    mixed = carrier + noise(np.sqrt(power / 10 ** (wanted_db / 10)))
    assert snr_db(mixed, TONE) == pytest.approx(wanted_db, abs=1.0)


def test_one_way_sound_is_silence_for_the_deaf_side() -> None:
    assert snr_db(np.zeros(RATE * 2), TONE) == float("-inf")


def test_comfort_noise_is_not_the_tone() -> None:
    assert snr_db(noise(0.001), TONE) < 0


def test_somebody_elses_tone_is_not_the_tone() -> None:
    assert snr_db(tone(OTHER), TONE) < -20


def test_ones_own_echo_spoils_the_tone() -> None:
    assert snr_db(tone(TONE) + tone(OTHER), TONE) == pytest.approx(0, abs=0.5)


def test_a_dropped_frame_in_the_jitter_buffer_is_forgiven() -> None:
    spliced = np.concatenate([tone(TONE, 1.0), tone(TONE, 1.0)[37:]])
    assert snr_db(spliced, TONE) > 30


def test_half_a_talk_is_not_enough() -> None:
    half = tone(TONE)
    half[RATE:] = 0
    assert snr_db(half, TONE) == float("-inf")


def test_too_little_sound_is_said_to_be_too_little() -> None:
    with pytest.raises(ValueError, match="200 ms"):
        snr_db(tone(TONE, 0.1), TONE)


@pytest.mark.parametrize("gap_ms", [0, 100, 400])
def test_a_gap_is_measured(gap_ms: int) -> None:
    heard = tone(TONE)
    heard[RATE : RATE + RATE * gap_ms // 1000] = 0
    assert longest_gap_ms(heard, TONE) == pytest.approx(gap_ms, abs=20)


def test_music_in_the_middle_of_a_talk_is_a_gap() -> None:
    heard = tone(TONE)
    heard[RATE : RATE + RATE // 2] = tone(OTHER, 0.5)
    assert longest_gap_ms(heard, TONE) == pytest.approx(500, abs=20)


def test_silence_is_one_long_gap() -> None:
    assert longest_gap_ms(np.zeros(RATE), TONE) == 1000


def chord() -> Samples:
    beat = np.where(np.arange(RATE * 2) // 2000 % 2 == 0, 1.0, 0.4)
    mixed: Samples = beat * sum(tone(hertz, level=0.05) for hertz in (262, 330, 392, 523, 880))
    return mixed


def test_a_chord_is_music() -> None:
    assert hears_music(chord())


@pytest.mark.parametrize(
    "heard",
    [
        np.zeros(RATE * 2),
        noise(0.0005),
        tone(TONE),
        np.where(np.arange(RATE * 2) < RATE, chord(), 0),
    ],
    ids=["silence", "comfort noise", "a tone", "music that stops"],
)
def test_what_is_not_music(heard: Samples) -> None:
    assert not hears_music(heard)


def test_a_recording_is_cut_by_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        sound = np.concatenate([np.zeros(RATE), tone(TONE, 1.0)])
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    recording = Recording.read(path, began=5_000.0)
    assert snr_db(recording.between(6_000, 7_000), TONE) > 30
    assert snr_db(recording.between(5_000, 6_000), TONE) == float("-inf")
    assert len(recording.between(6_500, 7_100)) == RATE // 2
    for start, end in ((6_700, 7_500), (7_500, 8_000), (4_000, 4_900), (6_000, 6_000)):
        with pytest.raises(ValueError, match="recording of 16000"):
            recording.between(start, end)
