"""`hotseat backup` and `hotseat restore` as a person or a program runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotseat.cli import main
from hotseat.control_client import NotRunning
from hotseat.db.spool import Spool, spool_file
from hotseat.history import JournalRow
from tests.databases import Databases

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`hotseat …` in an instance with the demo site."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSEAT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOTSEAT_DATABASE", databases.demo())

    def run(*words: str, code: int = 0, language: str = "en") -> Result:
        result = CliRunner().invoke(main, ["--lang", language, *words])
        assert result.exit_code == code, result.output
        return result

    return run


def test_a_move_to_another_database(
    run: Run, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables are made there, the phones keep their secrets, and it is said what comes next."""
    secret = run("phone", "secret", "p101", "--show").stdout
    site = run("site", "export").stdout
    assert "rows, with the phones' secrets" in run("backup", "--with-secrets", "b.zip").stdout
    monkeypatch.setenv("HOTSEAT_DATABASE", databases.empty())
    said = run("restore", "b.zip").stdout
    assert said.endswith("Next: `hotseat asterisk render`, then start the server.\n")
    assert "new secret" not in said
    assert run("phone", "secret", "p101", "--show").stdout == secret
    assert run("site", "export").stdout == site


def test_new_secrets_are_named_and_not_shown(
    run: Run, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup without secrets in a new database."""
    assert "without secrets" in run("backup", "b.zip").stdout
    monkeypatch.setenv("HOTSEAT_DATABASE", databases.empty())
    result = json.loads(run("restore", "b.zip", "--json").stdout)
    assert "phone p101" in result["new_secrets"]
    assert result["rows"]["phone"] == len(result["new_secrets"]) == 10
    secret = run("phone", "secret", "p101", "--show").stdout.strip()
    again = run("restore", "b.zip", "--replace").stdout
    assert run("phone", "secret", "p101", "--show").stdout.strip() == secret
    assert "new secret" not in again


def test_no_backup_and_no_database_is_overwritten_unasked(run: Run) -> None:
    """The first word is the last one."""
    result = json.loads(run("backup", "b.zip", "--json").stdout)
    assert result["rows"]["agent"] == 6
    assert not result["with_secrets"]
    assert "b.zip is there already; name a new file" in run("backup", "b.zip", code=1).stderr
    refused = run("restore", "b.zip", code=1).stderr
    assert "nothing is changed: the database is not empty (" in refused
    assert "--replace" in refused


def test_chinese_at_a_chinese_terminal(
    run: Run, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done, what cannot be, what comes next."""
    zh = partial(run, language="zh")
    assert "b.zip：" in zh("backup", "b.zip").stdout
    assert "b.zip 已存在；请换一个文件名" in zh("backup", "b.zip", code=1).stderr
    assert "未作任何更改：数据库不是空的（" in zh("restore", "b.zip", code=1).stderr
    monkeypatch.setenv("HOTSEAT_DATABASE", databases.empty())
    told = zh("restore", "b.zip").stdout
    assert (
        "以下密钥是新生成的，须填入话机后才能振铃\n（`hotseat phone secret PHONE --show`）："
        in told
    )
    assert told.endswith("接下来：运行 `hotseat asterisk render`，然后启动服务器。\n")


def test_junk_is_no_backup(run: Run, tmp_path: Path) -> None:
    """Told with the file's name."""
    (tmp_path / "junk").write_bytes(b"junk")
    assert "nothing is changed: junk: no backup" in run("restore", "junk", code=1).stderr
    chinese = run("restore", "junk", code=1, language="zh").stderr
    assert "未作任何更改：junk：不是备份文件" in chinese


def test_a_folder_that_is_not_there(run: Run) -> None:
    """Nothing is made."""
    assert "gone/b.zip: No such file or directory" in run("backup", "gone/b.zip", code=1).stderr


def test_no_restore_under_a_running_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its journal would go on in a history that is not its own."""
    run("backup", "b.zip")
    answers: list[str] = []

    def ask(settings: object, command: str) -> dict[str, object]:
        answers.append(command)
        return {}

    monkeypatch.setattr("hotseat.backup.commands.ask", ask)
    assert "stop it first" in run("restore", "b.zip", "--replace", code=1).stderr
    assert answers == ["status"]

    def nobody(settings: object, command: str) -> dict[str, object]:
        raise NotRunning

    monkeypatch.setattr("hotseat.backup.commands.ask", nobody)
    run("restore", "b.zip", "--replace")


def a_spool(state: Path) -> Path:
    """What a server leaves whose database was away when it ended."""
    state.mkdir(exist_ok=True)
    path = spool_file(state)
    Spool(path, 10_000).append([JournalRow(7, 5, "queued", "C1", None, "consult", {})])
    return path


def test_history_in_the_spool_is_not_replayed_unasked(run: Run, tmp_path: Path) -> None:
    """It is newer than the backup, or of another hotline; only the operator knows."""
    spool = a_spool(tmp_path / "state")
    assert "not in it: 1 entries of the journal's spool" in run("backup", "b.zip").stderr
    refused = run("restore", "b.zip", "--replace", code=1).stderr
    assert f"nothing is changed: {spool} holds 1 entries" in refused
    run("restore", "b.zip", "--replace", "--spool", "replay")
    assert spool.exists()
    said = run("restore", "b.zip", "--replace", "--spool", "aside").stdout
    assert not spool.exists()
    (kept,) = spool.parent.glob("journal.spool-*")
    assert f"1 entries of history are not: they are in {kept}" in said
    assert len(Spool(kept, 10_000).next(10)[0]) == 1


def test_a_spool_stays_where_it_is_if_nothing_is_restored(run: Run, tmp_path: Path) -> None:
    """The choice belongs to a restore that is done."""
    spool = a_spool(tmp_path / "state")
    run("backup", "b.zip")
    run("restore", "b.zip", "--spool", "aside", code=1)
    assert spool.exists()
