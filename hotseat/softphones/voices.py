"""What a softphone's calls send and record."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import pjsua2 as pj

RATE = 8000
TONE_VOLUME = 6000


class Tone:
    """An endless sine of `hertz`, sent into a call."""

    def __init__(self, hertz: int) -> None:
        self.source = pj.ToneGenerator()
        self.source.createToneGenerator(RATE, 1)
        note = pj.ToneDesc()
        note.freq1, note.freq2 = hertz, 0
        # A whole number of periods, so that the loop has no click in it.
        note.on_msec, note.off_msec, note.volume = 10_000, 0, TONE_VOLUME
        notes = pj.ToneDescVector()
        notes.append(note)
        self.source.play(notes, True)


class Speech:
    """The words of a wav file, over and over."""

    def __init__(self, wav: str) -> None:
        self.source = pj.AudioMediaPlayer()
        self.source.createPlayer(wav, 0)


Voice: TypeAlias = int | str | None
"""What the other side hears: a tone of so many hertz, a wav file, or nothing."""


def source_of(voice: Voice) -> Tone | Speech | None:
    if voice is None:
        return None
    return Tone(voice) if isinstance(voice, int) else Speech(voice)


class Sound:
    """The voice that a call sends, and a recording of what it hears, if one is wanted."""

    def __init__(
        self, call: int, media: pj.AudioMedia, voice: Voice, recording: Path | None
    ) -> None:
        self.call = call
        self.recording = recording
        self._recorder: pj.AudioMediaRecorder | None = None
        if recording is not None:
            self._recorder = pj.AudioMediaRecorder()
            self._recorder.createRecorder(str(recording))
            media.startTransmit(self._recorder)
        self._voice = source_of(voice)
        if self._voice is not None:
            self._voice.source.startTransmit(media)

    def close(self) -> None:
        self._voice = None
        self._recorder = None


def whole(recording: Path) -> bool:
    """Does the wav's header know the length of the file?

    PJMEDIA closes the file from its clock thread, some time after the recorder is gone.
    """
    data = recording.read_bytes()
    return data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") == len(data) - 8
