"""Speech made fit for the telephone, on tones whose levels are known."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from hotseat.prompts.telephone_sound import (
    RATE,
    Samples,
    db,
    loudness_db,
    read_wav,
    telephone_sound,
    wav,
)

SOURCE_RATE = 24_000


def tone(hertz: float, seconds: float, level: float, rate: int = SOURCE_RATE) -> Samples:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SOURCE_RATE))


@pytest.mark.parametrize("level", [0.01, 0.9])
def test_loud_and_soft_speech_come_out_the_same(level: float) -> None:
    sound = telephone_sound([tone(500, 1, level)], SOURCE_RATE)
    assert loudness_db(sound) == pytest.approx(-20, abs=0.3)


def test_silence_is_trimmed_to_a_tenth_of_a_second() -> None:
    said = np.concatenate([silence(0.7), tone(500, 1, 0.2), silence(0.9)])
    assert len(telephone_sound([said], SOURCE_RATE)) / RATE == pytest.approx(1.2, abs=0.03)


def test_two_sentences_have_one_pause_between_them() -> None:
    said = np.concatenate([silence(0.5), tone(500, 1, 0.2), silence(0.5)])
    sound = telephone_sound([said, said], SOURCE_RATE)
    assert len(sound) / RATE == pytest.approx(0.1 + 1 + 0.35 + 1 + 0.1, abs=0.05)
    assert np.abs(sound[round(1.15 * RATE) : round(1.4 * RATE)]).max() == 0


def test_a_pause_does_not_count_for_loudness() -> None:
    word = tone(500, 0.5, 0.1, rate=RATE)
    assert loudness_db(np.concatenate([word, np.zeros(RATE), word])) == pytest.approx(
        loudness_db(word), abs=0.1
    )


def test_a_shout_is_pressed_under_the_peak_and_the_rest_is_left_alone() -> None:
    said = np.concatenate([tone(500, 2, 0.1), tone(500, 0.06, 1.0), tone(500, 2, 0.1)])
    sound = telephone_sound([said], SOURCE_RATE)
    assert db(float(np.abs(sound).max())) < -3.4
    quiet = sound[RATE : RATE + RATE // 2]
    assert np.abs(quiet).max() == pytest.approx(np.abs(sound[-RATE : -RATE // 2]).max(), rel=0.01)


def test_what_a_telephone_cannot_carry_does_not_fold_back() -> None:
    both = tone(500, 1, 0.1) + tone(4500, 1, 0.1)
    sound = telephone_sound([both], SOURCE_RATE)
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    folded = power[(hertz > 3300) & (hertz < 3700)].sum()
    assert 10 * np.log10(folded / power[(hertz > 400) & (hertz < 600)].sum()) < -50


def test_only_a_multiple_of_8_khz_is_taken() -> None:
    with pytest.raises(ValueError, match="22050"):
        telephone_sound([tone(500, 1, 0.1)], 22_050)


def test_a_wav_is_read_as_it_was_written(tmp_path: Path) -> None:
    sound = tone(500, 0.1, 0.5, rate=RATE)
    (tmp_path / "tone.wav").write_bytes(wav(sound))
    assert np.abs(read_wav(tmp_path / "tone.wav") - sound).max() < 1 / 32767


def test_another_format_is_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "wide.wav"), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        file.writeframes(bytes(400))
    with pytest.raises(ValueError, match=r"\(44100, 2, 2\) is not 8 kHz"):
        read_wav(tmp_path / "wide.wav")
