"""`hotseat agent pin`: set, taken away, refused, and never to be seen again."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from hotseat.cli import main
from hotseat.db.engine import open_engine, reading
from hotseat.db.pins import kept_pin
from hotseat.pins import is_pin
from tests.databases import Databases

Run = Callable[..., Result]


@pytest.fixture
def url(databases: Databases) -> str:
    """A database with the demo site."""
    return databases.demo()


@pytest.fixture
def run(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`hotseat …` in an instance with the demo site."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSEAT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOTSEAT_DATABASE", url)

    def run(*words: str, stdin: str = "", code: int = 0, language: str = "en") -> Result:
        result = CliRunner().invoke(main, ["--lang", language, *words], input=stdin)
        assert result.exit_code == code, result.output
        return result

    return run


def kept(url: str, agent: str) -> str:
    engine = open_engine(url)
    try:
        with reading(engine) as session:
            return kept_pin(session, agent)
    finally:
        engine.dispose()


def test_a_pin_is_asked_for_and_only_its_hash_is_kept(run: Run, url: str) -> None:
    shown = run("agent", "pin", "1001", stdin="274193\n274193\n")
    assert "274193" not in shown.output
    assert is_pin("274193", kept(url, "1001"))
    exported = run("site", "export").output
    assert kept(url, "1001") not in exported
    assert "pin" not in exported.lower().split()


def test_a_new_pin_is_shown_once_and_taken_away(run: Run, url: str) -> None:
    made = json.loads(run("agent", "pin", "1001", "--new", "--json").stdout)["pin"]
    assert is_pin(made, kept(url, "1001"))
    run("agent", "pin", "1001", "--remove")
    assert kept(url, "1001") == ""


@pytest.mark.parametrize(
    ("pin", "told"),
    [("12", "4 to 10 digits"), ("12ab", "4 to 10 digits"), ("1111", "guessed first")],
)
def test_pins_that_are_none(run: Run, url: str, pin: str, told: str) -> None:
    assert told in run("agent", "pin", "1001", stdin=f"{pin}\n{pin}\n", code=1).output
    assert kept(url, "1001") == ""


def test_chinese_at_a_chinese_terminal(run: Run) -> None:
    """What is asked for, what was done, what cannot be."""
    zh = partial(run, "agent", "pin", language="zh")
    asked = zh("1001", stdin="274193\n274193\n").output
    assert asked.replace(" ", "") == ("签到密码:\n再输入一次签到密码:\n客服1001的签到密码已更新\n")
    assert "客服 1001 的新签到密码是 " in zh("1001", "--new").output
    assert "客服 1001 的签到密码已收回" in zh("1001", "--remove").output
    assert "客服 1001 没有签到密码" in zh("1001", "--remove").output
    assert "没有客服 9999" in zh("9999", "--new", code=1).output
    assert "太容易猜到" in zh("1001", stdin="1111\n1111\n", code=1).output


def test_an_agent_who_is_not_there(run: Run) -> None:
    assert "no agent 9999" in run("agent", "pin", "9999", "--new", code=1).output


def test_a_backup_without_secrets_holds_no_pin(run: Run, url: str, tmp_path: Path) -> None:
    run("agent", "pin", "1001", "--new")
    run("backup", "b.zip")
    hash_ = kept(url, "1001")
    with ZipFile(tmp_path / "b.zip") as archive:
        assert not any(hash_.encode() in archive.read(name) for name in archive.namelist())
    run("restore", "b.zip", "--replace")
    assert kept(url, "1001") == hash_
