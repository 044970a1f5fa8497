"""`hotseat status` and `hotseat why` for people who read Chinese or English."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from acd.routing import Verdict
from hotseat import cli
from hotseat.operation.glance import glance, reasons
from tests.unit.operation.states import CALL, a_call, a_queue, a_seat, a_state

DUTY = {
    "rostered": True,
    "on_duty": [
        {"agent": "1001", "name": "王芳", "shift": "A", "place": "office", "logged_on": True},
        {"agent": "1002", "name": "李静", "shift": "C", "place": "home", "logged_on": False},
    ],
    "next": {
        "agent": "1003",
        "name": "张伟",
        "shift": "B",
        "place": "office",
        "begins": 1_800_003_600_000,
    },
}
STATE = a_state(
    held=["drain", "switch away"],
    queues=[a_queue("consult", "咨询", waiting=1, longest_wait_ms=62_000)],
    seats=[a_seat("1002", "李静", state="paused", paused="lunch")],
    calls=[a_call(1, state="offered", seat="1002")],
    duty=DUTY,
)


def test_everything_at_a_glance() -> None:
    # Written out, so that a column that slips is seen.
    assert glance(STATE, "en").splitlines() == [
        "阳光家电 Sunshine  (revision 3, up 1:02:03)",
        "Asterisk in sight, 8 lines, 9 calls in all",
        "No offers at present: drain, switch away",
        "On duty: 1001 王芳 (A, office), 1002 李静 (C, home) NOT LOGGED ON",
        "Next: 1003 张伟 (B, office) at 01-15 17:00",
        "Refused: fastagi_key 2",
        "",
        "queue          waiting  longest  talking  ready",
        "consult  咨询        1     1:02        0      0",
        "",
        "seat  agent  phone  state   pause  idle  call",
        "1002  李静   p002   paused  lunch  0:05     –",
        "",
        "call                        queue    state    since  offers  seat",
        "01JCXW5T0Q3N5D1B8A0K2V7M41  consult  offered   1:02       1  1002",
    ]


def test_everything_at_a_glance_in_chinese() -> None:
    assert glance(STATE, "zh").splitlines() == [
        "阳光家电 Sunshine（配置第 3 版，已运行 1:02:03）",
        "与 Asterisk 联系正常；8 条线路，共 9 通电话",
        "暂不派送来电：正在收尾，与 Asterisk 失去联系",
        "当班：1001 王芳（A 班，办公室），1002 李静（C 班，在家） 未签入",
        "接下来：01-15 17:00 1003 张伟（B 班，办公室）",
        "已拒绝：fastagi_key 2",
        "",
        "队列           等待  最长等待  通话中  就绪",
        "consult  咨询     1      1:02       0     0",
        "",
        "座席  客服  话机  状态  示忙原因  空闲  通话",
        "1002  李静  p002  示忙  lunch     0:05     –",
        "",
        "通话                        队列     状态  时长  派给次数  座席",
        "01JCXW5T0Q3N5D1B8A0K2V7M41  consult  振铃  1:02         1  1002",
    ]


@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        ({"ami": {"up": False, "lag_ms": 0}}, "OUT OF SIGHT: no new", "失去联系：暂不派送"),
        ({"seats": []}, "Nobody is logged on: hotseat", "没有人签入：hotseat"),
        ({"duty": {**DUTY, "on_duty": []}}, "On duty: nobody", "当班：无人"),
        (
            {"journal": {"trouble": "disk full"}},
            "HISTORY IS NOT WRITTEN: disk full",
            "流水没有写入数据库：disk full",
        ),
    ],
)
def test_what_is_unusual_is_said(change: dict[str, Any], english: str, chinese: str) -> None:
    state = a_state(**change)
    assert english in glance(state, "en")
    assert chinese in glance(state, "zh")


def test_why_a_call_waits() -> None:
    seats = {"1001": Verdict.SKILLS.value, "1002": Verdict.YES.value, "1003": "of a newer server"}
    # As it comes from the server.
    found = json.loads(json.dumps({"state": "waiting", "ahead": 2, "seats": seats}))
    assert reasons(found, "en").splitlines() == [
        "waiting, 2 ahead",
        "",
        "seat  verdict",
        "1001  the seat lacks a skill",
        "1002  yes",
        "1003  of a newer server",
    ]
    assert reasons(found, "zh").splitlines() == [
        "等待，前面有 2 人",
        "",
        "座席  能否派送",
        "1001  座席缺少所需技能",
        "1002  是",
        "1003  of a newer server",
    ]
    assert "没有人签入" in reasons({**found, "seats": {}}, "zh")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (["status"], STATE),
        (["why", f"{CALL}1"], {"state": "waiting", "ahead": 0, "seats": {"1001": "yes"}}),
        (["seat", "ready", "1001"], {"agent": "1001"}),
    ],
    ids=["status", "why", "seat"],
)
def test_programs_read_the_same_in_every_language(
    command: list[str], answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "ask", lambda settings, name, **args: answer)

    def run(language: str, *options: str) -> str:
        result = CliRunner().invoke(cli.main, ["--lang", language, *command, *options])
        assert result.exit_code == 0
        return result.output

    assert run("en", "--json") == run("zh", "--json")
    assert json.loads(run("zh", "--json")) == answer
    assert run("en") != run("zh")
