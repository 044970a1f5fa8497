"""The view of a hotline, on every terminal and without one."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from hotseat import cli
from hotseat.operation import commands
from hotseat.operation.live_view import ENTER, LEAVE, painted
from hotseat.operation.screen import Look, ScreenLine, draw
from hotseat.tables import cut, width
from tests.unit.operation.states import a_call, a_queue, a_seat, a_state


def texts(
    state: dict[str, Any], columns: int = 80, rows: int = 40, language: str = "en"
) -> list[str]:
    return [line.text for line in draw(state, columns, rows, language)]


def test_the_whole_screen() -> None:
    # Written out, so that a column that slips is seen.
    assert texts(a_state()) == [
        "阳光家电 Sunshine  up 1:02:03                                           16:00:00",
        "18 calls a minute   9 now   AMI 3 ms   journal 12 ms",
        "today 40: 30 answered, 6 abandoned, 1 lost, 3 in the menu, mean wait 0:12",
        "",
        "queue           waiting  longest  talking  ready  answered  abandoned  wait   SL",
        "consult 咨询          3     1:02        4      0        30          6  0:12  83%",
        "complaint 投诉        0     0:00        0      2         0          0     –    –",
        "",
        "waiting call                queue    since  offers  rings at",
        "01JCXW5T0Q3N5D1B8A0K2V7M41  consult   1:02       1         –",
        "01JCXW5T0Q3N5D1B8A0K2V7M42  consult   1:02       1      1001",
        "",
        "seats: 1 talking, 1 ready",
        "seat  agent  phone  state    pause  idle  call",
        "1002  王强   p002   talking      –  0:05     –",
        "1001  李静   p001   ready        –  0:05     –",
    ]


def test_the_whole_screen_in_chinese_has_room_on_the_narrowest_terminal() -> None:
    state = a_state(
        queues=[a_queue("complaint-vip", "投诉", waiting=10, longest_wait_ms=725_000)],
        seats=[a_seat("1001", "李静"), a_seat("1002", "王强", state="paused", paused="missed")],
        held=["recovery"],
    )
    assert texts(state, language="zh") == [
        "阳光家电 Sunshine  已运行 1:02:03                                       16:00:00",
        "每分钟 18 通来电   现有 9 通   AMI 3 毫秒   流水 12 毫秒",
        "今日 40 通：接通 30，放弃 6，丢失 1，止于菜单 3，平均等待 0:12",
        "暂不派送来电：重启后正在找回来电",
        "",
        "队列             等待  最长等待  通话中  就绪  接通  放弃  平均等待  服务水平",
        "complaint-vip …    10     12:05       0     0     0     0         –         –",
        "",
        "等待的来电                  队列     时长  派给次数  振铃座席",
        "01JCXW5T0Q3N5D1B8A0K2V7M41  consult  1:02         1         –",
        "01JCXW5T0Q3N5D1B8A0K2V7M42  consult  1:02         1      1001",
        "",
        "座席：就绪 1，示忙 1",
        "座席  客服  话机  状态  示忙原因  空闲  通话",
        "1001  李静  p001  就绪  –         0:05     –",
        "1002  王强  p002  示忙  连续未接  0:05     –",
    ]


def test_whoever_is_missing_on_duty_stands_out() -> None:
    def shown(*logged_on: bool) -> ScreenLine:
        duties = [
            {"agent": f"100{n}", "shift": shift, "logged_on": there}
            for n, (shift, there) in enumerate(zip("AB", logged_on, strict=False), 1)
        ]
        return draw(a_state(duty={"rostered": True, "on_duty": duties}), 80, 40, "en")[3]

    assert shown(True, True) == ScreenLine("on duty: 1001 A, 1002 B")
    assert shown(True, False) == ScreenLine("MISSING: 1002   on duty: 1001 A, 1002 B", Look.ALARM)
    assert shown() == ScreenLine("on duty: nobody")


@given(
    columns=st.integers(40, 120),
    rows=st.integers(10, 60),
    queues=st.integers(0, 5),
    calls=st.integers(0, 60),
    seats=st.integers(0, 60),
    language=st.sampled_from(["en", "zh"]),
)
def test_nothing_is_wider_than_the_screen_and_little_is_longer(
    columns: int, rows: int, queues: int, calls: int, seats: int, language: str
) -> None:
    state = a_state(
        queues=[a_queue(f"a-very-long-name-{n}", "很长的名字" * 3) for n in range(queues)],
        calls=[a_call(n) for n in range(calls)],
        seats=[a_seat(f"10{n:02}", "欧阳" * 9) for n in range(seats)],
    )
    lines = draw(state, columns, rows, language)
    assert all(width(line.text) <= columns for line in lines)
    assert len(lines) <= max(rows, 22)


def test_what_does_not_fit_is_named_by_its_number() -> None:
    lines = texts(a_state(seats=[a_seat(f"{n}", "") for n in range(100)]), rows=24)
    assert lines[-1].startswith("… and ")
    shown = sum("  ready  " in line for line in lines if line.lstrip()[:1].isdigit())
    assert shown + int(lines[-1].split()[2]) == 100


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ami": {"up": False, "lag_ms": 0}}, "OUT OF SIGHT"),
        ({"held": ["recovery"]}, "no offers: recovery"),
        ({"held": ["drain"], "draining": 2}, "draining: 2 calls"),
        ({"journal": {"lag_ms": 60_000, "trouble": None}}, "journal 60000 ms"),
        ({"journal": {"lag_ms": 60, "trouble": "disk full"}}, "HISTORY IS NOT WRITTEN: disk full"),
    ],
)
def test_trouble_stands_out(change: dict[str, Any], words: str) -> None:
    told = [line.look for line in draw(a_state(**change), 80, 24, "en") if words in line.text]
    assert told == [Look.ALARM]


def test_a_frame_covers_the_one_before_it() -> None:
    frame = painted([ScreenLine("one", Look.TITLE), ScreenLine("two")])
    assert frame == "\x1b[H\x1b[1mone\x1b[0m\x1b[K\r\ntwo\x1b[K\x1b[J"


@pytest.mark.parametrize(
    ("text", "columns", "left"),
    [("咨询", 4, "咨询"), ("咨询台", 5, "咨询…"), ("咨询台", 4, "咨…"), ("abc", 2, "a…")],
)
def test_a_cut_never_splits_a_wide_character(text: str, columns: int, left: str) -> None:
    assert cut(text, columns) == left


def test_without_a_terminal_one_screen_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "ask", lambda settings, command: a_state())
    result = CliRunner().invoke(cli.main, ["top"])
    assert result.exit_code == 0
    assert "consult 咨询" in result.output
    assert "\x1b" not in result.output


def test_without_a_server_it_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTSEAT_STATE", str(tmp_path))
    result = CliRunner().invoke(cli.main, ["top", "--once"])
    assert result.exit_code == 1
    assert "hotseat serve" in result.output


def test_q_leaves_a_terminal_as_it_was(tmp_path: Path) -> None:
    """On a real terminal, without a server: the view stays and says so until q is pressed."""
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    program = subprocess.Popen(
        [sys.executable, "-c", "from hotseat.cli import main; main()", "top"],
        stdin=theirs,
        stdout=theirs,
        env={**os.environ, "HOTSEAT_STATE": str(tmp_path)},
    )
    try:
        seen = read_until(ours, b"hotseat serve")
        os.write(ours, b"q")
        seen += read_until(ours, LEAVE.encode())
        assert program.wait(timeout=20) == 0
        assert seen.count(ENTER.encode()) == 1
        assert termios.tcgetattr(theirs) == before
    finally:
        program.kill()
        program.wait()
        os.close(ours)
        os.close(theirs)


def read_until(terminal: int, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        ready, _, _ = select.select([terminal], [], [], 20)
        assert ready, f"it only said {seen!r}"
        seen += os.read(terminal, 4096)
    return seen
