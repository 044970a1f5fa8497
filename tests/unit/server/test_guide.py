"""What a newcomer is told to dial."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from hotseat.config import Settings
from hotseat.guide import guide
from hotseat.site.check import check
from hotseat.site.read import read
from hotseat.site.records import EMPTY_SITE

DEMO = check(read(files("hotseat.site").joinpath("demo.yaml").read_text("utf-8")))
SITE = replace(
    EMPTY_SITE, name=DEMO.name, numbers=DEMO.numbers, phones=DEMO.phones, agents=DEMO.agents
)
LINK = "http://127.1.2.2:8080/invited/x"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HOTSEAT_ASTERISK__NET", "127.1.2.0/24")
    return Settings(state=tmp_path)


def test_the_whole_guide(settings: Settings) -> None:
    # Written out, so that a column that slips is seen.
    assert guide(settings, SITE, "hotseat", LINK, "en").splitlines() == [
        "",
        "  Hotseat Demo 演示热线 is open.",
        "",
        "  1. Connect a softphone (Linphone, Zoiper, baresip …) on this machine:",
        "       server   127.1.2.1:5060 (UDP)      user  p101",
        "       secret   hotseat phone secret p101 --show",
        "  2. Seat an agent there:",
        "       hotseat seat login 1001 --phone p101",
        "  3. From a second softphone (p110, secret likewise) dial the hotline: 4008001000",
        "     Press 1 for consult 咨询, 2 for complaint 投诉, 9 for English. The first phone "
        "rings.",
        "",
        "  Web pages: open this link in a browser on this machine. It works once and makes you",
        "  the administrator:",
        f"       {LINK}",
        "",
        "  Watch it:  hotseat top (or calls, journal, --help)",
        "  In a checkout, make demo in another terminal brings simulated callers and agents, who "
        "also",
        "  answer their duty mobiles; make demo EVENING=1 shows how the shift at home begins at "
        "20:00.",
        "  Carriers reach the hotline from 127.1.2.10.",
        "  Ctrl-C stops the server; callers on the line hear music until it is back.",
    ]


def test_the_whole_guide_in_chinese(settings: Settings) -> None:
    assert guide(settings, SITE, "hotseat", LINK, "zh").splitlines() == [
        "",
        "  Hotseat Demo 演示热线 已开通。",
        "",
        "  1. 在本机连接一部软电话（Linphone、Zoiper、baresip 等）：",
        "       服务器   127.1.2.1:5060（UDP）      用户名  p101",
        "       密钥     hotseat phone secret p101 --show",
        "  2. 让客服在这部话机签入：",
        "       hotseat seat login 1001 --phone p101",
        "  3. 用另一部软电话（用户名 p110，密钥同样查看）拨打热线：4008001000",
        "     按 1 咨询，按 2 投诉，按 9 转英语。第一部话机随即振铃。",
        "",
        "  管理页面：请在本机的浏览器中打开此链接。它只能用一次，打开后您就是系统管理员：",
        f"       {LINK}",
        "",
        "  查看热线：hotseat top（或 calls、journal、--help）",
        "  在源码目录的另一个终端运行 make demo，会有模拟来电和模拟客服，客服也会接听值班手机；",
        "  make demo EVENING=1 演示 20:00 在家值班如何开始。",
        "  运营商从 127.1.2.10 接入热线。",
        "  按 Ctrl-C 停止服务器；线上的客户会听到音乐，直到服务器恢复。",
    ]


@pytest.mark.parametrize(
    ("language", "forgotten"),
    [
        ("en", "(a link to get in, if a password is forgotten: hotseat user invite LOGIN)"),
        ("zh", "（忘记密码时取得登录链接：hotseat user invite LOGIN）"),
    ],
)
def test_an_administrator_is_told_where_the_pages_are(
    settings: Settings, language: str, forgotten: str
) -> None:
    told = guide(settings, SITE, "hotseat", None, language)
    assert "http://127.1.2.2:8080\n" in told
    assert forgotten in told


def test_without_a_site_it_says_how_to_get_one(settings: Settings) -> None:
    nothing = replace(SITE, numbers={})
    assert guide(settings, nothing, "hotseat", None, "en").endswith(": hotseat site apply FILE")
    assert guide(settings, nothing, "hotseat", None, "zh") == (
        "配置中还没有号码、话机或客服：hotseat site apply FILE"
    )
