"""`hotseat roster` as a person or a program runs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from hotseat.cli import main
from hotseat.db.engine import open_engine, writing
from hotseat.db.roster_writes import begin_draft, publish_draft, save_draft
from hotseat.db.snapshot import site_now
from hotseat.db.writes import write
from hotseat.history import JournalRow
from hotseat.roster.shifts import Assignment, instants
from hotseat.site.roster_rules import rules_of
from hotseat.tables import width
from tests.databases import Databases

Run = Callable[..., Result]

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = datetime.now(SHANGHAI).date()
NEXT_MONDAY = TODAY + timedelta(days=7 - TODAY.weekday())
TUESDAY = NEXT_MONDAY + timedelta(days=1)
FOUR = "1001,1002,1004,1005"


@pytest.fixture
def url(databases: Databases) -> str:
    """The instance's database, with the demo site in force."""
    return databases.demo()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The same, seen from beside."""
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`hotseat roster …` in an instance of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTSEAT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOTSEAT_DATABASE", url)
    runner = CliRunner()

    def run(*words: object, code: int = 0, language: str = "en") -> Result:
        result = runner.invoke(main, ["--lang", language, "roster", *map(str, words)])
        assert result.exit_code == code, result.output
        return result

    return run


def as_json(result: Result) -> Any:
    """What a program reads."""
    return json.loads(result.stdout)


@pytest.fixture
def published(run: Run) -> Run:
    """Three weeks of the rotation are in force, from next Monday on."""
    run("draft", "begin", NEXT_MONDAY, "--weeks", 3, "--rotation", "three-weeks-four",
        "--agents", FOUR)  # fmt: skip
    run("publish", "--reason", "a message after 22:00", "--by", "mei")
    return run


def holder(run: Run, shift: str, day: date) -> str:
    """Who has it by the published roster."""
    rostered = as_json(run("show", NEXT_MONDAY, "--json"))
    (agent,) = (
        duty["agent"]
        for duty in rostered
        if (duty["day"], duty["shift"]) == (day.isoformat(), shift)
    )
    return str(agent)


def test_from_nothing_to_a_published_roster(run: Run) -> None:
    begun = as_json(
        run("draft", "begin", NEXT_MONDAY, "--weeks", 3, "--rotation", "three-weeks-four",
            "--agents", FOUR, "--json")
    )  # fmt: skip
    assert len(begun["assignments"]) == 63
    said = run("check", code=1).stdout
    assert "22:00–24:00 on 21 days" in said
    assert "· extend C to 24:00" in said
    assert "· add a shift 22:00–24:00" in said
    refused = run("publish", code=1)
    assert "this roster needs a reason to be published so" in refused.stderr
    done = as_json(run("publish", "--reason", "a message", "--by", "mei", "--json"))
    assert done == {"version": 1, "holes": 21, "reason": "a message"}
    (version,) = as_json(run("show", "--versions", "--json"))
    assert (version["published_by"], version["why"]) == ("mei", "a message")
    assert run("draft", "list").stdout.startswith("there is no draft")


def test_a_check_is_told_in_chinese(run: Run) -> None:
    """By `--lang` or the locale of the terminal; programs read the same in every language."""
    run("draft", "begin", NEXT_MONDAY, "--rotation", "three-weeks-four", "--agents", FOUR)
    for shift in ("A", "B"):
        run("draft", "assign", "1006", NEXT_MONDAY, shift)
    told = run("check", code=1, language="zh").stdout
    sunday = NEXT_MONDAY + timedelta(days=6)
    assert f"{NEXT_MONDAY} 至 {sunday} 的草稿：" in told
    hole = f"! 7 天（{NEXT_MONDAY} 至 {sunday}） 22:00–24:00：在岗人数：无，hotline 要求 1 人"
    assert hole in told
    assert "· 把 C 班延长到 24:00" in told
    assert f"✗ 1006 的 {NEXT_MONDAY} 的 A 与 {NEXT_MONDAY} 的 B 时间重叠" in told
    program = as_json(run("check", "--json", code=1, language="zh"))
    assert program == as_json(run("check", "--json", code=1))
    assert program["series"][0]["fixes"][0] == "extend C to 24:00"


def test_the_picture_is_aligned_whatever_the_names(published: Run) -> None:
    said = published("show", NEXT_MONDAY).stdout
    lines = said.splitlines()
    heads = next(line for line in lines if "Mon" in line)
    row = next(line for line in lines if "王芳" in line)
    assert width(row[: row.index("C*")]) == width(heads[: heads.index("Mon")])
    strips = [line for line in lines if line.startswith("hotline")]
    assert len(strips) == 7
    assert {line.split()[-1] for line in strips} == {"·" * 18 + "█" * 26 + "!" * 4}


def test_a_draft_is_edited_word_by_word(published: Run) -> None:
    published("draft", "begin", NEXT_MONDAY)
    published("draft", "assign", "1003", NEXT_MONDAY, "A")
    published("draft", "move", "1003", NEXT_MONDAY, "A", "--to-day", TUESDAY, "--to", "1006")
    published("draft", "remove", "1006", TUESDAY, "A")
    refused = published("draft", "remove", "1006", TUESDAY, "A", code=1)
    assert f"1006 on A of {TUESDAY} is not in the draft" in refused.stderr
    for words, why in (
        (("assign", "1099", TUESDAY, "A"), "no agent 1099; the site has 1001, 1002"),
        (("assign", "1003", TUESDAY, "D"), "no shift D; the site has A, B, C"),
        (("assign", "1003", "2020-01-01", "A"), "2020-01-01 is not in the draft, which is for"),
        (("fill", "three-weeks-four", "--agents", "1001"), "is for 4 different agents, not for"),
        (("fill", "two-of-each-four", "--agents", FOUR, "--starts", TUESDAY), "on a Monday"),
    ):
        assert why in published("draft", *words, code=1).stderr
    assert "the site has" not in published("draft", "assign", "1003", "soon", "A", code=2).stderr
    published("draft", "drop")
    assert "no draft 9" in published("check", "--draft", 9, code=1).stderr


def test_of_several_drafts_one_has_to_be_named(run: Run) -> None:
    for _ in range(2):
        run("draft", "begin", NEXT_MONDAY)
    assert "there are several drafts, say which: --draft 2, 1" in run("publish", code=1).stderr
    run("draft", "drop", "--draft", 2)
    assert "no draft 2" in run("draft", "drop", "--draft", 2, code=1).stderr


def test_a_swap_from_the_first_word_to_the_last(published: Run) -> None:
    had = holder(published, "C", NEXT_MONDAY)
    published("swap", "ask", had, NEXT_MONDAY, "C", "--to", "1003", "--note", "wedding")
    assert "only agent 1003 can agree" in published("swap", "agree", 1, "--as", had, code=1).stderr
    published("swap", "agree", 1, "--as", "1003")
    assert holder(published, "C", NEXT_MONDAY) == had
    done = as_json(published("swap", "approve", 1, "--by", "lead", "--json"))
    assert done["state"] == "in force"
    assert [(word["step"], word["by"]) for word in done["words"]] == [
        *(("ask", had), ("agree", "1003"), ("approve", "lead"))
    ]
    assert done["words"][0]["note"] == "wedding"
    assert holder(published, "C", NEXT_MONDAY) == "1003"
    assert "in force" in published("swap", "list").stdout
    assert published("swap", "list", "--open").stdout == "no swap to show\n"
    assert (
        "no leave 1; `hotseat roster leave list`" in published("leave", "approve", 1, code=1).stderr
    )
    again = published("swap", "approve", 1, code=1)
    assert "swap 1 (in force): impossible to approve" in again.stderr


def test_a_swap_that_breaks_the_rest_is_refused_and_leaves_nothing(published: Run) -> None:
    has_c, has_a = (holder(published, shift, NEXT_MONDAY) for shift in "CA")
    refused = published("swap", "ask", has_c, NEXT_MONDAY, "C", "--to", has_a, code=1)
    assert f"{has_a} would rest 3 h between A of {NEXT_MONDAY} and C" in refused.stderr
    assert as_json(published("swap", "list", "--json")) == []


def test_leave_with_a_stand_in(published: Run) -> None:
    had = holder(published, "A", TUESDAY)
    alone = published("leave", "ask", had, TUESDAY, code=1)
    assert "leave needs a stand-in" in alone.stderr
    published("leave", "ask", had, TUESDAY, "--stand-in", "1006", "--note", "cases: to 1006")
    published("leave", "agree", 1, "--as", "1006")
    published("leave", "approve", 1)
    assert holder(published, "A", TUESDAY) == "1006"
    assert as_json(published("leave", "list", "--agent", had, "--json"))[0]["state"] == "in force"


def test_rolling_back_is_publishing_again(published: Run) -> None:
    had = holder(published, "C", NEXT_MONDAY)
    published("draft", "begin", NEXT_MONDAY, NEXT_MONDAY)
    published("draft", "move", had, NEXT_MONDAY, "C", "--to", "1003")
    published("publish", "--reason", "ill")
    assert holder(published, "C", NEXT_MONDAY) == "1003"
    again = as_json(published("publish", "--again", 1, "--reason", "well", "--json"))
    assert again["version"] == 3
    assert holder(published, "C", NEXT_MONDAY) == had
    assert "no version 9 of the roster" in published("publish", "--again", 9, code=1).stderr


def test_attendance_holds_log_ons_against_the_roster(run: Run, engine: Engine) -> None:
    """Yesterday: one on time, one late and early, one absent."""
    day = TODAY - timedelta(days=1)
    with writing(engine) as session:
        site = site_now(session)
        rules = rules_of(site, (), day, day)
        kept = begin_draft(session, day, day, "mei", 1)
        on_duty = dict(zip("ABC", ("1001", "1002", "1003"), strict=True))
        rostered = [Assignment(day, shift, agent) for shift, agent in on_duty.items()]
        save_draft(session, kept.id, kept.draft.fill(rostered, ()), 1)
        publish_draft(session, kept.id, rules, by="mei", now=1, reason="so be it")
        a, b = (instants(site.shifts[shift], day, SHANGHAI) for shift in "AB")
        write(
            session,
            [
                JournalRow(number, at, kind, None, seat, None, {})
                for number, (at, kind, seat) in enumerate(
                    [
                        (a[0] - 60_000, "logged_on", "1001"),
                        (b[0] + 600_000, "logged_on", "1002"),
                        (a[1], "logged_off", "1001"),
                        (b[1] - 3_600_000, "logged_off", "1002"),
                    ],
                    1,
                )
            ],
        )
    json_said = run("attendance", day, "--json").stdout
    found = json.loads(json_said)
    assert [(one["agent"], one["verdicts"], one["late_ms"], one["early_ms"]) for one in found] == [
        ("1001", ["on time"], 0, 0),
        ("1002", ["late", "left early"], 600_000, 3_600_000),
        ("1003", ["absent"], 7_200_000, 0),
    ]
    said = run("attendance", day).stdout
    assert "late, left early" in said
    assert "absent" in said
    heads, *rows = run("attendance", day, language="zh").stdout.splitlines()
    assert heads.split() == [
        *("日期", "班次", "客服", "结果", "到岗", "离岗", "迟到时长", "早退时长", "在岗时长")
    ]
    assert [row.split()[4][:2] for row in rows] == ["准时", "迟到", "缺勤"]
    assert run("attendance", day, "--json", language="zh").stdout == json_said
    assert run("attendance", NEXT_MONDAY).stdout == "no duty has begun in this time\n"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("show",),
        ("draft",),
        ("draft", "begin"),
        ("check",),
        ("publish",),
        ("swap",),
        ("swap", "ask"),
        ("swap", "agree"),
        ("leave",),
        ("leave", "ask"),
        ("leave", "list"),
        ("attendance",),
    ],
)
def test_every_command_explains_itself(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words, "--help").stdout
    assert len(said.splitlines()) > 6
    assert all(width(line) <= 100 for line in said.splitlines())


def test_without_a_site_it_says_how_to_begin(
    databases: Databases, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTSEAT_DATABASE", databases.tables())
    assert "there is no site yet" in run("show", code=1).stderr
