"""The recorded sentences are what the manifest says, and the demo lacks none."""

from __future__ import annotations

import hashlib
import tomllib

import numpy as np
import pytest

from hotseat.prompts.telephone_sound import RATE, db, loudness_db, read_wav
from ivr.menus import parse
from ivr.prompts import FOLDER, LANGUAGE, NAME, Prompt, built_in, needed
from tests.unit.ivr.documents import tree

PROMPTS = built_in()


def test_every_sentence_is_recorded_as_it_is_written() -> None:
    written = tomllib.loads((FOLDER / "sentences.toml").read_text(encoding="utf-8"))
    assert {(p.name, p.language, p.text) for p in PROMPTS} == {
        (name, language, text)
        for name, texts in written.items()
        for language, text in texts.items()
    }
    assert {p.file for p in PROMPTS} == set(FOLDER.glob("*/*.wav"))
    assert all(set(texts) == {"zh", "en"} for texts in written.values())


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: f"{prompt.language}/{prompt.name}")
def test_a_recording_is_fit_for_the_telephone(prompt: Prompt) -> None:
    assert hashlib.sha256(prompt.file.read_bytes()).hexdigest() == prompt.sha256
    assert prompt.voice
    assert prompt.licence
    sound = read_wav(prompt.file)
    assert len(sound) / RATE == pytest.approx(prompt.seconds)
    # Nobody speaks faster than 30 letters or 6 syllables a second, or slower than half of that;
    # a single digit stands between two silences.
    fastest = 6 if any("\u4e00" <= letter <= "\u9fff" for letter in prompt.text) else 30
    slowest = fastest / (6 if prompt.name.startswith("digit-") else 3)
    assert slowest < len(prompt.text) / prompt.seconds < fastest
    assert loudness_db(sound) == pytest.approx(-20, abs=0.5)
    assert db(float(np.abs(sound).max())) < -3
    lead, tail = sound[: RATE // 10], sound[-RATE // 10 :]
    assert max(np.abs(lead).max(), np.abs(tail).max()) < 0.001


def test_ours_are_spelt_as_all_are() -> None:
    assert all(NAME.fullmatch(prompt.name) for prompt in PROMPTS)
    assert all(LANGUAGE.fullmatch(prompt.language) for prompt in PROMPTS)


def test_a_prompt_is_needed_only_in_the_languages_it_is_heard_in() -> None:
    menus = {"main": tree()}
    needs = needed(menus, "main", {})
    assert {prompt for language, prompt in needs if language == "en"} == {
        "language-changed",
        "please-wait",
        "goodbye",
        "sorry-hang-up",
    }
    assert ("zh", "language-changed") not in needs


def test_what_a_queue_says_is_needed_in_the_languages_of_those_who_wait() -> None:
    menu = {
        "start": "first",
        "language": "zh",
        "nodes": {
            "first": {"queue": "complaint", "next": "english"},
            "english": {"set": {"language": "en"}, "next": "second"},
            "second": {"queue": "consult", "next": "end"},
            "end": {"hang_up": []},
        },
    }
    said = {"complaint": ["position-1"], "consult": ["comfort-thanks"], "other": ["never"]}
    needs = needed({"main": parse(menu, "main")}, "main", said)
    assert {need for need in needs if need[1] != "sorry-hang-up"} == {
        ("zh", "position-1"),
        ("en", "comfort-thanks"),
    }


def test_a_menu_that_is_entered_is_heard_in_the_language_of_those_who_come() -> None:
    main = {
        "start": "chinese",
        "language": "zh",
        "nodes": {
            "chinese": {"enter": "survey", "next": "thanks"},
            "thanks": {"hang_up": ["goodbye"]},
        },
    }
    survey = {
        "start": "rate",
        "language": "en",
        "sorry": [],
        "nodes": {
            "rate": {
                "menu": ["how-was-it"],
                "keys": {"9": "english"},
                "otherwise": "back",
            },
            "english": {"set": {"language": "en"}, "next": "back"},
            "back": {"go_back": ["bye-bye"]},
        },
    }
    menus = {"main": parse(main, "main"), "survey": parse(survey, "survey")}
    assert needed(menus, "main", {}) == {
        ("zh", "how-was-it"),
        ("zh", "bye-bye"),
        ("en", "bye-bye"),
        ("zh", "goodbye"),
        ("en", "goodbye"),
        ("zh", "sorry-hang-up"),
        ("en", "sorry-hang-up"),
    }
