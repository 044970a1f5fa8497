"""`hotseat prompts` as a person or a program runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotseat.cli import main
from hotseat.prompts import commands
from ivr.prompts import FOLDER
from tests.databases import SQLiteDatabases
from tests.unit.prompts.sounds import MP3, sound_file

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, sqlite: SQLiteDatabases, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`hotseat prompts …` in an instance of its own, where Asterisk takes what it is given."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSEAT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOTSEAT_DATABASE", sqlite.demo())
    monkeypatch.setattr(commands, "publish", lambda settings: None)
    Path("tone.mp3").write_bytes(sound_file(MP3))

    def run(*words: str, code: int = 0, language: str = "en") -> Result:
        result = CliRunner().invoke(main, ["--lang", language, "prompts", *words])
        assert result.exit_code == code, result.output
        return result

    return run


def test_all_are_listed_with_text_and_uses(run: Run) -> None:
    rows = json.loads(run("list", "--language", "zh", "--json").stdout)
    welcome = rows[0]
    assert (welcome["name"], welcome["language"], welcome["missing"]) == ("welcome", "zh", False)
    assert welcome["text"] == "您好，欢迎致电客户服务热线。"
    assert welcome["uses"] == [{"where": "step", "name": "main", "step": "welcome"}]
    assert {row["language"] for row in rows} == {"zh"}
    assert "none is missing" in run("list", "--missing").output


def test_from_an_upload_to_what_was_before(run: Run) -> None:
    put = ("put", "zh", "welcome", "tone.mp3", "--voice", "王芳", "--json")
    first = json.loads(run(*put).stdout)
    assert first["text"] == "您好，欢迎致电客户服务热线。"  # as it is written already
    assert (first["made_of"], first["voice"], first["in_force"]) == ("mp3", "王芳", True)
    second = json.loads(run(*put, "--text", "您好").stdout)
    takes = json.loads(run("takes", "welcome", "--json").stdout)
    assert [(take["id"], take["in_force"]) for take in takes] == [
        (second["id"], True),
        (first["id"], False),
    ]
    assert f"take {first['id']} is heard" in run("use", str(first["id"])).output
    run("save", "zh", "welcome", "mine.wav")
    assert Path("mine.wav").read_bytes() != (FOLDER / "zh/welcome.wav").read_bytes()
    assert "what comes with hotseat is heard" in run("drop", "zh", "welcome").output
    run("save", "zh", "welcome", "ours.wav")
    assert Path("ours.wav").read_bytes() == (FOLDER / "zh/welcome.wav").read_bytes()


def test_a_prompt_of_the_sites_own_needs_its_words(run: Run) -> None:
    assert "Add --text" in run("put", "en", "our-office", "tone.mp3", code=1).output
    run("put", "en", "our-office", "tone.mp3", "--text", "Our office is closed.")
    assert "IT IS MISSING NOW" in run("drop", "en", "our-office").output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("put", "zh", "../welcome", "tone.mp3"), "no name of a prompt"),
        (("put", "../zh", "welcome", "tone.mp3"), "no language"),
        (("put", "zh", "welcome", "text.wav"), "no WAV, MP3 or M4A"),
        (("put", "zh", "welcome", "tone.mp3", "--text", "x" * 1001), "at most 1000"),
        (("drop", "zh", "welcome"), "nothing uploaded"),
        (("use", "7"), "no take 7"),
        (("save", "zh", "no-such", "x.wav"), "no prompt zh/no-such"),
        (("save", "zh", "welcome", "no-such/x.wav"), "No such file"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    run: Run, words: tuple[str, ...], why: str
) -> None:
    Path("text.wav").write_text("RIFF, says the name")
    assert why in run(*words, code=1).output
    assert "nothing was uploaded" in run("takes", "welcome").output


@pytest.mark.parametrize(
    ("words", "code", "chinese"),
    [
        (("list",), 0, "语音提示"),
        (("list", "--missing"), 0, "没有缺少的语音提示"),
        (("put", "zh", "welcome", "tone.mp3"), 0, "zh/welcome 现在播放第 2 号录音，"),
        (("put", "zh", "welcome", "text.wav"), 1, "text.wav：无论文件名怎么写，这不是 WAV"),
        (("put", "zh", "../welcome", "tone.mp3"), 1, "不能作为语音提示的名称"),
        (("takes", "other"), 0, "没有上传过 other"),
        (("takes", "welcome"), 0, "使用中"),
        (("use", "7"), 1, "没有第 7 号录音；`hotseat prompts takes NAME` 可列出保存的录音"),
        (("drop", "zh", "welcome"), 0, "zh/welcome: 现在播放 hotseat 自带的录音"),
        (("drop", "zh", "goodbye"), 1, "zh/goodbye 没有使用中的上传录音"),
        (("save", "zh", "no-such", "x.wav"), 1, "没有语音提示 zh/no-such"),
    ],
)
def test_it_is_told_in_chinese(run: Run, words: tuple[str, ...], code: int, chinese: str) -> None:
    """By `--lang` or the locale of the terminal, like the doctor and the site's check."""
    Path("text.wav").write_text("RIFF, says the name")
    run("put", "zh", "welcome", "tone.mp3")
    assert chinese in run(*words, code=code, language="zh").output


def test_programs_read_the_same_in_every_language(run: Run) -> None:
    run("put", "zh", "welcome", "tone.mp3")
    for words in (("list", "--json"), ("takes", "welcome", "--json")):
        assert run(*words, language="zh").output == run(*words).output


def test_without_an_asterisk_it_is_kept_and_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "publish", lambda settings: "no Asterisk here yet; install it")
    told = run("put", "zh", "welcome", "tone.mp3", code=1).output
    assert "it is kept, but no caller hears it yet: no Asterisk here yet" in told
    assert len(json.loads(run("takes", "welcome", "--json").stdout)) == 1
