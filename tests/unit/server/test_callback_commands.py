"""`hotseat callbacks`: listed, taken, closed, refused; each step in the audit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotseat.cli import main
from hotseat.db.audit import audit_rows
from hotseat.db.engine import open_engine, reading, writing
from hotseat.db.writes import write
from hotseat.history import CallbackAsked
from tests.databases import SQLiteDatabases

Run = Callable[..., Result]
T = 1_800_000_000_000


@pytest.fixture
def url(sqlite: SQLiteDatabases) -> str:
    """A database with the demo site and two requests."""
    url = sqlite.demo()
    engine = open_engine(url)
    with writing(engine) as session:
        write(
            session,
            [
                CallbackAsked("C1", T, "consult", "13800138000", "zh", "message-C1"),
                CallbackAsked("C2", T - 5, "complaint", "13800138001", "zh", ""),
            ],
        )
    engine.dispose()
    return url


@pytest.fixture
def run(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`hotseat callbacks …` in that instance."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSEAT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOTSEAT_DATABASE", url)

    def run(*words: str, code: int = 0, language: str = "en") -> Result:
        result = CliRunner().invoke(main, ["--lang", language, "callbacks", *words])
        assert result.exit_code == code, result.output
        return result

    return run


def listed(run: Run, *words: str) -> list[str]:
    """The calls that a list names, in order."""
    return [row["call"] for row in json.loads(run("list", *words, "--json").output)]


def test_from_the_list_to_the_end(run: Run, url: str) -> None:
    assert listed(run) == ["C2", "C1"]
    assert listed(run, "--queue", "consult") == ["C1"]
    taken = json.loads(run("take", "C1", "1001", "--by", "mei", "--json").output)
    assert (taken["state"], taken["taken_by"]) == ("taken", "1001")
    assert listed(run, "--agent", "1001") == ["C1"]
    assert "taken by 1001" in run("take", "C1", "1002", code=1).output
    run("done", "C1", "reached", "--note", "all is well", "--by", "mei")
    assert listed(run) == ["C2"]
    assert "reached" in run("list", "--state", "done").output
    engine = open_engine(url)
    with reading(engine) as session:
        rows = audit_rows(session, limit=9)
    engine.dispose()
    assert [(row.login, row.done) for row in rows] == [("mei", "worked off"), ("mei", "taken")]


def test_what_cannot_be_is_said(run: Run) -> None:
    assert "no agent 9999" in run("take", "C1", "9999", code=1).output
    assert "no call-back C9" in run("take", "C9", "1001", code=1).output
    assert "is still open: impossible to give it back" in run("give-back", "C1", code=1).output
    assert "is still open: impossible to close it" in run("done", "C1", "reached", code=1).output
    assert "no server at" in run("dial", "C1", "1001", code=1).output
    assert listed(run) == ["C2", "C1"]


def test_chinese_at_a_chinese_terminal(run: Run) -> None:
    """Heads, states, results and refusals; programs read the same as ever."""
    assert "没有客服 9999" in run("take", "C1", "9999", code=1, language="zh").output
    assert "回访 C1 待处理，不能退回" in run("give-back", "C1", code=1, language="zh").output
    assert "由客服 1001 回访" in run("take", "C1", "1001", language="zh").output
    refused = run("take", "C1", "1002", code=1, language="zh").output
    assert "回访 C1 已认领（客服 1001），不能认领" in refused
    assert "已完成：客户谢绝" in run("done", "C1", "refused", language="zh").output
    heads, *rows = run("list", "--state", "all", language="zh").output.splitlines()
    assert heads.split() == [
        *("通话", "请求时间", "队列", "客户", "留言", "状态", "已拨次数", "结果", "下次拨打")
    ]
    assert [row.split()[6] for row in rows] == ["待处理", "已完成"]
    english = run("list", "--state", "all", "--json").stdout
    assert run("list", "--state", "all", "--json", language="zh").stdout == english
    assert "没有待回访的客户" in run("list", "--queue", "vip", language="zh").output
