"""What is uploaded becomes a prompt, or is refused with a reason; nothing else ever happens."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotseat.prompts import conversion, decoding
from hotseat.prompts.conversion import UploadRefused, converted
from hotseat.prompts.decoding import Refused, prompt
from hotseat.prompts.formats import HEAD, Kind, kind_of
from hotseat.prompts.refusals import LARGEST, LONGEST_SECONDS, Refusal
from hotseat.prompts.telephone_sound import RATE, loudness_db, read_wav
from tests.unit.prompts.sounds import M4A, MP3, WAV, pitch, sound_file

PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"


@pytest.mark.parametrize(
    ("form", "kind"), [(WAV, Kind.WAV), (MP3, Kind.MP3), (M4A, Kind.M4A)], ids=lambda it: str(it)
)
def test_a_file_becomes_a_prompt_like_all_others(
    form: tuple[str, str], kind: Kind, tmp_path: Path
) -> None:
    made = converted(sound_file(form, seconds=1.5, hertz=700, level=0.02))
    assert made.kind is kind
    path = tmp_path / "made.wav"
    path.write_bytes(made.sound)
    sound = read_wav(path)  # 8 kHz, 16 bit, mono
    assert made.length_ms == pytest.approx(1700, abs=60)
    assert len(sound) * 1000 / RATE == pytest.approx(made.length_ms, abs=1)
    assert pitch(sound) == pytest.approx(700, abs=5)
    assert loudness_db(sound) == pytest.approx(-20, abs=0.5)


@pytest.mark.parametrize("rate", [8_000, 11_025, 48_000])
def test_any_rate_will_do(rate: int) -> None:
    sound = prompt(BytesIO(sound_file(rate=rate, hertz=500)), Kind.WAV)
    assert len(sound) == pytest.approx(44 + 2 * RATE * 1.2, abs=0.06 * RATE)


@pytest.mark.parametrize(
    ("upload", "refusal"),
    [
        (b"", Refusal.EMPTY),
        (b"hello, this is a text", Refusal.OTHER_KIND),
        (b"MZ\x90\0" + bytes(600), Refusal.OTHER_KIND),
        (b"\x89PNG\r\n\x1a\n" + bytes(600), Refusal.OTHER_KIND),
        (b"OggS" + bytes(600), Refusal.OTHER_KIND),
        (PLAYLIST, Refusal.OTHER_KIND),
        (b"RIFF\0\0\0\0WAVE" + PLAYLIST * 20, Refusal.BROKEN),
        (b"ID3\x03\0\0\0\0\0\0" + PLAYLIST * 20, Refusal.BROKEN),
        (b"\0\0\0\x18ftypM4A " + PLAYLIST * 20, Refusal.BROKEN),
        (sound_file(level=0), Refusal.SILENT),
        (sound_file(M4A)[:2000], Refusal.BROKEN),
    ],
    ids=range(11),
)
def test_what_is_no_sound_is_refused_by_what_it_is(upload: bytes, refusal: Refusal) -> None:
    with pytest.raises(UploadRefused) as refused:
        converted(upload)
    assert refused.value.refusal is refusal


def test_too_much_is_refused_before_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "LARGEST", 1_000)
    with pytest.raises(UploadRefused, match="larger"):
        converted(sound_file())
    assert LARGEST == 40_000_000


def test_longer_than_two_minutes_is_refused() -> None:
    long = sound_file(seconds=LONGEST_SECONDS + 1, rate=8_000)
    with pytest.raises(Refused, match="longer than two minutes"):
        prompt(BytesIO(long), Kind.WAV)
    prompt(BytesIO(sound_file(seconds=LONGEST_SECONDS - 1, rate=8_000)), Kind.WAV)


def test_a_film_without_sound_is_refused() -> None:
    film = BytesIO()
    with av.open(film, "w", format="mp4") as file:
        stream = file.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        file.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        file.mux(stream.encode(None))
    with pytest.raises(UploadRefused, match="no sound in the file"):
        converted(film.getvalue())


def test_a_decoder_that_hangs_or_dies_is_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(*words: Any, **more: Any) -> None:
        raise subprocess.TimeoutExpired("decoding", 60)

    def dies(*words: Any, **more: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess("decoding", -11, b"", b"Segmentation fault")

    for happens, told in ((hangs, "within 60 s"), (dies, "-11: Segmentation fault")):
        monkeypatch.setattr(subprocess, "run", happens)
        with pytest.raises(UploadRefused, match="broken") as refused:
            converted(sound_file())
        assert told in refused.value.detail


def test_the_decoder_may_neither_write_files_nor_fill_the_memory(tmp_path: Path) -> None:
    """As it limits itself, whatever a file makes it do."""
    tried = """
import resource
from hotseat.prompts import decoding
decoding.sys.argv = ["decoding", "wav"]
decoding.sys.stdin = open("/dev/null")
decoding.main()
try:
    bytearray(decoding.MEMORY)
except MemoryError:
    print(" no memory", end="")
try:
    with open("written", "wb", buffering=0) as file:
        file.write(b"x")
except OSError:
    print(" no file", end="")
print(" seconds:", resource.getrlimit(resource.RLIMIT_CPU)[0], end="")
"""
    ignored = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    done = subprocess.run(
        [sys.executable, "-c", ignored + tried],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout.endswith(f"no memory no file seconds: {decoding.CPU_SECONDS}")


@given(st.binary(max_size=HEAD))
def test_only_three_beginnings_are_known(head: bytes) -> None:
    kind = kind_of(head)
    if kind is not None:
        assert (
            (head[:4], head[8:12]) == (b"RIFF", b"WAVE")
            or head[4:8] == b"ftyp"
            or head[:3] == b"ID3"
            or (head[0] == 0xFF and head[1] >> 5 == 7 and head[1] >> 1 & 3 == 1)
        )


@pytest.mark.parametrize(
    "head", [b"\xff\xf1\x50\x80", b"\xff\xfe#\0E\0", b"\xff\xd8\xff\xe0", b"RIFF....AVI ", b"\xff"]
)
def test_what_only_looks_alike_is_not_taken(head: bytes) -> None:
    """AAC without a container, a text in UTF-16, a photograph, a film, one byte."""
    assert kind_of(head) is None
