"""The commands about site, phones, calls and journal, as a person or a program runs them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from acd.effects import SeatKept
from acd.types import SeatId
from hotseat.cli import main
from hotseat.db.engine import open_engine, reading, writing
from hotseat.db.snapshot import phone_secrets
from hotseat.db.writes import write
from hotseat.history import CallChanged, JournalRow
from hotseat.tables import width
from tests.databases import Databases

T = 1_800_000_000_000
CALL = "01JCXW5T0Q3N5D1B8A0K2V7M4R"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`hotseat …` in an instance of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSEAT_STATE", str(tmp_path / "state"))
    runner = CliRunner()

    def run(*words: str, stdin: str = "", code: int = 0) -> Result:
        result = runner.invoke(main, words, input=stdin)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def demo_url(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> str:
    """The instance's database, with the demo site in force."""
    url = databases.demo()
    monkeypatch.setenv("HOTSEAT_DATABASE", url)
    return url


@pytest.fixture
def ready(run: Run, demo_url: str) -> Run:
    """`hotseat …` with the demo site in force."""
    return run


@pytest.fixture
def stored(demo_url: str) -> Iterator[Engine]:
    """The instance's database, seen from beside."""
    engine = open_engine(demo_url)
    yield engine
    engine.dispose()


def as_json(result: Result) -> Any:
    """What a program reads."""
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    "words",
    [
        ("site", "plan", "--demo"),
        ("site", "apply", "--demo", "--yes"),
        ("site", "export"),
        ("phone", "secret", "p101", "--show"),
        ("calls",),
        ("journal",),
    ],
)
def test_without_tables_every_command_says_what_to_run(
    run: Run, words: tuple[str, ...], tmp_path: Path
) -> None:
    """And makes no empty database by looking."""
    result = run(*words, code=1)
    assert "no database yet; run `hotseat db upgrade`" in result.stderr
    assert not (tmp_path / "state" / "hotseat.db").exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "mysql://u:very-secret@h/d",
            "'mysql' is not known here; use sqlite:///FILE or postgresql",
        ),
        ("postgresql://u:very-secret@h/d", "'postgresql' is not known here"),
        ("postgresql+psycopg://u:very-secret@127.255.0.1:9/d", "u:***@127.255.0.1:9/d: connection"),
    ],
)
def test_a_database_that_cannot_be_used_is_a_clear_end(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    """With the place and the fix, and without the password."""
    monkeypatch.setenv("HOTSEAT_DATABASE", url)
    result = run("site", "export", code=1)
    assert said in result.stderr
    assert "very-secret" not in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("site", "export"),
        ("site", "plan", "--demo"),
        ("site", "apply", "--demo", "--yes"),
        ("calls",),
        ("doctor",),
    ],
)
def test_a_row_that_cannot_be_read_is_a_clear_end(
    ready: Run, stored: Engine, words: tuple[str, ...]
) -> None:
    """Somebody wrote into the tables by hand."""
    with stored.begin() as connection:
        connection.execute(text("UPDATE site SET languages = '7'"))
    output = ready(*words, code=1).output
    assert "the site has a row that cannot be read: TypeError" in output
    assert "hotseat restore FILE" in output


def test_the_tables_are_made_once(
    run: Run, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run says so; then a site can be applied."""
    monkeypatch.setenv("HOTSEAT_DATABASE", databases.empty())
    assert "all of them new" in run("db", "upgrade").stdout
    result = as_json(run("db", "upgrade", "--json"))
    assert result["before"] == result["now"]
    assert run("site", "apply", "--demo", "--yes").stdout.endswith("revision 1 is in force\n")


def test_mistakes_are_told_in_the_language_of_the_terminal(run: Run, tmp_path: Path) -> None:
    """In a program's answer they stay English."""
    (tmp_path / "site.yaml").write_text("site: {name: x, time_zone: Mars}\n", encoding="utf-8")
    people = run("--lang", "zh", "site", "check", "site.yaml", code=1).output
    assert "site.yaml:1: site.time_zone: “Mars”不是有效的时区；请写成 Asia/Shanghai 这样" in people
    assert "有 2 处错误，未作任何更改" in people
    program = json.loads(run("--lang", "zh", "site", "check", "site.yaml", "--json", code=1).output)
    assert 'no time zone "Mars"' in program["problems"][0]["text"]


def test_export_check_plan_is_nothing(ready: Run, tmp_path: Path) -> None:
    """The way of every edit."""
    text = ready("site", "export").stdout
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    assert (
        "sound: numbers 3, menus 2, queues 3, skills 4"
        in ready("site", "check", "site.yaml").stdout
    )
    assert ready("site", "plan", "site.yaml").stdout == "nothing to do\n"
    assert ready("site", "plan", "-", stdin="\ufeff" + text).stdout == "nothing to do\n"
    assert as_json(ready("site", "export", "--json"))["queues"]["consult"]["title"] == "咨询"


def test_apply_shows_asks_and_says_the_revision(ready: Run, tmp_path: Path) -> None:
    """No is no."""
    text = ready("site", "export").stdout.replace("ring_seconds: 15", "ring_seconds: 25")
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    change = "~ queue complaint: ring_seconds: 15 -> 25"
    assert change in ready("site", "apply", "site.yaml", stdin="n\n", code=1).stdout
    assert ready("site", "plan", "site.yaml").stdout == f"{change}\n"
    said = ready("site", "apply", "site.yaml", stdin="y\n").stdout
    assert "Apply this?" in said
    assert said.endswith("revision 2 is in force\n")
    assert ready("site", "apply", "site.yaml").stdout == "nothing to do\n"
    again = as_json(ready("site", "apply", "--demo", "--yes", "--json"))
    assert again == {
        "revision": 3,
        "changes": [{"sign": "~", "what": "queue complaint", "words": "ring_seconds: 25 -> 15"}],
        "unrecorded": [],
    }


def test_a_plan_is_told_in_the_language_of_the_terminal(ready: Run, tmp_path: Path) -> None:
    """The words for things, not what stands in the file; a program reads English."""
    text = ready("site", "export").stdout
    for old, new in (
        ("ring_seconds: 15", "ring_seconds: 25"),
        ("'1': consult", "'1': complaint"),
        ("volunteers: true", "volunteers: false"),
        ("8099", "8098"),
    ):
        text = text.replace(old, new, 1)
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    plan = ("site", "plan", "site.yaml")
    told = ready("--lang", "zh", *plan).stdout.splitlines()
    assert "~ 队列 complaint: ring_seconds: 15 -> 25" in told
    assert "~ 菜单 main: 第 2 版，步骤 ask 的 按键 1: consult -> complaint" in told
    assert "- 号码 8099" in told
    assert ready("--lang", "zh", *plan, "--json").stdout == ready(*plan, "--json").stdout
    asked = ready("--lang", "zh", "site", "apply", "site.yaml", stdin="y\n").stdout
    assert asked.endswith("第 2 版已生效\n")
    assert asked.startswith(told[0])
    broken = ready("--lang", "zh", "site", "check", "-", stdin="{}", code=1).stderr
    assert broken.startswith("标准输入: ")


def test_a_prompt_that_nobody_has_recorded_is_named_and_no_mistake(
    ready: Run, tmp_path: Path
) -> None:
    """The menu may be written first."""
    text = ready("site", "export").stdout.replace("[welcome]", "[our-office]")
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    for command in (("plan",), ("apply", "--yes")):
        told = ready("site", *command, "site.yaml")
        assert "nothing is heard there: zh/our-office;" in told.stderr
    assert as_json(ready("site", "plan", "site.yaml", "--json"))["unrecorded"] == ["zh/our-office"]


def test_a_program_is_not_asked(ready: Run) -> None:
    """It has to say --yes."""
    assert "add --yes" in ready("site", "apply", "--demo", "--json", code=1).stderr
    assert "add --yes" in ready("site", "apply", "-", stdin="{}", code=1).stderr


def test_if_empty_keeps_a_site(ready: Run, tmp_path: Path) -> None:
    """So that it can stand in a start script."""
    text = ready("site", "export").stdout.replace("Hotseat Demo", "Ours")
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    ready("site", "apply", "site.yaml", "--yes")
    said = ready("site", "apply", "--demo", "--yes", "--if-empty").stdout
    assert said.startswith("there is a site already: Ours")


def test_mistakes_have_file_line_and_path(ready: Run, tmp_path: Path) -> None:
    """As compilers write them, so that editors can jump there; nothing is changed."""
    broken = (
        ready("site", "export").stdout.replace("level", "").replace("consult: 5", "consult: 50")
    )
    (tmp_path / "site.yaml").write_text(broken, encoding="utf-8")
    for command in (("check",), ("plan",), ("apply", "--yes")):
        result = ready("site", *command, "site.yaml", code=1)
        assert "agents.1001.skills.consult: must be a whole number from 1 to 10" in result.stderr
        assert result.stderr.startswith("site.yaml:")
        assert result.stderr.split(":")[1].isdecimal()
        assert "1 mistake, nothing is changed" in result.stderr
    problems = as_json(ready("site", "check", "site.yaml", "--json", code=1))
    assert not problems["sound"]
    assert problems["problems"][0]["path"] == "agents.1001.skills.consult"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("site", "check"), "name a FILE"),
        (("site", "check", "x.yaml", "--demo"), "name a FILE"),
        (("site", "check", "nowhere.yaml"), "nowhere.yaml: No such file"),
        (("site", "check", "latin.yaml"), "latin.yaml:2: not UTF-8"),
        (("phone", "secret", "p999", "--show"), "no phone p999; the site has p101, p102"),
        (("phone", "secret", "p999", "--rotate"), "no phone p999"),
        (("phone", "secret", "p101"), "--show or --rotate"),
    ],
)
def test_what_cannot_be_done_is_said(
    ready: Run, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    """With the way out."""
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nname: \xe9\n")
    assert message in ready(*words, code=1).stderr


def test_a_secret_is_shown_and_replaced(ready: Run, stored: Engine) -> None:
    """The old one is worth nothing then."""
    first = ready("phone", "secret", "p101", "--show").stdout.strip()
    second = as_json(ready("phone", "secret", "p101", "--rotate", "--json"))["secret"]
    assert first != second
    assert ready("phone", "secret", "p101", "--show").stdout.strip() == second
    with reading(stored) as session:
        assert dict(phone_secrets(session))["p101"] == second


@pytest.fixture
def history(stored: Engine) -> None:
    """Three calls and their steps."""
    with writing(stored) as session:
        write(
            session,
            [
                CallChanged(CALL, T, {"caller": "13800138000", "queue": "consult", "seat": "1001"}),
                CallChanged(
                    CALL,
                    T,
                    {
                        "outcome": "answered",
                        "ended_by": "caller",
                        "wait_ms": 7000,
                        "talk_ms": 61000,
                    },
                ),
                CallChanged("C2", T + 5, {"queue": "complaint"}),
                CallChanged("C3", T + 9, {"queue": "complaint", "outcome": "abandoned"}),
                JournalRow(1, T, "queued", CALL, None, "consult", {}),
                JournalRow(2, T + 4, "offered", CALL, "1001", "consult", {"phone": "p101"}),
                JournalRow(3, T + 5, "queued", "C2", None, "complaint", {}),
                SeatKept(SeatId("1001"), "p101", None, T, None),
            ],
        )


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ((), ["C3", "C2", CALL]),
        (("--open",), ["C2"]),
        (("--queue", "complaint"), ["C3", "C2"]),
        (("--seat", "1001"), [CALL]),
        (("--outcome", "abandoned", "--outcome", "answered"), ["C3", CALL]),
        (("-n", "1"), ["C3"]),
        ((CALL,), [CALL]),
        (("C9",), []),
        (("--since", "30000d"), ["C3", "C2", CALL]),
    ],
)
def test_calls_are_found(ready: Run, words: tuple[str, ...], ids: list[str]) -> None:
    """Every condition, newest first."""
    assert [call["id"] for call in as_json(ready("calls", *words, "--json"))] == ids


@pytest.mark.usefixtures("history")
def test_calls_for_people(ready: Run) -> None:
    """Times on the site's clocks, spans in minutes."""
    head, row = ready("calls", CALL).stdout.splitlines()
    assert head.split()[:3] == ["call", "arrived", "caller"]
    assert row.split()[:4] == [CALL, "01-15", "16:00:00.000", "13800138000"]
    assert row.split()[-6:] == ["0:07", "1001", "1:01", "0", "answered", "caller"]
    assert ready("calls", "C9").stdout == "no calls\n"


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ((), [1, 2, 3]),
        (("-n", "2"), [2, 3]),
        (("--after", "1", "-n", "1"), [2]),
        (("--call", CALL), [1, 2]),
        (("--seat", "1001"), [2]),
        (("--kind", "offered", "--kind", "failed"), [2]),
    ],
)
def test_journal_rows_are_found(ready: Run, words: tuple[str, ...], ids: list[int]) -> None:
    """Every condition, in order."""
    assert [row["id"] for row in as_json(ready("journal", *words, "--json"))] == ids


@pytest.mark.usefixtures("history")
def test_the_journal_for_people(ready: Run) -> None:
    """One line a step."""
    lines = ready("journal", "--seat", "1001").stdout.splitlines()
    assert lines[1].split() == [
        "01-15",
        "16:00:00.004",
        "offered",
        CALL,
        "1001",
        "consult",
        "phone=p101",
    ]


@pytest.mark.usefixtures("history")
def test_history_in_chinese(ready: Run) -> None:
    """A step keeps the word by which it is asked for; programs read the same as ever."""
    head, row = ready("--lang", "zh", "calls", CALL).stdout.splitlines()
    assert head.split()[:4] == ["通话", "来电", "主叫", "被叫"]
    assert row.split()[-6:] == ["0:07", "1001", "1:01", "0", "接通", "主叫"]
    open_ = ready("--lang", "zh", "calls", "--open").stdout.splitlines()[1]
    assert open_.split()[-2:] == ["进行中", "–"]
    head, row = ready("--lang", "zh", "journal", "--kind", "offered").stdout.splitlines()
    assert head.split()[:3] == ["时间", "种类", "通话"]
    assert row.split()[2:5] == ["offered", "振铃", CALL]
    assert ready("--lang", "zh", "calls", "C9").stdout == "没有通话记录\n"
    for command in ("calls", "journal"):
        english, chinese = (ready("--lang", one, command, "--json").stdout for one in ("en", "zh"))
        assert english == chinese


def test_a_wrong_span_is_explained(ready: Run) -> None:
    """With an example."""
    assert "write it like 30s, 10m, 2h or 7d" in ready("calls", "--since", "soon", code=2).stderr


@pytest.mark.parametrize(
    "words",
    [
        ("site",),
        ("site", "apply"),
        ("phone", "secret"),
        ("calls",),
        ("journal",),
        ("db", "upgrade"),
    ],
)
def test_help_teaches_by_example(run: Run, words: tuple[str, ...]) -> None:
    """In lines that fit a terminal."""
    text = run(*words, "--help").stdout
    assert "Example" in text
    assert max(width(line) for line in text.splitlines()) <= 100
