"""Sound files as people upload them, of a tone whose pitch is known."""

from __future__ import annotations

from io import BytesIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

WAV, MP3, M4A = ("wav", "pcm_s16le"), ("mp3", "mp3"), ("mp4", "aac")
"""(container, codec), as FFmpeg calls them."""


def sound_file(
    form: tuple[str, str] = WAV,
    *,
    seconds: float = 1.0,
    hertz: float = 700,
    level: float = 0.2,
    rate: int = 44_100,
) -> bytes:
    """A stereo file of a tone."""
    container, codec = form
    whole = BytesIO()
    tone = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    with av.open(whole, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate)
        assert isinstance(stream, AudioStream)
        stream.layout = "stereo"
        frame = AudioFrame.from_ndarray(
            np.stack([tone, tone]).astype(np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate = rate
        fitting = av.AudioResampler(
            stream.format, "stereo", rate, frame_size=stream.codec_context.frame_size or 1024
        )
        for piece in (*fitting.resample(frame), *fitting.resample(None), None):
            file.mux(stream.encode(piece))
    return whole.getvalue()


def pitch(samples: np.ndarray, rate: int = 8_000) -> float:
    """The strongest frequency, in hertz."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    return float(np.fft.rfftfreq(len(samples), 1 / rate)[power.argmax()])
