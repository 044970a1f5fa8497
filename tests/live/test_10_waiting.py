"""A waiting caller is told the place in line and kind words, and an offer cuts both."""

from __future__ import annotations

import time

import numpy as np
import pytest

from ivr.prompts import FOLDER
from tests.live.hotline import STRAIGHT, Hotline, SiteFile, now_ms, until
from tests.live.sound import RATE, Recording, Samples, hears_music, snr_db
from tests.live.talk import LAST_WORDS_MS, SETTLE_MS, heard_between

pytestmark = pytest.mark.live

EVERY_SECONDS = 10
COMFORT = "comfort-prepare"
"""Over five seconds long, so that an offer comes well inside it."""
DESK_HERTZ = 350
SAME = 0.9
OTHER = 0.7
"""Likeness of a bit of a sentence to itself is 1.0 but for a frame lost on a busy machine; to other
words it is under 0.6."""
BIT_MS = 400


def announce(site: SiteFile) -> None:
    """Announcements for those who wait for consult."""
    site["queues"]["consult"]["while_waiting"] = {
        "every_seconds": EVERY_SECONDS,
        "position": True,
        "comfort": [COMFORT],
    }


def bits(prompt: str) -> list[Samples]:
    """A recorded sentence in pieces."""
    words = Recording.read(FOLDER / "zh" / f"{prompt}.wav", 0).samples
    size = BIT_MS * RATE // 1000
    return [words[at : at + size] for at in range(size // 2, len(words) - size, size)]


def likeness(heard: Samples, words: Samples) -> float:
    """The best correlation of some words with any stretch of what was heard, 0 to 1."""
    size = len(heard) + len(words)
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(words, size))
    products = np.fft.irfft(spectrum, size)[: len(heard) - len(words) + 1]
    sums = np.concatenate([[0.0], np.cumsum(heard**2)])
    energy = sums[len(words) :] - sums[: -len(words)]
    return float(np.max(products / np.sqrt(np.maximum(energy * np.sum(words**2), 1e-6))))


def test_announcements_are_heard_and_an_offer_cuts_them(hotline: Hotline) -> None:
    hotline.change(announce)
    desk = hotline.log_on("1001", "p101", paused="lunch")
    desk.sends_tone(DESK_HERTZ)
    desk.answers(after_ms=30)
    first = hotline.callers.call(STRAIGHT, caller="13800100001")
    until("the first caller waits", lambda: hotline.waiting() == 1, 5)
    call = hotline.callers.call(STRAIGHT, caller="13800100002")
    until("both wait", lambda: hotline.waiting() == 2, 5)
    began = now_ms()
    time.sleep(5)  # a sentence and some music, as long as they take
    music_until = now_ms()
    first.hang_up()
    until("the second is first", lambda: hotline.waiting() == 1, 5)
    time.sleep(EVERY_SECONDS)
    asked = now_ms()
    hotline.ask("seat-ready", agent="1001")
    rung = desk.rung_by("13800100002", since=asked)
    rung.wait("talking")
    talked = now_ms()
    time.sleep(4)  # long enough for the rest of a sentence that nobody cut
    over = now_ms()
    call.hang_up()
    call.wait("ended")

    invited = rung.wait("invite").at
    assert invited - asked < 500  # milliseconds; the sentence has seconds to go
    told = heard_between(call, began, music_until)
    assert np.median([likeness(told, bit) for bit in bits("position-2")]) > SAME
    assert np.median([likeness(told, bit) for bit in bits("position-1")]) < OTHER
    before, after = heard_between(call, music_until, asked), heard_between(call, invited, over)
    assert hears_music(before[: 6 * RATE])
    kind = bits(COMFORT)
    assert max(likeness(before, bit) for bit in kind[:2]) > SAME
    assert max(likeness(after, bit) for bit in kind[6:]) < OTHER
    talk = heard_between(call, talked + SETTLE_MS, over - LAST_WORDS_MS)
    assert snr_db(talk, DESK_HERTZ) > 20
