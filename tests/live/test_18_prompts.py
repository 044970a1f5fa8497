"""An uploaded prompt is heard by the next caller, and no longer once it is dropped."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.live.hotline import NUMBER, Hotline
from tests.live.sound import Samples, snr_db
from tests.live.talk import SETTLE_MS, heard_between
from tests.unit.prompts.sounds import M4A, sound_file

pytestmark = pytest.mark.live

HERTZ = 700
LISTENS_MS = 1_800


def heard(hotline: Hotline, caller: str) -> Samples:
    """What a caller hears of the menu before hanging up."""
    call = hotline.callers.call(NUMBER, caller=caller)
    began = call.wait("talking").at
    time.sleep((SETTLE_MS + LISTENS_MS) / 1000)  # it is sound that is waited for
    call.hang_up()
    call.wait("ended")
    return heard_between(call, began + SETTLE_MS, began + LISTENS_MS)


def test_the_next_caller_hears_what_was_uploaded(hotline: Hotline, tmp_path: Path) -> None:
    file = tmp_path / "recording.m4a"
    file.write_bytes(sound_file(M4A, seconds=4, hertz=HERTZ, level=0.02))
    asked = hotline.asterisk_log.read_text(encoding="utf-8").count("reload")
    try:
        put = hotline.json("prompts", "put", "zh", "menu-main", str(file), "--voice", "tone")
        assert put["made_of"] == "m4a"
        assert snr_db(heard(hotline, "13800180001"), HERTZ) > 20
    finally:
        hotline.hotseat("prompts", "drop", "zh", "menu-main")
    assert snr_db(heard(hotline, "13800180002"), HERTZ) < 0
    hotline.hotseat("prompts", "use", str(put["id"]))
    try:
        assert snr_db(heard(hotline, "13800180003"), HERTZ) > 20
    finally:
        hotline.hotseat("prompts", "drop", "zh", "menu-main")
    assert hotline.asterisk_log.read_text(encoding="utf-8").count("reload") == asked
