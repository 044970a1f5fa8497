"""Every command explains itself in Chinese too."""

from __future__ import annotations

import ast
import gettext
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hotseat.cli import main
from hotseat.manual.speaking import retold
from hotseat.tables import width
from words import catalog
from words.manual import manual

CHINESE = manual("zh")
TYPED = re.compile(r"--[a-z][a-z-]*|`[^`]+`|HOTSEAT_\w*|\.?[\w/]+\.(?:toml|spool|yaml)|\d+")
"""What a person types or looks for; it is the same in every language."""

HEADING = "`wait`"
"""Quoted as it stands above a column of `hotseat top`, so told as it is there."""

FACTS = re.compile(r"{[^}]*}")


def commands(
    command: click.Command, *words: str
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All of them, with what is typed for them."""
    yield words, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, *words, name)


COMMANDS = dict(commands(main))


def asked_for() -> set[str]:
    """The texts of the commands."""
    found: set[str] = set()

    def note(text: str) -> str:
        found.add(text)
        return text

    retold(main, note)
    return found


def clicks_own() -> set[str]:
    """The texts that click has for its users."""
    found = set()
    for path in Path(click.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                texts = call.args[: {"_": 1, "ngettext": 2}.get(call.func.id, 0)]
                found |= {text.value for text in texts if isinstance(text, ast.Constant)}
    return found | {"required"}  # it is looked up by its name


def typed(text: str) -> Counter[str]:
    """How often each such word is in the text."""
    return Counter(TYPED.findall(text))


def in_chinese(word: str) -> str:
    """In a command, places for arguments are told."""
    if word == HEADING:
        return f"`{catalog('zh')[word.strip('`')]}`"
    if not word.startswith("`"):
        return word
    return re.sub("[A-Z]+", lambda place: CHINESE.get(place[0], place[0]), word)


def page(language: str, *words: str) -> str:
    result = CliRunner().invoke(main, ["--lang", language, *words, "--help"])
    assert result.exit_code == 0
    return result.output


def test_every_text_has_its_chinese() -> None:
    assert sorted(asked_for() - CHINESE.keys()) == []


def test_no_translation_is_left_over() -> None:
    """A text that changed must be translated anew."""
    assert sorted(CHINESE.keys() - asked_for() - clicks_own()) == []


def test_the_chinese_is_chinese() -> None:
    """Nobody copied the English over; a line of figures has no words but names."""
    assert [text for text, told in CHINESE.items() if not re.search("[一-鿿]", told)] == []


@pytest.mark.parametrize("text", CHINESE)
def test_what_is_typed_is_the_same_in_chinese(text: str) -> None:
    """Options, commands, names of files and settings, figures; and click's facts."""
    assert typed(CHINESE[text]) == Counter(map(in_chinese, typed(text).elements()))
    assert set(FACTS.findall(CHINESE[text])) <= set(FACTS.findall(text))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_page_names_its_places_as_the_usage_does(words: tuple[str, ...]) -> None:
    """`FILE` in the English text is 文件 in the Chinese one, and in both usages."""
    command = COMMANDS[words]
    context = click.Context(command)
    english, chinese = page("en", *words), page("zh", *words)
    for parameter in command.params:
        place = parameter.make_metavar(context).strip("[].")
        if isinstance(parameter, click.Argument) and place in CHINESE:
            assert place in english.splitlines()[0]
            assert CHINESE[place] in chinese.splitlines()[0]
            if re.search(rf"\b{place}\b", command.help or ""):
                assert chinese.count(CHINESE[place]) > 1


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_page_fits_on_80_columns(words: tuple[str, ...], language: str) -> None:
    """But for a usage with a long choice, which has no place to be broken at."""
    _usage, text = page(language, *words).split("\n\n", 1)
    assert [line for line in text.splitlines() if width(line) > 80] == []


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_both_languages_have_the_same_commands_and_options(words: tuple[str, ...]) -> None:
    def lists(text: str) -> list[str]:
        """What stands at the left of them, without places for values."""
        below = re.split("^(?:Options:|选项：)$", text, flags=re.M)[1]
        return re.findall(r"^  (-[-\w, ]*--[\w-]+|--[\w-]+|[a-z][a-z-]*)", below, re.M)

    found = lists(page("zh", *words))
    assert found == lists(page("en", *words))
    assert "-h, --help" in found


@pytest.mark.parametrize(
    ("words", "locale", "first"),
    [
        (("--lang", "zh", "--help"), "C", "用法：hotseat [选项] 命令 [参数]..."),
        (("--lang=zh", "-h"), "C", "用法：hotseat [选项] 命令 [参数]..."),
        (("--lang", "zh"), "C", "用法：hotseat [选项] 命令 [参数]..."),
        (("why", "--help"), "zh_CN.UTF-8", "用法：hotseat why [选项] 通话编号"),
        (("--lang", "en", "why", "--help"), "zh_CN.UTF-8", "Usage: hotseat why [OPTIONS] CALL"),
        (("why", "--help"), "de_DE.UTF-8", "Usage: hotseat why [OPTIONS] CALL"),
    ],
)
def test_help_is_in_the_language_of_the_terminal(
    words: tuple[str, ...], locale: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    result = CliRunner().invoke(main, words, prog_name="hotseat")
    assert result.output.splitlines()[0] == first


def test_a_chinese_page() -> None:
    """Whole, as it is read."""
    assert page("zh", "seat", "login") == (
        "用法：main seat login [选项] 工号\n"
        "\n"
        "  让客服（工号）在话机签入，准备接听。换一部话机再签入一次，即可换座。\n"
        "\n"
        "选项：\n"
        "  --phone 文字   客服所用的话机。  [必填]\n"
        "  --paused 原因  签入后先置忙，暂不接听。\n"
        "  --json         输出 JSON，供程序使用。\n"
        "  -h, --help     显示此帮助。\n"
    )


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        (("why",), "缺少参数 '通话编号'"),
        (("why", "1", "2"), "多余的参数（2）"),
        (("why", "--nope"), "没有选项 '--nope'。"),
        (("why", "1", "--jso"), "没有选项 '--jso'。 是不是 '--json'？"),
        (("nope",), "没有命令 'nope'。"),
        (("seat", "login", "1001"), "缺少选项 '--phone'"),
        (("seat", "login", "1001", "--phone"), "选项 '--phone' 后面需要一个值。"),
        (("status", "--json=1"), "选项 '--json' 后面不带值。"),
        (("seat", "place", "1001", "moon"), "'moon' 不在可选值之中"),
        (("roster", "show", "--weeks", "0"), "'--weeks' 的值无效：0 超出范围 1<=x<=53。"),
        (("calls", "-n", "many"), "'many' 不是有效的数。"),
        (("calls", "--since", "ever"), "“ever”不是时长；请写成 30s、10m、2h 或 7d 这样"),
        (("restore", "nowhere.zip"), "'文件' 的值无效：文件 'nowhere.zip' 不存在。"),
        (("restore", "/"), "'文件' 的值无效：'/' 是目录，不是文件。"),
        (("seat", "place", "1001"), "缺少参数 '{desk|mobile|roster}'. 可选："),
        (("roster", "swap", "ask", "1", "2026-11-23", "C", "--for", "A"), "需要 2 个值。"),
    ],
)
def test_wrong_usage_is_told_in_chinese(words: tuple[str, ...], mistake: str) -> None:
    result = CliRunner().invoke(main, ["--lang", "zh", *words])
    assert result.exit_code == 2
    assert mistake in result.stderr
    assert "错误：" in result.stderr
    assert not re.search("Error|Usage|Try|Invalid|Missing|such", result.stderr)


def test_a_mistake_says_where_help_is() -> None:
    result = CliRunner().invoke(main, ["--lang", "zh", "seat", "login"], prog_name="hotseat")
    assert result.stderr == (
        "用法：hotseat seat login [选项] 工号\n"
        "请用 'hotseat seat login --help' 查看帮助。\n"
        "\n"
        "错误：缺少参数 '工号'.\n"
    )


def test_a_wrong_language_is_told_in_that_of_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    result = CliRunner().invoke(main, ["--lang", "fr", "status"])
    assert "错误：'--lang' 的值无效：'fr' 不在可选值之中：'zh', 'en'。" in result.stderr


def test_one_who_reads_chinese_leaves_no_trace_for_the_next() -> None:
    before = page("en", "seat")
    assert page("zh", "seat") != before
    assert page("en", "seat") == before
    assert gettext.gettext("Options") == "Options"
